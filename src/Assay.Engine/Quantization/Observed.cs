using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <summary>What calibration saw of one tensor: its extremes, then how often each part of the range between them.</summary>
internal sealed class Observed
{
    private const int BinCount = 2048;

    private readonly long[] bins = new long[BinCount];
    private long count;

    public double Low { get; private set; } = double.PositiveInfinity;

    public double High { get; private set; } = double.NegativeInfinity;

    /// <summary>First pass.</summary>
    /// <exception cref="ModelException">A value is not finite.</exception>
    public void Widen(ReadOnlySpan<float> values)
    {
        foreach (var v in values)
        {
            if (!float.IsFinite(v))
                throw new ModelException("a value that is not finite");
            if (v < Low)
                Low = v;
            if (v > High)
                High = v;
        }
    }

    /// <summary>Second pass, over the same values.</summary>
    public void Count(ReadOnlySpan<float> values)
    {
        if (!(High > Low))
            return;
        var perBin = BinCount / (High - Low);
        foreach (var v in values)
            bins[Math.Clamp((int)((v - Low) * perBin), 0, BinCount - 1)]++;
        count += values.Length;
    }

    public (double Low, double High) Range(RangeMethod method, double percentile) => !(High > Low) ? (Low, High) : method switch
    {
        RangeMethod.Percentile => (Cut(1 - percentile), Cut(percentile)),
        RangeMethod.LeastSquares => LeastSquares(),
        _ => (Low, High),
    };

    private double Middle(int bin) => Low + ((bin + 0.5) * (High - Low) / BinCount);

    /// <summary>Where a share of the values lies below.</summary>
    private double Cut(double share)
    {
        var below = 0L;
        for (var i = 0; i < BinCount; i++)
            if ((below += bins[i]) > share * count)
                return share < 0.5 ? Low + (i * (High - Low) / BinCount) : Low + ((i + 1) * (High - Low) / BinCount);
        return High;
    }

    /// <summary>Each end is moved towards 0 while that lowers the squared error, the upper one first.</summary>
    private (double Low, double High) LeastSquares()
    {
        var (low, high) = (Math.Min(Low, 0), Math.Max(High, 0));
        for (var round = 0; round < 2; round++)
        {
            high = Best(high, h => Error(low, h));
            low = Best(low, l => Error(l, high));
        }
        return (low, high);
    }

    private static double Best(double end, Func<double, double> error)
    {
        if (end == 0)
            return 0;
        var (best, least) = (end, error(end));
        for (var i = 1; i < 80; i++)
            if (error(end * (100 - i) / 100) is var e && e < least)
                (best, least) = (end * (100 - i) / 100, e);
        return best;
    }

    private double Error(double low, double high)
    {
        var scale = Scale.Of(low, high);
        var sum = 0.0;
        for (var i = 0; i < BinCount; i++)
        {
            if (bins[i] == 0)
                continue;
            var x = Middle(i);
            var d = x - scale.Real(scale.Quantize(x));
            // Inside a step, the middle of a bin says less than that the error is spread evenly.
            sum += bins[i] * Math.Max(d * d, (double)scale.Step * scale.Step / 12);
        }
        return sum;
    }
}
