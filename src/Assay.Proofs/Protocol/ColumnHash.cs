using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Assay.Proofs.Field;
using Assay.Proofs.Hashing;

namespace Assay.Proofs.Protocol;

/// <summary>How a matrix of codewords is hashed: a leaf for each column, and a binary tree over them (docs/spec/proofs.md section 4).</summary>
public static class ColumnHash
{
    private static readonly byte[] LeafKey = Blake3.StartDerivingKey("assay.proofs/1 leaf"u8).Finish();
    private static readonly byte[] NodeKey = Blake3.StartDerivingKey("assay.proofs/1 node"u8).Finish();
    private static readonly uint[] LeafWords = WordsOf(LeafKey), NodeWords = WordsOf(NodeKey);

    /// <summary>The key of leaves, as the eight words that BLAKE3 begins with.</summary>
    public static ReadOnlySpan<uint> LeafKeyWords => LeafWords;

    /// <summary>The key of nodes.</summary>
    public static ReadOnlySpan<uint> NodeKeyWords => NodeWords;

    /// <summary>K_leaf of a column, each element u32le.</summary>
    public static byte[] Leaf(ReadOnlySpan<Felt> column)
    {
        var words = new int[column.Length];
        for (var i = 0; i < column.Length; i++)
            words[i] = (int)column[i].Value;
        return LeafOfWords(words);
    }

    /// <inheritdoc cref="Leaf(ReadOnlySpan{Felt})"/>
    /// <param name="column">Canonical words.</param>
    public static byte[] LeafOfWords(ReadOnlySpan<int> column)
    {
        if (BitConverter.IsLittleEndian)
            return Keyed(LeafKey, MemoryMarshal.AsBytes(column));
        var bytes = new byte[4 * column.Length];
        for (var i = 0; i < column.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * i), column[i]);
        return Keyed(LeafKey, bytes);
    }

    /// <summary>K_node of two nodes.</summary>
    public static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> bytes = stackalloc byte[2 * Blake3.Size];
        left.CopyTo(bytes);
        right.CopyTo(bytes[Blake3.Size..]);
        return Keyed(NodeKey, bytes);
    }

    /// <summary>All nodes above so many leaves, which are a power of two: the leaves first, the root alone last.</summary>
    public static byte[][][] Tree(byte[][] leaves)
    {
        var levels = new List<byte[][]> { leaves };
        while (levels[^1].Length > 1)
            levels.Add([.. Enumerable.Range(0, levels[^1].Length / 2).Select(i => Node(levels[^1][2 * i], levels[^1][2 * i + 1]))]);
        return [.. levels];
    }

    /// <summary>The nodes that a verifier of these leaves lacks, level by level from the leaves, ascending.</summary>
    /// <param name="indices">Ascending, none twice.</param>
    /// <param name="log">There are 2^<paramref name="log"/> leaves.</param>
    public static IEnumerable<(int Level, int Index)> Siblings(IReadOnlyList<int> indices, int log)
    {
        var known = indices;
        for (var level = 0; level < log; level++)
        {
            var above = new List<int>();
            for (var i = 0; i < known.Count; i++)
            {
                var hasSibling = i + 1 < known.Count && known[i + 1] == (known[i] ^ 1);
                if (!hasSibling)
                    yield return (level, known[i] ^ 1);
                above.Add(known[i] >> 1);
                i += hasSibling ? 1 : 0;
            }
            known = above;
        }
    }

    /// <summary>The root over these leaves and the siblings that <see cref="Siblings"/> names, in its order.</summary>
    internal static byte[] Root(IReadOnlyList<int> indices, IReadOnlyList<byte[]> leaves, int log, Func<byte[]> sibling)
    {
        var known = indices.Zip(leaves).ToList();
        for (var level = 0; level < log; level++)
        {
            var above = new List<(int, byte[])>();
            for (var i = 0; i < known.Count; i++)
            {
                var (index, hash) = known[i];
                var other = i + 1 < known.Count && known[i + 1].First == (index ^ 1) ? known[++i].Second : sibling();
                above.Add((index >> 1, (index & 1) == 0 ? Node(hash, other) : Node(other, hash)));
            }
            known = above;
        }
        return known[0].Second;
    }

    private static uint[] WordsOf(byte[] key) => [.. Enumerable.Range(0, 8).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(key.AsSpan(4 * i)))];

    private static byte[] Keyed(byte[] key, ReadOnlySpan<byte> bytes)
    {
        var hash = Blake3.StartKeyed(key);
        hash.Add(bytes);
        return hash.Finish();
    }
}
