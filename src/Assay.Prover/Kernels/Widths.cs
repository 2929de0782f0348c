using System.Runtime.Intrinsics;

namespace Assay.Prover.Kernels;

/// <summary>Something that runs in lanes of any width, and gives the same in each.</summary>
internal interface IKernel
{
    void Run<T>() where T : struct, ILanes<T>;
}

/// <summary>The same, on words that it changes.</summary>
internal interface ISpanKernel
{
    void Run<T>(Span<uint> words) where T : struct, ILanes<T>;
}

/// <summary>Chooses the width that the machine prefers.</summary>
internal static class Widths
{
    /// <summary>Bits, for tests: another width than the machine's. It gives the same.</summary>
    internal static int Forced { get; set; }

    internal static int Bits => Forced != 0 ? Forced : Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    public static void Run<TKernel>(in TKernel kernel) where TKernel : struct, IKernel
    {
        switch (Bits)
        {
            case 512:
                kernel.Run<Lanes512>();
                break;
            case 256:
                kernel.Run<Lanes256>();
                break;
            default:
                kernel.Run<Lanes128>();
                break;
        }
    }

    public static void Run<TKernel>(in TKernel kernel, Span<uint> words) where TKernel : struct, ISpanKernel
    {
        switch (Bits)
        {
            case 512:
                kernel.Run<Lanes512>(words);
                break;
            case 256:
                kernel.Run<Lanes256>(words);
                break;
            default:
                kernel.Run<Lanes128>(words);
                break;
        }
    }
}
