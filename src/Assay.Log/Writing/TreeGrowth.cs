using Assay.Log.Tiles;
using Assay.Log.Wal;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Log.Writing;

/// <summary>What entries add to a stored tree: the tiles and bundles to write, and the checkpoint they lead to.</summary>
internal sealed record TreeGrowth(List<(string Path, ReadOnlyMemory<byte> Bytes)> Files, List<TilePath> Completed, ulong Size, Hash Root)
{
    /// <summary>
    /// Extends the stored tree. The edge is read from the stored tiles and must give the root of <paramref name="old"/>, and the stored
    /// entries at the edge must hash to its leaves: a log never signs over bytes that changed after it wrote them.
    /// </summary>
    /// <param name="prefix">Put before each path of a tile.</param>
    /// <exception cref="LogException">What is stored disagrees with <paramref name="old"/>.</exception>
    public static TreeGrowth Extend(TileStore store, Checkpoint? old, IReadOnlyList<LogEntry> entries, string prefix)
    {
        var size = old?.Size ?? 0;
        var edge = TreeEdge.Load(store, size);
        if (edge.Head() is var head && head != (old?.Root ?? MerkleTree.Empty))
            throw new LogException(LogFault.Corrupt,
                $"the stored tiles at the edge of size {size} have the root {head.ToBase64()}, the checkpoint says {old!.Root.ToBase64()}: run fsck");
        var bundle = StoredBundle(store, edge);
        var files = new List<(string, ReadOnlyMemory<byte>)>();
        var completed = new List<TilePath>();
        foreach (var entry in entries)
        {
            bundle.Add(entry.Bytes);
            if (bundle.Count == TilePath.FullWidth)
            {
                Complete(new TilePath(TilePath.EntryLevel, edge.Size / TilePath.FullWidth), EntryBundle.Write(bundle));
                bundle.Clear();
            }
            edge.Append(entry.Leaf, Complete);
        }
        if (bundle.Count > 0)
            files.Add((prefix + new TilePath(TilePath.EntryLevel, edge.Size / TilePath.FullWidth, bundle.Count), EntryBundle.Write(bundle)));
        foreach (var (tile, bytes) in edge.PartialTiles())
            files.Add((prefix + tile, bytes));
        return new TreeGrowth(files, completed, edge.Size, edge.Head());

        void Complete(TilePath tile, byte[] bytes)
        {
            files.Add((prefix + tile, bytes));
            completed.Add(tile);
        }
    }

    private static List<ReadOnlyMemory<byte>> StoredBundle(TileStore store, TreeEdge edge)
    {
        var leaves = edge.Level(0);
        if (leaves.Count == 0)
            return [];
        var tile = new TilePath(TilePath.EntryLevel, edge.Size / TilePath.FullWidth, leaves.Count);
        var entries = store.ReadEntries(tile);
        for (var i = 0; i < entries.Count; i++)
            if (MerkleTree.LeafHash(entries[i].Span) != leaves[i])
                throw new LogException(LogFault.Corrupt, $"{tile} holds an entry {i} that does not hash to its leaf: run fsck");
        return entries;
    }
}
