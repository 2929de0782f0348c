using Assay.Log.Files;
using Assay.Verify.Bundles;

namespace Assay.Store;

/// <content>What was published of models that were committed for proofs (docs/spec/proofs.md), beside their names.</content>
public sealed partial class ModelStore
{
    private const int MostWeightProof = 1 << 26;

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

    /// <summary>The proof about the weights of a version as it was committed, or null where there is none. Of which commitment it is, it says itself.</summary>
    public byte[]? WeightProofOf(StoredModel model) => names.Read(WeightProofPath(model), MostWeightProof);

    /// <summary>Keeps it in place of the one before.</summary>
    /// <exception cref="StoreException">It is larger than verifiers read.</exception>
    public void KeepWeightProof(StoredModel model, byte[] proof)
    {
        if (proof.Length > MostWeightProof)
            throw new StoreException(StoreFault.BadRequest, $"the proof about the weights has {proof.Length} bytes; verifiers read {MostWeightProof}");
        lock (gate)
            names.Replace(WeightProofPath(model), ".incoming", proof, Visibility.Private);
    }

    private static string WeightProofPath(StoredModel model) => $"{model.Name}/{model.Version}.weights";

    private static string CommitmentPath(StoredModel model) => $"{model.Name}/{model.Version}.commitment";
}
