using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Verify.Crypto;

namespace Assay.Log.Checking;

/// <summary>Looks for files among the tiles that the tree does not account for: unknown names, tiles beyond its size, old partial tiles that differ from newer ones.</summary>
/// <param name="size">The largest size that was signed, as far as is known.</param>
/// <param name="signedSize">Reads it again: the log may go on while its files are listed.</param>
internal sealed class StrayCheck(ILogFiles files, ulong size, Func<ulong> signedSize, List<FsckFinding> findings)
{
    private readonly List<TilePath> beyond = [];

    private const string Prefix = LogLayout.Public + "/";

    public void Run()
    {
        Walk(TilePath.Directory);
        if (beyond.Count == 0)
            return;
        var signed = Math.Max(size, signedSize());
        foreach (var tile in beyond)
            if (!IsWithin(tile, signed))
                findings.Add(new FsckFinding(Prefix + tile, $"lies beyond the size {signed} that was signed"));
    }

    private void Walk(string directory)
    {
        foreach (var name in files.List(Prefix + directory))
        {
            if (findings.Count + beyond.Count >= Fsck.MostFindings)
                return;
            var path = $"{directory}/{name}";
            if (files.DirectoryExists(Prefix + path))
                Walk(path);
            else if (!TilePath.TryParse(path, out var tile))
                findings.Add(new FsckFinding(Prefix + path, "no tile has this name"));
            else if (!IsWithin(tile, size))
                beyond.Add(tile);
            else if (tile.Width < TilePath.FullWidth)
                CheckPartial(tile);
        }
    }

    private static ulong LevelSize(TilePath tile, ulong size)
    {
        var level = Math.Max(tile.Level, 0);
        return level >= 8 ? 0 : size >> (8 * level);
    }

    private static bool IsWithin(TilePath tile, ulong size) =>
        tile.Index < LevelSize(tile, size) && tile.Index * TilePath.FullWidth + (ulong)tile.Width <= LevelSize(tile, size);

    // A partial tile must be the beginning of whatever replaced it.
    private void CheckPartial(TilePath tile)
    {
        var now = (int)Math.Min(TilePath.FullWidth, LevelSize(tile, size) - tile.Index * TilePath.FullWidth);
        if (now == tile.Width)
            return;
        // Nothing can be said by comparison with a file that is itself at fault.
        TilePath[] successors = [tile with { Width = now }, tile with { Width = TilePath.FullWidth }];
        if (successors.Any(s => findings.Any(f => f.Path == Prefix + s)))
            return;
        var old = Read(tile);
        var newer = Read(successors[0]) ?? Read(successors[1]);
        if (old is null || newer is null)
            return;
        if (!newer.AsSpan().StartsWith(old) || !IsWhole(tile, old))
            findings.Add(new FsckFinding(Prefix + tile, "differs from the tile that replaced it"));
    }

    private static bool IsWhole(TilePath tile, byte[] bytes)
    {
        if (tile.Level >= 0)
            return bytes.Length == tile.Width * Hash.Size;
        try
        {
            EntryBundle.Read(bytes, tile.Width, exact: true, tile.ToString());
            return true;
        }
        catch (LogException)
        {
            return false;
        }
    }

    private byte[]? Read(TilePath tile)
    {
        try
        {
            return files.Read(Prefix + tile, EntryBundle.MaxBytes);
        }
        catch (LogException)
        {
            return [];
        }
    }
}
