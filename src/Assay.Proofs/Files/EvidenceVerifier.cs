using System.Buffers.Binary;
using System.Text;
using Assay.Proofs.Protocol;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Proofs.Files;

/// <summary>Checks proofs that come with bundles: reads both files, quantises what the receipt opens, and asks the verifier (docs/spec/proofs.md section 8).</summary>
public sealed class EvidenceVerifier : IProofVerifier
{
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
                : new(true, $"proved: the committed model {run.ProofModel.ToHex()[..8]}… gives this output on this input");
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
