using System.Text.Json;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Market.Contracts;

/// <summary>A sponsor opens a contract, with the subsidy that it may lose.</summary>
public sealed record ContractEvent(ulong By, ulong Nonce, Hash Account, ulong Segment, ContractTerms Terms) : MarketInstruction(By, Nonce)
{
    public const string Name = "contract";

    public override string Do => Name;

    internal static ContractEvent Parse(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "account", "segment", "threshold", "audited", "b", "until");
        return new ContractEvent(by, nonce, json["account"].HexHash(), json["segment"].Integer(), new ContractTerms(
            (uint)json["threshold"].Integer(0, Grid.One - 1), json["audited"].Integer(1, ContractTerms.MostAudited),
            (long)json["b"].Integer(1, (ulong)Lmsr.MostLiquidity - 1), json["until"].Integer()));
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("account", Account.ToHex());
        json.WriteNumber("segment", Segment);
        json.WriteNumber("threshold", Terms.Threshold);
        json.WriteNumber("audited", Terms.Audited);
        json.WriteNumber("b", Terms.Liquidity);
        json.WriteNumber("until", Terms.Until);
    }

    protected internal override void Apply(MarketState state) => state.Contracts.Begin(state, this);
}

/// <summary>Shares of a contract are bought from its maker, or sold to it.</summary>
/// <param name="Side">YES or NO.</param>
/// <param name="Limit">Units: the most that a purchase may cost, or the least that a sale must bring.</param>
public sealed record TradeEvent(ulong By, ulong Nonce, ulong Contract, bool Buys, AssetKind Side, long Shares, long Limit) : MarketInstruction(By, Nonce)
{
    public const string Name = "trade";

    private const string Buy = "buy", Sell = "sell";

    public override string Do => Name;

    internal static TradeEvent Parse(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "contract", "action", "side", "shares", "limit");
        var side = AssetNames.Read(json["side"]);
        if (side is not (AssetKind.Yes or AssetKind.No))
            throw json["side"].Wrong("yes or no");
        var action = json["action"].Text(8);
        if (action is not (Buy or Sell))
            throw json["action"].Wrong("buy or sell");
        return new TradeEvent(
            by, nonce, json["contract"].Integer(), action == Buy, side, MarketEvents.Amount(json["shares"]), (long)json["limit"].Integer(0, (ulong)Book.Limit - 1));
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("contract", Contract);
        json.WriteString("action", Buys ? Buy : Sell);
        json.WriteString("side", Side.Name());
        json.WriteNumber("shares", Shares);
        json.WriteNumber("limit", Limit);
    }

    protected internal override void Apply(MarketState state) => state.Contracts.Trade(state, this);
}
