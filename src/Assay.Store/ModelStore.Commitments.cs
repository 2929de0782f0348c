using Assay.Log.Files;
using Assay.Verify.Bundles;

namespace Assay.Store;

/// <content>What was published of models that were committed for proofs (docs/spec/proofs.md), beside their names.</content>
public sealed partial class ModelStore
{
    /// <summary>The commitment file of a version, or null where it was not committed.</summary>
    public byte[]? CommitmentOf(StoredModel model) => names.Read(CommitmentPath(model), ProofEvidence.MaxCommitment);

    /// <summary>Keeps a version's commitment file in place of the one before.</summary>
    /// <exception cref="StoreException">It is larger than a bundle takes.</exception>
    public void KeepCommitment(StoredModel model, byte[] commitment)
    {
        if (commitment.Length > ProofEvidence.MaxCommitment)
            throw new StoreException(StoreFault.BadRequest, $"the commitment file has {commitment.Length} bytes; a bundle takes {ProofEvidence.MaxCommitment}");
        lock (gate)
            names.Replace(CommitmentPath(model), ".incoming", commitment, Visibility.Private);
    }

    private static string CommitmentPath(StoredModel model) => $"{model.Name}/{model.Version}.commitment";
}
