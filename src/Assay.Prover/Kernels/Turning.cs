using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Prover.Kernels;

/// <summary>Rows of words into columns, four by four.</summary>
internal static class Turning
{
    /// <summary>to[j, i] = from[i, j].</summary>
    /// <param name="from">Rows of <paramref name="columns"/> words.</param>
    /// <param name="rows">A multiple of four, as <paramref name="columns"/> is.</param>
    /// <param name="stride">From a row of the result to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn(ReadOnlySpan<uint> from, int rows, int columns, Span<uint> to, int stride)
    {
        for (var i = 0; i < rows; i += 4)
            for (var j = 0; j < columns; j += 4)
                Four(from[(i * columns + j)..], columns, to[(j * stride + i)..], stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(ReadOnlySpan<uint> from, int columns, Span<uint> to, int stride)
    {
        if (!Sse2.IsSupported)
        {
            for (var i = 0; i < 4; i++)
                for (var j = 0; j < 4; j++)
                    to[j * stride + i] = from[i * columns + j];
            return;
        }
        var (a, b, c, d) = (Vector128.Create(from), Vector128.Create(from[columns..]), Vector128.Create(from[(2 * columns)..]), Vector128.Create(from[(3 * columns)..]));
        var (ab, cd) = (Sse2.UnpackLow(a, b).AsUInt64(), Sse2.UnpackLow(c, d).AsUInt64());
        var (above, under) = (Sse2.UnpackHigh(a, b).AsUInt64(), Sse2.UnpackHigh(c, d).AsUInt64());
        Sse2.UnpackLow(ab, cd).AsUInt32().CopyTo(to);
        Sse2.UnpackHigh(ab, cd).AsUInt32().CopyTo(to[stride..]);
        Sse2.UnpackLow(above, under).AsUInt32().CopyTo(to[(2 * stride)..]);
        Sse2.UnpackHigh(above, under).AsUInt32().CopyTo(to[(3 * stride)..]);
    }
}
