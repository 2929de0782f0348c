using System.Buffers.Binary;

namespace Assay.Log.Tiles;

/// <summary>The entries of one tile: each with its length before it as a big-endian uint16 (C2SP tlog-tiles, log entries).</summary>
public static class EntryBundle
{
    /// <summary>The largest entry, in bytes.</summary>
    public const int MaxEntry = ushort.MaxValue;

    /// <summary>The largest bundle, in bytes.</summary>
    public const int MaxBytes = TilePath.FullWidth * (sizeof(ushort) + MaxEntry);

    public static byte[] Write(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var length = 0;
        foreach (var entry in entries)
            length += sizeof(ushort) + entry.Length;
        var bytes = new byte[length];
        var rest = bytes.AsSpan();
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)entry.Length));
            entry.Span.CopyTo(rest[sizeof(ushort)..]);
            rest = rest[(sizeof(ushort) + entry.Length)..];
        }
        return bytes;
    }

    /// <summary>The first <paramref name="count"/> entries; a full bundle may stand in for a partial one.</summary>
    /// <param name="exact">Whether nothing may follow them.</param>
    /// <exception cref="LogException">Too few bytes, or too many.</exception>
    public static List<ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> bytes, int count, bool exact, string path)
    {
        var entries = new List<ReadOnlyMemory<byte>>(count);
        while (entries.Count < count)
        {
            if (bytes.Length < sizeof(ushort))
                throw new LogException(LogFault.Corrupt, $"{path} ends after {entries.Count} of {count} entries");
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes.Span);
            if (bytes.Length < sizeof(ushort) + length)
                throw new LogException(LogFault.Corrupt, $"{path} ends within entry {entries.Count} of {count}");
            entries.Add(bytes.Slice(sizeof(ushort), length));
            bytes = bytes[(sizeof(ushort) + length)..];
        }
        if (exact && !bytes.IsEmpty)
            throw new LogException(LogFault.Corrupt, $"{path} holds {bytes.Length} bytes after its {count} entries");
        return entries;
    }
}
