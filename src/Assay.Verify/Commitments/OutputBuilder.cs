using System.Buffers;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Verify.Commitments;

/// <summary>
/// Commits to tokens one after another: what <see cref="OutputCommitment.Of(OutputKind, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> gives of
/// the bytes of all of them.
/// </summary>
/// <param name="salt">32 random bytes.</param>
public sealed class OutputBuilder(byte[] salt)
{
    private readonly ArrayBufferWriter<byte> bytes = new();
    private readonly Frontier tree = new();

    /// <summary>Tokens so far.</summary>
    public ulong Count => tree.Size;

    public void Append(OutputToken token)
    {
        var piece = token.ToBytes();
        tree.Append(OutputCommitment.Leaf(OutputKind.Tokens, OutputCommitment.PieceSalt(salt, tree.Size), tree.Size, piece));
        bytes.Write(piece);
    }

    /// <summary>All tokens, one after another.</summary>
    public byte[] ToBytes() => bytes.WrittenSpan.ToArray();

    public Hash Commitment() => tree.Head();
}
