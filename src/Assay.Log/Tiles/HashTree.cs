using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Log.Tiles;

/// <summary>A Merkle tree over a few hashes with all its nodes kept, so that any path costs no hashing: a batch, or the inside of a tile.</summary>
/// <remarks>
/// Level by level, an odd last node goes up unchanged; that is the tree of RFC 6962 section 2.1, whose split at the largest power of
/// two leaves the same unpaired nodes on the right.
/// </remarks>
internal sealed class HashTree
{
    private readonly List<Hash[]> levels;

    /// <param name="leaves">At least one; kept, not copied.</param>
    public HashTree(Hash[] leaves)
    {
        levels = [leaves];
        while (levels[^1] is { Length: > 1 } below)
        {
            var level = new Hash[(below.Length + 1) / 2];
            for (var i = 0; i < below.Length / 2; i++)
                level[i] = MerkleTree.NodeHash(below[2 * i], below[2 * i + 1]);
            if (below.Length % 2 == 1)
                level[^1] = below[^1];
            levels.Add(level);
        }
    }

    public Hash[] Leaves => levels[0];

    public Hash Root => levels[^1][0];

    /// <summary>All nodes of a height; kept, not copied.</summary>
    public Hash[] Level(int height) => levels[height];

    /// <summary>The node over leaves <c>index * 2^height</c> up to the next multiple of 2^height, all of which are there.</summary>
    public Hash Node(int height, int index) => levels[height][index];

    /// <summary>Of a full tile: the sibling at each of its eight heights on the way from a leaf to the root.</summary>
    public void Siblings(int index, Span<Hash> siblings)
    {
        for (var height = 0; height < levels.Count - 1; height++)
            siblings[height] = levels[height][(index >> height) ^ 1];
    }

    /// <summary>PATH(index, leaves) of RFC 6962 section 2.1.1.</summary>
    public Hash[] Path(int index)
    {
        var path = new List<Hash>(levels.Count);
        foreach (var level in levels)
        {
            var sibling = index ^ 1;
            if (sibling < level.Length)
                path.Add(level[sibling]);
            index >>= 1;
        }
        return [.. path];
    }
}
