using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;

namespace Assay.Prover.Reference;

/// <summary>A softmax of all padded places: padded rows like real ones, and behind a window what follows from an exponent of 0.</summary>
internal static class SoftmaxRun
{
    /// <summary>The columns of both sections.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ImmutableArray<int[]>[] Of(SoftmaxLayer layer, int[] x, TensorShape shape, int logRange)
    {
        var (log, inside, wide) = (shape.Axes[^1].Log, new WindowColumn(shape, layer.Causal), layer.IsWide(shape, logRange));
        var (y, e, selector, rest, maximum, sum) = (new int[x.Length], new int[x.Length], new int[x.Length], new int[x.Length], new int[x.Length >> log], new int[x.Length >> log]);
        for (var window = 0; window < maximum.Length; window++)
        {
            var places = Enumerable.Range(window << log, 1 << log).ToArray();
            var entries = places.Where(p => inside.At(p) == 1).ToArray();
            maximum[window] = entries.Max(p => x[p]);
            selector[entries.First(p => x[p] == maximum[window])] = 1;
            foreach (var place in entries)
                sum[window] += e[place] = layer.Exponents[maximum[window] - x[place]];
            foreach (var place in places)
            {
                var (quotient, remains) = Math.DivRem(SoftmaxLayer.Scale * e[place] + sum[window], 2 * sum[window]);
                (y[place], rest[place]) = (quotient + sbyte.MinValue, remains);
            }
        }
        return
        [
            [y, e, selector, .. WindowRun.Remainders(wide, rest, i => 2 * sum[i >> log]), x, WindowRun.Wide(maximum, log), WindowRun.Wide(sum, log)],
            [maximum, sum],
        ];
    }
}

/// <summary>Layer normalisation of all padded places: padded rows like real ones; padded entries count nowhere, and are the zero point, clamped.</summary>
internal static class NormalizeRun
{
    /// <summary>The columns of both sections.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ImmutableArray<int[]>[] Of(NormalizeLayer layer, int[] x, TensorShape shape, int logRange)
    {
        var (log, n, factor) = (shape.Axes[^1].Log, shape.Axes[^1].Size, NormalizeLayer.FactorOf(shape.Axes[^1].Size));
        var windows = x.Length >> log;
        var (y, quotient, rest) = (new int[x.Length], new int[x.Length], new int[x.Length]);
        var (mean, meanRest, root, squares, excess) = (new int[windows], new int[windows], new int[windows], new int[windows], new int[windows]);
        for (var w = 0; w < windows; w++)
        {
            var entries = x.AsSpan(w << log, n);
            var sum = 0;
            foreach (var value in entries)
                (sum, squares[w]) = (sum + value, squares[w] + value * value);
            (mean[w], meanRest[w]) = FloorRem(factor * sum + n / 2, n);
            long variance = layer.Epsilon;
            foreach (var value in entries)
                variance += (factor * value - mean[w]) * (factor * value - mean[w]);
            root[w] = NormalizeLayer.RootOf(variance);
            excess[w] = (int)(variance - (long)root[w] * root[w] + root[w] - 1);
            for (var j = 0; j < 1 << log; j++)
            {
                var at = w << log | j;
                (quotient[at], rest[at]) = FloorRem(j < n ? 2 * layer.Gain * (factor * x[at] - mean[w]) + root[w] : root[w], 2 * root[w]);
                y[at] = layer.Clamped(quotient[at]);
            }
        }
        return
        [
            [
                y, quotient, .. WindowRun.Remainders(NormalizeLayer.IsWide(logRange), rest, i => 2 * root[i >> log]),
                WindowRun.Wide(root, log), WindowRun.Wide(mean, log), WindowRun.Wide(meanRest, log), WindowRun.Wide(squares, log),
            ],
            [
                mean, [.. mean.Select(m => WindowRun.Above(m + 128 * factor, NormalizeLayer.MeanBase))], meanRest,
                root, [.. root.Select(r => WindowRun.Above(r, NormalizeLayer.RootBase))], squares,
                .. WindowRun.Remainders(wide: true, excess, i => 2 * root[i]),
            ],
        ];
    }

    private static (int Quotient, int Remains) FloorRem(int value, int by)
    {
        var (quotient, rest) = Math.DivRem(value, by);
        return rest < 0 ? (quotient - 1, rest + by) : (quotient, rest);
    }
}

/// <summary>What columns of windows have in common.</summary>
internal static class WindowRun
{
    /// <summary>What remains of divisions, or its limbs and the higher one of the divisor − 1 − it.</summary>
    /// <param name="divisor">Of a place.</param>
    public static ImmutableArray<int[]> Remainders(bool wide, int[] rest, Func<int, int> divisor)
    {
        const int limb = 1 << Remainder.LimbBits;
        return wide ? [[.. rest.Select(r => r & limb - 1)], [.. rest.Select(r => r >> Remainder.LimbBits)], [.. rest.Select((r, i) => divisor(i) - 1 - r >> Remainder.LimbBits)]] : [rest];
    }

    /// <summary>A high limb that leaves a low one from 0 to 2047.</summary>
    public static int Above(int value, int @base) => Math.Min(value / @base, (1 << Remainder.LimbBits) - 1);

    /// <summary>The value of its window at each entry.</summary>
    public static int[] Wide(int[] windows, int log) => [.. Enumerable.Range(0, windows.Length << log).Select(i => windows[i >> log])];
}
