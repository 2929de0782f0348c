using System.Collections.Immutable;
using System.Text.Json;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Market.Journal;

/// <summary>The market has seen what observers say of an account: what that makes due is done.</summary>
public sealed record SightEvent(Hash Account, ulong Step, ImmutableArray<SegmentSight> Segments) : MarketEvent
{
    public const string Name = "sight";

    private const ulong MostDays = 1UL << 32;

    public override string Do => Name;

    public bool Equals(SightEvent? other) => other is not null && Of(0).Equals(other.Of(0));

    public override int GetHashCode() => HashCode.Combine(Account, Step);

    internal static SightEvent Parse(JsonAt json)
    {
        MarketEvents.OfMarket(json, "account", "step", "segments");
        return new SightEvent(json["account"].HexHash(), json["step"].Integer(), [.. json["segments"].Items(Sight.MostSegments).Select(Segment)]);
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("account", Account.ToHex());
        json.WriteNumber("step", Step);
        json.WriteStartArray("segments");
        foreach (var segment in Segments)
        {
            json.WriteStartObject();
            json.WriteNumber("days", segment.Days);
            json.WriteNumber("alarms", segment.Alarms);
            json.WriteBoolean("alarmed", segment.Alarmed);
            json.WriteStartArray("observers");
            foreach (var observer in segment.Observers)
            {
                json.WriteStartObject();
                json.WriteString("origin", observer.Origin);
                json.WriteString("logKey", observer.LogKey.ToHex());
                json.WriteNumber("passed", observer.Counts.Passed);
                json.WriteNumber("failed", observer.Counts.Failed);
                json.WriteNumber("unanswered", observer.Counts.Unanswered);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected internal override void Apply(MarketState state)
    {
        var sight = Of(state.Time);
        state.Sights.MustFollow(sight);
        state.Sights.Set(sight);
        state.Policies.Hear(state, sight);
    }

    private Sight Of(ulong time) => new(Account, Step, time, Segments);

    private static SegmentSight Segment(JsonAt json)
    {
        json.Only("days", "alarms", "alarmed", "observers");
        return new SegmentSight(
            json["days"].Integer(0, MostDays), json["alarms"].Integer(), json["alarmed"].Boolean(), [.. json["observers"].Items(Sight.MostObservers).Select(Observer)]);
    }

    private static ObserverSight Observer(JsonAt json)
    {
        json.Only("origin", "logKey", "passed", "failed", "unanswered");
        var counts = new ObservedCounts(json["passed"].Integer(), json["failed"].Integer(), json["unanswered"].Integer());
        return (UInt128)counts.Passed + counts.Failed + counts.Unanswered < Counts.Limit ? new ObserverSight(json["origin"].Label(), json["logKey"].HexHash(), counts)
            : throw json.Wrong("fewer than 2^53 observations");
    }
}
