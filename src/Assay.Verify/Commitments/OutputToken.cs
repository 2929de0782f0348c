using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Assay.Verify.Commitments;

/// <summary>
/// One token of a language model's output: <c>u32be(id) || u32be(n) || n bytes || u32be(k) || k × u32be(bits)</c>
/// (docs/spec/receipt.md, Commitments).
/// </summary>
/// <param name="Text">The UTF-8 bytes emitted with it: possibly none, possibly part of a character.</param>
/// <param name="LogProbabilities">If they were asked for: the bits of the token's, then of each alternative shown beside it its id and the bits of its own.</param>
public sealed record OutputToken(uint Id, ReadOnlyMemory<byte> Text, ImmutableArray<uint> LogProbabilities)
{
    /// <summary>Bytes of a token without text and log-probabilities.</summary>
    public const int LeastSize = 12;

    public byte[] ToBytes()
    {
        var bytes = new byte[LeastSize + Text.Length + 4 * LogProbabilities.Length];
        var rest = bytes.AsSpan();
        BinaryPrimitives.WriteUInt32BigEndian(rest, Id);
        BinaryPrimitives.WriteUInt32BigEndian(rest[4..], (uint)Text.Length);
        Text.Span.CopyTo(rest[8..]);
        rest = rest[(8 + Text.Length)..];
        BinaryPrimitives.WriteUInt32BigEndian(rest, (uint)LogProbabilities.Length);
        for (var i = 0; i < LogProbabilities.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(rest[(4 + 4 * i)..], LogProbabilities[i]);
        return bytes;
    }

    /// <summary>The tokens of an output, one after another.</summary>
    public static byte[] Encode(IEnumerable<OutputToken> tokens) => [.. tokens.SelectMany(t => t.ToBytes())];

    /// <exception cref="MalformedException">Not exactly one token.</exception>
    public static OutputToken Parse(ReadOnlySpan<byte> bytes)
    {
        if (LengthOf(bytes) != bytes.Length)
            throw new MalformedException($"{bytes.Length} bytes that are not exactly one token");
        var text = (int)BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        var bits = ImmutableArray.CreateBuilder<uint>();
        for (var rest = bytes[(LeastSize + text)..]; !rest.IsEmpty; rest = rest[4..])
            bits.Add(BinaryPrimitives.ReadUInt32BigEndian(rest));
        return new OutputToken(BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.Slice(8, text).ToArray(), bits.ToImmutable());
    }

    /// <summary>Bytes of the token that begins here, or null where none does.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < LeastSize || BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) is var text && text > bytes.Length - LeastSize)
            return null;
        var rest = bytes[(8 + (int)text)..];
        var bits = BinaryPrimitives.ReadUInt32BigEndian(rest);
        return bits <= (rest.Length - 4) / 4 ? LeastSize + (int)text + 4 * (int)bits : null;
    }
}
