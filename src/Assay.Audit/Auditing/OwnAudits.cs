using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>A draw of ours, and how far it is judged.</summary>
/// <param name="Index">In our log.</param>
public sealed record OwnDraw(ulong Index, AuditDrawEvent Event)
{
    /// <summary>Letters of the positions from 0 on that are logged.</summary>
    public string Letters { get; internal set; } = "";

    public ulong Judged => (ulong)Letters.Length;

    public bool IsJudged => Judged == Event.Drawn;
}

/// <summary>A canary commitment of ours, and how far it is judged.</summary>
/// <param name="Index">In our log.</param>
public sealed record OwnCanary(ulong Index, AuditCanaryEvent Event)
{
    public string Letters { get; internal set; } = "";
}

/// <summary>What our own log says that we have done: the one source for it. Not for several threads.</summary>
public sealed class OwnAudits
{
    private readonly SortedDictionary<ulong, OwnDraw> draws = [];
    private readonly SortedDictionary<ulong, OwnCanary> canaries = [];
    private readonly Dictionary<(string Provider, Hash KeyId), ulong> lastDrawn = [];
    private readonly HashSet<(string Provider, Hash KeyId, ulong Epoch)> refusals = [];
    private readonly HashSet<(string Provider, Hash KeyId, ulong Sequence)> challenges = [];

    /// <summary>All draws, in order.</summary>
    public IReadOnlyCollection<OwnDraw> Draws => draws.Values;

    public IReadOnlyCollection<OwnCanary> Canaries => canaries.Values;

    /// <summary>Commitments that were refused, as is logged.</summary>
    public IReadOnlyCollection<(string Provider, Hash KeyId, ulong Epoch)> Refusals => refusals;

    public static OwnAudits Of(IAuditorLog log)
    {
        var audits = new OwnAudits();
        foreach (var (index, step) in log.Events())
            audits.Apply(index, step);
        return audits;
    }

    /// <summary>Whether an epoch can still be drawn from: a log takes draws of a key in ascending epochs only.</summary>
    public bool MayDraw(string provider, in Hash keyId, ulong epoch) => !lastDrawn.TryGetValue((provider, keyId), out var last) || epoch > last;

    public bool HasRefusal(string provider, in Hash keyId, ulong epoch) => refusals.Contains((provider, keyId, epoch));

    public bool HasChallenge(string provider, in Hash keyId, ulong sequence) => challenges.Contains((provider, keyId, sequence));

    /// <summary>The next event of the log.</summary>
    public void Apply(ulong index, LogEvent step)
    {
        switch (step)
        {
            case AuditDrawEvent draw:
                draws[index] = new OwnDraw(index, draw);
                lastDrawn[(draw.Provider, draw.KeyId)] = draw.Epoch.Number;
                break;
            case AuditVerdictsEvent { Lane: AuditLane.Traffic } verdicts:
                draws[verdicts.Of].Letters += verdicts.Letters;
                break;
            case AuditVerdictsEvent verdicts:
                canaries[verdicts.Of].Letters += verdicts.Letters;
                break;
            case AuditCanaryEvent canary:
                canaries[index] = new OwnCanary(index, canary);
                break;
            case AuditRefusalEvent refusal:
                refusals.Add((refusal.Provider, refusal.KeyId, refusal.Epoch));
                break;
            case ChallengeEvent challenge:
                challenges.Add((challenge.Provider, challenge.KeyId, challenge.Sequence));
                break;
        }
    }
}
