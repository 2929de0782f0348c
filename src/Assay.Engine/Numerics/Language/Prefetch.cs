using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Assay.Engine.Numerics.Language;

/// <summary>Asks for cache lines before they are read. Addresses beyond the data do no harm.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Bytes of a cache line.</summary>
    public const int Line = 64;

    /// <summary>
    /// How far ahead of what they read a few tokens ask for weights, in bytes; 0 where that is left to the hardware. On AMD's Zen 5 it is up to
    /// three times as fast so, on its Zen 4 it was slower the further ahead (docs/performance.md). Other
    /// processors ask, too, and were not measured.
    /// </summary>
    public static readonly nint Ahead = Sse.IsSupported && !IsZen4 ? 10 * 1024 : 0;

    // AMD's family 19h, by CPUID; it has Zen 3 in it, too.
    private static bool IsZen4
    {
        get
        {
            if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Ebx != 0x68747541)
                return false;
            var signature = X86Base.CpuId(1, 0).Eax;
            return ((signature >> 8) & 15) + ((signature >> 20) & 255) == 0x19;
        }
    }

    /// <summary>Into the first-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Near(byte* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }

    /// <summary>Into the second-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Far(byte* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(address);
    }
}
