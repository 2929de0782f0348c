namespace Assay.Log.Tiles;

/// <summary>Full tiles that were found to hash to their parents, with their inner nodes. They never change, so newer checkpoints of the same log share them.</summary>
internal sealed class TileCache
{
    // 16 KiB each with the inner nodes.
    private const int Capacity = 1024;

    private readonly Dictionary<(int, ulong), HashTree> tiles = [];

    public HashTree? Get(int level, ulong index)
    {
        lock (tiles)
            return tiles.GetValueOrDefault((level, index));
    }

    public void Add(int level, ulong index, HashTree tile)
    {
        lock (tiles)
        {
            // Forgetting all at once is crude, but a full cache costs only reads.
            if (tiles.Count >= Capacity)
                tiles.Clear();
            tiles[(level, index)] = tile;
        }
    }
}
