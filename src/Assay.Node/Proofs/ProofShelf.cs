using Assay.Log.Files;
using Assay.Verify.Bundles;

namespace Assay.Node.Proofs;

/// <summary>The proofs of receipts on disk: <c>ID.proof</c>, <c>ID.commitment</c>, and <c>ID.asked</c> while one is asked for and not made.</summary>
internal sealed class ProofShelf(string folder)
{
    private const string Temporary = "incoming", Asked = ".asked", Proof = ".proof", Commitment = ".commitment";

    private readonly PosixLogFiles files = new(folder);

    /// <summary>Receipts whose proof was asked for, and not made when the node stopped.</summary>
    public IEnumerable<string> Open() => files.List("").Where(f => f.EndsWith(Asked, StringComparison.Ordinal)).Select(f => f[..^Asked.Length]);

    public void Note(string recordId)
    {
        files.Replace(recordId + Asked, Temporary + Asked, [], Visibility.Private);
    }

    public void Unnote(string recordId) => files.Delete(recordId + Asked);

    /// <summary>The proof comes last: where it is, the commitment is too.</summary>
    public void Put(string recordId, ProofEvidence evidence)
    {
        files.Replace(recordId + Commitment, Temporary, evidence.Commitment.ToArray(), Visibility.Private);
        files.Replace(recordId + Proof, Temporary, evidence.Proof.ToArray(), Visibility.Private);
        Unnote(recordId);
    }

    public long? Size(string recordId) => IsId(recordId) ? files.Length(recordId + Proof) : null;

    public ProofEvidence? Find(string recordId) =>
        IsId(recordId) && files.Read(recordId + Proof, ProofEvidence.MaxProof) is { } proof && files.Read(recordId + Commitment, ProofEvidence.MaxCommitment) is { } commitment
            ? new ProofEvidence(proof, commitment)
            : null;

    public void Delete(string recordId)
    {
        if (!IsId(recordId))
            return;
        files.Delete(recordId + Proof);
        files.Delete(recordId + Commitment);
        files.Delete(recordId + Asked);
        files.FlushDirectory("");
    }

    // An id that is none names no file.
    private static bool IsId(string recordId) => recordId.Length == 32 && recordId.All(char.IsAsciiHexDigitLower);
}
