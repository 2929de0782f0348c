using System.Text.Json;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Market.Auctions;

/// <summary>A sealed order.</summary>
/// <param name="Auction">The number of the auction that it is for (<see cref="Rounds.NumberFor"/>).</param>
/// <param name="Deposit">Units; a part is forfeited if it is never revealed.</param>
/// <param name="Commitment">See <see cref="OrderTerms.Commitment"/>.</param>
public sealed record CommitEvent(ulong By, ulong Nonce, Asset Asset, ulong Auction, long Deposit, Hash Commitment) : MarketInstruction(By, Nonce)
{
    public const string Name = "commit";

    public override string Do => Name;

    internal static CommitEvent Parse(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "asset", "number", "auction", "deposit", "commitment");
        var asset = new Asset(AssetNames.Read(json["asset"]), json["number"].Integer());
        if (!Auctions.Auction.Trades(asset))
            throw json["asset"].Wrong("pool, cover or bond");
        return new CommitEvent(by, nonce, asset, json["auction"].Integer(), MarketEvents.Amount(json["deposit"]), json["commitment"].HexHash());
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("asset", Asset.Kind.Name());
        json.WriteNumber("number", Asset.Number);
        json.WriteNumber("auction", Auction);
        json.WriteNumber("deposit", Deposit);
        json.WriteString("commitment", Commitment.ToHex());
    }

    protected internal override void Apply(MarketState state) => state.Rounds.Commit(state, this);
}

/// <summary>Opens a sealed order.</summary>
/// <param name="Order">Its number.</param>
/// <param name="Price">The limit, units a lot.</param>
/// <param name="Salt">32 bytes.</param>
public sealed record RevealEvent(ulong By, ulong Nonce, ulong Order, OrderSide Side, uint Price, long Lots, Hash Salt) : MarketInstruction(By, Nonce)
{
    public const string Name = "reveal";

    public override string Do => Name;

    internal static RevealEvent Parse(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "order", "side", "price", "lots", "salt");
        var side = json["side"].Text(8) switch
        {
            "buy" => OrderSide.Buy,
            "sell" => OrderSide.Sell,
            _ => throw json["side"].Wrong("buy or sell"),
        };
        return new RevealEvent(by, nonce, json["order"].Integer(), side, (uint)json["price"].Integer(1, Auctions.Order.MostPrice), MarketEvents.Amount(json["lots"]), json["salt"].HexHash());
    }

    protected internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("order", Order);
        json.WriteString("side", Side == OrderSide.Buy ? "buy" : "sell");
        json.WriteNumber("price", Price);
        json.WriteNumber("lots", Lots);
        json.WriteString("salt", Salt.ToHex());
    }

    protected internal override void Apply(MarketState state) => state.Rounds.Reveal(state, this);
}
