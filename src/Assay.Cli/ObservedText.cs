using System.Globalization;
using System.Text;
using Assay.Audit.Accounts;
using Assay.Reliability.Accounts;

namespace Assay.Cli;

/// <summary>An observed account in words: each number with what it rests on, and that all of it is testimony.</summary>
internal static class ObservedText
{
    public static string Of(ObservedAccount account)
    {
        var text = new StringBuilder();
        text.AppendLine($"{Printable(account.Service)}");
        text.AppendLine($"{account.OracleName}, task sha256:{account.Task.ToHex()[..16]}…, observed by 1 auditor: its word, not a proof");
        foreach (var segment in account.State.Segments)
            text.AppendLine($"  address {segment.Address.ToHex()[..16]}…  {Line(segment)}");
        return text.ToString();
    }

    public static string Line(ObservedSegment segment)
    {
        var figures = ObservedFigures.Of(segment);
        var when = $"{Day(segment.First)} to {Day(segment.Last)}";
        if (figures.LogE is { } logE)
            return string.Create(CultureInfo.InvariantCulture, $"{when}, {figures.Batches} batches: evidence e^{logE / 1e6:0.000} against the claim: {(figures.Refuted ? "REFUTED (it reached 20, which of true claims at most 5 % ever do)" : "not refuted, which proves nothing")}{Alarms(figures)}");
        var counts = figures.Counts;
        var incidents = segment.Observers.Select(o => o.Uptime).FirstOrDefault(u => u.Repairs.Total + u.Calms.Total > 0);
        return string.Create(CultureInfo.InvariantCulture, $"{when}, n = {counts.Counts.Total}: {counts.Passed} pass, {counts.Failed} fail, {counts.Unanswered} without an answer; failures {Bound(figures.Life)}, last {segment.Days.Count} days {Bound(figures.Trailing)}")
            + (figures.Answered is { } band ? string.Create(CultureInfo.InvariantCulture, $", of those answered {band.Lower / 1e4:0.0000} to {band.Upper / 1e4:0.0000} %") : "")
            + (incidents.Repairs.Total > 0 ? $"; {incidents.Repairs.Total} incidents, {incidents.Repairs.Failures} longer than {ObserverTally.Repair} probes" : "")
            + Alarms(figures);
    }

    private static string Bound(ProvenFigure figure) =>
        figure.FailureBound is { } bound ? string.Create(CultureInfo.InvariantCulture, $"proven below {bound / 1e4:0.0000} % (n = {figure.Judged.Total})") : $"insufficient data (n = {figure.Judged.Total})";

    private static string Alarms(ObservedFigures figures) =>
        figures.Alarms == 0 ? "" : $"; CHANGED: {figures.Alarms} {(figures.Alarms == 1 ? "alarm" : "alarms")}{(figures.Alarmed ? "" : ", none of late")}";

    private static string Day(ulong seconds) => DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(seconds, 253_402_300_799)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // Of a log that anybody may have written.
    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? '\uFFFD' : c)]);
}
