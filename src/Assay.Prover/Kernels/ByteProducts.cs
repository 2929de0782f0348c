using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Prover.Kernels;

/// <summary>Sums of products of eight-bit weights and activations less their zero point: exact, with 32 bits.</summary>
internal static class ByteProducts
{
    /// <summary>sums[p, j] = Σ_k weights[j, k] x[p, k].</summary>
    /// <param name="weights">Rows of <paramref name="width"/>.</param>
    /// <param name="x">Likewise; −255 to 255.</param>
    /// <param name="sums">Rows of <paramref name="outputs"/>.</param>
    public static void Multiply(Team team, sbyte[] weights, int outputs, short[] x, int places, int width, int[] sums)
    {
        if (weights.Length < (long)outputs * width || x.Length < (long)places * width || sums.Length < (long)places * outputs)
            throw new ArgumentException($"{places} places, {outputs} outputs of {width} weights", nameof(sums));
        team.Split(outputs, Math.Max(1, 65536 / (width * places)), [MethodImpl(MethodImplOptions.AggressiveOptimization)] (from, to) =>
        {
            for (var p = 0; p < places; p += 4)
                for (var j = from; j < to; j++)
                    if (width % 32 == 0 && Avx512BW.IsSupported && Widths.Bits == 512)
                        Wide(ref weights[j * width], x, p, Math.Min(places - p, 4), width, sums, outputs, j);
                    else
                        Plain(weights, x, p, Math.Min(places - p, 4), width, sums, outputs, j);
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide(ref sbyte weights, short[] x, int p, int count, int width, int[] sums, int outputs, int j)
    {
        ref var x0 = ref x[p * width];
        // A place that is not there is the first again, and is not kept.
        ref var x1 = ref x[(p + (count > 1 ? 1 : 0)) * width];
        ref var x2 = ref x[(p + (count > 2 ? 2 : 0)) * width];
        ref var x3 = ref x[(p + (count > 3 ? 3 : 0)) * width];
        Vector512<int> a = default, b = default, c = default, d = default;
        for (var k = 0; k < width; k += 32)
        {
            var w = Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref weights, (nuint)k));
            a += Avx512BW.MultiplyAddAdjacent(w, Vector512.LoadUnsafe(ref x0, (nuint)k));
            if (count == 1)
                continue;
            b += Avx512BW.MultiplyAddAdjacent(w, Vector512.LoadUnsafe(ref x1, (nuint)k));
            c += Avx512BW.MultiplyAddAdjacent(w, Vector512.LoadUnsafe(ref x2, (nuint)k));
            d += Avx512BW.MultiplyAddAdjacent(w, Vector512.LoadUnsafe(ref x3, (nuint)k));
        }
        sums[p * outputs + j] = Vector512.Sum(a);
        if (count > 1)
            sums[(p + 1) * outputs + j] = Vector512.Sum(b);
        if (count > 2)
            sums[(p + 2) * outputs + j] = Vector512.Sum(c);
        if (count > 3)
            sums[(p + 3) * outputs + j] = Vector512.Sum(d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Plain(sbyte[] weights, short[] x, int p, int count, int width, int[] sums, int outputs, int j)
    {
        for (var i = p; i < p + count; i++)
        {
            var w = weights.AsSpan(j * width, width);
            var values = x.AsSpan(i * width, width);
            var (sum, k) = (0, 0);
            if (Vector128.IsHardwareAccelerated && width >= 8)
            {
                Vector128<int> total = default;
                for (; k <= width - 8; k += 8)
                {
                    var low = Vector128.WidenLower(Vector64.LoadUnsafe(in w[k]).ToVector128());
                    var v = Vector128.LoadUnsafe(in values[k]);
                    total += Vector128.WidenLower(low) * Vector128.WidenLower(v) + Vector128.WidenUpper(low) * Vector128.WidenUpper(v);
                }
                sum = Vector128.Sum(total);
            }
            for (; k < width; k++)
                sum += w[k] * values[k];
            sums[i * outputs + j] = sum;
        }
    }
}
