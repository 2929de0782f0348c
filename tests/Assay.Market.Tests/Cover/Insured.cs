using System.Collections.Immutable;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Verify.Crypto;

namespace Assay.Market.Tests.Cover;

/// <summary>
/// A market with a pool and one account of one segment: 0 is the provider, 1 and 2 buy and have spent on it, 3 funds the pool. Epochs
/// have 100 records, of which 10 are judged; two epochs wait.
/// </summary>
internal sealed class Insured
{
    public const ulong Provider = 0, Buyer = 1, Other = 2, Funder = 3;
    public const ulong Day = 86_400;

    /// <summary>Above 2 %, all of it from 12 % on, the next 1,000 records.</summary>
    public static readonly CoverTerms Plain = new(20_000, 100_000, 1_000, 1_000);

    private SegmentCounts counts;
    private ulong step;

    public Insured(MarketTerms? terms = null, long pool = 10_000)
    {
        Do(new TermsEvent(terms ?? new MarketTerms()));
        for (var i = 0UL; i < 4; i++)
            Do(new Trader($"insured {i}", i).Join(i == Provider ? [Account] : []));
        foreach (var (to, units) in ((ulong, long)[])[(Buyer, 20_000), (Other, 20_000), (Funder, pool + 1)])
            Do(new GrantEvent(to, units, $"paper:{to}"));
        foreach (var buyer in (ulong[])[Buyer, Other])
            Do(new PayEvent(buyer, Nonce(buyer), Provider, 5_000, Account));
        Do(new FundEvent(Funder, Nonce(Funder), pool));
        State.Policies.Settled = Outcomes.Add;
    }

    public MarketState State { get; } = new();

    public List<PolicyOutcome> Outcomes { get; } = [];

    public ulong Time { get; set; } = 1_800_000_000;

    public ulong Nonce(ulong by) => State.Participants.NonceOf(by);

    public static Hash Account { get; } = Trader.Word("account");

    public long Units(ulong participant) => State.Book.Of(Holder.Participant(participant), Asset.Unit);

    public long Pool => State.Book.Of(Holder.Pool, Asset.Unit);

    public void Do(MarketEvent step)
    {
        State.Apply(step, Time);
        State.CheckAll();
    }

    /// <summary>Epochs are settled: of each 100 records, 10 are judged and so many of these fail.</summary>
    public void Settle(ulong epochs, ulong failuresEach, bool look = true)
    {
        counts = new SegmentCounts(
            counts.Records + 100 * epochs, counts.Epochs + epochs, counts.Passes + (10 - failuresEach) * epochs, counts.Failures + failuresEach * epochs, 0, 0);
        if (look)
            Look();
    }

    public void Look(bool alarmed = false, ulong waiting = 2, uint hazard = 2_000) => Do(new LookEvent(
        Account, step++,
        [new SegmentLook(counts, waiting, alarmed, 5_000, hazard, counts.Passes, counts.Failures)], ImmutableArray<AuditorLook>.Empty));

    public CoverEvent Order(ulong by, CoverTerms? cover = null, ulong? until = null, long most = 500) =>
        new(by, Nonce(by), Account, 0, cover ?? Plain, until ?? Time + 60 * Day, most);

    public Policy Buy(ulong by, CoverTerms? cover = null, ulong? until = null, long most = 500)
    {
        Do(Order(by, cover, until, most));
        return State.Policies.Of(State.Policies.Sold - 1)!;
    }

    /// <summary>What is refused changes nothing.</summary>
    public void Refused(MarketEvent order, string why)
    {
        var before = State.Digest();
        Assert.Contains(why, Assert.Throws<MarketRefusal>(() => State.Apply(order, Time)).Message, StringComparison.Ordinal);
        Assert.Equal(before, State.Digest());
    }
}
