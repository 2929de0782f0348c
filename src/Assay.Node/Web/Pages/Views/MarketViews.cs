using System.Collections.Immutable;
using System.Text.Json;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Node.Web.Pages.Charts;
using Assay.Reliability.Statistics;
using Assay.Store.Market;
using Assay.Verify.Crypto;

namespace Assay.Node.Web.Pages.Views;

/// <summary>The market's pages, from its state and what is over in it.</summary>
internal static class MarketViews
{
    /// <summary>Events of a participant that are shown.</summary>
    public const int MostEvents = 50;

    private const int Most = 50, MostCharts = 6;

    public static MarketPageView Overview(MarketSight market)
    {
        var (state, book) = (market.State, market.Book);
        var accounts = state.Looks.Accounts.ToList();
        var (free, locked, shares) = (book.Of(Holder.Pool, Asset.Unit), state.Policies.Locked, book.Issued(Asset.PoolShare));
        return new MarketPageView(
            market.Journal.Broken,
            [
                .. accounts.SelectMany(account => state.Looks.Of(account)!.Segments.Select((_, place) => (Account: account, Place: place))).Take(Most).Select(s => new MarketSegmentRow(
                    market.Names.Provider(s.Account), market.Names.NoteOf(s.Account, (ulong)s.Place), Links.Account(s.Account, s.Place), CoverViews.Of(state, s.Account, s.Place, 1)!)),
            ],
            [CoverViews.Open(market, Most), ContractViews.Open(market, Most), BondViews.Open(market, Most), AuctionViews.Listed(market, Most)],
            new Listing("settled-title", "Settled", [new("What"), new("Of"), new("Came to"), new("When")],
                [.. CoverViews.Settled(market).Concat(ContractViews.Decided(market)).Concat(BondViews.Ended(market)).OrderByDescending(s => (s.At.Entry, s.At.Place)).Take(Most).Select(s => s.Row)], "Nothing yet."),
            [
                new("Free", $"{MarketSight.Units(free)} units"), new("Behind covers", $"{MarketSight.Units(locked)} units"),
                new("Shares", shares == 0 ? "none" : $"{MarketSight.Units(shares)}, of {MarketSight.Decimal((double)(free + locked) / shares)} units each"),
                new("Of one account", $"at most {MarketSight.Rate((uint)state.Terms.CoverShare)} of it"),
            ],
            [
                new("Log", market.Journal.Origin), new("Entries", Show.Number(market.Journal.Entries)), new("Events", Show.Number(state.Events)), new("Last", MarketSight.Time(state.Time)),
                new("State", $"sha256:{market.Journal.Digest.ToHex()}", IsHash: true),
            ],
            new Listing("participants-title", "Participants", [new("Participant"), new("Units", true), new("Affiliated with")],
                [.. Enumerable.Range(0, Math.Min(Most, state.Participants.Count)).Select(i => Participant(market, (ulong)i))], "Nobody has joined yet.",
                state.Participants.Count > Most ? $"{Show.Number((ulong)state.Participants.Count)} in all." : ""),
            Terms(state.Terms));
    }

    /// <returns>Null where there is no such participant.</returns>
    public static ParticipantPageView? Of(MarketSight market, ulong number)
    {
        var (state, book) = (market.State, market.Book);
        if (number >= (ulong)state.Participants.Count)
            return null;
        var holder = Holder.Participant(number);
        List<(Hash Account, ulong Segment, Row Row, Payoff? Pays, long? Paid)> held = [.. CoverViews.HeldBy(market, holder), .. ContractViews.HeldBy(market, holder), .. BondViews.HeldBy(market, holder)];
        Row[] pool = book.Of(holder, Asset.PoolShare) is > 0 and var shares
            ? [new("shares of the pool", Links.Market, ["", MarketSight.Units(shares), $"{MarketSight.Units((long)((Int128)(book.Of(Holder.Pool, Asset.Unit) + state.Policies.Locked) * shares / book.Issued(Asset.PoolShare)))} units now, with what stands behind covers"])]
            : [];
        return new ParticipantPageView(
            number, book.Of(holder, Asset.Unit),
            new Listing("positions-title", "Positions", [new("What"), new("Of"), new("Shares", true), new("Pays")], [.. pool, .. held.Select(h => h.Row)], "None but paper units."),
            [.. held.Where(h => h.Pays is not null).GroupBy(h => (h.Account, h.Segment)).Take(MostCharts).Select(g => MarketCharts.Of(
                market.Segment(g.Key.Account, g.Key.Segment), [.. g.Select(h => h.Pays!)], g.All(h => h.Paid is not null) ? g.Sum(h => h.Paid) : null,
                state.Looks.Of(g.Key.Account) is { } look ? look.Segments[(int)g.Key.Segment].Expected : Grid.One / 2))],
            [
                new("Key", state.Participants.KeyOf(number).ToHex(), IsHash: true), new("Instructions", Show.Number(state.Participants.NonceOf(number))),
                new("Affiliated with", Affiliated(market, number) is { Length: > 0 } with ? with : "no account, by its own word"),
            ],
            new Listing("history-title", "What changed it", [], [], ""));
    }

    /// <summary>Events that changed what a holder has.</summary>
    public static Listing History(IReadOnlyList<KeptMarketEvent> events) => new(
        "history-title", "What changed it", [new("Event"), new("When"), new("Change"), new("Units after it", true)],
        [
            .. events.Select(e => new Row(
                $"{e.Do}, {e.Place} of entry {e.Entry}", null,
                [MarketSight.Time(e.Time), string.Join(", ", e.Changes.Select(Change)), e.Changes.Where(c => c.AssetKind == (int)AssetKind.Unit).Select(c => MarketSight.Units(c.Balance)).LastOrDefault("")])),
        ],
        "Nothing yet.", events.Count == MostEvents ? "Older ones are in the journal, and at /v1/market/participants." : "");

    private static string Change(KeptChange change) =>
        $"{(change.Change > 0 ? "+" : "")}{MarketSight.Units(change.Change)} {MarketNames.Of(new Asset((AssetKind)change.AssetKind, change.Asset)).Name}";

    private static Row Participant(MarketSight market, ulong number) => new(
        $"{number}", Links.Participant(number), [MarketSight.Units(market.Book.Of(Holder.Participant(number), Asset.Unit)), Affiliated(market, number)]);

    private static string Affiliated(MarketSight market, ulong number) => string.Join(", ", market.State.Participants.AffiliatesOf(number).Select(a => market.Names.Of(a)));

    // As the event that set them says them: each by the name that the specification has.
    private static ImmutableArray<Fact> Terms(MarketTerms terms) =>
        [.. JsonDocument.Parse(new TermsEvent(terms).ToText()).RootElement.EnumerateObject().Where(m => m.Name != "do").Select(m => new Fact(m.Name, Show.Number(m.Value.GetUInt64())))];
}
