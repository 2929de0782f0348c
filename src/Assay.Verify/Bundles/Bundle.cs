using System.Collections.Immutable;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Verify.Bundles;

/// <summary>A log's promise as its caller holds it.</summary>
/// <param name="Note">The text of a <see cref="Promise"/>, signed.</param>
/// <param name="Path">From the entry's leaf to the promise's batch root.</param>
public sealed record PromiseProof(SignedNote Note, ImmutableArray<Hash> Path);

/// <summary>An open log entry with its inclusion proof to the bundle's checkpoint.</summary>
public sealed record ProvedEntry(ulong Index, ReadOnlyMemory<byte> Entry, ImmutableArray<Hash> Path);

/// <summary>What opens one commitment.</summary>
/// <param name="Salt">32 bytes.</param>
public sealed record Disclosure(ReadOnlyMemory<byte> Salt, ReadOnlyMemory<byte> Bytes);

/// <summary>What the holder of a bundle shows of the request and the answer. Any of them may be withheld.</summary>
/// <param name="Output">All of it; then there is no <paramref name="Span"/>.</param>
/// <param name="Span">A part of the output.</param>
public sealed record Disclosures(Disclosure? Input, Disclosure? WireInput, Disclosure? Output, OutputSpan? Span = null)
{
    public static readonly Disclosures Nothing = new(null, null, null);
}

/// <summary>One file that stands alone: a receipt with all that is needed to check it (docs/spec/receipt.md, Bundle).</summary>
public sealed record Bundle
{
    public const string MediaType = "application/vnd.assay.bundle.v1+json";
    public const int MaxSize = 64 << 20;

    /// <summary>The receipt's envelope.</summary>
    public required Envelope Envelope { get; init; }

    public required PromiseProof Promise { get; init; }

    /// <summary>The receipt's place in the log, and the checkpoint to which everything in the bundle is proved.</summary>
    public required TlogProof LogProof { get; init; }

    /// <summary>Genesis, the introduction of the serving key and every later event of it below the checkpoint's size, by index.</summary>
    public required ImmutableArray<ProvedEntry> KeyHistory { get; init; }

    public required ProvedEntry ModelEntry { get; init; }

    /// <summary>The consistency proof from the receipt's <c>notBefore</c> to the checkpoint; empty from size 0 and for equal sizes.</summary>
    public required ImmutableArray<Hash> NotBeforePath { get; init; }

    /// <summary>What shows that nothing was left out, or null.</summary>
    public Completeness? Completeness { get; init; }

    /// <summary>A proof of the run, or null.</summary>
    public ProofEvidence? Evidence { get; init; }

    public Disclosures Disclosures { get; init; } = Disclosures.Nothing;

    /// <summary>The same bundle, showing of the output no more than these pieces (tokens, or 64 KiB of tensors). A proof goes with what is withheld: it hides none of it.</summary>
    /// <param name="showInput">Whether what it shows of the input stays in it.</param>
    /// <exception cref="InvalidOperationException">This bundle does not show the whole output.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The output has no such pieces.</exception>
    /// <exception cref="MalformedException">The statement or the output is not what its format says.</exception>
    public Bundle DiscloseOutputSpan(int first, int count, bool showInput = false)
    {
        var output = Disclosures.Output ?? throw new InvalidOperationException("a span can be cut only out of a bundle that shows the whole output");
        var span = OutputCommitment.Open(Receipt.Parse(Envelope.Payload.Span).Output.Kind, output.Salt.Span, output.Bytes.Span, first, count);
        var isAll = showInput && span.Pieces.Sum(p => (long)p.Bytes.Length) == output.Bytes.Length;
        return this with { Evidence = isAll ? Evidence : null, Disclosures = (showInput ? Disclosures : Disclosures.Nothing) with { Output = null, Span = span } };
    }

    /// <exception cref="MalformedException">Not a bundle. Nothing is said yet of what it proves.</exception>
    /// <exception cref="UnsupportedException">A bundle of another version, or with evidence of a kind unknown to this one.</exception>
    public static Bundle Parse(ReadOnlySpan<byte> bytes) => BundleFormat.Read(bytes);

    public byte[] ToBytes() => BundleFormat.Write(this);
}
