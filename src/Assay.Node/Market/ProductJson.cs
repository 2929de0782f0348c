using System.Text.Json;
using Assay.Market.Auctions;
using Assay.Market.Bonds;
using Assay.Market.Contracts;
using Assay.Market.Corruption;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Verify.Json;

namespace Assay.Node.Market;

/// <summary>What a market sells as JSON: what is open, and how it came out.</summary>
public static class ProductJson
{
    /// <summary>A cover that is not settled.</summary>
    public static void Write(Utf8JsonWriter json, Policy policy)
    {
        json.WriteNumber("policy", policy.Number);
        json.WriteNumber("buyer", policy.Buyer);
        WriteWindow(json, policy.Window);
        WriteCover(json, policy.Cover, policy.Until);
        json.WriteNumber("premium", policy.Premium);
        json.WriteNumber("fromBonds", policy.FromBonds);
        json.WriteNumber("fromPool", policy.FromPool);
    }

    /// <summary>How a cover came out.</summary>
    public static void Write(Utf8JsonWriter json, PolicyOutcome outcome)
    {
        Write(json, outcome.Policy);
        WriteCounts(json, outcome.Counts);
        json.WriteNumber("settledAt", outcome.At);
        json.WriteNumber("payout", outcome.Payout);
        json.WriteNumber("calledIn", outcome.CalledIn);
        json.WriteBoolean("premiumBack", outcome.PremiumBack);
        json.WriteStartArray("paid");
        foreach (var paid in outcome.Paid)
        {
            json.WriteStartObject();
            WriteHolder(json, paid.Holder);
            json.WriteNumber("units", paid.Amount);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>What a cover would cost now.</summary>
    public static void Write(Utf8JsonWriter json, in CoverTerms cover, ulong until, CoverOffer offer)
    {
        WriteCover(json, cover, until);
        json.WriteNumber("premium", offer.Quote.Premium);
        json.WriteNumber("fair", offer.Quote.Fair);
        json.WriteNumber("fairForChange", offer.Quote.Hazard);
        json.WriteNumber("load", offer.Quote.Load);
        json.WriteNumber("capacity", offer.Quote.Capacity);
        json.WriteNumber("audited", offer.Quote.Audited);
        json.WriteNumber("fewestFailures", offer.Quote.Fewest);
        json.WriteNumber("fromBonds", offer.FromBonds);
        json.WriteNumber("fromPool", offer.FromPool);
        json.WriteNumber("poolUse", offer.Use.Pool);
        json.WriteNumber("accountUse", offer.Use.Account);
        json.WriteNumber("attachAt", offer.AttachAt);
    }

    /// <summary>A contract that is not decided, at what its maker sells now.</summary>
    public static void Write(Utf8JsonWriter json, Contract contract, Book book)
    {
        Write(json, contract);
        json.WriteNumber("yesPrice", contract.YesPrice(book));
        json.WriteNumber("yesSold", contract.Sold(book, contract.Yes));
        json.WriteNumber("noSold", contract.Sold(book, contract.No));
        json.WriteNumber("makerUnits", book.Of(contract.Maker, Asset.Unit));
    }

    /// <summary>How a contract came out.</summary>
    public static void Write(Utf8JsonWriter json, ContractDecision decision)
    {
        Write(json, decision.Contract);
        json.WriteString("outcome", decision.Outcome.ToString().ToLowerInvariant());
        WriteCounts(json, decision.Counts);
        json.WriteNumber("decidedAt", decision.At);
        json.WriteNumber("backToSponsor", decision.Back);
    }

    /// <summary>A bond that is not redeemed.</summary>
    public static void Write(Utf8JsonWriter json, BondSeries series, MarketState state)
    {
        Write(json, series);
        json.WriteNumber("principal", state.Book.Of(series.Holder, Asset.Unit));
        json.WriteNumber("shares", state.Book.Issued(series.Shares));
        json.WriteNumber("promisedToPolicies", state.Series.PromisedBy(series.Number));
        json.WriteNumber("issuerWouldLose", series.Own(state.Book));
        json.WriteBoolean("live", series.IsLive(state.Time));
    }

    /// <summary>How a bond ended, or that it was slashed.</summary>
    public static void Write(Utf8JsonWriter json, Redemption redemption)
    {
        Write(json, redemption.Series);
        json.WriteNumber("redeemedAt", redemption.At);
        json.WriteNumber("principal", redemption.Principal);
    }

    public static void Write(Utf8JsonWriter json, BondSeries series)
    {
        json.WriteNumber("series", series.Number);
        json.WriteNumber("issuer", series.Issuer);
        WriteWindow(json, series.Window);
        json.WriteNumber("promised", series.Terms.Promised);
        json.WriteNumber("face", series.Terms.Face);
        json.WriteNumber("retained", series.Terms.Retained);
        json.WriteNumber("coupon", series.Terms.Coupon);
        json.WriteNumber("until", series.Terms.Until);
        if (series.SlashedAt is not { } slashed)
            return;
        json.WriteNumber("slashedAt", slashed);
        json.WriteNumber("passes", series.Shown.Passes);
        json.WriteNumber("failures", series.Shown.Failures);
        json.WriteNumber("refuted", series.Refuted);
    }

    /// <summary>An auction that is open: its orders as far as they are revealed.</summary>
    public static void Write(Utf8JsonWriter json, Auction auction, ulong time)
    {
        json.WriteNumber("auction", auction.Number);
        WriteAsset(json, auction.Asset);
        json.WriteNumber("lot", auction.Terms.Lot);
        json.WriteNumber("revealFrom", auction.Terms.RevealFrom);
        json.WriteNumber("clearFrom", auction.Terms.ClearFrom);
        json.WriteString("phase", time < auction.Terms.RevealFrom ? "commit" : time < auction.Terms.ClearFrom ? "reveal" : "clear");
        json.WriteStartArray("orders");
        foreach (var order in auction.Orders)
        {
            json.WriteStartObject();
            json.WriteNumber("order", order.Number);
            json.WriteNumber("by", order.By);
            json.WriteNumber("deposit", order.Deposit);
            json.WriteString("commitment", order.Commitment.ToHex());
            WriteTerms(json, order.Terms);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>How an auction was cleared.</summary>
    public static void Write(Utf8JsonWriter json, AuctionResult result)
    {
        json.WriteNumber("auction", result.Auction);
        WriteAsset(json, result.Asset);
        json.WriteNumber("lot", result.Lot);
        json.WriteNumber("clearedAt", result.Time);
        json.WriteNumber("price", result.Price);
        json.WriteNumber("lots", result.Lots);
        json.WriteStartArray("orders");
        foreach (var order in result.Orders)
        {
            json.WriteStartObject();
            json.WriteNumber("order", order.Order);
            json.WriteNumber("by", order.By);
            WriteTerms(json, order.Terms);
            json.WriteNumber("filled", order.Filled);
            json.WriteNumber("forfeited", order.Forfeited);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>What pays on failure of a segment, against what it costs to cause or fake one.</summary>
    public static void Write(Utf8JsonWriter json, OpenInterest open)
    {
        json.WriteNumber("onAccount", open.OnAccount);
        json.WriteNumber("onSegment", open.OnSegment);
        json.WriteNumber("unshielded", open.Unshielded);
        json.WriteNumber("costToCause", open.CostToCause);
        json.WriteNumber("costToFake", open.CostToFake);
        json.WriteNumber("auditors", open.Auditors);
        json.WriteNumber("auditorsWithStake", open.Staked);
        if (open.Ratio is { } ratio && ratio <= StrictJson.MaxInteger)
            json.WriteNumber("ratio", (ulong)ratio);
        else
            json.WriteNull("ratio");
    }

    /// <summary>An object of its own.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> members) => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
    });

    internal static void WriteAsset(Utf8JsonWriter json, Asset asset)
    {
        json.WriteString("asset", asset.Kind.Name());
        if (asset.Kind is not (AssetKind.Unit or AssetKind.PoolShare))
            json.WriteNumber("number", asset.Number);
    }

    private static void Write(Utf8JsonWriter json, Contract contract)
    {
        json.WriteNumber("contract", contract.Number);
        json.WriteNumber("sponsor", contract.Sponsor);
        WriteWindow(json, contract.Window);
        json.WriteNumber("threshold", contract.Terms.Threshold);
        json.WriteNumber("audited", contract.Terms.Audited);
        json.WriteNumber("b", contract.Terms.Liquidity);
        json.WriteNumber("until", contract.Terms.Until);
    }

    private static void WriteWindow(Utf8JsonWriter json, Window window)
    {
        json.WriteString("account", window.Account.ToHex());
        json.WriteNumber("segment", window.Segment);
        json.WriteNumber("attachAt", window.AttachAt);
        json.WriteBoolean("attached", window.From is not null);
        if (window.From is not null)
            json.WriteNumber("attachedAtStep", window.FromStep);
    }

    private static void WriteCover(Utf8JsonWriter json, in CoverTerms cover, ulong until)
    {
        json.WriteNumber("threshold", cover.Threshold);
        json.WriteNumber("width", cover.Width);
        json.WriteNumber("records", cover.Records);
        json.WriteNumber("sum", cover.Sum);
        json.WriteNumber("until", until);
    }

    private static void WriteCounts(Utf8JsonWriter json, SegmentCounts? counts)
    {
        if (counts is not { } window)
        {
            json.WriteNull("window");
            return;
        }
        json.WriteStartObject("window");
        json.WriteNumber("records", window.Records);
        json.WriteNumber("epochs", window.Epochs);
        json.WriteNumber("passes", window.Passes);
        json.WriteNumber("failures", window.Failures);
        json.WriteNumber("undecided", window.Undecided);
        json.WriteNumber("neither", window.Neither);
        json.WriteEndObject();
    }

    private static void WriteHolder(Utf8JsonWriter json, Holder holder)
    {
        json.WriteString("holder", holder.Kind.ToString().ToLowerInvariant());
        json.WriteNumber("number", holder.Number);
    }

    private static void WriteTerms(Utf8JsonWriter json, OrderTerms? terms)
    {
        json.WriteBoolean("revealed", terms is not null);
        if (terms is null)
            return;
        json.WriteString("side", terms.Side == OrderSide.Buy ? "buy" : "sell");
        json.WriteNumber("price", terms.Price);
        json.WriteNumber("lots", terms.Lots);
    }
}
