using System.Globalization;
using System.Text.Json;

namespace Assay.Bench;

/// <summary>A report as one JSON object, or as a table for people.</summary>
internal static class Printer
{
    public static void Json(Report report, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(report, ReportJson.Default.Report));

    public static void Table(Report report, TextWriter output)
    {
        output.WriteLine($"{report.Bench}: {report.Machine.Cpu}, {report.Machine.Cores} cores, {report.Machine.Isa}, {report.Machine.Dotnet}");
        List<string[]> lines = [["name", "value", "unit", "min", "max", "peer", "peer value", "ratio"]];
        foreach (var row in report.Rows)
            lines.Add(row.Skipped is { } reason
                ? [row.Name, "-", $"skipped: {reason}", "", "", "", "", ""]
                : [row.Name, Figure(row.Value), row.Total is { } total ? $"{row.Unit} of {total}" : row.Unit, Figure(row.Min), Figure(row.Max), Peer(row), Figure(row.PeerValue), Figure(row.Ratio)]);
        var widths = Enumerable.Range(0, lines[0].Length).Select(c => lines.Where(l => !l[2].StartsWith("skipped", StringComparison.Ordinal)).Max(l => l[c].Length)).ToArray();
        widths[0] = lines.Max(l => l[0].Length);
        foreach (var line in lines)
            output.WriteLine(string.Join("  ", line.Select((text, c) => c is 0 or 2 or 5 ? text.PadRight(widths[c]) : text.PadLeft(widths[c]))).TrimEnd());
    }

    private static string Peer(Row row) => row.Peer is null ? "" : row.PeerVersion is { Length: > 0 } version ? $"{row.Peer} {version}" : row.Peer;

    private static string Figure(double? value) => value is not { } v ? "" : v.ToString(Math.Abs(v) switch
    {
        >= 1000 => "N0",
        >= 10 => "N1",
        _ => "N3",
    }, CultureInfo.InvariantCulture);
}
