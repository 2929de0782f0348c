using System.Buffers.Binary;
using System.Text;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>
/// The one encoding of a state (docs/spec/accounts-fold.md section 6): writes it, or reads it back. Whatever has both says its members
/// once, in order, so that they cannot differ.
/// </summary>
public sealed class StateBytes
{
    private readonly MemoryStream? written;
    private readonly ReadOnlyMemory<byte> read;
    private int at;

    public StateBytes() => written = new MemoryStream();

    public StateBytes(ReadOnlyMemory<byte> bytes) => read = bytes;

    public bool Reads => written is null;

    public byte[] ToArray() => written!.ToArray();

    /// <exception cref="MalformedException">Bytes are left over.</exception>
    public void End()
    {
        if (Reads && at != read.Length)
            throw new MalformedException($"a state with {read.Length - at} bytes too many");
    }

    /// <summary>Big-endian.</summary>
    public void Number(ref ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Bytes(bytes);
        value = BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    /// <summary>In two's complement.</summary>
    public void Number(ref long value)
    {
        var bits = (ulong)value;
        Number(ref bits);
        value = (long)bits;
    }

    public void Number(ref UInt128 value)
    {
        var (high, low) = ((ulong)(value >> 64), (ulong)value);
        Number(ref high);
        Number(ref low);
        value = new UInt128(high, low);
    }

    public void Hash(ref Hash value)
    {
        Span<byte> bytes = stackalloc byte[Verify.Crypto.Hash.Size];
        value.Bytes.CopyTo(bytes);
        Bytes(bytes);
        value = Verify.Crypto.Hash.From(bytes);
    }

    public void Text(ref string value)
    {
        var bytes = Reads ? [] : Encoding.UTF8.GetBytes(value);
        var length = (ulong)bytes.Length;
        Number(ref length);
        if (!Reads)
        {
            Bytes(bytes);
            return;
        }
        bytes = new byte[Count(length, 4096, 1)];
        Bytes(bytes);
        value = Encoding.UTF8.GetString(bytes);
        if (!Encoding.UTF8.GetBytes(value).AsSpan().SequenceEqual(bytes))
            throw new MalformedException("a state with a text that is not UTF-8");
    }

    /// <summary>A list: how many, then each.</summary>
    /// <param name="most">More are malformed.</param>
    /// <param name="least">Bytes of the smallest item: bounds what a count can make us allocate.</param>
    public void List<T>(List<T> items, int most, int least, Func<T, T> item, T empty)
    {
        var length = (ulong)items.Count;
        Number(ref length);
        if (Reads)
            items.AddRange(Enumerable.Repeat(empty, Count(length, most, least)));
        for (var i = 0; i < items.Count; i++)
            items[i] = item(items[i]);
    }

    /// <summary>How far logs were read: of each its origin, size and root.</summary>
    public void Logs(List<LogSize> logs) => List(logs, AccountEpochEvent.MostLogs, 48, log =>
    {
        var (origin, size, root) = log ?? new LogSize("", 0, default);
        Text(ref origin);
        Number(ref size);
        Hash(ref root);
        return new LogSize(origin, size, root);
    }, null!);

    private int Count(ulong length, int most, int least) => length <= (ulong)most && length <= (ulong)((read.Length - at) / least)
        ? (int)length
        : throw new MalformedException($"a state with a list of {length}: expected at most {most}, and the bytes for them");

    private void Bytes(Span<byte> bytes)
    {
        if (written is not null)
        {
            written.Write(bytes);
            return;
        }
        if (read.Length - at < bytes.Length)
            throw new MalformedException("a state that ends too early");
        read.Span.Slice(at, bytes.Length).CopyTo(bytes);
        at += bytes.Length;
    }
}
