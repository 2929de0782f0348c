using Assay.Verify.Crypto;

namespace Assay.Reliability.Accounts;

/// <summary>What one auditor has done for one account, so that nobody's word hides in a sum.</summary>
public sealed class AuditorTally
{
    private string origin = "";
    private Hash keyId;
    private ulong selfSampled, commitments, draws, refusedDraws, missingSeeds, unfinished, late, refusals, contradicted;
    private LetterCounts traffic, canary;

    internal AuditorTally()
    {
    }

    internal AuditorTally(string origin, Hash keyId, bool selfSampled) =>
        (this.origin, this.keyId, this.selfSampled) = (origin, keyId, selfSampled ? 1UL : 0);

    public string Origin => origin;

    /// <summary>Of its log key.</summary>
    public Hash KeyId => keyId;

    /// <summary>It shares a root or log key with the provider: nothing of its is counted but here.</summary>
    public bool SelfSampled => selfSampled != 0;

    /// <summary>Its commitments for epochs that are settled.</summary>
    public ulong Commitments => commitments;

    /// <summary>Those of them that it has drawn from; the others are epochs about which it chose to say nothing.</summary>
    public ulong Draws => draws;

    /// <summary>Draws that are not what the provider's log and the secrets give: ignored.</summary>
    public ulong RefusedDraws => refusedDraws;

    /// <summary>Secrets of others that its draws lack: m of them in one draw mean that it could have chosen among 2^m draws.</summary>
    public ulong MissingSeeds => missingSeeds;

    /// <summary>Drawn records without a verdict when their epoch was settled.</summary>
    public ulong Unfinished => unfinished;

    /// <summary>Verdicts that came after that: not counted.</summary>
    public ulong Late => late;

    /// <summary>Commitments that, by its word, the provider did not log.</summary>
    public ulong Refusals => refusals;

    /// <summary>Records that it passed and another auditor showed to diverge.</summary>
    public ulong Contradicted => contradicted;

    /// <summary>Its verdicts on drawn records, each auditor's by itself.</summary>
    public LetterCounts Traffic => traffic;

    public LetterCounts Canary => canary;

    internal void AddCommitment() => commitments++;
    internal void AddRefusedDraw() => refusedDraws++;
    internal void AddLate(int verdicts) => late += (ulong)verdicts;
    internal void AddRefusal() => refusals++;
    internal void AddContradicted(ulong records) => contradicted += records;
    internal void AddCanary(char letter) => canary.Add(letter);
    internal void AddTraffic(LetterCounts letters) => traffic += letters;

    internal void AddDraw(int missing, ulong left)
    {
        draws++;
        missingSeeds += (ulong)missing;
        unfinished += left;
    }

    internal void Transfer(StateBytes bytes)
    {
        bytes.Text(ref origin);
        bytes.Hash(ref keyId);
        bytes.Number(ref selfSampled);
        bytes.Number(ref commitments);
        bytes.Number(ref draws);
        bytes.Number(ref refusedDraws);
        bytes.Number(ref missingSeeds);
        bytes.Number(ref unfinished);
        bytes.Number(ref late);
        bytes.Number(ref refusals);
        bytes.Number(ref contradicted);
        traffic.Transfer(bytes);
        canary.Transfer(bytes);
    }
}
