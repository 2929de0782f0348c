using System.Collections.Immutable;
using System.Security.Cryptography;
using Assay.Log;
using Assay.Providers;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Node.Receipts;

/// <summary>What a caller said about its request besides the input.</summary>
/// <param name="Nonce">Echoed in the receipt, so that the caller knows it is its own.</param>
/// <param name="Auditable">Whether an auditor may be shown this record.</param>
/// <param name="Wire">The bytes as they came, with their media type; null where nothing came over a wire.</param>
public sealed record CallerTerms(string? Nonce = null, bool Auditable = false, WireInput? Wire = null)
{
    public const int MaxNonce = 256;

    internal void Check()
    {
        if (Nonce?.Length > MaxNonce)
            throw new NodeException(NodeFault.BadRequest, $"a nonce has at most {MaxNonce} characters");
    }
}

public sealed record WireInput(string MediaType, byte[] Bytes);

/// <summary>A receipt that the log has acknowledged.</summary>
public sealed record Issued(string RecordId, ulong Index, Envelope Envelope, Opening Opening, SignedNote Promise, ImmutableArray<Hash> BatchPath);

/// <summary>Signs what was run and puts it into the log: statement, envelope, sealed entry, promise.</summary>
internal sealed class ReceiptIssuer(TileLog log, LogQueue queue, ServingKeys keys, string node, TimeProvider clock)
{
    // A bundle also holds the statement, proofs and the key's history.
    private const int MaxDisclosed = Bundle.MaxSize - (4 << 20);

    /// <summary>Of a run on tensors. When this returns, the receipt is durable and promised.</summary>
    /// <param name="segment">Which serving key signs.</param>
    /// <param name="requestedAt">When the request came, by this node's clock.</param>
    /// <exception cref="NodeException">No bundle could hold what the receipt commits to, or a key is missing.</exception>
    /// <exception cref="LogException">The log does not take it; nothing was acknowledged and no number is lost.</exception>
    public Task<Issued> IssueAsync(Segment segment, ModelClaim model, Run run, CallerTerms terms, DateTimeOffset requestedAt)
    {
        var contents = new Contents(Salted(run.EncodedInputs), Salted(run.EncodedOutputs), terms.Wire is { } wire ? Salted(wire.Bytes) : null);
        var claim = new OutputClaim((ulong)contents.Output.Bytes.Length, OutputCommitment.Of(contents.Output.Salt, contents.Output.Bytes));
        var receipt = Draft(segment, model, contents, terms, requestedAt) with { Output = claim, Execution = run.Execution };
        return AppendAsync(segment, contents, (_, _) => receipt);
    }

    /// <summary>What a receipt says whatever was run; the rest is put over it.</summary>
    public Receipt Draft(Segment segment, ModelClaim model, Contents contents, CallerTerms terms, DateTimeOffset requestedAt, string inputType = Receipt.Tensors) => new()
    {
        RecordId = NewRecordId(),
        Sequence = 0,
        ClientNonce = terms.Nonce,
        Issuer = new Issuer(default, node),
        Model = model,
        Input = Claim(inputType, contents.Input, Commitment.OfInput(contents.Input.Salt, contents.Input.Bytes)),
        WireInput = contents.Wire is not { } wire ? null : Claim(terms.Wire!.MediaType, wire, Commitment.OfWireInput(wire.Salt, wire.Bytes)),
        Output = new OutputClaim(0, MerkleTree.Empty),
        Execution = new ExecutionClaim("", new EngineClaim("", "", ""), default),
        RequestedAt = requestedAt,
        CompletedAt = clock.GetUtcNow(),
        NotBefore = log.Checkpoint.Checkpoint,
        Auditable = terms.Auditable,
        Venue = [new VenueClaim(segment.Region, "operator")],
    };

    /// <summary>Signs a receipt with the segment's key and puts it into the log. When this returns, it is durable and promised.</summary>
    /// <param name="make">The receipt, of which the sequence and the issuer's key are set here; called with the log's turn.</param>
    /// <inheritdoc cref="IssueAsync"/>
    public async Task<Issued> AppendAsync(Segment segment, Contents contents, Func<ServingKey, LogQueue.Turn, Receipt> make)
    {
        RequireRoom(contents);
        Signed signed;
        using (var turn = await queue.TakeAsync())
        {
            var serving = await keys.ForAsync(segment, turn);
            signed = Append(turn, serving, contents, make(serving, turn));
        }
        // Waited for outside the turn: one flush serves many.
        return await signed.Issued();
    }

    /// <summary>As <see cref="AppendAsync"/>, by whoever has the turn; durable when <see cref="Signed.Issued"/> returns.</summary>
    public Signed Append(LogQueue.Turn turn, ServingKey serving, Contents contents, Receipt receipt)
    {
        receipt = receipt with { Sequence = serving.NextSequence, Issuer = new Issuer(serving.Key.PublicKey.Id, node) };
        var envelope = Envelope.Sign(Envelope.InToto, receipt.ToBytes(), serving.Key);
        var opening = new Opening(envelope.ToBytes(), contents.Input, contents.Output, contents.Wire);
        var appending = turn.Append(SealedEntry.Of(envelope, receipt.Sequence, serving.Key.Algorithm).ToBytes(), opening.ToBytes());
        if (!appending.IsFaulted)
            serving.NextSequence++;
        return new Signed(receipt.RecordId, envelope, opening, appending);
    }

    public static string NewRecordId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public static Disclosed Salted(byte[] bytes) => new(RandomNumberGenerator.GetBytes(Commitment.SaltSize), bytes);

    /// <summary>What a receipt commits to, and the salts that open it.</summary>
    /// <param name="Wire">Null where nothing came over a wire.</param>
    internal sealed record Contents(Disclosed Input, Disclosed Output, Disclosed? Wire);

    /// <summary>A receipt that was handed to the log.</summary>
    internal sealed record Signed(string RecordId, Envelope Envelope, Opening Opening, Task<Appended> Appending)
    {
        public async Task<Issued> Issued()
        {
            var appended = await Appending;
            return new Issued(RecordId, appended.Index, Envelope, Opening, appended.Promise, [.. appended.BatchPath]);
        }
    }

    private static void RequireRoom(Contents contents)
    {
        var bytes = 0L + contents.Input.Bytes.Length + contents.Output.Bytes.Length + (contents.Wire?.Bytes.Length ?? 0);
        if (bytes / 3 * 4 > MaxDisclosed)
            throw new NodeException(NodeFault.BadRequest,
                $"request, input and output are {bytes} bytes together; a receipt that opens all of them has room for {MaxDisclosed / 4L * 3}");
    }

    private static ContentClaim Claim(string mediaType, Disclosed content, Hash commitment) =>
        new(mediaType, (ulong)content.Bytes.Length, commitment);
}
