using Assay.Log.Files;
using Assay.Log.Tiles;

namespace Assay.Log.Monitoring;

/// <summary>A log's tiles and entries, kept as they were read: what was seen once is not asked for again, and cannot be changed behind our back.</summary>
/// <remarks>Nothing here is believed: a <see cref="LogReader"/> checks it each time against a signed checkpoint. What a round brought that does not hold, the round takes back.</remarks>
internal sealed class Mirror(ILogFiles files, TileSource log)
{
    private const string Prefix = "mirror/";
    private const string Temporary = "tmp";

    private readonly DurableDirectories directories = new(files);
    private readonly List<string> brought = [];

    /// <summary>What is kept, and nothing else.</summary>
    public TileSource Kept => TileStore.Over(files, Prefix);

    /// <summary>What is kept, and else from the log, to be kept from now on.</summary>
    public byte[]? Read(string path, int limit)
    {
        if (files.Read(Prefix + path, limit) is { } kept)
            return kept;
        if (log(path, limit) is not { } bytes)
            return null;
        directories.Make(LogLayout.Parent(Prefix + path), Visibility.Private);
        directories.Make(Temporary, Visibility.Private);
        files.Replace(Prefix + path, $"{Temporary}/{path.Replace('/', '-')}", bytes, Visibility.Private);
        brought.Add(path);
        return bytes;
    }

    /// <summary>What was brought since the last call stays.</summary>
    public void Settle() => brought.Clear();

    /// <summary>What was brought since then goes.</summary>
    public void TakeBack()
    {
        foreach (var path in brought)
            files.Delete(Prefix + path);
        brought.Clear();
    }

    /// <summary>Forgets everything, because it was damaged.</summary>
    public void Clear() => Clear(TilePath.Directory, _ => true);

    /// <summary>Forgets what is no part of a tree of this size: a look that was cut short may have left what no look has checked.</summary>
    public void ClearBeyond(ulong size) => Clear(TilePath.Directory, path =>
    {
        if (!TilePath.TryParse(path, out var tile))
            return true;
        var hashes = tile.Level >= 8 ? 0 : size >> (8 * Math.Max(tile.Level, 0));
        return tile.Index * TilePath.FullWidth + (ulong)tile.Width > hashes;
    });

    private void Clear(string directory, Func<string, bool> goes)
    {
        foreach (var name in files.List(Prefix + directory))
        {
            var path = $"{directory}/{name}";
            if (files.DirectoryExists(Prefix + path))
                Clear(path, goes);
            else if (goes(path))
                files.Delete(Prefix + path);
        }
    }

    /// <summary>Forgets partial tiles that a tree of this size, and everything after it, has no use for.</summary>
    public void Clean(ulong old, ulong size)
    {
        for (var level = TilePath.EntryLevel; level < 8; level++)
        {
            var (before, now) = (old >> (8 * Math.Max(level, 0)), size >> (8 * Math.Max(level, 0)));
            if (before == now || before % TilePath.FullWidth == 0)
                continue;
            files.Delete(Prefix + new TilePath(level, before / TilePath.FullWidth, (int)(before % TilePath.FullWidth)));
        }
    }
}
