using Assay.Engine.Models;
using Assay.Proofs.Files;
using Assay.Proofs.Soundness;
using Assay.Prover.Fast;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;

namespace Assay.Prover.Models;

/// <summary>Commits to models of assay-int8-v1 and proves their runs, one at a time.</summary>
/// <remarks>Keeps the encoded weights of the model that was committed to or proved last: encoding them again takes as long as committing.</remarks>
public sealed class ModelProver : IModelProver
{
    private readonly Lock gate = new();
    private Kept? kept;

    /// <inheritdoc/>
    public ModelCommitment Commit(Graph graph, Hash manifest, CancellationToken cancel = default)
    {
        var provable = ProvableModel.Of(graph);
        var (chosen, outline) = ProofSizes.Choose(provable);
        if (outline.MostBytes > ProofEvidence.MaxProof)
            throw ProvableModel.Wrong($"its proofs would have up to {outline.MostBytes} bytes, and a bundle takes {ProofEvidence.MaxProof}");
        lock (gate)
        {
            cancel.ThrowIfCancellationRequested();
            var encoded = Keep(prover => prover.Commit(chosen, provable.Weights));
            var model = new CommittedModel(chosen, provable.Input, provable.Output, manifest, Hash.From(encoded.Weights.Root));
            kept = encoded with { Id = Hash.From(model.Id) };
            var (file, report) = (model.ToBytes(), SoundnessReport.Of(outline.Counts));
            if (file.Length > ProofEvidence.MaxCommitment)
                throw ProvableModel.Wrong($"its commitment file would have {file.Length} bytes, and a bundle takes {ProofEvidence.MaxCommitment}");
            return new ModelCommitment(
                file, Hash.From(model.Id), ProofSizes.Describe(chosen.Parameters), outline.MostBytes, report.Centibits / 100.0,
                [.. report.Terms.Select(t => (t.Name, -t.Centibits / 100.0))], ((1L << chosen.Parameters.LogColumns) + chosen.Parameters.Queries - 1) / chosen.Parameters.Queries);
        }
    }

    /// <inheritdoc/>
    public byte[] ProveWeights(Graph graph, ReadOnlyMemory<byte> commitment, Action<string>? progress = null, CancellationToken cancel = default)
    {
        var model = Read(commitment);
        lock (gate)
        {
            var (prover, weights, _) = Encoded(graph, model, progress, cancel);
            try
            {
                return WeightProofFile.Of(model, prover.ProveWeights(
                    weights, model.Id, (part, parts) => progress?.Invoke(parts == 1 ? "proving the weights" : $"proving the weights, part {part + 1} of {parts}"), cancel));
            }
            catch (MalformedException e)
            {
                throw new ModelException($"there can be no proof about the weights: {e.Message}", e);
            }
        }
    }

    /// <inheritdoc/>
    public byte[] Prove(Graph graph, ReadOnlyMemory<byte> commitment, ProvedRun run, Action<string>? progress = null, CancellationToken cancel = default)
    {
        var model = Read(commitment);
        if (Hash.From(model.Id) != run.ProofModel)
            throw new ModelException("the commitment in the store is of another model than the one that the receipt's log names: it was committed anew since, and receipts from then on can be proved");
        var statement = EvidenceVerifier.StatementOf(model, run) ?? throw new ModelException("input or output of the receipt are no tensors of the committed model");
        RequireOne(model, statement.Batch);
        lock (gate)
        {
            var (prover, weights, _) = Encoded(graph, model, progress, cancel);
            progress?.Invoke("running the model");
            cancel.ThrowIfCancellationRequested();
            var made = prover.Run(weights, statement.Batch, statement.Input);
            if (!model.Model.Shapes(statement.Batch)[^1].Places().Select(place => (sbyte)made.Tensors[^1][place]).SequenceEqual(statement.Output))
                throw new ModelException("the model does not give the receipt's output on its input");
            progress?.Invoke("proving");
            cancel.ThrowIfCancellationRequested();
            return ProofFile.Of(model, prover.Prove(weights, statement, made));
        }
    }

    private Kept Encoded(Graph graph, CommittedModel model, Action<string>? progress, CancellationToken cancel)
    {
        // By the id and not by the root: the same weights may stand in two models.
        var id = Hash.From(model.Id);
        if (kept is { } there && there.Id == id)
            return there;
        progress?.Invoke("encoding the model");
        cancel.ThrowIfCancellationRequested();
        var encoded = Keep(prover => prover.Commit(model.Model, ProvableModel.Of(graph).Weights));
        if (!model.Root.Bytes.SequenceEqual(encoded.Weights.Root))
            throw new ModelException("the model is not what was committed to");
        kept = encoded with { Id = id };
        return kept;
    }

    // What was kept before goes first: two encoded models would take the memory of both.
    private Kept Keep(Func<FastProver, CommittedWeights> encode)
    {
        var prover = new FastProver(Environment.ProcessorCount);
        kept?.Prover.Dispose();
        kept = null;
        try
        {
            return kept = new Kept(prover, encode(prover));
        }
        catch
        {
            prover.Dispose();
            throw;
        }
    }

    // Before any of it is computed: a verifier would not take the proof.
    private static void RequireOne(CommittedModel model, int batch)
    {
        if (OutlineOf(model, batch) is not { Suffices: true } outline)
            throw new ModelException($"the receipt is of {batch} inferences, more than one proof of this model can show: run them in smaller batches");
        if (outline.MostBytes > ProofEvidence.MaxProof)
            throw new ModelException($"a proof of the receipt's {batch} inferences would have up to {outline.MostBytes} bytes, and a bundle takes {ProofEvidence.MaxProof}: run them in smaller batches");
    }

    // Null also where tensors of so many are larger than proofs have.
    private static ProofOutline? OutlineOf(CommittedModel model, int batch)
    {
        try
        {
            return ProofOutline.Of(model.Model, batch);
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private static CommittedModel Read(ReadOnlyMemory<byte> commitment)
    {
        try
        {
            return CommittedModel.Read(commitment);
        }
        catch (MalformedException e)
        {
            throw new ModelException($"the model's commitment cannot be read: {e.Message}", e);
        }
    }

    private sealed record Kept(FastProver Prover, CommittedWeights Weights, Hash? Id = null);
}
