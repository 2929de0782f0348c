using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Prover.Kernels;

/// <summary>Rows of words into columns, four by four.</summary>
internal static class Turning
{
    /// <summary>to[j, i] = from[i, j].</summary>
    /// <param name="columns">A multiple of four.</param>
    /// <param name="stride">From a row to the next; <paramref name="strideTo"/>: of the result.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn(ReadOnlySpan<uint> from, int rows, int columns, int stride, Span<uint> to, int strideTo)
    {
        var i = 0;
        for (; i <= rows - 4; i += 4)
            for (var j = 0; j < columns; j += 4)
                Four(from[(i * stride + j)..], stride, to[(j * strideTo + i)..], strideTo);
        for (; i < rows; i++)
            for (var j = 0; j < columns; j++)
                to[j * strideTo + i] = from[i * stride + j];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(ReadOnlySpan<uint> from, int stride, Span<uint> to, int strideTo)
    {
        if (!Sse2.IsSupported)
        {
            for (var i = 0; i < 4; i++)
                for (var j = 0; j < 4; j++)
                    to[j * strideTo + i] = from[i * stride + j];
            return;
        }
        var (a, b, c, d) = (Vector128.Create(from), Vector128.Create(from[stride..]), Vector128.Create(from[(2 * stride)..]), Vector128.Create(from[(3 * stride)..]));
        var (ab, cd) = (Sse2.UnpackLow(a, b).AsUInt64(), Sse2.UnpackLow(c, d).AsUInt64());
        var (above, under) = (Sse2.UnpackHigh(a, b).AsUInt64(), Sse2.UnpackHigh(c, d).AsUInt64());
        Sse2.UnpackLow(ab, cd).AsUInt32().CopyTo(to);
        Sse2.UnpackHigh(ab, cd).AsUInt32().CopyTo(to[strideTo..]);
        Sse2.UnpackLow(above, under).AsUInt32().CopyTo(to[(2 * strideTo)..]);
        Sse2.UnpackHigh(above, under).AsUInt32().CopyTo(to[(3 * strideTo)..]);
    }
}
