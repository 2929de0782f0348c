using System.Buffers;

namespace Assay.Verify.Codecs;

/// <summary>Lower-case hexadecimal. Upper case is refused, so that a digest has one spelling.</summary>
public static class Hex
{
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789abcdef"u8);

    public static string Write(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    /// <exception cref="MalformedException">Odd length, or a character other than 0-9 and a-f.</exception>
    public static byte[] Read(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiDigit(c) && c is not (>= 'a' and <= 'f'))
                throw new MalformedException("expected lower-case hexadecimal");
        if (text.Length % 2 != 0)
            throw new MalformedException("hexadecimal of odd length");
        return Convert.FromHexString(text);
    }

    /// <summary>Reads exactly <paramref name="bytes"/> many bytes, without an exception or an allocation.</summary>
    public static bool TryReadInto(ReadOnlySpan<byte> text, Span<byte> bytes) =>
        text.Length == 2 * bytes.Length
        && !text.ContainsAnyExcept(Digits)
        && Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done;
}
