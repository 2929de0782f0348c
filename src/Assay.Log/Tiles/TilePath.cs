using System.Globalization;

namespace Assay.Log.Tiles;

/// <summary>The name of a tile or an entry bundle below the log's prefix (C2SP tlog-tiles).</summary>
/// <param name="Level">0 to 63, or <see cref="EntryLevel"/> for a bundle of entries.</param>
/// <param name="Index">Place within the level.</param>
/// <param name="Width">Number of hashes or entries: 256 if full, 1 to 255 if partial.</param>
public readonly record struct TilePath(int Level, ulong Index, int Width = TilePath.FullWidth)
{
    public const int FullWidth = 256;
    public const int EntryLevel = -1;

    public const string Directory = "tile";

    /// <summary><c>tile/L/N[.p/W]</c>, or <c>tile/entries/N[.p/W]</c>.</summary>
    public override string ToString() => Width == FullWidth ? FullPath : $"{FullPath}.p/{Width}";

    /// <summary>The directory that holds the partial tiles of this place.</summary>
    public string PartialDirectory => FullPath + ".p";

    private string FullPath => $"{Directory}/{(Level == EntryLevel ? "entries" : Level.ToString(CultureInfo.InvariantCulture))}/{Number(Index)}";

    /// <summary>Reads a name as <see cref="ToString"/> writes it; anything else is no tile.</summary>
    public static bool TryParse(string path, out TilePath tile)
    {
        tile = default;
        var parts = path.Split('/');
        if (parts.Length < 3 || parts[0] != Directory)
            return false;
        var width = FullWidth;
        var end = parts.Length;
        if (parts[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out width) || width is < 1 or >= FullWidth)
                return false;
            parts[^2] = parts[^2][..^2];
            end--;
        }
        var level = EntryLevel;
        if (parts[1] != "entries" && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out level) || level > 63))
            return false;
        var digits = string.Concat(parts[2..end].Select(p => p.TrimStart('x')));
        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return false;
        tile = new TilePath(level, index, width);
        return tile.ToString() == path;
    }

    // 1234067 is x001/x234/067: three digits a part, all but the last marked with an x.
    private static string Number(ulong index)
    {
        var text = $"{index % 1000:000}";
        for (index /= 1000; index > 0; index /= 1000)
            text = $"x{index % 1000:000}/{text}";
        return text;
    }
}
