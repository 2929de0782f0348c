using System.Collections.Immutable;
using System.Security.Cryptography;
using Assay.Log;
using Assay.Providers;
using Assay.Store;
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
internal sealed class ReceiptIssuer(TileLog log, ServingKeys keys, string node, TimeProvider clock)
{
    /// <summary>When this returns, the receipt is durable and promised.</summary>
    /// <param name="segment">Which serving key signs.</param>
    /// <param name="requestedAt">When the request came, by this node's clock.</param>
    /// <exception cref="LogException">The log does not take it; nothing was acknowledged and no number is lost.</exception>
    public async Task<Issued> IssueAsync(Segment segment, ModelClaim model, Run run, CallerTerms terms, DateTimeOffset requestedAt)
    {
        var completedAt = clock.GetUtcNow();
        var input = new Disclosed(Salt(), run.EncodedInputs);
        var output = new Disclosed(Salt(), run.EncodedOutputs);
        var wire = terms.Wire is { } w ? new Disclosed(Salt(), w.Bytes) : null;
        var recordId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var notBefore = log.Checkpoint.Checkpoint;

        Task<Appended> append;
        Envelope envelope;
        Opening opening;
        var serving = await keys.ForAsync(segment, log.Size);
        await serving.Turn.WaitAsync();
        try
        {
            var receipt = new Receipt
            {
                RecordId = recordId,
                Sequence = serving.NextSequence,
                ClientNonce = terms.Nonce,
                Issuer = new Issuer(serving.Key.PublicKey.Id, node),
                Model = model,
                Input = Claim(Receipt.Tensors, input, Commitment.OfInput(input.Salt, input.Bytes)),
                WireInput = wire is null ? null : Claim(terms.Wire!.MediaType, wire, Commitment.OfWireInput(wire.Salt, wire.Bytes)),
                Output = Claim(Receipt.Tensors, output, OutputCommitment.Of(output.Salt, output.Bytes)),
                Execution = run.Execution,
                RequestedAt = requestedAt,
                CompletedAt = completedAt,
                NotBefore = notBefore,
                Auditable = terms.Auditable,
                Venue = [new VenueClaim(segment.Region, "operator")],
            };
            envelope = Envelope.Sign(Envelope.InToto, receipt.ToBytes(), serving.Key);
            opening = new Opening(envelope.ToBytes(), input, output, wire);
            // Queued in the order of the numbers, but waited for outside the turn: one flush serves many.
            append = log.AppendAsync(SealedEntry.Of(envelope, receipt.Sequence).ToBytes(), opening.ToBytes());
            // What was refused at once was not queued: its number is still free.
            if (!append.IsFaulted)
                serving.NextSequence++;
        }
        finally
        {
            serving.Turn.Release();
        }
        var appended = await append;
        return new Issued(recordId, appended.Index, envelope, opening, appended.Promise, [.. appended.BatchPath]);
    }

    private static byte[] Salt() => RandomNumberGenerator.GetBytes(Commitment.SaltSize);

    private static ContentClaim Claim(string mediaType, Disclosed content, Hash commitment) =>
        new(mediaType, (ulong)content.Bytes.Length, commitment);
}
