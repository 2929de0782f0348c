using System.Buffers.Binary;
using System.Text;
using Assay.Proofs.Protocol;
using Assay.Verify;
using Assay.Verify.Bundles;
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
        if (Hash.From(model.Id) != run.ProofModel)
            return new(false, "the commitment file is of another model than the one that the log names");
        if (StatementOf(model, run) is not { } statement)
            return new(false, "input or output of the receipt are no tensors of the committed model");
        try
        {
            var verdict = ProofFile.Verify(evidence.Proof, model, statement);
            return verdict.Refused is { } check
                ? new(false, $"the proof does not hold: check C{(int)check} ({check}) refused it")
                : new(true, $"proved: the committed model {run.ProofModel.ToHex()[..8]}… gives this output on this input");
        }
        catch (MalformedException e)
        {
            return new(false, $"the committed model's layers do not fit: {e.Message}");
        }
    }

    /// <summary>What a proof of a run must show, or null where its tensors are not those of the model. The receipt's commitments were opened before.</summary>
    public static Statement? StatementOf(CommittedModel model, ProvedRun run) =>
        model.Manifest == run.Receipt.Model.Manifest
        && model.Input.Quantize(run.Input.Span) is var (batch, input) && model.Output.Invert(run.Output.Span) is var (outputs, output) && batch == outputs
            ? new Statement(model.Id, ContextOf(run.Receipt), batch, input, output)
            : null;

    /// <summary>The context of a proof that belongs to a receipt: u8 1, u32le length of the caller's nonce (0 where there is none), the nonce, both commitments.</summary>
    public static byte[] ContextOf(Receipt receipt)
    {
        var nonce = Encoding.UTF8.GetBytes(receipt.ClientNonce ?? "");
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, nonce.Length);
        return [1, .. length, .. nonce, .. receipt.Input.Commitment.Bytes, .. receipt.Output.Commitment.Bytes];
    }
}
