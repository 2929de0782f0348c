using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Reliability.Passports;

/// <summary>Makes passports from whole logs, and hands out none that does not verify.</summary>
public sealed class PassportMaker
{
    // An auditor's or folder's own log is shown whole where that costs little.
    private const ulong FewEntries = 1024;

    private readonly Hash account;
    private readonly ILoggedTree folder;
    private readonly Dictionary<string, LogSelection> logs = [];
    private readonly List<AccountEpochEvent> steps = [];
    private readonly List<ulong> places = [];

    private PassportMaker(Hash account, ILoggedTree folder, IEnumerable<ILoggedTree> others)
    {
        (this.account, this.folder) = (account, folder);
        foreach (var tree in others.Prepend(folder))
            logs.TryAdd(tree.Origin, new LogSelection(tree));
    }

    /// <summary>The accounts of which a log holds steps, each with the number of its last step.</summary>
    /// <exception cref="MalformedException">The log holds what is no entry.</exception>
    public static IReadOnlyDictionary<Hash, ulong> AccountsIn(ILoggedTree folder)
    {
        var found = new Dictionary<Hash, ulong>();
        foreach (var entry in folder.Entries())
            if (StepIn(entry) is { } step)
                found[step.Account] = step.Step;
        return found;
    }

    /// <param name="account">The account's id.</param>
    /// <param name="folder">The log with its steps.</param>
    /// <param name="others">The provider's and the auditors' logs, in any order; others are not looked at.</param>
    /// <param name="noteOf">The index note of the provider's epoch of a size, where there is one.</param>
    /// <param name="more">Places in the folder's log whose entries are shown besides.</param>
    /// <exception cref="MalformedException">A log is missing, or the steps are not what the logs give.</exception>
    public static Passport Make(
        Hash account, ILoggedTree folder, IEnumerable<ILoggedTree> others, Func<ulong, SignedNote?>? noteOf = null, IEnumerable<ulong>? more = null) =>
        new PassportMaker(account, folder, others).Make(noteOf ?? (_ => null), more ?? []);

    private Passport Make(Func<ulong, SignedNote?> noteOf, IEnumerable<ulong> more)
    {
        ReadSteps();
        var last = steps[^1];
        foreach (var log in last.Logs)
            if (!logs.TryGetValue(log.Origin, out var selection) || selection.Tree.Size < log.Size)
                throw new MalformedException($"the last step was read from {log.Size} entries of {log.Origin}, which is missing or shorter");
        var (id, wanted) = (AccountOf(logs[last.Logs[0].Origin].Tree), new HashSet<(Hash, ulong)>());
        foreach (var log in last.Logs[1..])
            ShowAuditor(logs[log.Origin], log.Size, last.Logs[0].Origin, wanted);
        ProviderSelection.Make(logs[last.Logs[0].Origin], id.Service, last.Logs[0].Size, wanted, noteOf);
        ShowFolder(logs[folder.Origin], more);
        foreach (var step in steps)
            foreach (var log in step.Logs)
                logs[log.Origin].CutAt(log.Size);
        string[] order = [folder.Origin, .. last.Logs.Select(l => l.Origin).Where(o => o != folder.Origin)];
        var passport = new Passport(id, folder.Origin, last.Step, [.. order.Select(o => logs[o].Make())], []);
        return passport with { Segments = PassportVerifier.Recompute(passport) };
    }

    private void ReadSteps()
    {
        ulong index = 0;
        foreach (var entry in folder.Entries())
        {
            if (StepIn(entry) is { } step && step.Account == account)
            {
                steps.Add(step);
                places.Add(index);
            }
            index++;
        }
        if (steps.Count == 0)
            throw new MalformedException($"{folder.Origin} has no step of the account {account.ToHex()}");
    }

    private static AccountEpochEvent? StepIn(ReadOnlyMemory<byte> entry) =>
        LogSelection.IsOpen(entry) ? LogEvent.Parse(OpenEntry.Parse(entry.Span).Payload.Span) as AccountEpochEvent : null;

    // The id does not say what it is of: the provider's services do.
    private AccountId AccountOf(ILoggedTree provider)
    {
        GenesisEvent? genesis = null;
        foreach (var entry in provider.Entries())
        {
            if (!LogSelection.IsOpen(entry))
                continue;
            var step = LogEvent.Parse(OpenEntry.Parse(entry.Span).Payload.Span);
            genesis ??= step as GenesisEvent;
            if (step is KeyEvent { Segment: { } segment } && new AccountId(genesis!.Roots.Id, segment.Service, AuditVerdictsEvent.Replay) is var id && id.Digest() == account)
                return id;
        }
        throw new MalformedException($"{provider.Origin} serves nothing that the account {account.ToHex()} is of");
    }

    private static void ShowAuditor(LogSelection log, ulong size, string provider, HashSet<(Hash, ulong)> wanted)
    {
        var canaries = new Dictionary<ulong, Hash>();
        log.Show(size, (index, entry) =>
        {
            switch (LogSelection.IsOpen(entry) ? LogEvent.Parse(OpenEntry.Parse(entry.Span).Payload.Span) : null)
            {
                case AuditCanaryEvent canary when canary.Provider == provider:
                    canaries.Add(index, canary.KeyId);
                    break;
                case AuditVerdictsEvent { Lane: AuditLane.Canary } verdicts when canaries.TryGetValue(verdicts.Of, out var keyId):
                    foreach (var sequence in verdicts.Records)
                        wanted.Add((keyId, sequence));
                    break;
                case ChallengeEvent challenge when challenge.Provider == provider:
                    wanted.Add((challenge.KeyId, challenge.Sequence));
                    break;
            }
            return true;
        });
    }

    private void ShowFolder(LogSelection log, IEnumerable<ulong> more)
    {
        HashSet<ulong> own = [.. places, .. more];
        own.Add(0);
        var all = folder.Size - (ulong)own.Count <= Math.Max(FewEntries, (ulong)own.Count);
        log.Show(folder.Size, (index, _) => all || own.Contains(index));
    }
}
