using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Log.Tiles;

/// <summary>The right edge of a tree of tiles: the hashes of the partial tile at each level, lowest level first.</summary>
/// <remarks>
/// <code>
///   level 2            [ - ]                 size 70,000 = 1*65536 + 17*256 + 112:
///   level 1        [ 17 hashes ]             112 leaf hashes, 17 heads of full level-0 tiles,
///   level 0   ... [ 112 hashes ]             1 head of a full level-1 tile
/// </code>
/// A level's hashes stand for complete subtrees, all of one size; what is below them on the right is smaller. So the head is the RFC
/// 6962 head over a level's hashes followed by the head of the levels below it: its split never falls inside that last element.
/// </remarks>
internal sealed class TreeEdge
{
    private readonly List<List<Hash>> levels = [];

    public ulong Size { get; private set; }

    /// <summary>The edge of the tree of this size, as stored. Whether it is the right one, <see cref="Head"/> shows.</summary>
    /// <exception cref="LogException">A tile is missing or has another length.</exception>
    public static TreeEdge Load(TileStore store, ulong size)
    {
        var edge = new TreeEdge { Size = size };
        for (var level = 0; size > 0; level++, size /= TilePath.FullWidth)
        {
            var width = (int)(size % TilePath.FullWidth);
            edge.levels.Add(width == 0 ? [] : [.. store.ReadHashes(new TilePath(level, size / TilePath.FullWidth, width))]);
        }
        return edge;
    }

    /// <summary>Hashes of the partial tile at a level.</summary>
    public IReadOnlyList<Hash> Level(int level) => level < levels.Count ? levels[level] : [];

    /// <summary>Adds a leaf; every tile that it completes is handed to <paramref name="full"/>, lowest first.</summary>
    public void Append(Hash hash, Action<TilePath, byte[]> full)
    {
        Size++;
        for (var level = 0; ; level++)
        {
            if (level == levels.Count)
                levels.Add([]);
            var hashes = levels[level];
            hashes.Add(hash);
            if (hashes.Count < TilePath.FullWidth)
                return;
            var tile = hashes.ToArray();
            hashes.Clear();
            full(new TilePath(level, (Size >> (8 * (level + 1))) - 1), TileStore.Bytes(tile));
            hash = MerkleTree.Head(tile);
        }
    }

    /// <summary>The partial tiles of this size.</summary>
    public IEnumerable<(TilePath Tile, byte[] Bytes)> PartialTiles()
    {
        for (var level = 0; level < levels.Count; level++)
            if (levels[level] is { Count: > 0 } hashes)
                yield return (new TilePath(level, Size >> (8 * (level + 1)), hashes.Count), TileStore.Bytes(hashes.ToArray()));
    }

    /// <summary>The root of the tree.</summary>
    public Hash Head() => HeadOf(levels);

    /// <summary>The root of the tree whose partial tiles hold these hashes, lowest level first.</summary>
    public static Hash HeadOf(IEnumerable<IReadOnlyList<Hash>> levels)
    {
        Hash? below = null;
        foreach (var hashes in levels)
            if (hashes.Count > 0)
                below = MerkleTree.Head(below is { } tail ? [.. hashes, tail] : [.. hashes]);
        return below ?? MerkleTree.Empty;
    }
}
