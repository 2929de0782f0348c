using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Log.Tiles;

/// <summary>The nodes of a stored tree at one checkpoint, each found to lead to its root before it is handed out.</summary>
/// <remarks>Safe for use by several threads.</remarks>
internal sealed class VerifiedTree
{
    private readonly TileStore store;
    private readonly TileCache cache;
    private readonly ulong size;
    private readonly List<HashTree?> edge = [];
    private readonly List<Hash> unfinished = [MerkleTree.Empty];

    /// <exception cref="LogException">The stored tiles do not give the checkpoint's root.</exception>
    public VerifiedTree(TileStore store, Checkpoint checkpoint, TileCache cache)
    {
        (this.store, this.cache, size) = (store, cache, checkpoint.Size);
        var stored = TreeEdge.Load(store, size);
        if (stored.Head() is var head && head != checkpoint.Root)
            throw new LogException(LogFault.Corrupt,
                $"the stored tiles of size {size} have the root {head.ToBase64()}, the checkpoint says {checkpoint.Root.ToBase64()}");
        for (var (level, rest) = (0, size); rest > 0; level++, rest /= TilePath.FullWidth)
            edge.Add(stored.Level(level) is { Count: > 0 } hashes ? new HashTree([.. hashes]) : null);
        for (var height = 0; height < 64 && size >> height > 0; height++)
            unfinished.Add((size >> height & 1) == 0 ? unfinished[^1]
                : (size & ((1UL << height) - 1)) == 0 ? Node(height, (size >> height) - 1)
                : MerkleTree.NodeHash(Node(height, (size >> height) - 1), unfinished[^1]));
    }

    /// <summary>The head of a complete subtree of 2^height leaves.</summary>
    public Hash Node(int height, ulong index)
    {
        var (level, within) = (height / 8, height % 8);
        var firstHash = index << within;
        var (tile, inTile) = (firstHash / TilePath.FullWidth, (int)(firstHash % TilePath.FullWidth) >> within);
        if (level > 0 || IsPartial(0, tile))
            return Inner(level, tile).Node(within, inTile);
        Hash node;
        while (!Leaves(tile).TryNode(within, inTile, out node)) { }
        return node;
    }

    /// <summary>MTH of leaves start up to end, where start is a multiple of the power of two at or above the length.</summary>
    public Hash Subtree(ulong start, ulong end)
    {
        var length = end - start;
        if (ulong.IsPow2(length))
            return Node((int)ulong.Log2(length), start / length);
        var split = start + MerkleTree.Split(length);
        return MerkleTree.NodeHash(Subtree(start, split), Subtree(split, end));
    }

    /// <summary>PATH(index, D[prefix]) of RFC 6962 section 2.1.1 into <paramref name="path"/>, lowest first.</summary>
    /// <param name="path">Room for 64.</param>
    /// <returns>Its length.</returns>
    public int Path(ulong index, ulong prefix, Span<Hash> path)
    {
        // As long as the whole tile is in the prefix: eight siblings at once.
        var level = 0;
        for (; level < 7 && index >> (8 * (level + 1)) is var tile && tile < prefix >> (8 * (level + 1)); level++)
        {
            var inTile = (int)(index >> (8 * level) & (TilePath.FullWidth - 1));
            if (level > 0)
                Inner(level, tile).Siblings(inTile, path[(8 * level)..]);
            else
                while (!Leaves(tile).TryPath(inTile, path)) { }
        }
        var height = 8 * level;
        var length = height;
        // One node after the other, up to the root's child. The last of a level has no sibling where it has no partner: it goes up
        // unchanged. A sibling that is not complete is the last of its level, and there is one such at most.
        for (; height < 64 && prefix - 1 >> height > 0; height++)
        {
            var sibling = (index >> height) ^ 1;
            if (sibling < prefix >> height)
                path[length++] = Node(height, sibling);
            else if (sibling == prefix - 1 >> height)
                path[length++] = prefix == size ? unfinished[height] : Subtree(sibling << height, prefix);
        }
        return length;
    }

    /// <summary>The leaf hashes of a tile, as far as they are in the tree.</summary>
    public Hash[] LeavesOf(ulong tile) => IsPartial(0, tile) ? Inner(0, tile).Leaves : Load(0, tile).Leaves;

    // The size of a level is the number of its hashes; its last, partial tile was checked with the whole edge.
    private bool IsPartial(int level, ulong tile) => tile == size >> (8 * level) >> 8;

    private LeafTile Leaves(ulong index)
    {
        if (cache.Leaves(index) is { } cached)
            return cached;
        var path = new TilePath(0, index);
        var tile = new LeafTile(path, Load(0, index), store.Map(path));
        cache.Add(index, tile);
        return tile;
    }

    private HashTree Inner(int level, ulong index)
    {
        if (IsPartial(level, index))
            return edge[level]!;
        if (cache.Inner(level, index) is { } cached)
            return cached;
        var tile = Load(level, index);
        cache.Add(level, index, tile);
        return tile;
    }

    private HashTree Load(int level, ulong index)
    {
        var path = new TilePath(level, index);
        var tile = new HashTree(store.ReadHashes(path));
        var parent = Inner(level + 1, index / TilePath.FullWidth).Leaves[(int)(index % TilePath.FullWidth)];
        return tile.Root == parent ? tile : throw new LogException(LogFault.Corrupt, $"{path} does not hash to what its parent says");
    }
}
