using System.Text.Json.Serialization;

namespace Assay.Bench;

/// <summary>One measured figure. Its name stays the same over the years, so that figures can be compared.</summary>
/// <param name="Unit">Of <see cref="Value"/>, for instance <c>entries/s</c>.</param>
/// <param name="Better"><c>higher</c> or <c>lower</c>.</param>
public sealed record Row(string Name, string Unit, string Better)
{
    public const string Higher = "higher";
    public const string Lower = "lower";

    /// <summary>The median of the runs.</summary>
    public double? Value { get; init; }

    public int? Threads { get; init; }

    public int? Runs { get; init; }

    /// <summary>Of a count: how many there could be.</summary>
    public int? Total { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    /// <summary>What else was measured in the same run, for comparison.</summary>
    public string? Peer { get; init; }

    public string? PeerVersion { get; init; }

    public double? PeerValue { get; init; }

    /// <summary>Above 1 means that we are better than the peer.</summary>
    public double? Ratio => Value is not { } ours || PeerValue is not { } theirs ? null : Better == Higher ? ours / theirs : theirs / ours;

    /// <summary>Why it could not be measured.</summary>
    public string? Skipped { get; init; }

    /// <summary>A row from the figures of several runs.</summary>
    public static Row Of(string name, string unit, string better, IEnumerable<double> runs)
    {
        var sorted = runs.Order().ToArray();
        return new Row(name, unit, better) { Value = Median(sorted), Runs = sorted.Length, Min = sorted[0], Max = sorted[^1] };
    }

    /// <summary>A row of one run.</summary>
    public static Row Of(string name, string unit, string better, double value) => Of(name, unit, better, [value]);

    public Row Beside(string peer, string version, IEnumerable<double> runs) =>
        this with { Peer = peer, PeerVersion = version, PeerValue = Median([.. runs.Order()]) };

    public static double Median(double[] sorted) =>
        sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
}

/// <summary>All rows of one program, and where they were measured.</summary>
public sealed record Report(string Bench, Machine Machine, string Commit, IReadOnlyList<Row> Rows);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext;
