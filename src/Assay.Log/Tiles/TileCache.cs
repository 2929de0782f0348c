namespace Assay.Log.Tiles;

/// <summary>Full tiles that were found to hash to their parents. They never change, so newer checkpoints of the same log share them.</summary>
/// <remarks>Of two generations each, so that what is in use stays: a full young one becomes the old one, and what was not used since is given up.</remarks>
/// <param name="maps">Mapped tiles of leaves in one generation: 2 KiB of memory and 8 KiB of address space each.</param>
/// <param name="whole">Other tiles of each kind in one generation: 10 KiB for a tile of leaves, 16 KiB for one above them.</param>
internal sealed class TileCache(int maps = 4096, int whole = 512)
{
    private readonly Generations<LeafTile> mapped = new(maps);
    private readonly Generations<LeafTile> loaded = new(whole);
    private readonly Generations<HashTree> inner = new(whole);

    public LeafTile? Leaves(ulong index) => mapped.Get((0, index)) ?? loaded.Get((0, index));

    public void Add(ulong index, LeafTile tile) => (tile.IsMapped ? mapped : loaded).Add((0, index), tile);

    public HashTree? Inner(int level, ulong index) => inner.Get((level, index));

    public void Add(int level, ulong index, HashTree tile) => inner.Add((level, index), tile);

    /// <param name="capacity">Of one generation.</param>
    private sealed class Generations<T>(int capacity) where T : class
    {
        private readonly Lock turn = new();
        private Dictionary<(int, ulong), T> young = [];
        private Dictionary<(int, ulong), T> old = [];

        public T? Get((int, ulong) place)
        {
            lock (turn)
            {
                if (young.TryGetValue(place, out var tile))
                    return tile;
                if (!old.Remove(place, out tile))
                    return null;
                Put(place, tile);
                return tile;
            }
        }

        public void Add((int, ulong) place, T tile)
        {
            lock (turn)
            {
                // Two threads may have read the same tile.
                if (young.Remove(place, out var other) || old.Remove(place, out other))
                    (other as IDisposable)?.Dispose();
                Put(place, tile);
            }
        }

        private void Put((int, ulong) place, T tile)
        {
            if (young.Count >= capacity)
            {
                foreach (var unused in old.Values)
                    (unused as IDisposable)?.Dispose();
                (old, young) = (young, []);
            }
            young.Add(place, tile);
        }
    }
}
