using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>
/// Folds what a provider's log and auditors' logs say into an account, step by step (docs/spec/accounts-fold.md). A function of those
/// logs, of how far each was read at each step, and of the steps' times. Not for several threads.
/// </summary>
/// <param name="service">The segments of this service are the account's.</param>
/// <param name="provider">The provider's log as far as it is read.</param>
/// <param name="books">Of the auditors, in ascending order of origin by UTF-8 bytes.</param>
/// <param name="state">The empty account, or the state of the last step.</param>
public sealed class AccountFold(string service, IProviderHistory provider, IReadOnlyList<AuditBook> books, AccountState state)
{
    /// <summary>How long an epoch waits for its auditors from the first step that saw its end: 14 days.</summary>
    public const ulong PatienceSeconds = 14 * 24 * 3600;

    private readonly GenesisEvent genesis = provider.Genesis ?? throw new ArgumentException("a log without genesis", nameof(provider));

    public AccountState State => state;

    /// <summary>Folds all that was read since the last step.</summary>
    /// <param name="time">Unix seconds, not before the last step's.</param>
    /// <param name="sizes">How far the auditors' logs were read, in the order of the books.</param>
    /// <param name="settled">Told of each epoch right after it was settled, with the place of its segment: <see cref="State"/> stands as it then does.</param>
    /// <returns>The event that commits to the step, for the log of whoever folds.</returns>
    public AccountEpochEvent Step(ulong time, IReadOnlyList<LogSize> sizes, string origin, Action<int>? settled = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, state.Time);
        var (step, previous) = (state.Steps, state.Digest());
        LogSize[] logs = [new LogSize(genesis.Origin, provider.Size, provider.RootAt(provider.Size)), .. sizes];
        state.BeginStep(time, logs);
        SeeKeys(time);
        foreach (var book in books)
            Count(book);
        foreach (var key in state.Keys)
            while (IsDue(key, time))
            {
                Settle(key);
                key.Settle();
                settled?.Invoke(key.Segment);
            }
        return new AccountEpochEvent(origin, state.Account, step, time, previous, [.. logs], state.Digest());
    }

    private void SeeKeys(ulong time)
    {
        foreach (var (keyId, segment, owner) in provider.ServingKeys)
        {
            if (segment.Service != service)
                continue;
            var known = state.KeyOf(keyId);
            if (known is null)
                known = state.Add(new KeyProgress(keyId, state.SegmentOf(segment, owner)));
            known.See(provider.EndedEpochs(keyId), time);
        }
    }

    private AuditorTally Tally(AuditBook book) =>
        state.AuditorOf(book.Origin, book.Genesis.LogKey.Key.Id, SharesKey(book.Genesis));

    // Whoever has a key of the provider's audits itself, whatever it is called.
    private bool SharesKey(GenesisEvent auditor)
    {
        Hash[] own = [genesis.LogKey.Key.Id, .. genesis.Roots.Keys.Select(k => k.Id)];
        return own.Contains(auditor.LogKey.Key.Id) || auditor.Roots.Keys.Any(k => own.Contains(k.Id));
    }

    // Facts that wait for no epoch.
    private void Count(AuditBook book)
    {
        var tally = Tally(book);
        foreach (var (keyId, letters, records) in book.Canaries)
        {
            if (state.KeyOf(keyId) is not { } key)
                continue;
            for (var i = 0; i < letters.Length; i++)
            {
                // A record that the log does not hold was never served under this key.
                var letter = records[i] < provider.ReceiptsOf(keyId) ? letters[i] : VerdictLetters.Undecided;
                tally.AddCanary(letter);
                if (!tally.SelfSampled)
                    state.Segments[key.Segment].AddCanary(letter);
            }
        }
        foreach (var fault in book.Faults)
            if (!tally.SelfSampled && state.KeyOf(fault.KeyId) is { } key && fault.Sequence < provider.ReceiptsOf(fault.KeyId))
                state.Segments[key.Segment].AddFault(fault);
        foreach (var keyId in book.Refusals)
            if (state.KeyOf(keyId) is not null)
                tally.AddRefusal();
        tally.AddLate(book.Late);
        book.SkipCounted();
    }

    // An epoch is settled when all who committed for it have judged what they drew, or when they have had their time.
    private bool IsDue(KeyProgress key, ulong time)
    {
        if (key.Since is not { } since)
            return false;
        if (time - since >= PatienceSeconds)
            return true;
        var commitments = provider.SeedsOf(key.KeyId, key.Settled);
        foreach (var (_, commitment) in commitments)
            if (BookOf(commitment) is { } book && book.DrawOf(key.KeyId, key.Settled) is not { IsComplete: true })
                return false;
        return true;
    }

    // Those who audit but are not read cannot be waited for.
    private AuditBook? BookOf(AuditSeedEvent commitment) =>
        books.FirstOrDefault(b => b.Origin == commitment.Auditor.Origin && b.Genesis.LogKey.Key.Id == commitment.Auditor.LogKey.Id);

    private void Settle(KeyProgress key)
    {
        var epoch = provider.EpochOf(key.KeyId, key.Settled)!.Value;
        var segment = state.Segments[key.Segment];
        var verdicts = new EpochVerdicts(epoch.First, epoch.Records);
        var counted = new List<(AuditorTally Tally, ulong[] Order, string Letters)>();
        foreach (var (_, commitment) in provider.SeedsOf(key.KeyId, key.Settled))
            if (BookOf(commitment) is { } book)
                Tally(book).AddCommitment();
        foreach (var book in books)
            if (book.DrawOf(key.KeyId, key.Settled) is { } draw)
            {
                Judge(Tally(book), book, draw, verdicts, counted);
                book.Remove(draw);
            }
        foreach (var (tally, order, letters) in counted)
            tally.AddContradicted(verdicts.Contradicted(order, letters));
        segment.Settle(epoch.Records, verdicts, counted.Count > 0);
    }

    private void Judge(AuditorTally tally, AuditBook book, PendingDraw draw, EpochVerdicts verdicts, List<(AuditorTally, ulong[], string)> counted)
    {
        if (DrawCheck.Order(draw.Event, book.Genesis.LogKey.Key.Id, provider) is not { } order)
        {
            tally.AddRefusedDraw();
            return;
        }
        var letters = draw.Letters.Count == 1 ? draw.Letters[0] : string.Concat(draw.Letters);
        tally.AddDraw(draw.Event.Missing.Length, draw.Event.Drawn - draw.Judged);
        if (tally.SelfSampled)
        {
            tally.AddTraffic(new EpochVerdicts(draw.Event.Epoch.First, draw.Event.Epoch.Records).Add(order, letters));
            return;
        }
        tally.AddTraffic(verdicts.Add(order, letters));
        counted.Add((tally, order, letters));
    }
}
