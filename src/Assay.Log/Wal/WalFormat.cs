using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Assay.Verify.Crypto;

namespace Assay.Log.Wal;

/// <summary>A batch as read back: where it began, and its entries.</summary>
internal readonly record struct WalBatch(ulong First, IReadOnlyList<LogEntry> Entries);

/// <summary>A segment as read back.</summary>
/// <param name="ValidLength">Bytes up to the end of the last whole batch; what follows was never acknowledged.</param>
internal sealed record WalSegment(ulong First, IReadOnlyList<LogEntry> Entries, int ValidLength)
{
    public ulong End => First + (ulong)Entries.Count;
}

/// <summary>The bytes of a write-ahead segment.</summary>
/// <remarks>
/// <code>
/// segment = header batch*
/// header  = "assay/wal/v1\n" 00 00 00 || u64be(first) || marker(16) || SHA-256(origin) || SHA-256(all before)
/// batch   = marker || u64be(first) || u32be(count) || u32be(length of body) || body || SHA-256(all before, in this batch)
/// body    = count times: u16be(length) || u32be(length of attachment) || entry || attachment
/// </code>
/// A header is written by atomic replacement, so it is always whole. A batch is one append and one flush, and the next is written only
/// after that flush: only the last batch can be torn, in any way. So a damaged batch with a whole one behind it was durable once, and
/// is an error; without one, it is a torn tail, which nobody was told of. The marker is random and secret, so that no entry can
/// contain something that looks like a batch.
/// </remarks>
internal static class WalFormat
{
    public const int MarkerSize = 16;
    public const int HeaderSize = 16 + 8 + MarkerSize + 2 * Hash.Size;
    public const int RecordOverhead = 2 + 4;
    public const int BatchOverhead = BatchHead + Hash.Size;

    /// <summary>No segment is ever larger: half a gibibyte.</summary>
    public const int MaxSegment = 512 * 1024 * 1024;

    private const int BatchHead = MarkerSize + 8 + 4 + 4;

    private static ReadOnlySpan<byte> Magic => "assay/wal/v1\n\0\0\0"u8;

    public static byte[] WriteHeader(ulong first, ReadOnlySpan<byte> marker, string origin)
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(16), first);
        marker.CopyTo(header.AsSpan(24));
        Sha256.Of(Encoding.UTF8.GetBytes(origin)).Bytes.CopyTo(header.AsSpan(40));
        Sha256.Of(header.AsSpan(0, 72)).Bytes.CopyTo(header.AsSpan(72));
        return header;
    }

    public static void WriteBatch(IBufferWriter<byte> buffer, ReadOnlySpan<byte> marker, ulong first, IReadOnlyList<LogEntry> entries)
    {
        var body = 0;
        foreach (var entry in entries)
            body = checked(body + RecordOverhead + entry.Bytes.Length + entry.Attachment.Length);
        var bytes = buffer.GetSpan(BatchOverhead + body)[..(BatchOverhead + body)];
        marker.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[MarkerSize..], first);
        BinaryPrimitives.WriteInt32BigEndian(bytes[(MarkerSize + 8)..], entries.Count);
        BinaryPrimitives.WriteInt32BigEndian(bytes[(MarkerSize + 12)..], body);
        var rest = bytes[BatchHead..];
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)entry.Bytes.Length));
            BinaryPrimitives.WriteInt32BigEndian(rest[2..], entry.Attachment.Length);
            entry.Bytes.Span.CopyTo(rest[RecordOverhead..]);
            entry.Attachment.Span.CopyTo(rest[(RecordOverhead + entry.Bytes.Length)..]);
            rest = rest[(RecordOverhead + entry.Bytes.Length + entry.Attachment.Length)..];
        }
        Sha256.Of(bytes[..^Hash.Size]).Bytes.CopyTo(rest);
        buffer.Advance(bytes.Length);
    }

    /// <summary>The same entries, their bytes and attachments where they stand in the batch that was written of them.</summary>
    public static LogEntry[] Placed(ReadOnlyMemory<byte> batch, IReadOnlyList<LogEntry> entries)
    {
        var placed = new LogEntry[entries.Count];
        var at = BatchHead;
        for (var i = 0; i < placed.Length; i++)
        {
            var (bytes, leaf, attachment) = entries[i];
            at += RecordOverhead;
            placed[i] = new LogEntry(batch.Slice(at, bytes.Length), leaf, batch.Slice(at + bytes.Length, attachment.Length));
            at += bytes.Length + attachment.Length;
        }
        return placed;
    }

    /// <summary>Reads a segment back.</summary>
    /// <param name="newest">Whether it is the newest one: only that may have a torn tail.</param>
    /// <exception cref="LogException">It is damaged elsewhere than in its tail, or of another log.</exception>
    public static WalSegment Read(ReadOnlyMemory<byte> segment, string origin, bool newest, string path)
    {
        var bytes = segment.Span;
        if (bytes.Length < HeaderSize || !bytes.StartsWith(Magic) || !Sha256.Of(bytes[..72]).Bytes.SequenceEqual(bytes[72..HeaderSize]))
            throw new LogException(LogFault.Corrupt, $"{path} is damaged in its header");
        if (!Sha256.Of(Encoding.UTF8.GetBytes(origin)).Bytes.SequenceEqual(bytes[40..72]))
            throw new LogException(LogFault.WrongIdentity, $"{path} belongs to another log than '{origin}'");
        var first = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        var marker = bytes.Slice(24, MarkerSize);
        var entries = new List<LogEntry>();
        var at = HeaderSize;
        while (at < bytes.Length)
        {
            if (WholeBatch(bytes[at..], marker) is not { } length)
            {
                if (!newest || AnyWholeBatch(bytes[(at + 1)..], marker))
                    throw new LogException(LogFault.Corrupt, $"{path} is damaged at byte {at}, before its end");
                break;
            }
            var next = first + (ulong)entries.Count;
            if (BinaryPrimitives.ReadUInt64BigEndian(bytes[(at + MarkerSize)..]) != next)
                throw new LogException(LogFault.Corrupt, $"{path} holds a batch at byte {at} that does not begin with entry {next}");
            ReadBody(segment.Slice(at + BatchHead, length - BatchOverhead), BinaryPrimitives.ReadInt32BigEndian(bytes[(at + MarkerSize + 8)..]), entries, path);
            at += length;
        }
        return new WalSegment(first, entries, at);
    }

    // Length of the whole and undamaged batch at the start of these bytes, or null.
    private static int? WholeBatch(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> marker)
    {
        if (bytes.Length < BatchOverhead || !bytes.StartsWith(marker))
            return null;
        var body = BinaryPrimitives.ReadInt32BigEndian(bytes[(MarkerSize + 12)..]);
        if (body < 0 || body > bytes.Length - BatchOverhead)
            return null;
        var end = BatchHead + body;
        return Sha256.Of(bytes[..end]).Bytes.SequenceEqual(bytes.Slice(end, Hash.Size)) ? end + Hash.Size : null;
    }

    private static bool AnyWholeBatch(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> marker)
    {
        for (var at = bytes.IndexOf(marker); at >= 0; at = bytes.IndexOf(marker))
        {
            if (WholeBatch(bytes[at..], marker) is not null)
                return true;
            bytes = bytes[(at + 1)..];
        }
        return false;
    }

    private static void ReadBody(ReadOnlyMemory<byte> body, int count, List<LogEntry> entries, string path)
    {
        for (; count > 0; count--)
        {
            if (body.Length < RecordOverhead)
                throw new LogException(LogFault.Corrupt, $"{path} holds a batch that is shorter than it says");
            var length = BinaryPrimitives.ReadUInt16BigEndian(body.Span);
            var attachment = BinaryPrimitives.ReadInt32BigEndian(body.Span[2..]);
            if (attachment is < 0 or > LogEntry.MaxAttachment || body.Length < RecordOverhead + length + attachment)
                throw new LogException(LogFault.Corrupt, $"{path} holds a record that is longer than its batch");
            entries.Add(LogEntry.Of(body.Slice(RecordOverhead, length), body.Slice(RecordOverhead + length, attachment)));
            body = body[(RecordOverhead + length + attachment)..];
        }
        if (!body.IsEmpty)
            throw new LogException(LogFault.Corrupt, $"{path} holds a batch that is longer than its records");
    }
}
