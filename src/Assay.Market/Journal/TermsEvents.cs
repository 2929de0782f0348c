using System.Collections.Immutable;
using System.Text.Json;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Market.Journal;

/// <summary>The market's figures; hold for what is bought from here on.</summary>
public sealed record TermsEvent(MarketTerms Terms) : MarketEvent
{
    public const string Name = "terms";

    public override string Do => Name;

    internal static TermsEvent Parse(JsonAt json) => new(MarketTerms.Read(json));

    protected internal override void Write(Utf8JsonWriter json) => Terms.Write(json);

    protected internal override void Apply(MarketState state) => state.Set(Terms);
}

/// <summary>A participant: whoever has a key.</summary>
/// <param name="Key">Ed25519, raw.</param>
/// <param name="Affiliates">Accounts, ascending, at most 16: its own word.</param>
public sealed record JoinEvent(Hash Key, ImmutableArray<Hash> Affiliates) : MarketEvent
{
    public const string Name = "join";

    public const int MostAffiliates = 16;

    public override string Do => Name;

    public bool Equals(JoinEvent? other) => other is not null && Key == other.Key && Affiliates.AsSpan().SequenceEqual(other.Affiliates.AsSpan());

    public override int GetHashCode() => Key.GetHashCode();

    internal static JoinEvent Parse(JsonAt json)
    {
        MarketEvents.OfMarket(json, "key", "affiliates");
        var join = new JoinEvent(json["key"].HexHash(), [.. json["affiliates"].Items(MostAffiliates).Select(a => a.HexHash())]);
        for (var i = 1; i < join.Affiliates.Length; i++)
            if (join.Affiliates[i - 1].Bytes.SequenceCompareTo(join.Affiliates[i].Bytes) >= 0)
                throw json["affiliates"].Wrong("accounts in ascending order, none twice");
        _ = PublicKey.FromRaw(join.Key.Bytes);
        return join;
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("key", Key.ToHex());
        json.WriteStartArray("affiliates");
        foreach (var account in Affiliates)
            json.WriteStringValue(account.ToHex());
        json.WriteEndArray();
    }

    protected internal override void Apply(MarketState state) => state.Participants.Add(Key, Affiliates);
}

/// <summary>Units put up by or for an auditor.</summary>
/// <param name="Auditor">Origin of its log.</param>
/// <param name="LogKey">Key id of its log key.</param>
public sealed record StakeEvent(ulong By, ulong Nonce, string Auditor, Hash LogKey, long Units) : MarketInstruction(By, Nonce)
{
    public const string Name = "stake";

    public override string Do => Name;

    internal static StakeEvent Parse(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "auditor", "logKey", "units");
        return new StakeEvent(by, nonce, json["auditor"].Label(), json["logKey"].HexHash(), MarketEvents.Amount(json["units"]));
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("auditor", Auditor);
        json.WriteString("logKey", LogKey.ToHex());
        json.WriteNumber("units", Units);
    }

    protected internal override void Apply(MarketState state) => state.Stakes.PutUp(state, this);
}

/// <summary>Time passes: what is due is done.</summary>
public sealed record TickEvent : MarketEvent
{
    public const string Name = "tick";

    public override string Do => Name;

    internal static TickEvent Parse(JsonAt json)
    {
        MarketEvents.OfMarket(json);
        return new TickEvent();
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
    }

    protected internal override void Apply(MarketState state)
    {
        foreach (var product in state.Products)
            product.Tick(state);
    }
}
