using System.Collections.Immutable;
using Assay.Market.Corruption;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Market.Cover;

/// <summary>The covers that were sold and are not settled (docs/spec/market.md section 4).</summary>
public sealed class Policies : IProduct, IPaysOnFailure
{
    private const int Most = 1 << 20;

    private readonly SortedDictionary<ulong, Policy> open = [];
    private readonly Dictionary<Hash, SortedSet<ulong>> byAccount = [];
    private readonly Dictionary<Hash, long> lockedOn = [];
    private readonly Dictionary<(ulong Participant, Hash Account), long> insured = [];
    private ulong sold;

    /// <summary>Bonds that lose first; null where there are none.</summary>
    public IFirstLoss? FirstLoss { get; init; }

    /// <summary>Told of each policy that is settled, after it was.</summary>
    public Action<PolicyOutcome>? Settled { get; set; }

    /// <summary>How many were ever sold: the number of the next.</summary>
    public ulong Sold => sold;

    /// <summary>Those that are not settled, by number.</summary>
    public IReadOnlyCollection<Policy> Open => open.Values;

    /// <summary>Units of the pool that all of them lock.</summary>
    public long Locked { get; private set; }

    /// <summary>Units of the pool that those of one account lock.</summary>
    public long LockedOn(Hash account) => lockedOn.GetValueOrDefault(account);

    /// <summary>Units insured by open policies of one account: what they pay at most.</summary>
    public long SumOn(Hash account) => OpenOf(account).Sum(p => p.Cover.Sum);

    /// <summary>Units that a participant has ever insured on an account, those left out whose premium came back.</summary>
    public long InsuredBy(ulong participant, Hash account) => insured.GetValueOrDefault((participant, account));

    /// <summary>A policy that is not settled; null for another.</summary>
    public Policy? Of(ulong number) => open.GetValueOrDefault(number);

    /// <summary>Those of one account that are not settled, by number.</summary>
    public IEnumerable<Policy> OpenOf(Hash account) => byAccount.TryGetValue(account, out var numbers) ? numbers.Select(n => open[n]) : [];

    /// <summary>Units of the pool that covers on testimony lock.</summary>
    public long LockedOnTestimony { get; private set; }

    /// <exception cref="MarketRefusal">The rules do not allow it: nothing was changed but the book.</exception>
    internal void Sell(MarketState state, CoverEvent order)
    {
        MustBeInsurable(state, order);
        var offer = CoverOffer.Of(state, order.Account, order.Segment, order.Cover, order.Until);
        var window = Window.Open(state.Looks.Of(order.Account)!, (int)order.Segment, state.Terms.Grace);
        Sell(state, order, new Policy(sold, order.By, window, order.Cover, order.Until, offer.Quote.Premium, offer.FromBonds));
    }

    /// <exception cref="MarketRefusal">The rules do not allow it: nothing was changed but the book.</exception>
    internal void Sell(MarketState state, TestimonyEvent order)
    {
        MustBeInsurable(state, order);
        var offer = TestimonyOffer.Of(state, order.Account, order.Segment, order.Cover, order.Until);
        var observers = state.Sights.Of(order.Account)!.Segments[(int)order.Segment].Observers;
        foreach (var (origin, key, _) in offer.Hearing.Observers.Select(o => observers[o.Place]))
            if (state.Stakes.NumberOf(origin, key) is { } number && state.Stakes.Parts.ContainsKey((number, order.By)))
                throw new MarketRefusal($"participant {order.By} has put up a stake for the observer {Verify.Json.StrictJson.Shown(origin)}, which would be heard: nobody is covered by its own word");
        var window = new Window(order.Account, order.Segment, 0, null, 0);
        Sell(state, order, new Policy(sold, order.By, window, order.Cover, order.Until, offer.Quote.Premium, 0, offer.Hearing));
    }

    private void MustBeInsurable(MarketState state, CoverOrder order)
    {
        var (buyer, account) = (order.By, order.Account);
        if (open.Count == Most)
            throw new MarketRefusal($"no more than {Most} covers at a time");
        if (state.Participants.IsAffiliated(buyer, account))
            throw new MarketRefusal($"participant {buyer} is affiliated with the account {account.ToHex()}: who can make it fail is not covered against it");
        var (spent, before) = (state.Spends.Of(buyer, account), InsuredBy(buyer, account));
        if (order.Cover.Sum > spent - before)
            throw new MarketRefusal($"participant {buyer} has spent {spent} units on the account {account.ToHex()} and insured {before} of them: {order.Cover.Sum} more are not at risk");
    }

    private void Sell(MarketState state, CoverOrder order, Policy policy)
    {
        if (policy.Premium > order.Most)
            throw new MarketRefusal($"the premium is {policy.Premium} units, above the most that would be paid, {order.Most}");
        var (buyer, sum) = (Holder.Participant(order.By), order.Cover.Sum);
        state.Book.Post(
            new Posting(buyer, Asset.Unit, -policy.Premium), new Posting(Holder.Pool, Asset.Unit, -policy.FromPool),
            new Posting(policy.Holder, Asset.Unit, policy.Premium + policy.FromPool),
            new Posting(Holder.Issuer, policy.Shares, -sum), new Posting(buyer, policy.Shares, sum));
        if (policy.FromBonds > 0)
            FirstLoss!.Promise(state, policy.Number, order.Account, order.Segment, policy.FromBonds);
        sold++;
        Add(policy);
        insured[(order.By, order.Account)] = InsuredBy(order.By, order.Account) + sum;
    }

    /// <inheritdoc/>
    public void Look(MarketState state, Look look)
    {
        foreach (var policy in OpenOf(look.Account).Where(p => p.Hearing is null).ToList())
        {
            var seen = policy with { Window = policy.Window.See(look) };
            open[policy.Number] = seen;
            if (state.Time >= policy.Until || seen.Window.Counts(look) is { } counts && counts.Records >= policy.Cover.Records)
                Settle(state, seen);
        }
    }

    /// <summary>Does what a sight of an observed account makes due.</summary>
    internal void Hear(MarketState state, Sight sight)
    {
        foreach (var policy in OpenOf(sight.Account).Where(p => p.Hearing is not null && p.Window.Segment < (ulong)sight.Segments.Length).ToList())
        {
            var heard = policy with { Hearing = policy.Hearing!.See(sight.Segments[(int)policy.Window.Segment], state.Time) };
            open[policy.Number] = heard;
            if (state.Time >= policy.Until || heard.Hearing.Enough(policy.Cover.Records) is not null)
                Settle(state, heard);
        }
    }

    /// <inheritdoc/>
    public void Tick(MarketState state)
    {
        foreach (var policy in open.Values.Where(p => p.Until <= state.Time).ToList())
            Settle(state, policy);
    }

    /// <inheritdoc/>
    public void MayMove(MarketState state, Holder from, Holder to, Asset asset, long shares)
    {
        if (asset.Kind == AssetKind.Cover && to.Kind == HolderKind.Participant && Of(asset.Number) is { } policy
            && state.Participants.IsAffiliated(to.Number, policy.Window.Account))
            throw new MarketRefusal($"participant {to.Number} is affiliated with the account of cover {asset.Number}: who can make it fail is not covered against it");
    }

    /// <inheritdoc/>
    public IEnumerable<FailurePosition> PaysOnFailure(MarketState state, Hash account) =>
        state.Looks.Of(account) is { } look ? OpenOf(account).Select(p => FailurePosition.OfCover(look, p.Window, p.Until, p.Cover)) : [];

    /// <inheritdoc/>
    public void CheckAll(MarketState state)
    {
        foreach (var policy in open.Values)
        {
            var (has, shares) = (state.Book.Of(policy.Holder, Asset.Unit), state.Book.Issued(policy.Shares));
            if (has != policy.FromPool + policy.Premium || shares != policy.Cover.Sum)
                throw new InvalidOperationException($"policy {policy.Number} has {has} units and {shares} shares for {policy}");
        }
        if (state.Book.UnitsOf(HolderKind.Policy) != open.Values.Sum(p => p.FromPool + p.Premium) || Locked != open.Values.Sum(p => p.FromPool))
            throw new InvalidOperationException("policies that hold more or less than they were sold for");
    }

    /// <inheritdoc/>
    public void Transfer(StateBytes bytes)
    {
        bytes.Number(ref sold);
        var rows = bytes.Reads ? [] : open.Values.ToList();
        bytes.List(rows, Most, 120, policy => Policy.Transfer(policy, bytes), null!);
        StateTable.Transfer(bytes, insured, Order, 1 << 22, 48, row =>
        {
            var ((participant, account), units) = row;
            bytes.Number(ref participant);
            bytes.Hash(ref account);
            bytes.Number(ref units);
            return units is > 0 and < Book.Limit ? ((participant, account), units) : throw new MalformedException("a market's state with covers beyond all bounds");
        });
        if (!bytes.Reads)
            return;
        foreach (var (at, policy) in rows.Index())
        {
            if (policy.Number >= sold || (at > 0 && policy.Number <= rows[at - 1].Number))
                throw new MalformedException("a market's state with policies out of order");
            Add(policy);
        }
    }

    private static int Order((ulong Participant, Hash Account) a, (ulong Participant, Hash Account) b) =>
        a.Participant != b.Participant ? a.Participant.CompareTo(b.Participant) : a.Account.Bytes.SequenceCompareTo(b.Account.Bytes);

    private void Settle(MarketState state, Policy policy)
    {
        var (counts, due) = Due(state, policy);
        var (payout, back) = (due ?? 0, due is null);
        var calledIn = Math.Min(payout, policy.FromBonds);
        if (policy.FromBonds > 0)
            FirstLoss!.Settle(state, policy.Number, calledIn, back ? 0 : policy.Premium);
        var held = state.Book.HoldersOf(policy.Shares);
        var paid = Pay(state, policy, back ? policy.Premium : payout, held);
        foreach (var (holder, shares, own) in held)
            state.Book.Move(holder, Holder.Issuer, shares, own);
        if (state.Book.Of(policy.Holder, Asset.Unit) is > 0 and var rest)
            state.Book.Move(policy.Holder, Holder.Pool, Asset.Unit, rest);
        Remove(policy);
        if (back)
            Forget(policy);
        Settled?.Invoke(new PolicyOutcome(policy, counts, state.Time, payout, calledIn, back, paid));
    }

    // What it pays; null where nothing was judged in its window, or no quorum was heard.
    private static (SegmentCounts? Counts, long? Payout) Due(MarketState state, Policy policy)
    {
        if (policy.Hearing is { } hearing)
            return (null, hearing.Enough(policy.Cover.Records) is { } heard ? Hearing.Payout(policy.Cover, heard) : null);
        var counts = state.Looks.Of(policy.Window.Account) is { } look ? policy.Window.Counts(look) : null;
        return (counts, counts is { } c && c.Passes + c.Failures > 0 ? CoverPayout.Of(policy.Cover, c) : null);
    }

    // Each floor(units · own / all): what is left over stays with the policy, and so goes to the pool.
    private static ImmutableArray<Posting> Pay(MarketState state, Policy policy, long units, IReadOnlyList<Posting> held)
    {
        var paid = ImmutableArray.CreateBuilder<Posting>();
        foreach (var (holder, _, own) in held)
            if ((long)((Int128)units * own / policy.Cover.Sum) is > 0 and var part)
            {
                state.Book.Move(policy.Holder, holder, Asset.Unit, part);
                paid.Add(new Posting(holder, Asset.Unit, part));
            }
        return paid.ToImmutable();
    }

    private void Add(Policy policy)
    {
        var account = policy.Window.Account;
        open.Add(policy.Number, policy);
        if (!byAccount.TryGetValue(account, out var numbers))
            byAccount.Add(account, numbers = []);
        numbers.Add(policy.Number);
        Lock(policy, policy.FromPool);
    }

    private void Remove(Policy policy)
    {
        var account = policy.Window.Account;
        open.Remove(policy.Number);
        byAccount[account].Remove(policy.Number);
        if (byAccount[account].Count == 0)
            byAccount.Remove(account);
        Lock(policy, -policy.FromPool);
    }

    private void Lock(Policy policy, long units)
    {
        var account = policy.Window.Account;
        Locked += units;
        LockedOnTestimony += policy.Hearing is null ? 0 : units;
        lockedOn[account] = LockedOn(account) + units;
        if (lockedOn[account] == 0)
            lockedOn.Remove(account);
    }

    // What nobody judged was not insured: the buyer may insure it again.
    private void Forget(Policy policy)
    {
        var key = (policy.Buyer, policy.Window.Account);
        insured[key] -= policy.Cover.Sum;
        if (insured[key] == 0)
            insured.Remove(key);
    }
}
