using System.Diagnostics;
using Assay.Engine.Models;
using Assay.Log;
using Assay.Proofs.Files;
using Assay.Proofs.Protocol.Weights;
using Assay.Prover;
using Assay.Store;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node.Proofs;

/// <summary>Proofs that what models were committed to are weights of eight bits (docs/spec/proofs.md section 10): one for a model, kept beside its commitment.</summary>
public sealed class WeightProofs
{
    private readonly IModelProver prover;
    private readonly ModelStore models;
    private readonly Func<StoredModel, Graph> load;
    private readonly Lock gate = new();

    // Digests of those that were found to hold.
    private readonly HashSet<Hash> sound = [];

    internal WeightProofs(IModelProver prover, ModelStore models, Func<StoredModel, Graph> load) => (this.prover, this.models, this.load) = (prover, models, load);

    /// <summary>Proves what a model was committed to, once: the file is kept beside the commitment, and bundles with proofs carry it.</summary>
    /// <exception cref="NodeException">The model is not committed.</exception>
    /// <exception cref="ModelException">There can be no such proof: why is in the message.</exception>
    public WeightProof Prove(StoredModel stored, Action<string>? progress = null, CancellationToken cancel = default)
    {
        var commitment = models.CommitmentOf(stored) ?? throw new NodeException(NodeFault.NotFound, $"{stored.Reference} is not committed");
        var clock = Stopwatch.StartNew();
        var file = prover.ProveWeights(load(stored), commitment, progress, cancel);
        var prove = clock.Elapsed;
        progress?.Invoke("checking the proof");
        clock.Restart();
        var model = CommittedModel.Read(commitment);
        if (WeightProofFile.Verify(file, model) is { } check)
            throw new NodeException(NodeFault.Unavailable, $"the proof about the weights that was made does not hold, which is a bug: check C{(int)check} ({check}) refused it");
        var verify = clock.Elapsed;
        models.KeepWeightProof(stored, file);
        return new WeightProof(file, WeightPlan.Of(model.Model).Length, prove, verify);
    }

    /// <summary>A bundle that has a proof, with the one about its model's weights: it is one for a model and kept once. Where it does not fit, verifiers are given it as a file.</summary>
    public Bundle AddTo(Bundle bundle)
    {
        var evidence = bundle.Evidence!;
        try
        {
            var manifest = Receipt.Parse(bundle.Envelope.Payload.Span).Model.Manifest;
            return models.FindByDigest(manifest.ToHex()) is { } model && models.WeightProofOf(model) is { Length: <= ProofEvidence.MaxWeights } weights
                && Room(bundle) >= weights.Length && Holds(weights, CommittedModel.Read(evidence.Commitment))
                ? bundle with { Evidence = evidence with { Weights = weights } }
                : bundle;
        }
        catch (Exception e) when (e is MalformedException or StoreException or LogException or IOException)
        {
            // A store that is damaged elsewhere takes no receipt away.
            return bundle;
        }
    }

    /// <summary>Bytes that a bundle has room for in evidence.</summary>
    internal static long Room(Bundle bundle) => (Bundle.MaxSize - bundle.ToBytes().Length - 1024) / 4 * 3L;

    // The model may have been committed anew since, or the file be damaged: a bundle with a proof that does not hold is refused.
    private bool Holds(byte[] weights, CommittedModel model)
    {
        if (WeightProofFile.ModelOf(weights) != Hash.From(model.Id))
            return false;
        var file = Sha256.Of(weights);
        lock (gate)
            if (sound.Contains(file))
                return true;
        if (WeightProofFile.Verify(weights, model) is not null)
            return false;
        lock (gate)
            sound.Add(file);
        return true;
    }
}
