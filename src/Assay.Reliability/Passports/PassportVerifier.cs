using System.Collections.Immutable;
using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Reliability.Passports;

/// <summary>Recomputes a passport from its entries (docs/spec/passports.md section 3). Pure: no file, no network, no clock.</summary>
public sealed class PassportVerifier
{
    /// <summary>Records whose lots a verifier hashes, each for every auditor that drew from its epoch: beyond that a passport is unsupported.</summary>
    public const ulong MostLots = 1UL << 34;

    private readonly Passport passport;
    private readonly Policy? policy;
    private readonly IPassportWatch? watch;
    private readonly List<PassportDifference> differences = [];
    private readonly List<LogRun> logs = [];
    private readonly List<AccountEpochEvent> steps;
    private readonly string provider;
    private readonly AccountState state;
    // Null where it could not be folded to the last step.
    private AccountState? last;

    private PassportVerifier(Passport passport, Policy? policy, IPassportWatch? watch = null)
    {
        (this.passport, this.policy, this.watch, state) = (passport, policy, watch, new AccountState(passport.Account));
        steps = Steps();
        provider = steps.Count > 0 ? steps[^1].Logs[0].Origin : "";
    }

    /// <param name="file">From anyone.</param>
    /// <param name="policy">Whose logs count; null if nobody said: then nothing is accepted.</param>
    /// <returns>A report, whatever the bytes are.</returns>
    public static PassportReport Verify(ReadOnlyMemory<byte> file, Policy? policy, CancellationToken cancel = default)
    {
        try
        {
            return Verify(Passport.Parse(file), policy, null, cancel);
        }
        catch (MalformedException e)
        {
            var status = e is UnsupportedException ? PassportStatus.Unsupported : PassportStatus.Malformed;
            return new PassportReport(status, e.Message, null, null, [], [], policy?.Name);
        }
    }

    /// <param name="passport">As <see cref="Passport.Parse"/> read it.</param>
    /// <param name="watch">Told of every step.</param>
    /// <inheritdoc cref="Verify(ReadOnlyMemory{byte}, Policy?, CancellationToken)"/>
    public static PassportReport Verify(Passport passport, Policy? policy, IPassportWatch? watch, CancellationToken cancel = default)
    {
        try
        {
            return new PassportVerifier(passport, policy, watch).Run(cancel);
        }
        catch (UnsupportedException e)
        {
            return new PassportReport(PassportStatus.Unsupported, e.Message, null, null, [], [], policy?.Name);
        }
    }

    /// <summary>The figures of a passport that does not say any yet.</summary>
    /// <exception cref="MalformedException">It does not hold.</exception>
    internal static ImmutableArray<PublishedSegment> Recompute(Passport passport)
    {
        var report = new PassportVerifier(passport, null).Run(CancellationToken.None);
        return report.Differences.FirstOrDefault(d => !d.Where.StartsWith("segments", StringComparison.Ordinal)) is { } difference
            ? throw new MalformedException($"{difference.Where}: {difference.Detail}")
            : report.Recomputed;
    }

    private PassportReport Run(CancellationToken cancel)
    {
        try
        {
            Open();
            Fold(cancel);
            foreach (var log in logs)
                log.Finish();
            Compare();
        }
        catch (DifferenceException e)
        {
            differences.Add(e.Difference);
            // What rests on entries that do not hold is not worth saying.
            last = null;
        }
        return new PassportReport(
            differences.Count == 0 ? PassportStatus.Recomputed : PassportStatus.Differs, null, passport, last,
            [.. differences.Take(PassportReport.MostDifferences)], [.. logs.Select(Describe)], policy?.Name);
    }

    // Whether they are good entries is asked where the log is read.
    private List<AccountEpochEvent> Steps()
    {
        var account = passport.Account.Digest();
        var found = new List<AccountEpochEvent>();
        foreach (var item in passport.Logs[0].Items)
            if (item.IsShown && !item.Entry.Span.StartsWith(SealedEntry.Prefix) && Read(item.Entry.Span) is { } step && step.Account == account)
                found.Add(step);
        return found;
    }

    private static AccountEpochEvent? Read(ReadOnlySpan<byte> entry)
    {
        try
        {
            return LogEvent.Parse(OpenEntry.Parse(entry).Payload.Span) as AccountEpochEvent;
        }
        catch (MalformedException e) when (e is not UnsupportedException)
        {
            return null;
        }
    }

    private void Open()
    {
        if (steps.Count == 0 || (ulong)steps.Count - 1 != passport.Step || steps.Index().Any(s => s.Item.Step != (ulong)s.Index))
            throw new DifferenceException("steps", $"the folder's log shows {steps.Count} steps of this account, not the steps 0 to {passport.Step}");
        string[] others = [.. steps[^1].Logs.Select(l => l.Origin).Where(o => o != passport.Folder)];
        if (!passport.Logs.Skip(1).Select(l => l.Origin).SequenceEqual(others))
            throw new DifferenceException("logs", "not the folder's log and the others that the last step was read from, in their order");
        foreach (var (place, log) in passport.Logs.Index())
        {
            if (log.Index is not null && log.Origin != provider)
                throw new DifferenceException($"logs[{place}].index", "an index of a log that is not the provider's");
            logs.Add(new LogRun(log, place, provider, passport.Account.Service, state, policy));
        }
    }

    private void Fold(CancellationToken cancel)
    {
        var history = Run(provider, "steps").Shown;
        foreach (var (at, step) in steps.Index())
        {
            cancel.ThrowIfCancellationRequested();
            var where = $"steps[{at}]";
            var read = step.Logs.Select((said, i) => ReadTo(said, $"{where}.logs[{i}]")).ToArray();
            if (step.Logs[0].Origin != provider || at > 0 && !steps[at - 1].Logs.All(b => step.Logs.Any(n => n.Origin == b.Origin)))
                throw new DifferenceException($"{where}.logs", "other logs than those of the steps before and after");
            if (history.Genesis!.Roots.Id != passport.Account.Roots)
                throw new DifferenceException("account.roots", "not the roots that the genesis of the provider's log names");
            if (step.Time < state.Time)
                throw new DifferenceException($"{where}.time", "before the last step's");
            Expect($"{where}.previous", step.Previous, state.Digest());
            Expect($"{where}.state", step.State, Step(step, history, read));
        }
        last = state;
    }

    private Hash Step(AccountEpochEvent step, Verify.Logs.ShownLog history, LogRun[] read)
    {
        if (logs.Aggregate(UInt128.Zero, (sum, log) => sum + log.Lots) > MostLots)
            throw new UnsupportedException($"draws from more than {MostLots} records: more than this version recomputes");
        try
        {
            var folded = new AccountFold(passport.Account.Service, history, [.. read.Skip(1).Select(r => r.Book!)], state)
                .Step(step.Time, [.. step.Logs.Skip(1)], step.Origin, watch is null ? null : place => watch.Settled(state, place, step.Time));
            watch?.Stepped(step, state, history);
            return folded.State;
        }
        catch (MalformedException e)
        {
            // An epoch whose size the provider's log is not cut at.
            throw new DifferenceException($"steps[{step.Step}]", e.Message);
        }
    }

    private LogRun ReadTo(LogSize said, string where)
    {
        var log = Run(said.Origin, where);
        if (said.Size == 0 || said.Size < log.Shown.Size)
            throw new DifferenceException(where, "less than the step before read, or nothing");
        log.ReadTo(said.Size);
        if (log.Shown.RootAt(said.Size) != said.Root)
            throw new DifferenceException($"{where}.root", $"not the head of the first {said.Size} entries that are shown");
        return log;
    }

    private LogRun Run(string origin, string where) => logs.Find(l => l.Origin == origin) ?? throw new DifferenceException(where, "a log that is not here");

    // The first of them says all: what follows rests on it.
    private void Expect(string where, Hash said, Hash recomputed)
    {
        if (said != recomputed && differences.Count == 0)
            differences.Add(new PassportDifference(where, $"says {said.ToHex()}, recomputed {recomputed.ToHex()}"));
    }

    private void Compare()
    {
        var recomputed = last!.Segments.Select(PublishedSegment.Of).ToArray();
        if (recomputed.Length != passport.Segments.Length)
            differences.Add(new PassportDifference("segments", $"says {passport.Segments.Length}, recomputed {recomputed.Length}"));
        foreach (var (at, (said, own)) in passport.Segments.Zip(recomputed).Index())
            foreach (var (digit, right) in SegmentFormat.Digits(said).Zip(SegmentFormat.Digits(own)))
                if (digit.Value != right.Value)
                    differences.Add(new PassportDifference($"segments[{at}].{digit.Name}", $"says {Shown(digit.Value)}, recomputed {Shown(right.Value)}"));
    }

    private static string Shown(string? value) => string.IsNullOrEmpty(value) ? "nothing" : Assay.Verify.Json.StrictJson.Shown(value);

    private PassportLogReport Describe(LogRun log)
    {
        var isFolder = log.Origin == passport.Folder;
        var isAuditor = steps[^1].Logs.Skip(1).Any(l => l.Origin == log.Origin);
        ImmutableArray<string> roles =
            [.. new (bool Has, string Name)[] { (isFolder, "folder"), (log.Origin == provider, "provider"), (isAuditor, "auditor") }.Where(r => r.Has).Select(r => r.Name)];
        var (completeness, upTo) = Completeness(log, isFolder);
        var (trusted, why) = log.Trust();
        return new PassportLogReport(
            log.Origin, roles, log.Checkpoint.Size, log.Shown.Size - log.Shown.LeftOut, completeness, upTo, log.Shown.Genesis?.LogKey.ToString(), trusted, why,
            isAuditor && last is not null ? log.UnmatchedDraws(Run(provider, "").Shown) : 0);
    }

    private (LogCompleteness, ulong UpTo) Completeness(LogRun log, bool isFolder)
    {
        if (last is null)
            return (LogCompleteness.NotChecked, 0);
        var end = isFolder ? log.Checkpoint.Size : steps[^1].Logs.First(l => l.Origin == log.Origin).Size;
        if (log.Shown.WholeUpTo >= end)
            return (LogCompleteness.Whole, log.Shown.WholeUpTo);
        return log.Index is not { } index ? (LogCompleteness.NotChecked, log.Shown.WholeUpTo)
            : (index.IsConfirmed(policy) ? LogCompleteness.Indexed : LogCompleteness.OwnWord, index.Size);
    }
}
