using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Faults;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Client;

/// <summary>Remembers what each log has shown, so that one that shows different trees to the same client is caught.</summary>
internal sealed class LogMemory(ReceiptOptions options)
{
    private readonly Lock gate = new();

    /// <summary>A checkpoint of an accepted bundle: its signature has been verified.</summary>
    /// <exception cref="ReceiptException">The log has shown another tree of the same size before.</exception>
    public void Saw(SignedNote note)
    {
        var checkpoint = Checkpoint.Parse(note.Text);
        lock (gate)
        {
            if (options.Keeper.Checkpoint(checkpoint.Origin) is { } kept)
            {
                var (before, known) = Read(kept, checkpoint.Origin);
                if (known.Size == checkpoint.Size && known.Root != checkpoint.Root)
                    throw Told(ReceiptFault.SplitView, new TwoRoots(before, note),
                        $"the log {checkpoint.Origin} has shown two different trees of {checkpoint.Size} entries");
                if (known.Size >= checkpoint.Size)
                    return;
            }
            options.Keeper.Checkpoint(checkpoint.Origin, note.ToString());
        }
    }

    /// <summary>A bundle that shows another entry than was promised at that very index convicts the log.</summary>
    /// <exception cref="ReceiptException">It does, by a log key that the policy trusts.</exception>
    public void HoldTo(AnswerReceipt answer, ReadOnlyMemory<byte> file)
    {
        if (LeafOf(file) is not { } shown || answer.Held.Leaf is not { } promised || shown.Proof.Index != answer.Index)
            return;
        var fault = new TwoLeaves(answer.Index, promised, shown);
        if (FaultJudge.Judge(fault, options.Policy.Log).Proved)
            throw Told(ReceiptFault.BrokenPromise, fault, $"the log shows another entry at index {answer.Index} than it promised");
    }

    /// <summary>What there is to show of a promise that has run out.</summary>
    /// <param name="checkpoint">The log's newest note, as far as it could be had.</param>
    public ReceiptException Late(AnswerReceipt answer, ReadOnlyMemory<byte> checkpoint)
    {
        var message = $"the log promised to show receipt {answer.RecordId} by {DateTimeOffset.FromUnixTimeSeconds((long)answer.Held.Promise.Deadline):yyyy-MM-dd HH:mm:ss}Z, and has not";
        try
        {
            var fault = new Late(answer.Held.Note, SignedNote.Parse(checkpoint.Span));
            // This client's clock convinces nobody: witnesses' times do.
            return FaultJudge.Judge(fault, options.Policy.Log) is { Proved: false } verdict
                ? new ReceiptException(ReceiptFault.BrokenPromise, $"{message}; that is this client's word ({verdict.Reason})")
                : Told(ReceiptFault.BrokenPromise, fault, message);
        }
        catch (MalformedException)
        {
            return new ReceiptException(ReceiptFault.BrokenPromise, message + "; it gives no checkpoint either");
        }
    }

    // The entry of a bundle and its proof, whatever else may be wrong with it.
    private static LoggedLeaf? LeafOf(ReadOnlyMemory<byte> file)
    {
        try
        {
            var bundle = Bundle.Parse(file.Span);
            var (sequence, checkpoint) = (Receipt.Parse(bundle.Envelope.Payload.Span).Sequence, Checkpoint.Parse(bundle.LogProof.Note.Text));
            foreach (var algorithm in Enum.GetValues<KeyAlgorithm>())
                if (MerkleTree.LeafHash(SealedEntry.Of(bundle.Envelope, sequence, algorithm).ToBytes()) is var leaf && bundle.LogProof.Includes(leaf, checkpoint))
                    return new LoggedLeaf(bundle.LogProof, leaf);
        }
        catch (MalformedException)
        {
            // The verifier says what is wrong with it.
        }
        return null;
    }

    // To forget in silence what was kept would let a fork pass.
    private static (SignedNote Note, Checkpoint Checkpoint) Read(string kept, string origin)
    {
        try
        {
            var note = SignedNote.Parse(kept);
            return (note, Checkpoint.Parse(note.Text));
        }
        catch (MalformedException e)
        {
            throw new InvalidDataException($"the checkpoint kept of the log {origin} is damaged ({e.Message}): remove it to begin anew, trusting what the log shows next", e);
        }
    }

    private ReceiptException Told(ReceiptFault kind, Fault fault, string message)
    {
        var file = fault.ToBytes();
        options.Keeper.Evidence(Sha256.Of(file).ToHex()[..16], file);
        return new ReceiptException(kind, message, evidence: file);
    }
}
