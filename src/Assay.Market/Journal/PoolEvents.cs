using System.Text.Json;
using Assay.Market.Ledger;
using Assay.Verify.Json;

namespace Assay.Market.Journal;

/// <summary>Units into the pool, for shares in it at what it has.</summary>
public sealed record FundEvent(ulong By, ulong Nonce, long Units) : MarketInstruction(By, Nonce)
{
    public const string Name = "fund";

    public override string Do => Name;

    internal static FundEvent Parse(JsonAt json)
    {
        var (by, nonce) = MarketEvents.Instruction(json, "units");
        return new FundEvent(by, nonce, MarketEvents.Amount(json["units"]));
    }

    /// <summary>Shares for so many units: as many where there are none yet, else floor(units · shares / (pool + what all policies hold)).</summary>
    public static long Shares(long units, long issued, long holds) =>
        issued == 0 ? units : holds == 0 ? 0 : (long)Int128.Min((Int128)units * issued / holds, Book.Limit);

    protected internal override void Write(Utf8JsonWriter json) => json.WriteNumber("units", Units);

    protected internal override void Apply(MarketState state)
    {
        var book = state.Book;
        var shares = Shares(Units, book.Issued(Asset.PoolShare), book.UnitsOf(HolderKind.Pool) + book.UnitsOf(HolderKind.Policy));
        if (shares == 0)
            throw new MarketRefusal($"{Units} units are worth no share of the pool");
        if (shares == Book.Limit)
            throw new MarketRefusal($"{Units} units are worth more shares of the pool than a balance can hold");
        book.Post(
            new Posting(Holder.Participant(By), Asset.Unit, -Units), new Posting(Holder.Pool, Asset.Unit, Units),
            new Posting(Holder.Issuer, Asset.PoolShare, -shares), new Posting(Holder.Participant(By), Asset.PoolShare, shares));
    }
}

/// <summary>Units of the pool for whoever has shares in it; what does not divide stays.</summary>
public sealed record DivideEvent(long Units) : MarketEvent
{
    public const string Name = "divide";

    public override string Do => Name;

    internal static DivideEvent Parse(JsonAt json)
    {
        MarketEvents.OfMarket(json, "units");
        return new DivideEvent(MarketEvents.Amount(json["units"]));
    }

    protected internal override void Write(Utf8JsonWriter json) => json.WriteNumber("units", Units);

    protected internal override void Apply(MarketState state)
    {
        var book = state.Book;
        if (book.Of(Holder.Pool, Asset.Unit) < Units)
            throw new MarketRefusal($"the pool has {book.Of(Holder.Pool, Asset.Unit)} units free, {Units} are to be divided");
        var all = book.Issued(Asset.PoolShare);
        if (all == 0)
            throw new MarketRefusal("nobody has a share in the pool");
        state.Divide(Holder.Pool, Units, Asset.PoolShare, all);
    }
}
