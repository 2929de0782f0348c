using System.Runtime.InteropServices;
using Assay.Proofs.Hashing;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Kernels;

/// <summary>All nodes over leaves of 32 bytes, many at once: what <see cref="ColumnHash.Tree"/> gives.</summary>
internal sealed class MerkleTree
{
    private const int Words = Blake3.Size / 4;

    private readonly Arrays arrays;
    private readonly List<uint[]> levels;

    /// <param name="leaves">A power of two; eight words each, u32le.</param>
    public MerkleTree(Team team, Arrays arrays, uint[] leaves)
    {
        (this.arrays, levels) = (arrays, [leaves]);
        while (levels[^1].Length > Words)
        {
            var (below, above) = (levels[^1], arrays.Take(levels[^1].Length / 2));
            var nodes = above.Length / Words;
            if (nodes < Packed.Group)
                for (var i = 0; i < nodes; i++)
                    ColumnHash.Node(Bytes(below, 2 * i), Bytes(below, 2 * i + 1)).CopyTo(MemoryMarshal.AsBytes(above.AsSpan(i * Words, Words)));
            else
                team.Split(nodes / Packed.Group, 16, (from, to) => ColumnHasher.Nodes(below.AsSpan(from * Packed.Group * 2 * Words, (to - from) * Packed.Group * 2 * Words), above.AsSpan(from * Packed.Group * Words)));
            levels.Add(above);
        }
    }

    public byte[] Root => Node(levels.Count - 1, 0);

    public byte[] Node(int level, int index) => Bytes(levels[level], index).ToArray();

    /// <summary>It is of no more use.</summary>
    public void Return()
    {
        foreach (var level in levels)
            arrays.Return(level);
    }

    private static ReadOnlySpan<byte> Bytes(uint[] words, int index) => MemoryMarshal.AsBytes(words.AsSpan(index * Words, Words));
}
