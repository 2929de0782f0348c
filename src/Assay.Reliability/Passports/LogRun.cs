using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Reliability.Passports;

/// <summary>What does not hold in a passport, where nothing more can be said of what rests on it.</summary>
internal sealed class DifferenceException(string where, string detail) : Exception(detail)
{
    public PassportDifference Difference { get; } = new(where, detail);
}

/// <summary>Reads one log of a passport from left to right, as far as each step did (docs/spec/passports.md section 3.1).</summary>
internal sealed class LogRun
{
    private readonly PassportLog log;
    private readonly string provider;
    private readonly AccountState account;
    private readonly Policy? policy;
    private readonly HashSet<Hash> roots;
    private readonly List<AuditDrawEvent> draws = [];
    private int next;
    private string? strangers;

    /// <param name="place">Of the log in the passport.</param>
    /// <param name="provider">Origin of the provider's log: what others say of other providers is passed over.</param>
    /// <param name="account">The state that is stepped.</param>
    public LogRun(PassportLog log, int place, string provider, string service, AccountState account, Policy? policy)
    {
        (this.log, this.provider, this.account, this.policy) = (log, provider, account, policy);
        roots = policy is null ? [] : [.. policy.Roots.Select(r => r.Id)];
        Where = $"logs[{place}]";
        Checkpoint = Checkpoint.Parse(log.Note.Text);
        if (log.Index is not null)
            Index = new IndexCheck(log, service, $"{Where}.index");
    }

    public string Where { get; }

    public string Origin => log.Origin;

    public Checkpoint Checkpoint { get; }

    public ShownLog Shown { get; } = new();

    public IndexCheck? Index { get; }

    /// <summary>What it says of the provider as an auditor's log; null before genesis.</summary>
    public AuditBook? Book { get; private set; }

    /// <summary>Reads on, as far as to this size.</summary>
    /// <exception cref="DifferenceException">An item breaks a rule, or the log is not cut there.</exception>
    public void ReadTo(ulong size)
    {
        while (Shown.Size < size && next < log.Items.Count)
        {
            Index?.Pass(Shown);
            try
            {
                Read(log.Items[next]);
            }
            catch (MalformedException e) when (e is not UnsupportedException)
            {
                throw new DifferenceException($"{Where}.items[{next}]", $"entry {Shown.Size} of {StrictName}: {e.Message}");
            }
            next++;
        }
        Index?.Pass(Shown);
        if (Shown.Size != size)
            throw new DifferenceException(Where, $"{StrictName} is not cut at {size}");
    }

    /// <summary>Reads to the end, and holds all of it against the note.</summary>
    /// <exception cref="DifferenceException">It does not fit.</exception>
    public void Finish()
    {
        if (Checkpoint.Origin != Origin)
            throw new DifferenceException($"{Where}.note", $"a checkpoint of another log than {StrictName}");
        ReadTo(Checkpoint.Size);
        if (next < log.Items.Count)
            throw new DifferenceException($"{Where}.items[{next}]", $"items behind the {Checkpoint.Size} entries of the note");
        if (Shown.RootAt(Shown.Size) != Checkpoint.Root)
            throw new DifferenceException($"{Where}.note", $"the items of {StrictName} do not give the root of its note");
        if (!IsSigned(Shown.Genesis!.LogKey))
            throw new DifferenceException($"{Where}.note", $"the note is not signed by the log key that the genesis of {StrictName} names");
        Index?.Finish();
    }

    /// <summary>Draws from epochs, or of commitments, that are not shown.</summary>
    public int UnmatchedDraws(IProviderHistory history)
    {
        var keys = history.ServingKeys.Select(k => k.KeyId).ToHashSet();
        return draws.Count(d => !keys.Contains(d.KeyId) || history.EpochOf(d.KeyId, d.Epoch.Number) is null || !AreShown(d));

        bool AreShown(AuditDrawEvent draw)
        {
            var shown = history.SeedsOf(draw.KeyId, draw.Epoch.Number).Select(s => s.Index).ToHashSet();
            return draw.Seeds.All(s => shown.Contains(s.Index)) && draw.Missing.All(shown.Contains);
        }
    }

    /// <summary>Records of which one lot each is hashed.</summary>
    public UInt128 Lots { get; private set; }

    /// <summary>Whether the policy believes this log, and why.</summary>
    public (bool? Trusted, string Why) Trust()
    {
        if (policy is null)
            return (null, "no policy: by the file's own word only");
        if (Shown.Genesis is not { } genesis || !policy.Log.Logs.Contains(genesis.LogKey))
            return (false, "no log of the policy");
        if (Origin == provider && strangers is not null)
            return (false, strangers);
        if (!policy.Log.AsksForWitnesses)
            return (true, "a log of the policy, which asks for no witnesses");
        try
        {
            var witnessed = policy.Log.WitnessesOf(log.Note);
            return policy.Log.IsQuorum(witnessed)
                ? (true, $"a log of the policy; {witnessed.Count} of {policy.Log.Witnesses.Length} known witnesses cosigned: its quorum")
                : (false, $"{witnessed.Count} of {policy.Log.Witnesses.Length} known witnesses cosigned: no quorum of the policy");
        }
        catch (MalformedException e)
        {
            return (false, e.Message);
        }
    }

    private string StrictName => Verify.Json.StrictJson.Shown(Origin);

    private bool IsSigned(VerifierKey key)
    {
        try
        {
            return log.Note.IsSignedBy(key);
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    private void Read(PassportItem item)
    {
        if (!item.IsShown)
        {
            Shown.Skip(item.Head, item.Height);
            return;
        }
        if (Shown.Apply(item.Entry.Span) is not { } shown)
            return;
        Index?.See(shown);
        if (shown.Event is GenesisEvent genesis)
            Book = genesis.Origin == Origin ? new AuditBook(genesis, provider, account) : throw new MalformedException($"genesis of the log {Verify.Json.StrictJson.Shown(genesis.Origin)}");
        else
            Book!.Apply(shown.Index, shown.Event);
        if (shown.Event is AuditDrawEvent draw && draw.Provider == provider)
        {
            draws.Add(draw);
            Lots += draw.Epoch.Records;
        }
        if (policy is not null && strangers is null && !shown.Event.SignedByLogKey && shown.Entry.Signatures.Count(s => roots.Contains(s.KeyId)) < policy.RootThreshold)
            strangers = $"entry {shown.Index} is not signed by {policy.RootThreshold} of the policy's roots";
    }
}
