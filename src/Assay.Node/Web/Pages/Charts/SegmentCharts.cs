using System.Collections.Immutable;
using System.Globalization;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Store.Accounts;

namespace Assay.Node.Web.Pages.Charts;

/// <summary>What the history of a segment looks like: charts over its settled epochs, thinned evenly.</summary>
internal static class SegmentCharts
{
    /// <summary>Epochs that a chart is drawn over.</summary>
    public const int Points = 160;

    private const int RowsShown = 20;
    private const string Verdicts = "verdicts";

    /// <summary>The failure rate with its band against n.</summary>
    public static Chart Rate(IReadOnlyList<KeptEpoch> history)
    {
        var bands = history.Select(e => (Epoch: e, Band: Band.Of(Judged(e)))).ToList();
        var last = bands[^1];
        // The first few verdicts say nothing, and would leave no room for the rest.
        var most = bands.Skip(bands.Count / 8).Max(b => b.Band.Upper) / 1e6;
        var summary = $"Of {AccountWords.Number(N(last.Epoch))} verdicts {AccountWords.Number(last.Epoch.Failures)} failed. At the end the band reaches from {AccountWords.Percent(last.Band.Lower)} to {AccountWords.Percent(last.Band.Upper)}, and "
            + (last.Epoch.Life is { } bound ? $"a failure rate below {AccountWords.Percent(bound)} is proven." : "nothing is proven.");
        return new Chart(
            "Failure rate against verdicts", "As more is judged, less can hide. The band holds the rate in 19 of 20 histories, at all points at once, as long as the rate does not change.", summary,
            Axis.OfCounts(Verdicts, N(last.Epoch)), Axis.OfRates("failure rate", most),
            [
                new Curve("band of 95 %", Stroke.Band, [.. bands.Select(b => new Spot(N(b.Epoch), b.Band.Lower / 1e6, b.Band.Upper / 1e6))]),
                new Curve("seen", Stroke.Seen, [.. history.Where(e => N(e) > 0).Select(e => new Spot(N(e), Share(e)))]),
                new Curve("proven: below this", Stroke.Proven, [.. history.Where(e => e.Life is not null).Select(e => new Spot(N(e), e.Life!.Value / 1e6))]),
            ],
            [], null,
            Of(["Verdicts", "Failed", "Band from", "to", "Proven below", "Last 32 epochs below"], bands, b =>
            [
                AccountWords.Number(N(b.Epoch)), AccountWords.Number(b.Epoch.Failures), AccountWords.Percent(b.Band.Lower), AccountWords.Percent(b.Band.Upper),
                Bound(b.Epoch.Life), Bound(b.Epoch.Trailing),
            ]));
    }

    /// <summary>The evidence that the failure rate has risen, on a logarithmic axis with the line at which it alarms.</summary>
    /// <param name="alarmed">Epochs in which it did.</param>
    /// <returns>Null where there is no detector yet.</returns>
    public static Chart? Change(IReadOnlyList<KeptEpoch> history, IReadOnlyList<KeptEpoch> alarmed)
    {
        var watched = history.Where(e => e.Detector is not null).ToList();
        if (watched.Count < 2)
            return null;
        var last = watched[^1];
        var summary = $"Evidence for a rise at the end: {Value(last)}; it alarms at 10 000. "
            + (last.Alarms == 0 ? "It never alarmed." : $"It alarmed {(last.Alarms == 1 ? "once" : $"{last.Alarms} times")}, {(alarmed.Count > 1 ? "last " : "")}at about {AccountWords.Number(N(alarmed[0]))} verdicts.");
        return new Chart(
            "Evidence that the failure rate has risen", "It grows with failures that the segment's first 1,000 verdicts do not explain, and starts again after an alarm. Without a change it takes 10,000 verdicts or more to alarm, in the mean.", summary,
            Axis.OfCounts(Verdicts, N(history[^1])), new Axis("evidence", 0.1, 100_000, true, Axis.Count),
            [new Curve("evidence", Stroke.Seen, [.. watched.Select(e => new Spot(N(e), e.Detector!.Value / 4294967296.0))])],
            [.. alarmed.Select(e => new Sign(N(e), ChangeDetector.Threshold, "alarm"))], (ChangeDetector.Threshold, "alarms at 10\u202f000"),
            Of(["Verdicts", "Evidence", "Alarms so far", "Settled"], watched, e => [AccountWords.Number(N(e)), Value(e), AccountWords.Number(e.Alarms), Day(e)]));
    }

    /// <summary>Failures as they were expected before each epoch, and as they came.</summary>
    public static Chart Forecast(IReadOnlyList<KeptEpoch> history)
    {
        var last = history[^1];
        var (expected, gain) = (last.ExpectedFailures / 1000.0, (last.Score - last.PlainScore) / 1e6);
        var summary = $"Expected in all: {Decimal(expected)} failures; seen: {AccountWords.Number(last.Failures)}. Expected of the next epoch: {AccountWords.Percent(last.Next)}.";
        return new Chart(
            "Forecasts: failures expected and seen", $"Each epoch was forecast before it was settled. Lines that stay together mean good forecasts. Against always betting on the plain rate, the forecasts {(gain >= 0 ? "gained" : "lost")} {Decimal(Math.Abs(gain))} nats.", summary,
            Axis.OfCounts(Verdicts, N(last)), Axis.OfCounts("failures so far", Math.Max(expected, last.Failures) * 1.05),
            [
                new Curve("seen", Stroke.Seen, [.. history.Select(e => new Spot(N(e), e.Failures))]),
                new Curve("expected", Stroke.Expected, [.. history.Select(e => new Spot(N(e), e.ExpectedFailures / 1000.0))]),
            ],
            [], null,
            Of(["Verdicts", "Expected of this epoch", "Expected so far", "Seen so far"], history, e =>
                [AccountWords.Number(N(e)), AccountWords.Percent(e.Expected), Decimal(e.ExpectedFailures / 1000.0), AccountWords.Number(e.Failures)]));
    }

    /// <summary>The lanes side by side: drawn traffic, the auditors' own requests.</summary>
    public static IntervalChart Lanes(AccountFigures figures)
    {
        (string Name, ProvenFigure Figure)[] lanes = [("traffic", figures.Life), ("last 32 epochs", figures.Trailing), ("canaries", figures.Canary)];
        var bands = lanes.Select(l => (l.Name, l.Figure, Band: Band.Of(l.Figure.Judged))).ToList();
        var known = bands.Where(b => b.Figure.Judged.Total > 0).Select(b => b.Band.Upper / 1e6).DefaultIfEmpty(1).ToList();
        return new IntervalChart(
            "Traffic and canaries", "A provider that knows which requests are the auditors' own could treat them better. Then the canaries fail less than the traffic.",
            string.Join(' ', bands.Select(b => $"{b.Name}: {AccountWords.Number(b.Figure.Judged.Failures)} of {AccountWords.Number(b.Figure.Judged.Total)} failed, band from {AccountWords.Percent(b.Band.Lower)} to {AccountWords.Percent(b.Band.Upper)}.")),
            Axis.OfRates("failure rate, with its band of 95 %", Math.Min(1, known.Max() * 1.02)),
            [.. bands.Select(b => new IntervalRow(b.Name, b.Figure.Judged.Total == 0 ? null : (double)b.Figure.Judged.Failures / b.Figure.Judged.Total, b.Band.Lower / 1e6, b.Band.Upper / 1e6))],
            new Numbers(["Lane", "Verdicts", "Failed", "Band from", "to", "Proven below"], [.. bands.Select(b => ImmutableArray.Create(
                b.Name, AccountWords.Number(b.Figure.Judged.Total), AccountWords.Number(b.Figure.Judged.Failures), AccountWords.Percent(b.Band.Lower), AccountWords.Percent(b.Band.Upper), Bound(b.Figure.FailureBound)))]));
    }

    private static Numbers Of<T>(ImmutableArray<string> columns, IReadOnlyList<T> history, Func<T, ImmutableArray<string>> row)
    {
        var count = Math.Min(history.Count, RowsShown);
        return new Numbers(columns, [.. Enumerable.Range(0, count).Select(i => row(history[count == 1 ? 0 : (int)((long)i * (history.Count - 1) / (count - 1))]))]);
    }

    private static Counts Judged(KeptEpoch epoch) => new(epoch.Passes, epoch.Failures);

    private static ulong N(KeptEpoch epoch) => epoch.Passes + epoch.Failures;

    private static double Share(KeptEpoch epoch) => (double)epoch.Failures / N(epoch);

    private static string Bound(uint? bound) => bound is { } rate ? AccountWords.Percent(rate) : AccountWords.Insufficient;

    private static string Value(KeptEpoch epoch) => Decimal(epoch.Detector!.Value / 4294967296.0);

    private static string Decimal(double value) => value.ToString(value >= 100 ? "#,0" : "0.##", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    private static string Day(KeptEpoch epoch) => DateTimeOffset.FromUnixTimeSeconds((long)epoch.Time).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
