using System.Buffers.Binary;
using System.Text;
using Assay.Verify;

namespace Assay.Store;

/// <summary>Salt and bytes that open one commitment.</summary>
public sealed record Disclosed(byte[] Salt, byte[] Bytes);

/// <summary>
/// The private part of a receipt: everything its log entry only commits to. It travels beside the entry through the log's
/// write-ahead segment, so that one flush makes both durable.
/// </summary>
/// <param name="Envelope">The signed statement, DSSE JSON.</param>
/// <param name="WireInput">What came over the wire, absent where nothing did.</param>
public sealed record Opening(byte[] Envelope, Disclosed Input, Disclosed Output, Disclosed? WireInput)
{
    private static ReadOnlySpan<byte> Magic => "assay/opening/v1\n"u8;

    /// <summary>The magic, then seven parts, each behind its length in eight bytes.</summary>
    public byte[] ToBytes()
    {
        byte[][] parts =
        [
            Envelope, Input.Salt, Input.Bytes, Output.Salt, Output.Bytes, WireInput?.Salt ?? [], WireInput?.Bytes ?? [],
        ];
        var bytes = new byte[Magic.Length + parts.Sum(p => 8 + p.Length)];
        Magic.CopyTo(bytes);
        var at = Magic.Length;
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(at), (ulong)part.Length);
            part.CopyTo(bytes, at + 8);
            at += 8 + part.Length;
        }
        return bytes;
    }

    /// <exception cref="MalformedException">Not an opening.</exception>
    public static Opening Parse(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic))
            throw new MalformedException($"an opening begins with '{Encoding.ASCII.GetString(Magic).TrimEnd()}'");
        var rest = bytes[Magic.Length..];
        var parts = new byte[7][];
        for (var i = 0; i < parts.Length; i++)
        {
            if (rest.Length < 8 || BinaryPrimitives.ReadUInt64BigEndian(rest) is var length && length > (ulong)(rest.Length - 8))
                throw new MalformedException("an opening that ends early");
            parts[i] = rest.Slice(8, (int)length).ToArray();
            rest = rest[(8 + (int)length)..];
        }
        if (!rest.IsEmpty)
            throw new MalformedException("an opening with bytes after its end");
        return new Opening(
            parts[0], new Disclosed(parts[1], parts[2]), new Disclosed(parts[3], parts[4]),
            parts[5].Length == 0 ? null : new Disclosed(parts[5], parts[6]));
    }
}
