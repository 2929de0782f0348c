using System.Collections.Immutable;
using System.Security.Cryptography;
using Assay.Log;
using Assay.Providers;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
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
}

public sealed record WireInput(string MediaType, byte[] Bytes);

/// <summary>A receipt that the log has acknowledged.</summary>
public sealed record Issued(string RecordId, ulong Index, Envelope Envelope, Opening Opening, SignedNote Promise, ImmutableArray<Hash> BatchPath);

/// <summary>Signs what was run and puts it into the log: statement, envelope, sealed entry, promise.</summary>
internal sealed class ReceiptIssuer(TileLog log, LogQueue queue, ServingKeys keys, string node, TimeProvider clock)
{
    // A bundle also holds the statement, proofs and the key's history.
    private const int MaxDisclosed = Bundle.MaxSize - (4 << 20);

    /// <summary>When this returns, the receipt is durable and promised.</summary>
    /// <param name="segment">Which serving key signs.</param>
    /// <param name="requestedAt">When the request came, by this node's clock.</param>
    /// <exception cref="NodeException">No bundle could hold what the receipt commits to, or a key is missing.</exception>
    /// <exception cref="LogException">The log does not take it; nothing was acknowledged and no number is lost.</exception>
    public async Task<Issued> IssueAsync(Segment segment, ModelClaim model, Run run, CallerTerms terms, DateTimeOffset requestedAt)
    {
        var completedAt = clock.GetUtcNow();
        var input = new Disclosed(Salt(), run.EncodedInputs);
        var output = new Disclosed(Salt(), run.EncodedOutputs);
        var wire = terms.Wire is { } w ? new Disclosed(Salt(), w.Bytes) : null;
        RequireRoom(input, output, wire);
        var receipt = new Receipt
        {
            RecordId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            Sequence = 0,
            ClientNonce = terms.Nonce,
            Issuer = new Issuer(default, node),
            Model = model,
            Input = Claim(Receipt.Tensors, input, Commitment.OfInput(input.Salt, input.Bytes)),
            WireInput = wire is null ? null : Claim(terms.Wire!.MediaType, wire, Commitment.OfWireInput(wire.Salt, wire.Bytes)),
            Output = new OutputClaim((ulong)output.Bytes.Length, OutputCommitment.Of(output.Salt, output.Bytes)),
            Execution = run.Execution,
            RequestedAt = requestedAt,
            CompletedAt = completedAt,
            NotBefore = log.Checkpoint.Checkpoint,
            Auditable = terms.Auditable,
            Venue = [new VenueClaim(segment.Region, "operator")],
        };

        Envelope envelope;
        Opening opening;
        Task<Appended> appending;
        using (var turn = await queue.TakeAsync())
        {
            var serving = await keys.ForAsync(segment, turn);
            receipt = receipt with { Sequence = serving.NextSequence, Issuer = new Issuer(serving.Key.PublicKey.Id, node) };
            envelope = Envelope.Sign(Envelope.InToto, receipt.ToBytes(), serving.Key);
            opening = new Opening(envelope.ToBytes(), input, output, wire);
            // Waited for outside the turn: one flush serves many.
            appending = turn.Append(SealedEntry.Of(envelope, receipt.Sequence, serving.Key.Algorithm).ToBytes(), opening.ToBytes());
            if (!appending.IsFaulted)
                serving.NextSequence++;
        }
        var appended = await appending;
        return new Issued(receipt.RecordId, appended.Index, envelope, opening, appended.Promise, [.. appended.BatchPath]);
    }

    private static void RequireRoom(Disclosed input, Disclosed output, Disclosed? wire)
    {
        var bytes = 0L + input.Bytes.Length + output.Bytes.Length + (wire?.Bytes.Length ?? 0);
        if (bytes / 3 * 4 > MaxDisclosed)
            throw new NodeException(NodeFault.BadRequest,
                $"request, input and output are {bytes} bytes together; a receipt that opens all of them has room for {MaxDisclosed / 4L * 3}");
    }

    private static byte[] Salt() => RandomNumberGenerator.GetBytes(Commitment.SaltSize);

    private static ContentClaim Claim(string mediaType, Disclosed content, Hash commitment) =>
        new(mediaType, (ulong)content.Bytes.Length, commitment);
}
