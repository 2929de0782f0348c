using Assay.Reliability.Statistics;

namespace Assay.Simulation.Measures;

/// <summary>What bounds the mean number of verdicts from a change to the alarm (docs/experiment.md, H7).</summary>
/// <remarks>
/// The mean of the recursions is at least one of them over their number, and that one is at least the product of its factors since the
/// change. So the alarm comes no later than that product reaches 10,000 times their number; and a sum of independent steps of mean g that
/// are at most ln r needs at most (height + ln r)/g of them on average (Wald 1947).
/// </remarks>
public static class DetectionBound
{
    /// <param name="baseline">The detector's rate, in millionths.</param>
    /// <param name="changed">The chance of failure since the change, in millionths, above the baseline.</param>
    /// <returns>In verdicts; null where no ratio's evidence grows.</returns>
    public static double? Of(uint baseline, uint changed)
    {
        var ratios = Baseline.Ratios(baseline);
        var best = default(double?);
        foreach (var ratio in ratios)
        {
            var atFailure = FixedPoint.Ln(ratio, 16);
            var atPass = FixedPoint.Ln(16UL * 1_000_000 - (ulong)ratio * baseline, 16UL * (1_000_000 - baseline));
            var growth = (atFailure * changed + atPass * (1_000_000 - changed)) / 1_000_000;
            if (growth <= 0)
                continue;
            var height = FixedPoint.LnUp(ChangeDetector.Threshold * (ulong)ratios.Length, 1) + atFailure;
            var verdicts = (double)(height >> 24) / (double)(growth >> 24);
            if (best is null || verdicts < best)
                best = verdicts;
        }
        return best;
    }
}
