using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>What an auditor's log says of one provider and is not folded yet. Not for several threads.</summary>
/// <remarks>Keeps draws with their verdicts until their epoch is settled, and canaries until all their verdicts are in: nothing of what is done.</remarks>
public sealed class AuditBook
{
    /// <summary>Draws and canaries that may be under way at once; more are not looked at.</summary>
    public const int MostOpen = 65_536;

    private readonly string provider;
    private readonly Dictionary<ulong, PendingDraw> drawsByIndex = [];
    private readonly Dictionary<(Hash KeyId, ulong Epoch), PendingDraw> draws = [];
    private readonly Dictionary<ulong, (Hash KeyId, ulong Left)> canaries = [];
    // Draws whose epoch was settled before they were judged to their end, with the verdicts that may still come.
    private readonly Dictionary<ulong, ulong> closed = [];
    private readonly AccountState account;

    /// <param name="genesis">Of the auditor's log, which a reader has checked.</param>
    /// <param name="provider">Origin of the provider's log.</param>
    /// <param name="account">The state that the fold steps: draws from epochs that it has settled are late, whenever they are read.</param>
    public AuditBook(GenesisEvent genesis, string provider, AccountState account) =>
        (Genesis, this.provider, this.account) = (genesis, provider, account);

    public GenesisEvent Genesis { get; }

    public string Origin => Genesis.Origin;

    // What waits for the next step: in the order of the log.
    internal List<(Hash KeyId, string Letters, IReadOnlyList<ulong> Records)> Canaries { get; } = [];

    internal List<ProvenFault> Faults { get; } = [];

    internal List<Hash> Refusals { get; } = [];

    internal int Late { get; set; }

    /// <summary>The next event of the log that is about audits; others are passed over. The log's own fold has found them all in order.</summary>
    /// <param name="index">Of the entry.</param>
    /// <param name="step">The event.</param>
    /// <returns>Whether the event has something to say to a fold of this provider.</returns>
    public bool Apply(ulong index, LogEvent step)
    {
        switch (step)
        {
            case AuditDrawEvent draw when draw.Provider == provider && account.KeyOf(draw.KeyId) is { } key && draw.Epoch.Number < key.Settled:
                Close(index, draw.Drawn);
                return true;
            case AuditDrawEvent draw when draw.Provider == provider && draws.Count < MostOpen:
                drawsByIndex[index] = draws[(draw.KeyId, draw.Epoch.Number)] = new PendingDraw(index, draw);
                return true;
            case AuditVerdictsEvent { Lane: AuditLane.Traffic } verdicts:
                if (drawsByIndex.TryGetValue(verdicts.Of, out var pending))
                    pending.Add(verdicts.Letters);
                else if (closed.TryGetValue(verdicts.Of, out var left))
                {
                    Late += verdicts.Letters.Length;
                    Close(verdicts.Of, left - (ulong)verdicts.Letters.Length);
                }
                else
                    return false;
                return true;
            case AuditCanaryEvent canary when canary.Provider == provider && canaries.Count < MostOpen:
                canaries[index] = (canary.KeyId, canary.Requests);
                return true;
            case AuditVerdictsEvent { Lane: AuditLane.Canary } verdicts when canaries.TryGetValue(verdicts.Of, out var canary):
                Canaries.Add((canary.KeyId, verdicts.Letters, verdicts.Records));
                if (canary.Left > (ulong)verdicts.Letters.Length)
                    canaries[verdicts.Of] = canary with { Left = canary.Left - (ulong)verdicts.Letters.Length };
                else
                    canaries.Remove(verdicts.Of);
                return true;
            case ChallengeEvent challenge when challenge.Provider == provider:
                Faults.Add(new ProvenFault(challenge.KeyId, challenge.Sequence));
                return true;
            case AuditRefusalEvent refusal when refusal.Provider == provider:
                Refusals.Add(refusal.KeyId);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Forgets what a step before has counted: of a log that is read again up to where that step read it.</summary>
    public void SkipCounted()
    {
        Canaries.Clear();
        Faults.Clear();
        Refusals.Clear();
        Late = 0;
    }

    internal PendingDraw? DrawOf(in Hash keyId, ulong epoch) => draws.GetValueOrDefault((keyId, epoch));

    internal void Remove(PendingDraw draw)
    {
        drawsByIndex.Remove(draw.Index);
        draws.Remove((draw.Event.KeyId, draw.Event.Epoch.Number));
        Close(draw.Index, draw.Event.Drawn - draw.Judged);
    }

    private void Close(ulong index, ulong left)
    {
        if (left > 0)
            closed[index] = left;
        else
            closed.Remove(index);
    }
}

/// <summary>A draw whose epoch is not settled, with the verdicts so far.</summary>
internal sealed class PendingDraw(ulong index, AuditDrawEvent draw)
{
    public ulong Index { get; } = index;

    public AuditDrawEvent Event { get; } = draw;

    public List<string> Letters { get; } = [];

    public ulong Judged { get; private set; }

    public bool IsComplete => Judged == Event.Drawn;

    public void Add(string letters)
    {
        Letters.Add(letters);
        Judged += (ulong)letters.Length;
    }
}
