using System.Text;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>Verdicts that are found and not logged yet: what one entry will say.</summary>
/// <param name="lane">Whose order the positions are in.</param>
/// <param name="of">Index of the draw or the canary in our log.</param>
/// <param name="first">Position of the first verdict.</param>
/// <param name="auditor">Our log key's id.</param>
/// <param name="salt">The draw's seed; of canaries their commitment.</param>
internal sealed class VerdictBatch(AuditLane lane, ulong of, ulong first, Hash auditor, Hash salt)
{
    // An entry has 65,535 bytes at most, its statement in base64 (docs/spec/receipt.md, Log entries): 49,000 with room for the frame.
    private const int Room = 46_000;
    private const int BytesOfDivergence = 150;
    private const int BytesOfRecord = 17;

    private readonly StringBuilder letters = new();
    private readonly List<ulong> records = [];
    private readonly List<Hash> leaves = [];
    private readonly List<Divergence> divergences = [];
    private int bytes;

    public int Count => letters.Length;

    /// <summary>Whether there may be no room for another verdict.</summary>
    public bool IsFull => letters.Length == VerdictLetters.Most || bytes + 1 + BytesOfRecord + BytesOfDivergence > Room;

    /// <param name="evidence">Digest of the published bundle; of <c>d</c>.</param>
    public void Add(ulong sequence, Judgement judgement, Hash evidence)
    {
        if (VerdictLetters.WasRun(judgement.Letter))
            leaves.Add(AuditWork.Leaf(auditor, salt, sequence, judgement.Trace));
        if (judgement.Letter == VerdictLetters.Diverged)
        {
            divergences.Add(new Divergence(first + (ulong)letters.Length, evidence, judgement.At));
            bytes += BytesOfDivergence;
        }
        if (lane == AuditLane.Canary)
        {
            records.Add(sequence);
            bytes += BytesOfRecord;
        }
        letters.Append(judgement.Letter);
        bytes++;
    }

    public AuditVerdictsEvent ToEvent(string origin) => new(
        origin, lane, of, first, letters.ToString(), [.. records], ReplayOracle.Engine, leaves.Count > 0 ? AuditWork.Root([.. leaves]) : null, [.. divergences]);
}
