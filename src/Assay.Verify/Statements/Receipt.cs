using System.Collections.Immutable;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Verify.Statements;

/// <param name="Node">The operator's name for itself, as in genesis.</param>
public sealed record Issuer(Hash KeyId, string Node);

/// <param name="Language">Of a language model; said beside what the log published, and not compared with it.</param>
public sealed record ModelClaim(string Name, string Version, Hash Manifest, string Format, LanguageClaim? Language = null);

/// <summary>What a receipt says of a language model so that people can tell models apart; the manifest alone binds them.</summary>
/// <param name="Quantization">How most weights are stored, such as Q8_0.</param>
/// <param name="Tokenizer">Digest of what the token ids stand for.</param>
/// <param name="ChatTemplate">Digest of the template's text, where there is one.</param>
public sealed record LanguageClaim(string Quantization, Hash Tokenizer, Hash? ChatTemplate);

/// <summary>Bytes that are committed to: their type, their number and the salted commitment.</summary>
public sealed record ContentClaim(string MediaType, ulong Length, Hash Commitment);

/// <summary>An output that is committed to piece by piece.</summary>
/// <param name="Length">Of all pieces together, in bytes.</param>
/// <param name="Tokens">Number of tokens; null where the output is anything else.</param>
public sealed record OutputClaim(ulong Length, Hash Commitment, ulong? Tokens = null)
{
    /// <summary>Whether the output is what an upstream sent. Where it is, the receipt's determinism is <c>relayed</c>: nothing was computed here.</summary>
    public bool IsRelayed { get; init; }

    public OutputKind Kind => Tokens is not null ? OutputKind.Tokens : IsRelayed ? OutputKind.Relayed : OutputKind.Tensors;

    public string MediaType => Kind switch { OutputKind.Tokens => Receipt.Tokens, OutputKind.Relayed => Receipt.Relayed, _ => Receipt.Tensors };

    /// <summary>Leaves of the commitment's tree.</summary>
    public ulong Pieces => Tokens ?? OutputCommitment.PieceCount(Length);
}

/// <param name="Build">What identifies the engine's binary.</param>
public sealed record EngineClaim(string Name, string Version, string Build);

/// <param name="Profile">The rules of arithmetic that the engine followed, as the key's segment names them.</param>
/// <param name="Graph">Digest of the lowered graph.</param>
public sealed record ExecutionClaim(string Profile, EngineClaim Engine, Hash Graph);

/// <summary>A claim about where a run took place, and whose word it is.</summary>
public sealed record VenueClaim(string Claim, string Source);

/// <summary>What a serving key signs about one run (docs/spec/receipt.md, Receipt). Kept off the log.</summary>
public sealed record Receipt
{
    public const string PredicateType = "urn:assay:inference:v1";
    public const string Tensors = "application/vnd.assay.tensors.v1";
    public const string Tokens = "application/vnd.assay.tokens.v1";

    /// <summary>Bytes that came from an upstream, or were sent to one.</summary>
    public const string Relayed = "application/vnd.assay.relayed.v1";

    internal const string SubjectName = "output";
    internal const string DigestName = "assay-hmac-sha256";

    /// <summary>32 hexadecimal digits, drawn at random by the issuer.</summary>
    public required string RecordId { get; init; }

    /// <summary>Counts the receipts of one serving key from 0, without gaps.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>What the caller sent to recognise its answer by, or null.</summary>
    public string? ClientNonce { get; init; }

    public required Issuer Issuer { get; init; }

    public required ModelClaim Model { get; init; }

    /// <summary>The input in its canonical encoding.</summary>
    public required ContentClaim Input { get; init; }

    /// <summary>The request as it came over a wire, or null where it did not.</summary>
    public ContentClaim? WireInput { get; init; }

    public required OutputClaim Output { get; init; }

    /// <summary>An object: every parameter that changes the answer.</summary>
    public JsonValue Parameters { get; init; } = JsonValue.EmptyObject;

    public required ExecutionClaim Execution { get; init; }

    /// <summary>By the node's clock.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>By the node's clock.</summary>
    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>The newest checkpoint that the node had seen: a bound in time that needs no clock. Size 0 before there was one.</summary>
    public required Checkpoint NotBefore { get; init; }

    /// <summary>Whether the caller asked that an auditor may open this record.</summary>
    public bool Auditable { get; init; }

    public ImmutableArray<VenueClaim> Venue { get; init; } = [];

    /// <summary>The <see cref="NotBefore"/> of a node that has seen no checkpoint yet.</summary>
    public static Checkpoint NoCheckpoint(string origin) => new(origin, 0, MerkleTree.Empty);

    /// <exception cref="MalformedException">Not a receipt.</exception>
    /// <exception cref="UnsupportedException">A receipt of which a critical part is unknown to this version.</exception>
    public static Receipt Parse(ReadOnlySpan<byte> payload) => ReceiptFormat.Read(payload);

    /// <summary>The exact bytes to sign.</summary>
    /// <exception cref="MalformedException">The receipt says something that its own parser refuses.</exception>
    public byte[] ToBytes()
    {
        var bytes = ReceiptFormat.Write(this);
        _ = Parse(bytes);
        return bytes;
    }
}
