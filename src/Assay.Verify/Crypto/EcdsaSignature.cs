namespace Assay.Verify.Crypto;

/// <summary>The two spellings of a P-256 signature: 64 bytes r and s (IEEE P1363), which Assay signs with, and DER (RFC 3279 section 2.2.3), which others do.</summary>
public static class EcdsaSignature
{
    /// <summary>SEQUENCE and its length, then twice INTEGER, length, a zero byte and 32 bytes.</summary>
    public const int MaxDerSize = 2 + (2 * (2 + 1 + P256.ScalarSize));

    private const byte Integer = 0x02;
    private const byte Sequence = 0x30;

    /// <summary>Reads strict DER: shortest lengths, shortest non-negative integers of at most 32 bytes, nothing after them.</summary>
    /// <returns>64 bytes: r and s. Their range is for <see cref="PublicKey.Verify"/> to judge.</returns>
    /// <exception cref="MalformedException">Not that.</exception>
    public static byte[] FromDer(ReadOnlySpan<byte> der)
    {
        // All lengths are below 128 where the whole is no longer than this: one byte each.
        if (der.Length is < 8 or > MaxDerSize || der[0] != Sequence || der[1] != der.Length - 2)
            throw Wrong();
        var signature = new byte[2 * P256.ScalarSize];
        var rest = ReadInteger(der[2..], signature.AsSpan(0, P256.ScalarSize));
        rest = ReadInteger(rest, signature.AsSpan(P256.ScalarSize));
        return rest.IsEmpty ? signature : throw Wrong();
    }

    /// <param name="signature">64 bytes: r and s.</param>
    public static byte[] ToDer(ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * P256.ScalarSize)
            throw new ArgumentException($"a P-256 signature has {2 * P256.ScalarSize} bytes", nameof(signature));
        Span<byte> der = stackalloc byte[MaxDerSize];
        var length = WriteInteger(signature[..P256.ScalarSize], der[2..]);
        length += WriteInteger(signature[P256.ScalarSize..], der[(2 + length)..]);
        der[0] = Sequence;
        der[1] = (byte)length;
        return der[..(2 + length)].ToArray();
    }

    private static ReadOnlySpan<byte> ReadInteger(ReadOnlySpan<byte> der, Span<byte> value)
    {
        if (der.Length < 3 || der[0] != Integer || der[1] is 0 or > 33 || der.Length < 2 + der[1])
            throw Wrong();
        var body = der.Slice(2, der[1]);
        var rest = der[(2 + der[1])..];
        var negative = (body[0] & 0x80) != 0;
        var padded = body[0] == 0 && body.Length > 1;
        if (negative || (padded && (body[1] & 0x80) == 0))
            throw Wrong();
        var digits = padded ? body[1..] : body;
        if (digits.Length > value.Length)
            throw Wrong();
        digits.CopyTo(value[(value.Length - digits.Length)..]);
        return rest;
    }

    private static int WriteInteger(ReadOnlySpan<byte> value, Span<byte> der)
    {
        var digits = value.TrimStart((byte)0);
        var padding = digits.IsEmpty || (digits[0] & 0x80) != 0 ? 1 : 0;
        der[0] = Integer;
        der[1] = (byte)(padding + digits.Length);
        der[2] = 0;
        digits.CopyTo(der[(2 + padding)..]);
        return 2 + padding + digits.Length;
    }

    private static MalformedException Wrong() => new("not the DER of an ECDSA signature over P-256");
}
