using System.Text.Json;
using Assay.Market.Journal;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Market.Cover;

/// <summary>A participant buys a cover from the market, at its quote.</summary>
/// <param name="Segment">Its place in the account.</param>
/// <param name="Until">Unix seconds: settled then at the latest.</param>
/// <param name="Most">Units: refused where the premium is higher.</param>
public abstract record CoverOrder(ulong By, ulong Nonce, Hash Account, ulong Segment, CoverTerms Cover, ulong Until, long Most) : MarketInstruction(By, Nonce)
{
    /// <summary>Reads the members of both kinds.</summary>
    protected static CoverEvent Read(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "account", "segment", "threshold", "width", "records", "sum", "until", "most");
        return new CoverEvent(
            by, nonce, json["account"].HexHash(), json["segment"].Integer(),
            new CoverTerms(
                (uint)json["threshold"].Integer(0, Grid.One - 1), (uint)json["width"].Integer(1, Grid.One), json["records"].Integer(1),
                MarketEvents.Amount(json["sum"])),
            json["until"].Integer(), MarketEvents.Amount(json["most"]));
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("account", Account.ToHex());
        json.WriteNumber("segment", Segment);
        json.WriteNumber("threshold", Cover.Threshold);
        json.WriteNumber("width", Cover.Width);
        json.WriteNumber("records", Cover.Records);
        json.WriteNumber("sum", Cover.Sum);
        json.WriteNumber("until", Until);
        json.WriteNumber("most", Most);
    }
}

/// <summary>Of an account of replays: settled by what is settled in its window, which anybody can recompute.</summary>
public sealed record CoverEvent(ulong By, ulong Nonce, Hash Account, ulong Segment, CoverTerms Cover, ulong Until, long Most)
    : CoverOrder(By, Nonce, Account, Segment, Cover, Until, Most)
{
    public const string Name = "cover";

    public override string Do => Name;

    internal static CoverEvent Parse(JsonAt json) => Read(json);

    protected internal override void Apply(MarketState state) => state.Policies.Sell(state, this);
}

/// <summary>Of an observed account: settled by the median of what observers say. Its records are observations of each observer.</summary>
public sealed record TestimonyEvent(ulong By, ulong Nonce, Hash Account, ulong Segment, CoverTerms Cover, ulong Until, long Most)
    : CoverOrder(By, Nonce, Account, Segment, Cover, Until, Most)
{
    public const string Name = "testimony";

    public override string Do => Name;

    internal static TestimonyEvent Parse(JsonAt json)
    {
        var read = Read(json);
        return new TestimonyEvent(read.By, read.Nonce, read.Account, read.Segment, read.Cover, read.Until, read.Most);
    }

    protected internal override void Apply(MarketState state) => state.Policies.Sell(state, this);
}
