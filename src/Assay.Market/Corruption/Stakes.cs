using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Market.Corruption;

/// <summary>
/// What is at stake for auditors, each numbered in the order in which its first stake was put up, and what they are accused of
/// (docs/spec/market.md section 8). The units are in the book.
/// </summary>
public sealed class Stakes : IProduct
{
    private const int Most = 1 << 16;
    private const int MostRows = 1 << 20;

    private readonly List<(string Origin, Hash LogKey)> auditors = [];
    private readonly Dictionary<(string Origin, Hash LogKey), ulong> numbers = [];
    private readonly Dictionary<(ulong Auditor, ulong Participant), Part> parts = [];
    private readonly Dictionary<(ulong Auditor, Hash Account), Accusation> accusations = [];

    /// <summary>What one participant put up for one auditor.</summary>
    /// <param name="AskedBack">Unix seconds since when it is to come back; null where it is not.</param>
    public readonly record struct Part(long Units, ulong? AskedBack);

    /// <summary>What an auditor is accused of by the looks at one account.</summary>
    /// <param name="Records">That it passed and another showed to diverge, those left out that were refuted.</param>
    /// <param name="Since">Unix seconds of the oldest of it.</param>
    public readonly record struct Accusation(ulong Records, ulong Since);

    /// <summary>Told of each stake that is lost: the auditor's number and the units.</summary>
    public Action<ulong, long>? Lost { get; set; }

    /// <summary>Auditors by their numbers.</summary>
    public IReadOnlyList<(string Origin, Hash LogKey)> Auditors => auditors;

    /// <summary>What each participant put up for each auditor.</summary>
    public IReadOnlyDictionary<(ulong Auditor, ulong Participant), Part> Parts => parts;

    public IReadOnlyDictionary<(ulong Auditor, Hash Account), Accusation> Accusations => accusations;

    /// <summary>The number of an auditor; null where nobody ever staked for it.</summary>
    public ulong? NumberOf(string origin, Hash logKey) => numbers.TryGetValue((origin, logKey), out var number) ? number : null;

    /// <summary>Units that an auditor would lose: what is not asked back.</summary>
    public long AtStake(Book book, string origin, Hash logKey) =>
        NumberOf(origin, logKey) is { } number ? book.Of(HolderOf(number), Asset.Unit) - parts.Where(p => p.Key.Auditor == number && p.Value.AskedBack is not null).Sum(p => p.Value.Units) : 0;

    internal void PutUp(MarketState state, StakeEvent stake)
    {
        var number = NumberOf(stake.Auditor, stake.LogKey) ?? (ulong)auditors.Count;
        if (number == Most || (parts.Count == MostRows && !parts.ContainsKey((number, stake.By))))
            throw new MarketRefusal($"no more than {Most} auditors and {MostRows} stakes");
        var part = parts.GetValueOrDefault((number, stake.By));
        if (part.AskedBack is not null)
            throw new MarketRefusal($"participant {stake.By} has asked for the stake of {StakeText(stake.Auditor)} back: nothing is added to it");
        state.Book.Move(Holder.Participant(stake.By), HolderOf(number), Asset.Unit, stake.Units);
        if (number == (ulong)auditors.Count)
            AddAuditor((stake.Auditor, stake.LogKey));
        parts[(number, stake.By)] = new Part(part.Units + stake.Units, null);
    }

    internal void AskBack(MarketState state, UnstakeEvent order)
    {
        if (NumberOf(order.Auditor, order.LogKey) is not { } number || !parts.TryGetValue((number, order.By), out var part))
            throw new MarketRefusal($"participant {order.By} has nothing at stake for {StakeText(order.Auditor)}");
        if (part.AskedBack is not null)
            throw new MarketRefusal($"participant {order.By} has asked for the stake of {StakeText(order.Auditor)} back already");
        parts[(number, order.By)] = part with { AskedBack = state.Time };
    }

    /// <summary>Divergences that an auditor says are refuted: it loses its stake, and others are accused of so many less.</summary>
    internal void Refute(MarketState state, RefuteEvent order)
    {
        var liar = NumberOf(order.Auditor, order.LogKey);
        foreach (var (key, accusation) in accusations.Where(a => a.Key.Account == order.Account && a.Key.Auditor != liar).ToList())
            if (accusation.Records > order.Records)
                accusations[key] = accusation with { Records = accusation.Records - order.Records };
            else
                accusations.Remove(key);
        if (liar is { } number)
            Lose(state.Book, number);
    }

    /// <summary>Compares a look's auditors with those of the look before it.</summary>
    internal void Compare(MarketState state, Look? before, Look look)
    {
        if (before is null)
            return;
        foreach (var auditor in look.Auditors)
        {
            var known = before.Auditors.FirstOrDefault(a => a.Origin == auditor.Origin && a.LogKey == auditor.LogKey)?.Contradicted ?? 0;
            if (auditor.Contradicted <= known || NumberOf(auditor.Origin, auditor.LogKey) is not { } number || state.Book.Of(HolderOf(number), Asset.Unit) == 0)
                continue;
            var already = accusations.TryGetValue((number, look.Account), out var accusation) ? accusation : new Accusation(0, state.Time);
            accusations[(number, look.Account)] = already with { Records = already.Records + (auditor.Contradicted - known) };
        }
    }

    /// <inheritdoc/>
    public void Tick(MarketState state)
    {
        foreach (var number in accusations.Where(a => state.Time - a.Value.Since >= state.Terms.Dispute).Select(a => a.Key.Auditor).Distinct().Order().ToList())
            Lose(state.Book, number);
        foreach (var (key, part) in parts.Where(p => p.Value.AskedBack is { } since && state.Time - since >= state.Terms.StakeDelay).OrderBy(p => p.Key).ToList())
        {
            if (accusations.Keys.Any(a => a.Auditor == key.Auditor))
                continue;
            state.Book.Move(HolderOf(key.Auditor), Holder.Participant(key.Participant), Asset.Unit, part.Units);
            parts.Remove(key);
        }
    }

    /// <inheritdoc/>
    public void CheckAll(MarketState state)
    {
        foreach (var (number, _) in auditors.Index())
            if (state.Book.Of(HolderOf((ulong)number), Asset.Unit) != parts.Where(p => p.Key.Auditor == (ulong)number).Sum(p => p.Value.Units))
                throw new InvalidOperationException($"the stake of auditor {number} is not what was put up for it");
        if (state.Book.UnitsOf(HolderKind.Stake) != parts.Values.Sum(p => p.Units))
            throw new InvalidOperationException("stakes of nobody");
    }

    /// <inheritdoc/>
    public void Transfer(StateBytes bytes)
    {
        var listed = auditors.ToList();
        bytes.List(listed, Most, 40, auditor =>
        {
            var (origin, key) = (auditor.Origin ?? "", auditor.LogKey);
            bytes.Text(ref origin);
            bytes.Hash(ref key);
            return (origin, key);
        }, default);
        if (bytes.Reads)
            foreach (var auditor in listed)
                if (!AddAuditor(auditor))
                    throw new MalformedException("a market's state with an auditor twice");
        StateTable.Transfer(bytes, parts, (a, b) => a.CompareTo(b), MostRows, 40, row =>
        {
            var ((auditor, participant), (units, askedBack)) = row;
            var (asked, since) = (askedBack is null ? 0UL : 1, askedBack ?? 0);
            bytes.Number(ref auditor);
            bytes.Number(ref participant);
            bytes.Number(ref units);
            bytes.Number(ref asked);
            bytes.Number(ref since);
            return auditor < (ulong)auditors.Count && units is > 0 and < Book.Limit && (asked == 1 || (asked == 0 && since == 0))
                ? ((auditor, participant), new Part(units, asked == 1 ? since : null))
                : throw new MalformedException("a market's state with a stake that nobody put up");
        });
        StateTable.Transfer(bytes, accusations, Order, MostRows, 56, row =>
        {
            var ((auditor, account), (records, since)) = row;
            bytes.Number(ref auditor);
            bytes.Hash(ref account);
            bytes.Number(ref records);
            bytes.Number(ref since);
            return auditor < (ulong)auditors.Count && records > 0 ? ((auditor, account), new Accusation(records, since))
                : throw new MalformedException("a market's state with an accusation of nothing");
        });
    }

    private static int Order((ulong Auditor, Hash Account) a, (ulong Auditor, Hash Account) b) =>
        a.Auditor != b.Auditor ? a.Auditor.CompareTo(b.Auditor) : a.Account.Bytes.SequenceCompareTo(b.Account.Bytes);

    private static Holder HolderOf(ulong number) => new(HolderKind.Stake, number);

    private static string StakeText(string origin) => Verify.Json.StrictJson.Shown(origin);

    private bool AddAuditor((string Origin, Hash LogKey) auditor)
    {
        auditors.Add(auditor);
        return numbers.TryAdd(auditor, (ulong)(auditors.Count - 1));
    }

    // To nobody: who gained by it would have a reason to bring it about.
    private void Lose(Book book, ulong number)
    {
        var units = book.Of(HolderOf(number), Asset.Unit);
        foreach (var key in parts.Keys.Where(p => p.Auditor == number).ToList())
            parts.Remove(key);
        foreach (var key in accusations.Keys.Where(a => a.Auditor == number).ToList())
            accusations.Remove(key);
        if (units == 0)
            return;
        book.Move(HolderOf(number), Holder.Issuer, Asset.Unit, units);
        Lost?.Invoke(number, units);
    }
}
