using Assay.Market.Corruption;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Market.Bonds;

/// <summary>The bonds that were issued and are not redeemed, and what they promised to policies (docs/spec/market.md section 6).</summary>
public sealed class SeriesList : IProduct, IFirstLoss
{
    private const int Most = 1 << 20;
    private const int MostPromises = 1 << 22;
    private const int MostRemembered = 1 << 14;

    private readonly SortedDictionary<ulong, BondSeries> open = [];
    private readonly Dictionary<(ulong Policy, ulong Series), long> promises = [];
    private readonly Dictionary<ulong, long> promisedBy = [];
    private readonly Dictionary<(uint Promised, ulong Refuted, ulong Passes, ulong Failures), bool> shields = [];
    private ulong issued;

    /// <summary>Told of each series that is slashed, or is not any more.</summary>
    public Action<BondSeries>? Slashed { get; set; }

    /// <summary>Told of each series that is redeemed, after it was.</summary>
    public Action<Redemption>? Redeemed { get; set; }

    /// <summary>How many were ever issued: the number of the next.</summary>
    public ulong Issued => issued;

    /// <summary>Those that are not redeemed, by number.</summary>
    public IReadOnlyCollection<BondSeries> Open => open.Values;

    /// <summary>A series that is not redeemed; null for another.</summary>
    public BondSeries? Of(ulong number) => open.GetValueOrDefault(number);

    /// <summary>Those of a segment, by number.</summary>
    public IEnumerable<BondSeries> OpenOf(Hash account, ulong segment) => open.Values.Where(s => s.Window.Segment == segment && s.Window.Account == account);

    /// <summary>Units of its principal that a series has promised to policies that are open.</summary>
    public long PromisedBy(ulong series) => promisedBy.GetValueOrDefault(series);

    /// <summary>
    /// Whether failures that just pay a position in full would take a bond: one that begins no later than the position and ends no sooner,
    /// beside what its window has from before the position began. Remembered: it is asked of the same positions at each purchase.
    /// </summary>
    internal bool Shields(MarketState state, BondSeries series, in FailurePosition position)
    {
        var window = position.Window;
        if (series.Terms.Until < position.Until || series.Window.AttachAt > window.AttachAt
            || (window.From is not null && (series.Window.From is null || series.Window.FromStep > window.FromStep)))
            return false;
        var begins = window.From ?? state.Looks.Of(window.Account)!.Segments[(int)window.Segment].Counts;
        var before = series.Window.From is { } from ? begins - from : default;
        var failures = Math.Min(before.Failures + position.Failures, Counts.Limit - 1);
        var passes = Math.Min(before.Passes + position.Verdicts - position.Failures, Counts.Limit - 1 - failures);
        var key = (series.Terms.Promised, series.Refuted, passes, failures);
        if (shields.TryGetValue(key, out var known))
            return known;
        if (shields.Count == MostRemembered)
            shields.Clear();
        return shields[key] = series.IsBroken(new Counts(passes, failures));
    }

    /// <summary>What a series promised, by policy: units, and how much of its payout older series pay before.</summary>
    public IEnumerable<(ulong Policy, long Before, long Units)> PromisesOf(ulong series) =>
        from own in promises
        where own.Key.Series == series
        orderby own.Key.Policy
        select (own.Key.Policy, promises.Where(p => p.Key.Policy == own.Key.Policy && p.Key.Series < series).Sum(p => p.Value), own.Value);

    internal void Issue(MarketState state, BondEvent order)
    {
        var terms = order.Terms;
        terms.Check();
        var look = state.Looks.ToSell(state, order.Account, order.Segment);
        if (!state.Participants.IsAffiliated(order.By, order.Account))
            throw new MarketRefusal($"participant {order.By} is not affiliated with the account {order.Account.ToHex()}: its bond would deter nobody");
        if (terms.Until <= state.Time)
            throw new MarketRefusal($"a bond until {terms.Until}, which is not after {state.Time}");
        if ((UInt128)terms.Retained * Grid.One < (UInt128)terms.Face * state.Terms.BondRetention)
            throw new MarketRefusal($"a bond's issuer keeps at least {state.Terms.BondRetention} millionths of its face of {terms.Face}: {terms.Retained} are less");
        if (open.Count == Most)
            throw new MarketRefusal($"no more than {Most} series at a time");
        var series = new BondSeries(issued, order.By, terms, Window.Open(look, (int)order.Segment, state.Terms.Grace), 0, null, default, null);
        state.Book.Post(
            new Posting(Holder.Participant(order.By), Asset.Unit, -terms.Retained), new Posting(series.Holder, Asset.Unit, terms.Retained),
            new Posting(Holder.Issuer, series.Shares, -terms.Retained), new Posting(series.Holder, series.Shares, terms.Retained));
        open.Add(issued++, series);
    }

    internal void Subscribe(MarketState state, SubscribeEvent order)
    {
        var series = Of(order.Series) ?? throw new MarketRefusal($"there is no series {order.Series} that is not redeemed");
        var (shares, principal) = (state.Book.Issued(series.Shares), state.Book.Of(series.Holder, Asset.Unit));
        if (!series.IsLive(state.Time))
            throw new MarketRefusal($"series {series.Number} is {(series.SlashedAt is null ? "over" : "slashed")}");
        if (principal < shares)
            throw new MarketRefusal($"series {series.Number} has borne a loss: {principal} units for {shares} shares are not par");
        if (order.Units > series.Terms.Face - shares)
            throw new MarketRefusal($"series {series.Number} has {series.Terms.Face - shares} shares left, {order.Units} are asked for");
        state.Book.Post(
            new Posting(Holder.Participant(order.By), Asset.Unit, -order.Units), new Posting(series.Holder, Asset.Unit, order.Units),
            new Posting(Holder.Issuer, series.Shares, -order.Units), new Posting(Holder.Participant(order.By), series.Shares, order.Units));
    }

    /// <inheritdoc/>
    public long Free(MarketState state, Hash account, ulong segment) =>
        OpenOf(account, segment).Where(s => s.IsLive(state.Time)).Aggregate(0L, (sum, series) => Math.Min(Book.Limit, sum + FreeOf(state, series)));

    /// <inheritdoc/>
    public void Promise(MarketState state, ulong policy, Hash account, ulong segment, long units)
    {
        if (promises.Count >= MostPromises)
            throw new MarketRefusal($"no more than {MostPromises} promises of bonds");
        foreach (var series in OpenOf(account, segment))
        {
            var part = series.IsLive(state.Time) ? Math.Min(units, FreeOf(state, series)) : 0;
            if (part == 0)
                continue;
            promises.Add((policy, series.Number), part);
            promisedBy[series.Number] = PromisedBy(series.Number) + part;
            units -= part;
        }
        if (units != 0)
            throw new InvalidOperationException($"{units} units more were promised to policy {policy} than bonds have free");
    }

    /// <inheritdoc/>
    public void Settle(MarketState state, ulong policy, long units, long premium)
    {
        var (holder, sum) = (new Holder(HolderKind.Policy, policy), state.Policies.Of(policy)!.Cover.Sum);
        foreach (var series in open.Values.Where(s => promises.ContainsKey((policy, s.Number))).ToList())
        {
            promises.Remove((policy, series.Number), out var promised);
            promisedBy[series.Number] -= promised;
            if (promisedBy[series.Number] == 0)
                promisedBy.Remove(series.Number);
            var lost = Math.Min(units, promised);
            units -= lost;
            Pay(state.Book, series.Holder, holder, lost);
            Pay(state.Book, holder, series.Coupons, (long)((Int128)premium * promised * series.Terms.Coupon / ((Int128)sum * Grid.One)));
            Distribute(state.Book, series, series.Coupons, state.Book.Of(series.Coupons, Asset.Unit));
        }
    }

    /// <summary>Failures of a segment were refuted: of every series on it they count as passes, and what is slashed may not be any more.</summary>
    internal void Refute(Hash account, ulong segment, ulong failures)
    {
        foreach (var series in OpenOf(account, segment).ToList())
        {
            var seen = series with { Refuted = series.Refuted + failures };
            open[series.Number] = seen;
            if (seen.SlashedAt is null || seen.IsBroken(seen.Shown))
                continue;
            open[series.Number] = seen with { SlashedAt = null, Shown = default };
            Slashed?.Invoke(open[series.Number]);
        }
    }

    /// <inheritdoc/>
    public void Look(MarketState state, Look look)
    {
        foreach (var series in open.Values.Where(s => s.Window.Concerns(look)).ToList())
        {
            var seen = series with { Window = series.Window.See(look) };
            var slashed = false;
            if (seen.SlashedAt is null && seen.Window.Counts(look) is { } counts && new Counts(counts.Passes, counts.Failures) is var verdicts && seen.IsBroken(verdicts))
                (seen, slashed) = (seen with { SlashedAt = state.Time, Shown = verdicts }, true);
            open[seen.Number] = seen;
            if (slashed)
                Slashed?.Invoke(seen);
            RedeemIfDue(state, seen);
        }
    }

    /// <inheritdoc/>
    public void Tick(MarketState state)
    {
        foreach (var series in open.Values.ToList())
            RedeemIfDue(state, series);
    }

    /// <inheritdoc/>
    public void CheckAll(MarketState state)
    {
        var (principal, promised) = (0L, 0L);
        foreach (var series in open.Values)
        {
            var (has, shares) = (state.Book.Of(series.Holder, Asset.Unit), state.Book.Issued(series.Shares));
            if (has < PromisedBy(series.Number) || shares > series.Terms.Face || has > shares || state.Book.Of(series.Holder, series.Shares) != series.Terms.Retained)
                throw new InvalidOperationException($"series {series.Number} has {has} units, {PromisedBy(series.Number)} promised, and {shares} shares for {series}");
            (principal, promised) = (principal + has, promised + PromisedBy(series.Number));
        }
        if (state.Book.UnitsOf(HolderKind.Bond) != principal || promises.Values.Sum() != promised)
            throw new InvalidOperationException("principal or promises of series that are redeemed");
    }

    /// <inheritdoc/>
    public void Transfer(StateBytes bytes)
    {
        bytes.Number(ref issued);
        var rows = bytes.Reads ? [] : open.Values.ToList();
        bytes.List(rows, Most, 160, series => BondSeries.Transfer(series, bytes), null!);
        StateTable.Transfer(bytes, promises, (a, b) => a.CompareTo(b), MostPromises, 24, row =>
        {
            var ((policy, series), units) = row;
            bytes.Number(ref policy);
            bytes.Number(ref series);
            bytes.Number(ref units);
            return units is > 0 and < Book.Limit ? ((policy, series), units) : throw new MalformedException("a market's state with a promise out of bounds");
        });
        if (!bytes.Reads)
            return;
        foreach (var (at, series) in rows.Index())
            if (series.Number >= issued || (at > 0 && series.Number <= rows[at - 1].Number) || !open.TryAdd(series.Number, series))
                throw new MalformedException("a market's state with series out of order");
        foreach (var ((_, series), units) in promises)
            promisedBy[series] = open.ContainsKey(series) ? PromisedBy(series) + units : throw new MalformedException("a market's state with a promise of a series that is not there");
    }

    private void RedeemIfDue(MarketState state, BondSeries series)
    {
        if (state.Time >= series.Terms.Until && series.RedeemAt is null && state.Looks.Of(series.Window.Account) is { } last)
        {
            var known = last.Segments[(int)series.Window.Segment];
            open[series.Number] = series = series with { RedeemAt = known.Counts.Epochs + known.Waiting + state.Terms.Grace };
        }
        if (PromisedBy(series.Number) > 0 || !IsDue(state, series))
            return;
        var (book, principal) = (state.Book, state.Book.Of(series.Holder, Asset.Unit));
        Distribute(book, series, series.Holder, principal);
        Pay(book, series.Holder, Holder.Pool, book.Of(series.Holder, Asset.Unit));
        Pay(book, series.Coupons, Holder.Pool, book.Of(series.Coupons, Asset.Unit));
        foreach (var (holder, shares, own) in book.HoldersOf(series.Shares))
            book.Move(holder, Holder.Issuer, shares, own);
        open.Remove(series.Number);
        Redeemed?.Invoke(new Redemption(series, principal, state.Time));
    }

    private static bool IsDue(MarketState state, BondSeries series) => series.SlashedAt is { } since
        ? state.Time - since >= state.Terms.Dispute
        : state.Time >= series.Terms.Until
            && (state.Time - series.Terms.Until >= state.Terms.BondTail
                || (series.RedeemAt is { } epochs && state.Looks.Of(series.Window.Account)!.Segments[(int)series.Window.Segment].Counts.Epochs >= epochs));

    // To each holder of shares its part, rounded down. That of the retained ones is the issuer's, or nobody's where the series is slashed.
    private static void Distribute(Book book, BondSeries series, Holder from, long units)
    {
        var all = book.Issued(series.Shares);
        foreach (var (holder, _, own) in book.HoldersOf(series.Shares))
            Pay(book, from, holder != series.Holder ? holder : series.SlashedAt is null ? Holder.Participant(series.Issuer) : Holder.Issuer,
                (long)((Int128)units * own / all));
    }

    private static void Pay(Book book, Holder from, Holder to, long units)
    {
        if (units > 0)
            book.Move(from, to, Asset.Unit, units);
    }

    private long FreeOf(MarketState state, BondSeries series) => state.Book.Of(series.Holder, Asset.Unit) - PromisedBy(series.Number);
}
