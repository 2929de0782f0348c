using System.Collections.Immutable;
using Assay.Market;
using Assay.Market.Corruption;
using Assay.Market.Cover;
using Assay.Market.Looks;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Payoffs;
using Assay.Node.Market;
using Assay.Node.Web.Pages.Charts;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;

namespace Assay.Node.Web.Pages.Views;

/// <summary>Cover as pages show it: what it costs now, what stands open, and what came of it.</summary>
internal static class CoverViews
{
    /// <summary>Units insured in the quotes of pages, so that segments can be put side by side.</summary>
    public const long Sum = 10_000;

    /// <summary>Millionths from the threshold to where all is paid.</summary>
    public const uint Width = 100_000;

    // Of as many epochs as these.
    private const ulong Epochs = 10;
    private const ulong Days = 90;

    /// <summary>Failure rates, in millionths.</summary>
    public static ReadOnlySpan<uint> Thresholds => [10_000, 50_000, 200_000];

    /// <summary>What the market says of a segment; null where it never looked at it.</summary>
    /// <param name="quotes">How many of the thresholds are quoted.</param>
    public static CoverOfSegment? Of(MarketState state, Hash account, int segment, int quotes)
    {
        if (state.Looks.Of(account) is not { } look || segment >= look.Segments.Length)
            return null;
        var seen = look.Segments[segment];
        ImmutableArray<QuoteLine> lines = [.. Thresholds[..quotes].ToArray().Select(t => Quote(state, account, (ulong)segment, seen, t))];
        return new CoverOfSegment(seen.Expected, seen.Hazard, lines.Any(l => l.Quote is not null) ? null : lines[0].Refused, lines, InterestOf(state, account, (ulong)segment));
    }

    private static InterestOfSegment InterestOf(MarketState state, Hash account, ulong segment)
    {
        var open = OpenInterest.Of(state, account, segment);
        return new InterestOfSegment(
            open.OnSegment, open.Unshielded, open.CostToCause, open.CostToFake, Limit(state.Terms, open.CostToCorrupt),
            open.Ratio is { } ratio ? $"{MarketSight.Rate((uint)Int128.Min(ratio, uint.MaxValue))} of what it costs" : open.OnSegment == 0 ? "nothing pays, and it costs nothing" : "it costs nothing",
            $"{open.Staked} of {Show.Count((ulong)open.Auditors, "auditor", "auditors")} {(open.Staked == 1 ? "has" : "have")} something at stake");
    }

    // As section 8 allows: some units freely, and a share of the cost.
    private static long Limit(MarketTerms terms, long cost) => (long)UInt128.Min(1UL << 53, terms.OpenFree + (UInt128)terms.OpenRatio * (ulong)cost / Grid.One);

    /// <summary>Covers that are not settled.</summary>
    public static Listing Open(MarketSight market, int most) => new(
        "covers-title", "Covers that stand open",
        [new("Cover"), new("Of"), new("For failures"), new("Insured", true), new("Premium", true), new("Window"), new("Settled at the latest")],
        [
            .. market.State.Policies.Open.Take(most).Select(p => new Row($"{p.Number}", Links.Cover(p.Number),
            [
                market.Segment(p.Window.Account, p.Window.Segment), MarketSight.Above(p.Cover.Threshold, p.Cover.Width), MarketSight.Units(p.Cover.Sum), MarketSight.Units(p.Premium),
                WindowOf(market.State, p), MarketSight.Time(p.Until),
            ])),
        ],
        "None.", market.State.Policies.Open.Count > most ? $"{Show.Number((ulong)market.State.Policies.Open.Count)} in all." : "");

    /// <summary>Covers that were settled, the newest first.</summary>
    public static IEnumerable<(Happened At, Row Row)> Settled(MarketSight market) => market.Past.Settled.Values.Select(s => (s.At, new Row(
        $"Cover {s.Outcome.Policy.Number}", Links.Cover(s.Outcome.Policy.Number),
        [market.Segment(s.Outcome.Policy.Window.Account, s.Outcome.Policy.Window.Segment), Came(s.Outcome), MarketSight.Time(s.At.Time)])));

    /// <returns>Null where no such cover was sold.</returns>
    public static CoverPageView? Of(MarketSight market, ulong number) =>
        market.State.Policies.Of(number) is { } open ? Standing(market, open)
        : market.Past.Settled.TryGetValue(number, out var over) ? Over(market, over.Outcome, over.At) : null;

    private static CoverPageView Standing(MarketSight market, Policy policy)
    {
        var (name, look) = (market.Segment(policy.Window.Account, policy.Window.Segment), market.State.Looks.Of(policy.Window.Account));
        var expected = look is null ? 500_000u : look.Segments[(int)policy.Window.Segment].Expected;
        return new CoverPageView(
            policy.Number, name, Links.Account(policy.Window.Account, (int)policy.Window.Segment), "Stands open", $"Its window: {WindowOf(market.State, policy)}.",
            Sold(market, policy), MarketCharts.Of(name, [Pays(policy, policy.Cover.Sum)], policy.Premium, expected), [],
            Holders(market, policy), [], [], IsSettled: false);
    }

    private static CoverPageView Over(MarketSight market, PolicyOutcome outcome, Happened at)
    {
        var (policy, counts) = (outcome.Policy, outcome.Counts ?? default);
        var (name, judged) = (market.Segment(policy.Window.Account, policy.Window.Segment), counts.Passes + counts.Failures);
        var rate = judged == 0 ? 0 : Grid.Down(counts.Failures, judged);
        return new CoverPageView(
            policy.Number, name, Links.Account(policy.Window.Account, (int)policy.Window.Segment), Came(outcome), Why(outcome, counts, rate),
            [.. Sold(market, policy), new("Settled", MarketSight.Time(at.Time)), new("By the event", $"{at.Place} of the journal's entry {at.Entry}"), new("Paid by bonds", $"{MarketSight.Units(outcome.CalledIn)} units"), new("Paid by the pool", $"{MarketSight.Units(outcome.PremiumBack ? 0 : outcome.Payout - outcome.CalledIn)} units")],
            MarketCharts.Of(name, [Pays(policy, policy.Cover.Sum)], policy.Premium, rate, "seen"), [],
            new Listing("paid-title", outcome.PremiumBack ? "Premium given back to" : "Paid to", [new("Holder"), new("Units", true)],
                [.. outcome.Paid.Select(p => new Row(MarketNames.Of(p.Holder).Name, MarketNames.Of(p.Holder).Url, [MarketSight.Units(p.Amount)]))], "Nobody."),
            [], [], IsSettled: true);
    }

    /// <summary>Covers of which a holder has shares. What was paid is known where it bought them and has them all.</summary>
    public static IEnumerable<(Hash Account, ulong Segment, Row Row, Payoff? Pays, long? Paid)> HeldBy(MarketSight market, Holder holder) =>
        from policy in market.State.Policies.Open
        let shares = market.Book.Of(holder, policy.Shares)
        where shares > 0
        select (policy.Window.Account, policy.Window.Segment, new Row($"cover {policy.Number}", Links.Cover(policy.Number),
            [market.Segment(policy.Window.Account, policy.Window.Segment), MarketSight.Units(shares), $"for failures {MarketSight.Above(policy.Cover.Threshold, policy.Cover.Width)}"]),
            (Payoff?)Pays(policy, shares), Holder.Participant(policy.Buyer) == holder && shares == policy.Cover.Sum ? policy.Premium : (long?)null);

    /// <summary>The payoff of so many of a cover's shares.</summary>
    public static Payoff Pays(Policy policy, long shares) => new($"cover {policy.Number}", PayoffCurve.OfCover(policy.Cover, shares));

    private static ImmutableArray<Fact> Sold(MarketSight market, Policy policy) =>
    [
        new("Buyer", $"participant {policy.Buyer}", Url: Links.Participant(policy.Buyer)), new("Insured", $"{MarketSight.Units(policy.Cover.Sum)} units"),
        new("Pays", $"for failures {MarketSight.Above(policy.Cover.Threshold, policy.Cover.Width)}"), new("Over", $"{Show.Number(policy.Cover.Records)} records or more"),
        new("At the latest", MarketSight.Time(policy.Until)), new("Premium", $"{MarketSight.Units(policy.Premium)} units"),
        new("First loss", $"{MarketSight.Units(policy.FromBonds)} units by bonds, then {MarketSight.Units(policy.FromPool)} by the pool"),
        .. market.Past.Sold.Count > (int)policy.Number ? (ImmutableArray<Fact>)[new("Sold", MarketSight.Time(market.Past.Sold[(int)policy.Number].Time))] : [],
    ];

    private static Listing Holders(MarketSight market, Policy policy) => new(
        "holders-title", "Who holds its shares", [new("Holder"), new("Shares", true)],
        [.. market.Book.HoldersOf(policy.Shares).Take(100).Select(p => new Row(MarketNames.Of(p.Holder).Name, MarketNames.Of(p.Holder).Url, [MarketSight.Units(p.Amount)]))], "Nobody.");

    private static string Came(PolicyOutcome outcome) => outcome.PremiumBack ? "nothing was judged: the premium went back"
        : outcome.Payout == 0 ? "nothing was due" : $"{MarketSight.Units(outcome.Payout)} of {MarketSight.Units(outcome.Policy.Cover.Sum)} units were paid";

    private static string Why(PolicyOutcome outcome, SegmentCounts counts, uint rate)
    {
        if (outcome.PremiumBack)
            return "No verdict was settled in its window.";
        var seen = $"Of {Show.Number(counts.Passes + counts.Failures)} verdicts in its window {Show.Number(counts.Failures)} are failures, {MarketSight.Rate(rate)}.";
        return outcome.Payout > 0
            ? $"{seen} That more than {MarketSight.Rate(outcome.Policy.Cover.Threshold)} of all its {Show.Number(counts.Records)} records fail is beyond doubt (95 %)."
            : rate > outcome.Policy.Cover.Threshold ? $"{seen} That is more than {MarketSight.Rate(outcome.Policy.Cover.Threshold)}, but not beyond doubt (95 %) for all its {Show.Number(counts.Records)} records."
            : seen;
    }

    /// <summary>How far a policy's window is.</summary>
    public static string WindowOf(MarketState state, Policy policy)
    {
        if (state.Looks.Of(policy.Window.Account) is not { } look)
            return "not begun";
        return policy.Window.Counts(look) is { } counts
            ? $"{Show.Number(counts.Records)} of {Show.Number(policy.Cover.Records)} records settled"
            : $"begins when {Show.Number(policy.Window.AttachAt)} epochs are settled; {Show.Number(look.Segments[(int)policy.Window.Segment].Counts.Epochs)} are";
    }

    private static QuoteLine Quote(MarketState state, Hash account, ulong segment, in SegmentLook seen, uint threshold)
    {
        var records = seen.Counts.Epochs == 0 ? 1 : (Epochs * seen.Counts.Records + seen.Counts.Epochs - 1) / seen.Counts.Epochs;
        var cover = new CoverTerms(threshold, Width, records, Sum);
        try
        {
            return new QuoteLine(threshold, Width, records, Sum, CoverOffer.Of(state, account, segment, cover, state.Time + Math.Min(state.Terms.CoverLongest, Days * 86_400)).Quote, null);
        }
        catch (MarketRefusal e)
        {
            return new QuoteLine(threshold, Width, records, Sum, null, e.Message.Replace(account.ToHex(), Show.Short(account), StringComparison.Ordinal));
        }
    }
}
