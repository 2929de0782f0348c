using System.Text.Json;
using Assay.Market.Journal;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Market.Corruption;

/// <summary>A participant asks for all that it put up for an auditor.</summary>
/// <param name="Auditor">Origin of its log.</param>
/// <param name="LogKey">Key id of its log key.</param>
public sealed record UnstakeEvent(ulong By, ulong Nonce, string Auditor, Hash LogKey) : MarketInstruction(By, Nonce)
{
    public const string Name = "unstake";

    public override string Do => Name;

    internal static UnstakeEvent Parse(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "auditor", "logKey");
        return new UnstakeEvent(by, nonce, json["auditor"].Label(), json["logKey"].HexHash());
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("auditor", Auditor);
        json.WriteString("logKey", LogKey.ToHex());
    }

    protected internal override void Apply(MarketState state) => state.Stakes.AskBack(state, this);
}

/// <summary>The market says, and anyone can replay, that records of which an auditor says that they diverge reproduce.</summary>
/// <param name="Segment">Its place in the account.</param>
/// <param name="Auditor">Origin of the log that says <c>d</c>.</param>
/// <param name="LogKey">Key id of its log key.</param>
/// <param name="Records">How many.</param>
/// <param name="Evidence">SHA-256 of the bundle that reproduces, or of a list of them.</param>
public sealed record RefuteEvent(Hash Account, ulong Segment, string Auditor, Hash LogKey, ulong Records, Hash Evidence) : MarketEvent
{
    public const string Name = "refute";

    public override string Do => Name;

    internal static RefuteEvent Parse(JsonAt json)
    {
        MarketEvents.OfMarket(json, "account", "segment", "auditor", "logKey", "records", "evidence");
        return new RefuteEvent(
            json["account"].HexHash(), json["segment"].Integer(), json["auditor"].Label(), json["logKey"].HexHash(), json["records"].Integer(1),
            json["evidence"].HexHash());
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("account", Account.ToHex());
        json.WriteNumber("segment", Segment);
        json.WriteString("auditor", Auditor);
        json.WriteString("logKey", LogKey.ToHex());
        json.WriteNumber("records", Records);
        json.WriteString("evidence", Evidence.ToHex());
    }

    protected internal override void Apply(MarketState state)
    {
        if (state.Looks.Of(Account) is not { } look || Segment >= (ulong)look.Segments.Length)
            throw new MarketRefusal($"the market has not looked at segment {Segment} of an account {Account.ToHex()}");
        if (!look.Auditors.Any(a => a.Origin == Auditor && a.LogKey == LogKey))
            throw new MarketRefusal($"{StrictJson.Shown(Auditor)} is no auditor of the account {Account.ToHex()}");
        if (Records > look.Segments[(int)Segment].Counts.Failures)
            throw new MarketRefusal($"segment {Segment} has {look.Segments[(int)Segment].Counts.Failures} failures, {Records} cannot be refuted");
        state.Stakes.Refute(state, this);
        state.Series.Refute(Account, Segment, Records);
    }
}
