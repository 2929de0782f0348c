using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Verify.Commitments;

/// <summary>
/// The commitment to an output: the RFC 6962 head over one salted leaf for each piece of 65,536 bytes, so that one piece can
/// be shown without the rest (docs/spec/receipt.md, Commitments).
/// </summary>
public static class OutputCommitment
{
    public const int PieceLength = 65_536;

    /// <param name="salt">32 random bytes.</param>
    /// <param name="bytes">The canonical encoding of the output.</param>
    public static Hash Of(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes) => MerkleTree.Head(Leaves(salt, bytes));

    /// <summary>Shows piece <paramref name="index"/> of an output, with what ties it to the commitment.</summary>
    public static OutputPiece Open(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes, int index)
    {
        var leaves = Leaves(salt, bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)leaves.Length, nameof(index));
        return new OutputPiece(
            (ulong)index, PieceSalt(salt, (ulong)index), Piece(bytes, index).ToArray(),
            [.. MerkleTree.InclusionPath(index, leaves)]);
    }

    /// <summary>Number of pieces of an output of that many bytes.</summary>
    public static ulong PieceCount(ulong length) => (length / PieceLength) + (length % PieceLength == 0 ? 0UL : 1UL);

    internal static Hash Leaf(ReadOnlySpan<byte> pieceSalt, ulong index, ReadOnlySpan<byte> piece)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, pieceSalt);
        Span<byte> head = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(head, index);
        BinaryPrimitives.WriteUInt64BigEndian(head[8..], (ulong)piece.Length);
        mac.AppendData("assay/output-piece/v1\n"u8);
        mac.AppendData(head);
        mac.AppendData(piece);
        return MerkleTree.LeafHash(mac.GetHashAndReset());
    }

    private static Hash[] Leaves(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes)
    {
        Commitment.Require(salt);
        var leaves = new Hash[PieceCount((ulong)bytes.Length)];
        for (var i = 0; i < leaves.Length; i++)
            leaves[i] = Leaf(PieceSalt(salt, (ulong)i), (ulong)i, Piece(bytes, i));
        return leaves;
    }

    private static ReadOnlySpan<byte> Piece(ReadOnlySpan<byte> bytes, int index)
    {
        var from = bytes[(index * PieceLength)..];
        return from.Length > PieceLength ? from[..PieceLength] : from;
    }

    // A salt of its own for each piece: showing one must not open its neighbours.
    private static byte[] PieceSalt(ReadOnlySpan<byte> salt, ulong index)
    {
        Span<byte> info = stackalloc byte[21 + 8];
        "assay/output-salt/v1\n"u8.CopyTo(info);
        BinaryPrimitives.WriteUInt64BigEndian(info[21..], index);
        var result = new byte[Commitment.SaltSize];
        HKDF.Expand(HashAlgorithmName.SHA256, salt, result, info);
        return result;
    }
}

/// <summary>One piece of an output, shown alone.</summary>
/// <param name="Salt">The piece's own salt, 32 bytes.</param>
/// <param name="Path">From the piece's leaf to the commitment.</param>
public sealed record OutputPiece(ulong Index, byte[] Salt, byte[] Bytes, ImmutableArray<Hash> Path)
{
    /// <summary>Whether this piece stands at its place in the output of that length and commitment.</summary>
    public bool Matches(in Hash commitment, ulong outputLength)
    {
        var count = OutputCommitment.PieceCount(outputLength);
        if (Index >= count || Salt.Length != Commitment.SaltSize)
            return false;
        var expected = Math.Min(OutputCommitment.PieceLength, outputLength - (Index * OutputCommitment.PieceLength));
        return (ulong)Bytes.Length == expected
            && MerkleProof.VerifyInclusion(Index, count, OutputCommitment.Leaf(Salt, Index, Bytes), Path.AsSpan(), commitment);
    }
}
