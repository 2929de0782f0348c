using Assay.Market.Auctions;
using Assay.Market.Bonds;
using Assay.Market.Contracts;
using Assay.Market.Corruption;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Reliability.Tests.Statistics;
using Assay.Verify.Crypto;

namespace Assay.Market.Tests.Journal;

/// <summary>Events drawn from a seed, most of them such as somebody might want, some beyond all bounds; each may be refused.</summary>
internal sealed class RandomMarket
{
    private const int Traders = 7, Accounts = 3, Segments = 2, Auditors = 3;

    private static readonly Hash[] Account = [.. Enumerable.Range(0, Accounts).Select(i => Trader.Word($"account {i}")).OrderBy(h => h.ToHex(), StringComparer.Ordinal)];
    private static readonly (string Origin, Hash LogKey)[] Auditor = [.. Enumerable.Range(0, Auditors).Select(i => ($"auditor-{i}.test/log", Trader.Word($"auditor {i}")))];
    private static readonly Hash[] Keys = [.. Enumerable.Range(0, Traders).Select(i => Hash.From(new Trader($"trader {i}", 0).Key.PublicKey.Raw))];

    /// <summary>Runs what the auditors only observe, and nothing else.</summary>
    private const ulong Runner = Accounts;

    private static readonly Hash Observed = Trader.Word("observed");

    private readonly Dictionary<Hash, (ulong Order, OrderTerms Terms)> sealedOrders = [];
    private readonly MarketState state;
    private readonly bool harmful;
    private Dice dice;

    /// <param name="state">The market that the events are for; what they are drawn from.</param>
    public RandomMarket(ulong seed, MarketState state)
    {
        (this.state, dice) = (state, new Dice(seed));
        harmful = dice.Chance(0.5);
    }

    /// <summary>Unix seconds of the next event.</summary>
    public ulong Time { get; private set; } = 1_000_000;

    /// <summary>Those that begin any market.</summary>
    public IEnumerable<MarketEvent> Start()
    {
        yield return Terms();
        for (var i = 0; i < Traders; i++)
        {
            // The first of them run an account each.
            yield return new JoinEvent(Keys[i], i < Accounts ? [Account[i]] : (ulong)i == Runner ? [Observed] : []);
            yield return new GrantEvent((ulong)i, 20_000_000, $"paper:start/{i}");
        }
        yield return new FundEvent(Traders - 1, 0, 5_000_000);
        for (var i = 0; i < Accounts; i++)
        {
            yield return Look(Account[i], 30);
            yield return new PayEvent((ulong)(Accounts + i), 0, (ulong)i, 3_000_000, Account[i]);
            yield return new BondEvent((ulong)i, state.Participants.NonceOf((ulong)i), Account[i], 0, new BondTerms(1_000 + (uint)dice.Below(40_000), 4_000_000, 2_000_000, 300_000, Time + 20 * 86_400));
        }
        for (var i = 0; i < Auditors; i++)
            yield return new StakeEvent((ulong)i, state.Participants.NonceOf((ulong)i), Auditor[i].Origin, Auditor[i].LogKey, 2_000_000);
        yield return See(200);
        for (var i = Runner + 1; i < Traders; i++)
            yield return new PayEvent(i, state.Participants.NonceOf(i), Runner, 3_000_000, Observed);
    }

    public MarketEvent Next()
    {
        Time += dice.Below(6) switch { 0 => (ulong)dice.Below(60), 1 => (ulong)dice.Below(7_200), 2 => dice.Below(8) == 0 ? (ulong)dice.Below(3 * 86_400) : 1, _ => 0 };
        var by = (ulong)dice.Below(dice.Below(50) == 0 ? Traders + 2 : Traders);
        var nonce = by < Traders && dice.Below(60) > 0 ? state.Participants.NonceOf(by) : (ulong)dice.Below(9);
        var (account, segment, other) = (Account[dice.Below(Accounts)], (ulong)dice.Below(Segments), (ulong)dice.Below(Traders));
        return dice.Below(72) switch
        {
            0 => Terms(),
            1 => new JoinEvent(Keys[dice.Below(Traders)], []),
            2 => new GrantEvent(other, Amount(), $"{(dice.Below(9) == 0 ? "gold" : "paper")}:{dice.Below(5_000)}"),
            3 => new WithdrawEvent(by, nonce, Amount()),
            4 or 5 => new PayEvent(by, nonce, dice.Below(4) == 0 ? other : (ulong)Array.IndexOf(Account, account), Amount(), dice.Below(5) == 0 ? null : account),
            6 or 7 or 8 => new GiveEvent(by, nonce, other, Held(by), Amount(1_000)),
            9 => new FundEvent(by, nonce, Amount()),
            10 => new DivideEvent(Amount(10_000)),
            11 => new StakeEvent(by, nonce, Auditor[dice.Below(Auditors)].Origin, Auditor[dice.Below(Auditors)].LogKey, Amount()),
            12 => Unstake(by, nonce),
            < 18 => new TickEvent(),
            < 26 => Look(account, 1 + dice.Below(3)),
            < 34 => new CoverEvent(by, nonce, account, segment,
                new CoverTerms((uint)dice.Below(300_000), 1 + (uint)dice.Below(500_000), 1 + (ulong)dice.Below(4_000), Amount(200_000)), Time + Span(), dice.Below(5) == 0 ? Amount() : Book.Limit - 1),
            < 36 => new ContractEvent(by, nonce, account, segment, new ContractTerms((uint)dice.Below(300_000), 1 + (ulong)dice.Below(600), Amount(100_000), Time + Span())),
            < 48 => Trade(by, nonce),
            48 => new BondEvent(by, nonce, account, segment, new BondTerms(1 + (uint)dice.Below(600_001), Amount(), Amount(), (uint)dice.Below(1_000_001), Time + Span())),
            < 51 => new SubscribeEvent(by, nonce, Near(state.Series.Issued), Amount(500_000)),
            51 => new RefuteEvent(account, segment, Auditor[dice.Below(Auditors)].Origin, Auditor[dice.Below(Auditors)].LogKey, 1 + (ulong)dice.Below(3), Trader.Word("evidence")),
            < 58 => Commit(by, nonce),
            < 64 => Reveal(by, nonce),
            < 68 => See(dice.Below(60)),
            _ => new TestimonyEvent(by, nonce, dice.Below(20) == 0 ? account : Observed, (ulong)(dice.Below(12) / 11),
                new CoverTerms((uint)dice.Below(300_000), 1 + (uint)dice.Below(500_000), 1 + (ulong)dice.Below(300), Amount(100_000)), Time + Span(), dice.Below(5) == 0 ? Amount() : Book.Limit - 1),
        };
    }

    /// <summary>What an event that was done makes known.</summary>
    public void Done(MarketEvent step)
    {
        if (step is CommitEvent commit && sealedOrders.TryGetValue(commit.Commitment, out var order))
            sealedOrders[commit.Commitment] = order with { Order = state.Rounds.NextOrder - 1 };
    }

    private TermsEvent Terms() => new(new MarketTerms
    {
        Grace = (ulong)dice.Below(3), Fresh = 5 * 86_400, Lot = 1 + (ulong)dice.Below(20), Commit = 1 + (ulong)dice.Below(600), Reveal = 3_600 + (ulong)dice.Below(20_000), LeastDeposit = 10,
        Deposit = 50_000, Forfeit = (ulong)dice.Below(1_000_001), CoverLoad = (ulong)dice.Below(500_000), CoverShare = 100_000 + (ulong)dice.Below(900_001),
        BondRetention = (ulong)dice.Below(500_000), BondTail = (ulong)dice.Below(10 * 86_400), Dispute = (ulong)dice.Below(2 * 86_400), StakeDelay = (ulong)dice.Below(4 * 86_400),
        Quorum = 1 + (ulong)dice.Below(2), TestimonyShare = 50_000 + (ulong)dice.Below(200_000), TestimonyGrace = (ulong)dice.Below(86_400), OpenRatio = (ulong)dice.Below(3_000_000), OpenFree = (ulong)Amount(20_000_000),
    });

    // The account's next step: some epochs more. Now and then one that goes back, or is of no segment.
    private LookEvent Look(Hash account, int epochs)
    {
        var last = state.Looks.Of(account);
        var segments = Enumerable.Range(0, dice.Below(40) == 0 ? 1 : Segments).Select(i =>
        {
            var counts = last is { } l && i < l.Segments.Length ? l.Segments[i].Counts : default;
            for (var epoch = 0; epoch < epochs; epoch++)
            {
                var (drawn, bad) = (dice.Below(40), harmful && dice.Below(3) == 0);
                var failures = dice.Below(bad ? drawn + 1 : drawn / 20 + 1);
                counts = new SegmentCounts(
                    counts.Records + 100, counts.Epochs + 1, counts.Passes + (ulong)(drawn - failures), counts.Failures + (ulong)failures, counts.Undecided + (ulong)dice.Below(3), counts.Neither + (ulong)dice.Below(3));
            }
            return new SegmentLook(counts, (ulong)dice.Below(3), dice.Below(30) == 0, (uint)dice.Below(1_000_001), (uint)dice.Below(300_000), counts.Passes, counts.Failures);
        });
        var auditors = Auditor.Select((a, i) => new AuditorLook(a.Origin, a.LogKey, (ulong)epochs, (last?.Auditors[i].Contradicted ?? 0) + (dice.Below(60) == 0 ? 1UL : 0)));
        return new LookEvent(account, (last?.Step ?? 0) + (dice.Below(40) == 0 ? 0UL : 1), [.. segments], [.. auditors]);
    }

    // What observers say next: each as many observations, or none. Now and then a step that was.
    private SightEvent See(int observations)
    {
        var last = state.Sights.Of(Observed);
        var bad = harmful && dice.Below(3) == 0;
        var observers = Auditor.Select((a, i) =>
        {
            var before = last?.Segments[0].Observers[i].Counts ?? default;
            var failures = dice.Below(bad ? observations + 1 : observations / 20 + 1);
            var said = dice.Below(6) == 0 ? default : new ObservedCounts((ulong)(observations - failures), (ulong)(failures / 2), (ulong)(failures - failures / 2));
            return new ObserverSight(a.Origin, a.LogKey, before + said);
        });
        return new SightEvent(
            Observed, (last?.Step ?? 0) + (dice.Below(40) == 0 ? 0UL : 1),
            [new SegmentSight((last?.Segments[0].Days ?? 20) + (ulong)dice.Below(2), last?.Segments[0].Alarms ?? 0, dice.Below(30) == 0, [.. observers])]);
    }

    private TradeEvent Trade(ulong by, ulong nonce)
    {
        var (contract, buys, side, shares) = (Near(state.Contracts.Opened), dice.Below(3) > 0, dice.Below(2) == 0 ? AssetKind.Yes : AssetKind.No, Amount(50_000));
        if (!buys && dice.Below(4) > 0 && by < Traders && state.Book.Of(Holder.Participant(by), new Asset(side, contract)) is > 0 and var own)
            shares = 1 + (long)((ulong)dice.Next() % (ulong)own);
        return new TradeEvent(by, nonce, contract, buys, side, shares, dice.Below(8) == 0 ? Amount() : buys ? Book.Limit - 1 : 0);
    }

    private CommitEvent Commit(ulong by, ulong nonce)
    {
        var asset = dice.Below(3) switch
        {
            0 => Asset.PoolShare,
            1 => new Asset(AssetKind.Cover, Near(state.Policies.Sold)),
            _ => new Asset(AssetKind.Bond, Near(state.Series.Issued)),
        };
        var terms = new OrderTerms(by, asset, state.Rounds.NumberFor(asset), (OrderSide)dice.Below(2), 1 + (uint)dice.Below(40), 1 + dice.Below(500), Trader.Word($"{dice.Next()}"));
        sealedOrders[terms.Commitment()] = (ulong.MaxValue, terms);
        return new CommitEvent(by, nonce, asset, terms.Round, 10 + dice.Below(4_000), terms.Commitment());
    }

    private MarketInstruction Reveal(ulong by, ulong nonce)
    {
        var waiting = state.Rounds.Open.SelectMany(a => a.Orders.Where(o => o.Terms is null && Time >= a.Terms.RevealFrom && Time < a.Terms.ClearFrom)).ToArray();
        if (waiting.Length == 0 || dice.Below(20) == 0)
            return new RevealEvent(by, nonce, Near(state.Rounds.NextOrder), OrderSide.Buy, 1, 1, default);
        var (order, terms) = sealedOrders[waiting[dice.Below(waiting.Length)].Commitment];
        return new RevealEvent(terms.By, state.Participants.NonceOf(terms.By), order, terms.Side, terms.Price, terms.Lots, terms.Salt);
    }

    private UnstakeEvent Unstake(ulong by, ulong nonce)
    {
        var auditor = Auditor[dice.Below(Auditors)];
        return new UnstakeEvent(by, nonce, auditor.Origin, auditor.LogKey);
    }

    // Something that a participant has, or may not have.
    private Asset Held(ulong by)
    {
        if (dice.Below(8) == 0)
            return new Asset((AssetKind)dice.Below(6), (ulong)dice.Below(4));
        var own = state.Book.Balances.Where(b => b.Holder == Holder.Participant(by)).Select(b => b.Asset).ToArray();
        return own.Length == 0 ? Asset.Unit : own[dice.Below(own.Length)];
    }

    private ulong Near(ulong next) => next == 0 ? 0 : dice.Below(12) == 0 ? next : next - 1 - (ulong)dice.Below((int)Math.Min(next, 6));

    private ulong Span() => dice.Below(30) == 0 ? 0 : 60 + (ulong)dice.Below(8 * 86_400);

    // Small ones as often as large ones; one in a hundred is beyond all bounds.
    private long Amount(long most = 2_000_000) => dice.Below(100) == 0 ? Book.Limit - 1 - dice.Below(2) : 1 + (long)(dice.Next() % (ulong)Math.Max(1, most >> dice.Below(14)));
}
