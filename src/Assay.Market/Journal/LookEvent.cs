using System.Collections.Immutable;
using System.Text.Json;
using Assay.Market.Looks;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Market.Journal;

/// <summary>The market has looked at an account: what that makes due is done.</summary>
public sealed record LookEvent(Hash Account, ulong Step, ImmutableArray<SegmentLook> Segments, ImmutableArray<AuditorLook> Auditors) : MarketEvent
{
    public const string Name = "look";

    private const ulong MostWaiting = 1UL << 40;

    public override string Do => Name;

    public bool Equals(LookEvent? other) => other is not null && Of(0).Equals(other.Of(0));

    public override int GetHashCode() => HashCode.Combine(Account, Step);

    internal static LookEvent Parse(JsonAt json)
    {
        MarketEvents.OfMarket(json, "account", "step", "segments", "auditors");
        var look = new LookEvent(
            json["account"].HexHash(), json["step"].Integer(),
            [.. json["segments"].Items(Look.MostSegments).Select(Segment)], [.. json["auditors"].Items(Look.MostAuditors).Select(Auditor)]);
        return look.Auditors.Select(a => (a.Origin, a.LogKey)).Distinct().Count() == look.Auditors.Length ? look : throw json["auditors"].Wrong("auditors, none twice");
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("account", Account.ToHex());
        json.WriteNumber("step", Step);
        json.WriteStartArray("segments");
        foreach (var segment in Segments)
        {
            json.WriteStartObject();
            json.WriteNumber("records", segment.Counts.Records);
            json.WriteNumber("epochs", segment.Counts.Epochs);
            json.WriteNumber("passes", segment.Counts.Passes);
            json.WriteNumber("failures", segment.Counts.Failures);
            json.WriteNumber("undecided", segment.Counts.Undecided);
            json.WriteNumber("neither", segment.Counts.Neither);
            json.WriteNumber("waiting", segment.Waiting);
            json.WriteBoolean("alarmed", segment.Alarmed);
            json.WriteNumber("expected", segment.Expected);
            json.WriteNumber("hazard", segment.Hazard);
            json.WriteNumber("memoryPasses", segment.MemoryPasses);
            json.WriteNumber("memoryFailures", segment.MemoryFailures);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("auditors");
        foreach (var auditor in Auditors)
        {
            json.WriteStartObject();
            json.WriteString("origin", auditor.Origin);
            json.WriteString("logKey", auditor.LogKey.ToHex());
            json.WriteNumber("commitments", auditor.Commitments);
            json.WriteNumber("contradicted", auditor.Contradicted);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected internal override void Apply(MarketState state)
    {
        var look = Of(state.Time);
        state.Looks.MustFollow(look);
        state.Stakes.Compare(state, state.Looks.Of(Account), look);
        state.Looks.Set(look);
        foreach (var product in state.Products)
            product.Look(state, look);
    }

    private Look Of(ulong time) => new(Account, Step, time, Segments, Auditors);

    private static SegmentLook Segment(JsonAt json)
    {
        json.Only(
            "records", "epochs", "passes", "failures", "undecided", "neither", "waiting", "alarmed", "expected", "hazard", "memoryPasses", "memoryFailures");
        var counts = new SegmentCounts(
            json["records"].Integer(), json["epochs"].Integer(), json["passes"].Integer(), json["failures"].Integer(), json["undecided"].Integer(),
            json["neither"].Integer());
        if (!counts.Hold())
            throw json.Wrong("no more epochs and verdicts than records");
        return new SegmentLook(
            counts, json["waiting"].Integer(0, MostWaiting), json["alarmed"].Boolean(), (uint)json["expected"].Integer(0, Grid.One),
            (uint)json["hazard"].Integer(0, Grid.One), json["memoryPasses"].Integer(), json["memoryFailures"].Integer());
    }

    private static AuditorLook Auditor(JsonAt json)
    {
        json.Only("origin", "logKey", "commitments", "contradicted");
        return new AuditorLook(json["origin"].Label(), json["logKey"].HexHash(), json["commitments"].Integer(), json["contradicted"].Integer());
    }
}
