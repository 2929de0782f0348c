using System.Buffers.Binary;
using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Verify.Commitments;

/// <summary>
/// The commitment to an output: the RFC 6962 head over one salted leaf for each piece, so that any run of pieces can be shown
/// without the rest (docs/spec/receipt.md, Commitments).
/// </summary>
public static class OutputCommitment
{
    /// <summary>Bytes of a piece of tensors, and of what was relayed; the last may be shorter.</summary>
    public const int PieceLength = 65_536;

    /// <summary>To the canonical encoding of tensors.</summary>
    /// <param name="salt">32 random bytes.</param>
    public static Hash Of(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes) => Of(OutputKind.Tensors, salt, bytes);

    /// <exception cref="MalformedException">Tokens were expected, and these bytes are not tokens one after another.</exception>
    public static Hash Of(OutputKind kind, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes) => MerkleTree.Head(Leaves(kind, salt, bytes));

    /// <summary>Shows pieces <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> − 1, with what ties them to the commitment.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The output has no such pieces.</exception>
    /// <exception cref="MalformedException">Tokens were expected, and these bytes are not tokens one after another.</exception>
    public static OutputSpan Open(OutputKind kind, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes, int first, int count)
    {
        var path = SpanProof.Make(first, count, Leaves(kind, salt, bytes));
        var pieces = ImmutableArray.CreateBuilder<OutputPiece>(count);
        foreach (var range in Pieces(kind, bytes)[first..(first + count)])
            pieces.Add(new OutputPiece(PieceSalt(salt, (ulong)(first + pieces.Count)), bytes[range].ToArray()));
        return new OutputSpan((ulong)first, pieces.MoveToImmutable(), path);
    }

    /// <summary>Number of pieces of tensors of that many bytes.</summary>
    public static ulong PieceCount(ulong length) => (length / PieceLength) + (length % PieceLength == 0 ? 0UL : 1UL);

    /// <summary>How an output is cut.</summary>
    /// <exception cref="MalformedException">Tokens were expected, and these bytes are not tokens one after another.</exception>
    public static List<Range> Pieces(OutputKind kind, ReadOnlySpan<byte> bytes)
    {
        var pieces = new List<Range>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = kind == OutputKind.Tokens
                ? OutputToken.LengthOf(bytes[at..]) ?? throw new MalformedException($"no token begins at byte {at} of {bytes.Length}")
                : Math.Min(PieceLength, bytes.Length - at);
            pieces.Add(at..(at + length));
            at += length;
        }
        return pieces;
    }

    internal static Hash Leaf(OutputKind kind, ReadOnlySpan<byte> pieceSalt, ulong index, ReadOnlySpan<byte> piece)
    {
        var mac = HmacSha256.Start(pieceSalt);
        Span<byte> head = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(head, index);
        BinaryPrimitives.WriteUInt64BigEndian(head[8..], (ulong)piece.Length);
        mac.Add(kind == OutputKind.Tokens ? "assay/output-token/v1\n"u8 : "assay/output-piece/v1\n"u8);
        mac.Add(head);
        mac.Add(piece);
        return MerkleTree.LeafHash(mac.Finish().Bytes);
    }

    private static Hash[] Leaves(OutputKind kind, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes)
    {
        Commitment.Require(salt);
        var pieces = Pieces(kind, bytes);
        var leaves = new Hash[pieces.Count];
        for (var i = 0; i < leaves.Length; i++)
            leaves[i] = Leaf(kind, PieceSalt(salt, (ulong)i), (ulong)i, bytes[pieces[i]]);
        return leaves;
    }

    // A salt of its own for each piece: showing one must not open its neighbours.
    internal static byte[] PieceSalt(ReadOnlySpan<byte> salt, ulong index)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, index);
        // HKDF-Expand to one block is HMAC(salt, info || 0x01) (RFC 5869 section 2.3).
        var mac = HmacSha256.Start(salt);
        mac.Add("assay/output-salt/v1\n"u8);
        mac.Add(number);
        mac.Add([0x01]);
        return mac.Finish().ToArray();
    }
}
