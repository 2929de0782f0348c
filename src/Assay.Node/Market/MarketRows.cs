using System.Globalization;
using Assay.Market.Contracts;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Reliability.Statistics;
using Assay.Store.Market;

namespace Assay.Node.Market;

/// <summary>What an event that was just done is in the projection.</summary>
internal static class MarketRows
{
    /// <param name="place">In its entry.</param>
    public static KeptMarketEvent Of(MarketState state, SignedEvent step, int place, IReadOnlyList<KeptSettlement> outcomes)
    {
        var changes = state.Book.Touched();
        return new KeptMarketEvent(
            0, place, state.Time, step.Event.Do, (step.Event as MarketInstruction)?.By, step.Text.ToArray(),
            [.. changes.Select(was => Change(state, was))], [.. Prices(state, step.Event, changes)], outcomes);
    }

    private static KeptChange Change(MarketState state, Posting was)
    {
        var now = state.Book.Of(was.Holder, was.Asset);
        return new KeptChange((int)was.Holder.Kind, was.Holder.Number, (int)was.Asset.Kind, was.Asset.Number, now - was.Amount, now);
    }

    private static IEnumerable<KeptPrice> Prices(MarketState state, MarketEvent step, IReadOnlyList<Posting> changes)
    {
        if (step is LookEvent look)
            for (var segment = 0; segment < look.Segments.Length; segment++)
                if (CoverPrice.Of(state, look.Account, (ulong)segment, CoverPrice.Threshold) is { } cover)
                    yield return new KeptPrice("cover", string.Create(CultureInfo.InvariantCulture, $"{look.Account.ToHex()}/{segment}"), cover);
        if (step is TradeEvent trade && state.Contracts.Of(trade.Contract) is { } contract)
            yield return new KeptPrice("yes", contract.Number.ToString(CultureInfo.InvariantCulture), contract.YesPrice(state.Book));
        // What a share of the pool would buy of what the pool and the policies hold.
        if (changes.Any(c => c.Holder.Kind is HolderKind.Pool or HolderKind.Policy) && state.Book.Issued(Asset.PoolShare) is > 0 and var shares)
            yield return new KeptPrice("pool", "", (ulong)((Int128)(state.Book.UnitsOf(HolderKind.Pool) + state.Book.UnitsOf(HolderKind.Policy)) * Grid.One / shares));
    }
}
