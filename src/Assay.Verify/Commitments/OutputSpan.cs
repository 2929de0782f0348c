using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Verify.Commitments;

/// <summary>One piece of an output.</summary>
/// <param name="Salt">The piece's own, 32 bytes.</param>
public sealed record OutputPiece(ReadOnlyMemory<byte> Salt, ReadOnlyMemory<byte> Bytes);

/// <summary>Neighbouring pieces of an output, shown without the rest (docs/spec/receipt.md, Spans).</summary>
/// <param name="First">Place of the first piece.</param>
/// <param name="Pieces">At least one.</param>
/// <param name="Path">Heads of the subtrees that the span does not touch, from left to right.</param>
public sealed record OutputSpan(ulong First, ImmutableArray<OutputPiece> Pieces, ImmutableArray<Hash> Path)
{
    /// <summary>The commitment of an output of <paramref name="count"/> pieces that these stand in, or null where they do not fit in it.</summary>
    public Hash? Head(OutputKind kind, ulong count)
    {
        var leaves = new Hash[Pieces.Length];
        for (var i = 0; i < leaves.Length; i++)
            leaves[i] = OutputCommitment.Leaf(kind, Pieces[i].Salt.Span, First + (ulong)i, Pieces[i].Bytes.Span);
        return SpanProof.Head(First, leaves, count, Path.AsSpan());
    }
}
