using Assay.Reliability.Statistics;

namespace Assay.Reliability.Accounts;

/// <summary>A bound and what it rests on.</summary>
/// <param name="Judged">Passes and failures that were counted.</param>
/// <param name="FailureBound">Proven: the failure rate is below so many millionths; null where that is not known of any rate: insufficient data.</param>
public readonly record struct ProvenFigure(Counts Judged, uint? FailureBound)
{
    public static ProvenFigure Of(Counts counts) =>
        new(counts, Proven.FailureBound(counts) is var bound && bound < Grid.One ? bound : null);
}

/// <summary>What is published of a segment, each number with what it rests on (docs/spec/accounts-fold.md section 5). A function of its state.</summary>
/// <param name="Life">Of all its settled epochs.</param>
/// <param name="Trailing">Of the last 32: a long clean past does not hide a bad month.</param>
/// <param name="Epoch">
/// Share of the last settled epoch's records that fail, in millionths, from those that were drawn of it without replacement; null
/// before there is one. Records that nobody could decide are failures to its upper end and passes to its lower.
/// </param>
/// <param name="Canary">Of the auditors' own requests, by themselves.</param>
/// <param name="Alarmed">The change detector alarmed within the last 32 epochs.</param>
/// <param name="Faults">Divergences proved outside the sample.</param>
public sealed record AccountFigures(ProvenFigure Life, ProvenFigure Trailing, Interval? Epoch, ProvenFigure Canary, bool Alarmed, ulong Faults)
{
    public static AccountFigures Of(SegmentState segment)
    {
        var trailing = default(LetterCounts);
        foreach (var epoch in segment.Trailing)
            trailing += epoch.Judged;
        return new AccountFigures(
            ProvenFigure.Of(segment.Traffic.Counts), ProvenFigure.Of(trailing.Counts), segment.Trailing.Count == 0 ? null : RateOf(segment.Trailing[^1]),
            ProvenFigure.Of(segment.Canary.Counts),
            segment.Alarmed, segment.Faults);
    }

    private static Interval RateOf(SettledEpoch epoch) => new(
        WithoutReplacement.Rate(epoch.Records, epoch.Judged.AtBest).Lower, WithoutReplacement.Rate(epoch.Records, epoch.Judged.AtWorst).Upper);
}
