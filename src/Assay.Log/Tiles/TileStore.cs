using System.Runtime.InteropServices;
using Assay.Log.Files;
using Assay.Verify.Crypto;

namespace Assay.Log.Tiles;

/// <summary>Reads one of a log's published resources, or gives null where there is none. Paths are below the log's prefix.</summary>
/// <param name="limit">More bytes than this are refused.</param>
public delegate byte[]? TileSource(string path, int limit);

/// <summary>Tiles and bundles as they are stored: lengths are checked here, hashes are not.</summary>
public sealed class TileStore
{
    private readonly TileSource source;
    private readonly Func<string, IFileMap?>? map;

    public TileStore(TileSource source) => this.source = source;

    private TileStore(TileSource source, Func<string, IFileMap?> map) => (this.source, this.map) = (source, map);

    /// <summary>What a log's directory publishes, its full tiles to be read in place.</summary>
    public static TileStore Mapped(ILogFiles files) =>
        new(Over(files), path => files.Map($"{LogLayout.Public}/{path}", TilePath.FullWidth * Hash.Size));

    /// <summary>What a log's directory publishes.</summary>
    /// <param name="prefix">Directory within <paramref name="files"/>, with a final '/' or empty.</param>
    public static TileSource Over(ILogFiles files, string prefix = LogLayout.Public + "/") => (path, limit) => files.Read(prefix + path, limit);

    /// <summary>The first <see cref="TilePath.Width"/> hashes of a tile; the full tile stands in for a partial one that was cleaned up.</summary>
    /// <exception cref="LogException">It is missing, or has another length.</exception>
    public Hash[] ReadHashes(TilePath tile)
    {
        var (path, bytes) = ReadOrFull(tile, TilePath.FullWidth * Hash.Size);
        var width = path == tile.ToString() ? tile.Width : TilePath.FullWidth;
        if (bytes.Length != width * Hash.Size)
            throw new LogException(LogFault.Corrupt, $"{path} has {bytes.Length} bytes, {width * Hash.Size} are right");
        return MemoryMarshal.Cast<byte, Hash>(bytes.AsSpan(0, tile.Width * Hash.Size)).ToArray();
    }

    /// <summary>The first <see cref="TilePath.Width"/> entries of a bundle.</summary>
    /// <inheritdoc cref="ReadHashes" path="/exception"/>
    public List<ReadOnlyMemory<byte>> ReadEntries(TilePath bundle)
    {
        var (path, bytes) = ReadOrFull(bundle, EntryBundle.MaxBytes);
        return EntryBundle.Read(bytes, bundle.Width, exact: path == bundle.ToString(), path);
    }

    /// <summary>The file of a full tile, to be read in place; null where that cannot be.</summary>
    internal IFileMap? Map(TilePath tile) => map?.Invoke(tile.ToString());

    internal static byte[] Bytes(ReadOnlySpan<Hash> hashes) => MemoryMarshal.AsBytes(hashes).ToArray();

    private (string Path, byte[] Bytes) ReadOrFull(TilePath tile, int limit)
    {
        var path = tile.ToString();
        if (source(path, limit) is { } bytes)
            return (path, bytes);
        var full = (tile with { Width = TilePath.FullWidth }).ToString();
        return source(full, limit) is { } whole ? (full, whole) : throw new LogException(LogFault.Corrupt, $"{path} is missing");
    }
}
