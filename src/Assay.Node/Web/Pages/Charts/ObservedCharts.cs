using System.Collections.Immutable;
using System.Globalization;
using Assay.Node.Web.Pages.Views;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;

namespace Assay.Node.Web.Pages.Charts;

/// <summary>What observers saw of an address: charts over the days that are kept, and bands side by side.</summary>
internal static class ObservedCharts
{
    // More rows than this are no picture: the table has all.
    private const int RowsDrawn = 16;

    /// <summary>The share that failed on each day, with each day's band by itself.</summary>
    /// <returns>Null with fewer than two days.</returns>
    public static Chart? Days(ObservedSegment segment)
    {
        var days = segment.Days.Where(d => d.Counts.Counts.Total > 0).Select(d => (d.Day, d.Counts, Band: Band.Of(d.Counts.Counts), At: (double)(d.Day - segment.Days[0].Day))).ToList();
        if (days.Count < 2)
            return null;
        var worst = days.MaxBy(d => Share(d.Counts.Counts));
        return new Chart(
            "Failure rate by day", "Of each day by itself: what failed, and its band of 95 %. No answer is a failure. Days without observations are not there.",
            $"{days.Count} days from {Date(days[0].Day)} to {Date(days[^1].Day)}. Most failed on {Date(worst.Day)}: {AccountWords.Number(worst.Counts.Counts.Failures)} of {AccountWords.Number(worst.Counts.Counts.Total)}.",
            DaysFrom(days[0].Day, days[^1].Day), Axis.OfRates("failure rate", days.Max(d => d.Band.Upper) / 1e6),
            [
                new Curve("band of 95 %", Stroke.Band, [.. days.Select(d => new Spot(d.At, d.Band.Lower / 1e6, d.Band.Upper / 1e6))]),
                new Curve("seen", Stroke.Seen, [.. days.Select(d => new Spot(d.At, Share(d.Counts.Counts)))]),
            ],
            [], null,
            new Numbers(["Day", "n", "Failed", "Without an answer", "Band from", "to"], [.. days.Select(d => ImmutableArray.Create(
                Date(d.Day), AccountWords.Number(d.Counts.Counts.Total), AccountWords.Number(d.Counts.Failed), AccountWords.Number(d.Counts.Unanswered), AccountWords.Percent(d.Band.Lower), AccountWords.Percent(d.Band.Upper)))]));
    }

    /// <summary>The evidence against the claim over the days that are kept.</summary>
    /// <returns>Null with fewer than two days.</returns>
    public static Chart? Evidence(ObservedSegment segment)
    {
        if (segment.Days.Count < 2)
            return null;
        var sum = (double)segment.Evidence.Sum - segment.Days.Sum(d => (double)d.LogE);
        var days = segment.Days.Select(d => (d.Day, d.LogE, Sum: (sum += d.LogE) / 1e6, At: (double)(d.Day - segment.Days[0].Day))).ToList();
        var line = Reliability.Accounts.Evidence.Refuted / 1e6;
        return new Chart(
            "Evidence against the claim", "Its natural logarithm at the end of each day. It falls while answers look drawn from the claimed weights; at 3.00 it is 20, which at most 5 % of true claims ever reach.",
            $"At the end of {Date(days[^1].Day)} the logarithm is {Decimal(days[^1].Sum)}; it refutes at {Decimal(line)}.",
            DaysFrom(days[0].Day, days[^1].Day), new Axis("logarithm of the evidence", Math.Min(0, days.Min(d => d.Sum)) - 0.5, Math.Max(line, days.Max(d => d.Sum)) + 0.5, false, Decimal),
            [new Curve("evidence", Stroke.Seen, [.. days.Select(d => new Spot(d.At, d.Sum))])], [], (line, "refutes at 20"),
            new Numbers(["Day", "Of this day", "So far"], [.. days.Select(d => ImmutableArray.Create(Date(d.Day), Decimal(d.LogE / 1e6), Decimal(d.Sum)))]));
    }

    /// <summary>The bands of an account's addresses side by side.</summary>
    public static IntervalChart Addresses(ImmutableArray<ObservedRow> rows) => Bands(
        "Addresses side by side", $"An address is an endpoint and the model that it was asked for. No answer is a failure.{(rows.Length > RowsDrawn ? $" The first {RowsDrawn} are drawn." : "")}", "Address",
        [.. rows.Take(RowsDrawn).Select(r => (Show.Short(r.Address), r.Figures.Counts.Counts))]);

    /// <summary>All that was seen of one address, the days that are kept, and what was answered.</summary>
    public static IntervalChart Lanes(ObservedSegment segment) => Bands(
        "All, of late, and answered", "No answer is a failure, but in the last row, which is of what was answered.", "Of",
        [
            ("all", segment.Counts.Counts), ($"last {Show.Count((ulong)segment.Days.Count, "day", "days")}", segment.Days.Aggregate(default(ObservedCounts), (sum, day) => sum + day.Counts).Counts),
            ("answered", segment.Counts.Answered),
        ]);

    private static IntervalChart Bands(string title, string note, string what, ImmutableArray<(string Name, Counts Counts)> lanes)
    {
        var bands = lanes.Select(l => (l.Name, l.Counts, Band: Band.Of(l.Counts))).ToList();
        return new IntervalChart(
            title, note, string.Join(' ', bands.Select(b => $"{b.Name}: {AccountWords.Number(b.Counts.Failures)} of {AccountWords.Number(b.Counts.Total)} failed, band from {AccountWords.Percent(b.Band.Lower)} to {AccountWords.Percent(b.Band.Upper)}.")),
            Axis.OfRates("failure rate, with its band of 95 %", Math.Min(1, bands.Where(b => b.Counts.Total > 0).Select(b => b.Band.Upper / 1e6).DefaultIfEmpty(1).Max() * 1.02)),
            [.. bands.Select(b => new IntervalRow(b.Name, b.Counts.Total == 0 ? null : Share(b.Counts), b.Band.Lower / 1e6, b.Band.Upper / 1e6))],
            new Numbers([what, "n", "Failed", "Band from", "to"], [.. bands.Select(b => ImmutableArray.Create(
                b.Name, AccountWords.Number(b.Counts.Total), AccountWords.Number(b.Counts.Failures), AccountWords.Percent(b.Band.Lower), AccountWords.Percent(b.Band.Upper)))]));
    }

    private static Axis DaysFrom(ulong first, ulong last) => Axis.OfCounts($"days since {Date(first)}", last - first);

    private static double Share(Counts counts) => (double)counts.Failures / counts.Total;

    private static string Decimal(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>A day since 1970-01-01; as an observer's clock may say anything, none is after the year 9999.</summary>
    private static string Date(ulong day) => DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(day, 2_932_896) * 86_400).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
