using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Verify.Logs;

/// <summary>What a log says of audits of others: which draws, canaries, plants and accounts are under way in it (docs/spec/audits.md sections 2 to 5).</summary>
/// <remarks>Keeps what is unfinished, and a few numbers for each key and account: nothing for a verdict.</remarks>
internal sealed class AuditorLedger
{
    // Where the next letter of a draw or canary stands, and how many there can be.
    private sealed record Work(string Provider, Hash KeyId, ulong Next, ulong End);

    private readonly Dictionary<(string Provider, Hash KeyId), ulong> lastDrawn = [];
    private readonly Dictionary<(string Provider, Hash KeyId), ulong> lastCanary = [];
    private readonly Dictionary<ulong, Work> draws = [];
    private readonly Dictionary<ulong, Work> canaries = [];
    private readonly Dictionary<ulong, AuditPlantEvent> plants = [];
    private readonly Dictionary<Hash, AccountEpochEvent> accounts = [];

    /// <summary>The newest step of an account that the log holds, or null.</summary>
    public AccountEpochEvent? StepOf(in Hash account) => accounts.GetValueOrDefault(account);

    public void Check(LogEvent step)
    {
        switch (step)
        {
            case AuditDrawEvent draw when lastDrawn.TryGetValue((draw.Provider, draw.KeyId), out var last) && draw.Epoch.Number <= last:
                throw new MalformedException($"a draw from epoch {draw.Epoch.Number} after one from epoch {last} of the same key");
            case AuditVerdictsEvent verdicts:
                Check(verdicts);
                break;
            case AuditPlantEvent { Opened: { } opened } plant:
                if (!plants.TryGetValue(opened.Commit, out var committed) || committed.Provider != plant.Provider || committed.Commitment != plant.Commitment)
                    throw new MalformedException($"an opened plant that entry {opened.Commit} does not commit to, or that is open already");
                break;
            case AccountEpochEvent account:
                Check(account);
                break;
        }
    }

    public void Apply(LogEvent step, ulong index)
    {
        switch (step)
        {
            case AuditDrawEvent draw:
                lastDrawn[(draw.Provider, draw.KeyId)] = draw.Epoch.Number;
                Add(draws, index, new Work(draw.Provider, draw.KeyId, 0, draw.Drawn));
                break;
            case AuditCanaryEvent canary:
                Add(canaries, index, new Work(canary.Provider, canary.KeyId, 0, canary.Requests));
                break;
            case AuditVerdictsEvent verdicts:
                var under = verdicts.Lane == AuditLane.Traffic ? draws : canaries;
                var work = under[verdicts.Of];
                if (verdicts.Lane == AuditLane.Canary)
                    lastCanary[(work.Provider, work.KeyId)] = verdicts.Records[^1];
                Add(under, verdicts.Of, work with { Next = work.Next + (ulong)verdicts.Letters.Length });
                break;
            case AuditPlantEvent { Opened: { } opened }:
                plants.Remove(opened.Commit);
                break;
            case AuditPlantEvent plant:
                plants.Add(index, plant);
                break;
            case AccountEpochEvent account:
                accounts[account.Account] = account;
                break;
        }
    }

    private void Check(AuditVerdictsEvent verdicts)
    {
        if (!(verdicts.Lane == AuditLane.Traffic ? draws : canaries).TryGetValue(verdicts.Of, out var work))
            throw new MalformedException($"verdicts of entry {verdicts.Of}, which is no draw or canary with verdicts to come");
        if (verdicts.First != work.Next)
            throw new MalformedException($"verdicts from position {verdicts.First} on, where {work.Next} comes next: a gap or an overlap");
        if ((ulong)verdicts.Letters.Length > work.End - work.Next)
            throw new MalformedException($"{verdicts.Letters.Length} verdicts where {work.End - work.Next} are to come");
        if (verdicts.Lane == AuditLane.Canary && lastCanary.TryGetValue((work.Provider, work.KeyId), out var last) && verdicts.Records[0] <= last)
            throw new MalformedException($"a canary record {verdicts.Records[0]} after {last} of the same key");
    }

    private void Check(AccountEpochEvent account)
    {
        var last = accounts.GetValueOrDefault(account.Account);
        var next = last is null ? 0 : last.Step + 1;
        if (account.Step != next)
            throw new MalformedException($"step {account.Step} of an account where {next} comes next");
        if (last is null)
            return;
        if (account.Previous != last.State || account.Time < last.Time)
            throw new MalformedException("a step of an account that does not begin where the one before ended");
        foreach (var log in last.Logs)
            if (account.Logs.FirstOrDefault(l => l.Origin == log.Origin) is not { } now || now.Size < log.Size)
                throw new MalformedException($"a step of an account that reads less of {Json.StrictJson.Shown(log.Origin)} than the one before");
    }

    private static void Add(Dictionary<ulong, Work> under, ulong index, Work work)
    {
        if (work.Next < work.End)
            under[index] = work;
        else
            under.Remove(index);
    }
}
