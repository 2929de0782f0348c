using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Assay.Proofs.Protocol;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Proofs.Files;

/// <summary>Checks proofs that come with bundles: reads both files, quantises what the receipt opens, and asks the verifier (docs/spec/proofs.md section 8).</summary>
/// <param name="weights">Proofs about models' weights that whoever verifies has: what is asked of a bundle that carries none (section 10).</param>
public sealed class EvidenceVerifier(params IReadOnlyList<ReadOnlyMemory<byte>> weights) : IProofVerifier
{
    // Receipts of one model carry one proof about its weights: it is checked once.
    private const int MostKnown = 64;
    private readonly ConcurrentDictionary<(Hash Model, Hash File), ProofCheck?> known = new();
    private readonly ConcurrentDictionary<Hash, bool> judged = new();

    /// <summary>Committed models about whose weights a proof was judged so far.</summary>
    public IReadOnlyCollection<Hash> Judged => [.. judged.Keys];

    /// <inheritdoc/>
    public Verify.Bundles.ProofVerdict Verify(ProofEvidence evidence, ProvedRun run)
    {
        CommittedModel model;
        try
        {
            model = CommittedModel.Read(evidence.Commitment);
        }
        catch (MalformedException e)
        {
            return new(false, $"the proof's commitment file cannot be read: {e.Message}");
        }
        try
        {
            return Check(model, evidence.Proof, run, ProofChecks.All) is { } check
                ? new(false, $"the proof does not hold: check C{(int)check} ({check}) refused it{Why(check)}")
                : OnWeights(evidence, model, run.ProofModel);
        }
        catch (MalformedException e)
        {
            return new(false, $"the committed model's layers do not fit: {e.Message}");
        }
    }

    /// <summary>The first check that refuses a proof of a run, or null where it holds.</summary>
    /// <exception cref="MalformedException">The model's layers do not fit one another.</exception>
    internal static ProofCheck? Check(CommittedModel model, ReadOnlyMemory<byte> proof, ProvedRun run, ProofChecks checks)
    {
        try
        {
            return ProofFile.Verify(proof, model, Bind(model, run, checks), checks).Refused;
        }
        catch (ProofRefused refused)
        {
            return refused.Check;
        }
    }

    private Verify.Bundles.ProofVerdict OnWeights(ProofEvidence evidence, CommittedModel model, Hash id)
    {
        var proved = $"proved: the committed model {id.ToHex()[..8]}… gives this output on this input";
        var file = evidence.Weights.IsEmpty ? weights.FirstOrDefault(w => WeightProofFile.ModelOf(w.Span) == id) : evidence.Weights;
        if (file.IsEmpty)
            return new(true, $"{proved}; that its weights are of eight bits and its padding zero is the word of the log, which published the commitment", WeightsFooting.LogWord);
        judged[id] = true;
        return OfWeights(file, model, id) is { } check
            ? new(false, $"the proof about the model's weights does not hold: check C{(int)check} ({check}) refused it")
            : new(true, $"{proved}; its weights are proved to be of eight bits, its biases within their bounds, its padding zero", WeightsFooting.Proved);
    }

    // The id is that of the whole commitment, so with the file it says all that the answer depends on.
    private ProofCheck? OfWeights(ReadOnlyMemory<byte> file, CommittedModel model, Hash id)
    {
        var key = (id, Sha256.Of(file.Span));
        if (known.TryGetValue(key, out var check))
            return check;
        check = WeightProofFile.Verify(file, model);
        if (known.Count >= MostKnown)
            known.Clear();
        known[key] = check;
        return check;
    }

    /// <summary>What a proof of a run must show, or null where its tensors are not those of the model. The receipt's commitments were opened before.</summary>
    public static Statement? StatementOf(CommittedModel model, ProvedRun run)
    {
        try
        {
            return Bind(model, run, ProofChecks.All);
        }
        catch (ProofRefused)
        {
            return null;
        }
    }

    // C3, C5, C6. The statement names the model that the log does, never the evidence's own.
    private static Statement Bind(CommittedModel model, ProvedRun run, ProofChecks checks)
    {
        var receipt = run.Receipt;
        checks.Require(Hash.From(model.Id) == run.ProofModel && model.Manifest == receipt.Model.Manifest, ProofCheck.Model);
        checks.Require(receipt.Input.MediaType == Receipt.Tensors, ProofCheck.InputBinding);
        var (batch, input) = model.Input.Quantize(run.Input.Span) ?? throw new ProofRefused(ProofCheck.InputBinding);
        checks.Require(receipt.Output.Kind == OutputKind.Tensors, ProofCheck.OutputBinding);
        var (outputs, output) = model.Output.Invert(run.Output.Span) ?? throw new ProofRefused(ProofCheck.OutputBinding);
        checks.Require(batch == outputs, ProofCheck.OutputBinding);
        return new Statement(run.ProofModel.ToArray(), ContextOf(receipt), batch, input, output);
    }

    private static string Why(ProofCheck check) => check switch
    {
        ProofCheck.Model => ", as it is about another model than the one that the log and the receipt name",
        ProofCheck.InputBinding => ", as the receipt's input is no tensor of the committed model",
        ProofCheck.OutputBinding => ", as the receipt's output is no tensor of the committed model, or of another batch",
        _ => "",
    };

    /// <summary>The context of a proof that belongs to a receipt: u8 1, u32le length of the caller's nonce (0 where there is none), the nonce, both commitments.</summary>
    public static byte[] ContextOf(Receipt receipt)
    {
        var nonce = Encoding.UTF8.GetBytes(receipt.ClientNonce ?? "");
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, nonce.Length);
        return [1, .. length, .. nonce, .. receipt.Input.Commitment.Bytes, .. receipt.Output.Commitment.Bytes];
    }
}
