using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Assay.Engine.Numerics.Language;

/// <summary>Asks for cache lines before they are read. Addresses beyond the data do no harm.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Bytes of a cache line.</summary>
    public const int Line = 64;

    /// <summary>Into the second-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Far(byte* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(address);
    }
}
