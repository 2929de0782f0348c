using System.Text.Json;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify.Json;

namespace Assay.Reliability.Passports;

/// <summary>The JSON form of a <see cref="PublishedSegment"/> (docs/spec/passports.md section 1, SEGMENT), and the names of its digits.</summary>
public static class SegmentFormat
{
    internal static PublishedSegment Read(JsonAt json)
    {
        json.Only("model", "profile", "region", "owner", "records", "epochs", "epochsWithoutDraw", "disputed", "life", "trailing", "epoch", "canary", "alarmed", "faults");
        return new PublishedSegment(
            json["model"].HexHash(), json["profile"].Label(), json["region"].Label(), json["owner"].Integer(), json["records"].Integer(),
            json["epochs"].Integer(), json["epochsWithoutDraw"].Integer(), json["disputed"].Integer(),
            new AccountFigures(
                ReadProven(json["life"]), ReadProven(json["trailing"]), json.Optional("epoch") is { } epoch ? ReadInterval(epoch) : null,
                ReadProven(json["canary"]), json["alarmed"].Boolean(), json["faults"].Integer()));
    }

    /// <summary>Its members, into an object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter json, PublishedSegment segment)
    {
        json.WriteString("model", segment.Model.ToHex());
        json.WriteString("profile", segment.Profile);
        json.WriteString("region", segment.Region);
        json.WriteNumber("owner", segment.Owner);
        json.WriteNumber("records", segment.Records);
        json.WriteNumber("epochs", segment.Epochs);
        json.WriteNumber("epochsWithoutDraw", segment.EpochsWithoutDraw);
        json.WriteNumber("disputed", segment.Disputed);
        WriteProven(json, "life", segment.Figures.Life);
        WriteProven(json, "trailing", segment.Figures.Trailing);
        if (segment.Figures.Epoch is { } epoch)
        {
            json.WriteStartObject("epoch");
            json.WriteNumber("lower", epoch.Lower);
            json.WriteNumber("upper", epoch.Upper);
            json.WriteEndObject();
        }
        WriteProven(json, "canary", segment.Figures.Canary);
        json.WriteBoolean("alarmed", segment.Figures.Alarmed);
        json.WriteNumber("faults", segment.Figures.Faults);
    }

    /// <summary>Every published value by name, as text; null where the figure says nothing.</summary>
    internal static IEnumerable<(string Name, string? Value)> Digits(PublishedSegment s) =>
    [
        ("model", s.Model.ToHex()), ("profile", s.Profile), ("region", s.Region), ("owner", $"{s.Owner}"), ("records", $"{s.Records}"),
        ("epochs", $"{s.Epochs}"), ("epochsWithoutDraw", $"{s.EpochsWithoutDraw}"), ("disputed", $"{s.Disputed}"),
        .. Digits("life", s.Figures.Life), .. Digits("trailing", s.Figures.Trailing),
        ("epoch.lower", $"{s.Figures.Epoch?.Lower}"), ("epoch.upper", $"{s.Figures.Epoch?.Upper}"),
        .. Digits("canary", s.Figures.Canary), ("alarmed", s.Figures.Alarmed ? "true" : "false"), ("faults", $"{s.Figures.Faults}"),
    ];

    private static (string, string?)[] Digits(string name, ProvenFigure figure) =>
        [($"{name}.passes", $"{figure.Judged.Passes}"), ($"{name}.failures", $"{figure.Judged.Failures}"), ($"{name}.bound", $"{figure.FailureBound}")];

    private static ProvenFigure ReadProven(JsonAt json)
    {
        json.Only("passes", "failures", "bound");
        var (passes, failures) = (json["passes"].Integer(), json["failures"].Integer());
        if (passes + failures >= Counts.Limit)
            throw json.Wrong("counts that add up to less than 2^53");
        return new ProvenFigure(new Counts(passes, failures), json.Optional("bound") is { } bound ? (uint)bound.Integer(0, Grid.One) : null);
    }

    private static Interval ReadInterval(JsonAt json)
    {
        json.Only("lower", "upper");
        return new Interval((uint)json["lower"].Integer(0, Grid.One), (uint)json["upper"].Integer(0, Grid.One));
    }

    private static void WriteProven(Utf8JsonWriter json, string name, ProvenFigure figure)
    {
        json.WriteStartObject(name);
        json.WriteNumber("passes", figure.Judged.Passes);
        json.WriteNumber("failures", figure.Judged.Failures);
        if (figure.FailureBound is { } bound)
            json.WriteNumber("bound", bound);
        json.WriteEndObject();
    }
}
