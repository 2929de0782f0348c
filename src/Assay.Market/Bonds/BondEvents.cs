using System.Text.Json;
using Assay.Market.Journal;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Market.Bonds;

/// <summary>Whoever runs an account issues a series, and puts up the part that it keeps.</summary>
public sealed record BondEvent(ulong By, ulong Nonce, Hash Account, ulong Segment, BondTerms Terms) : MarketInstruction(By, Nonce)
{
    public const string Name = "bond";

    public override string Do => Name;

    internal static BondEvent Parse(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "account", "segment", "promised", "face", "retained", "coupon", "until");
        return new BondEvent(by, nonce, json["account"].HexHash(), json["segment"].Integer(), new BondTerms(
            (uint)json["promised"].Integer(1, Promise.Most), MarketEvents.Amount(json["face"]), MarketEvents.Amount(json["retained"]),
            (uint)json["coupon"].Integer(0, Grid.One), json["until"].Integer()));
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("account", Account.ToHex());
        json.WriteNumber("segment", Segment);
        json.WriteNumber("promised", Terms.Promised);
        json.WriteNumber("face", Terms.Face);
        json.WriteNumber("retained", Terms.Retained);
        json.WriteNumber("coupon", Terms.Coupon);
        json.WriteNumber("until", Terms.Until);
    }

    protected internal override void Apply(MarketState state) => state.Series.Issue(state, this);
}

/// <summary>Shares of a series at par.</summary>
public sealed record SubscribeEvent(ulong By, ulong Nonce, ulong Series, long Units) : MarketInstruction(By, Nonce)
{
    public const string Name = "subscribe";

    public override string Do => Name;

    internal static SubscribeEvent Parse(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "series", "units");
        return new SubscribeEvent(by, nonce, json["series"].Integer(), MarketEvents.Amount(json["units"]));
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("series", Series);
        json.WriteNumber("units", Units);
    }

    protected internal override void Apply(MarketState state) => state.Series.Subscribe(state, this);
}
