using System.Runtime.CompilerServices;
using Assay.Node.Web.Pages.Views;
using Assay.Verify.Crypto;

namespace Assay.Node.Web.Pages;

/// <summary>The views of a node's market, if it has one.</summary>
internal static class MarketPages
{
    // Quotes take a while, and the market waits for them: the newest page of a node is kept while its market's state is the same.
    private static readonly ConditionalWeakTable<AssayNode, Shown> Newest = [];

    private sealed record Shown(Hash State, ulong Past, MarketPageView View);

    public static MarketPageView? Overview(AssayNode node) => Of(node, market =>
    {
        if (!Newest.TryGetValue(node, out var shown) || (shown.State, shown.Past) != (market.Journal.Digest, market.Past.Entries))
            Newest.AddOrUpdate(node, shown = new Shown(market.Journal.Digest, market.Past.Entries, MarketViews.Overview(market)));
        return shown.View;
    });

    public static ParticipantPageView? Participant(AssayNode node, ulong number) => Of(node, market => MarketViews.Of(market, number)) is { } view
        ? view with { History = MarketViews.History(node.Market.HistoryOf(Assay.Market.Ledger.Holder.Participant(number), ulong.MaxValue, MarketViews.MostEvents)) } : null;

    public static AuctionPageView? Auction(AssayNode node, ulong number) => Of(node, market => AuctionViews.Of(market, number));

    /// <summary>A cover's page; of a settled one with its evidence, recomputed from its settlement file.</summary>
    public static async Task<CoverPageView?> CoverAsync(AssayNode node, ulong number, CancellationToken cancel)
    {
        if (Of(node, market => CoverViews.Of(market, number)) is not { } view || !view.IsSettled)
            return Of(node, market => CoverViews.Of(market, number));
        try
        {
            return SettlementViews.With(view, await node.Market.RecomputedAsync(number, cancel), (key, sequence) => node.Vault.Find(key, sequence)?.RecordId);
        }
        catch (NodeException e)
        {
            return view with { Notes = [$"The evidence cannot be shown now: {e.Message}."] };
        }
    }

    private static T? Of<T>(AssayNode node, Func<MarketSight, T?> view) where T : class =>
        node.Market.IsOpen ? node.Market.Look((journal, past) => view(new MarketSight(journal, past, new MarketNames(node.Accounts.Vault)))) : null;
}
