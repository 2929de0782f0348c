namespace Assay.Verify.Codecs;

/// <summary>Base 64 with padding, RFC 4648 section 4, and nothing beside it: no white space, no stray trailing bits.</summary>
/// <remarks>
/// A lenient decoder gives several spellings of the same bytes; a bundle whose text was altered could then still verify.
/// Decoding and encoding again must give the same text back.
/// </remarks>
public static class Base64
{
    public static string Write(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);

    /// <exception cref="MalformedException">Not the one encoding of any bytes.</exception>
    public static byte[] Read(ReadOnlySpan<char> text)
    {
        if (text.Length % 4 != 0)
            throw new MalformedException("base64 whose length is not a multiple of four");
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/' or '='))
                throw new MalformedException("base64 with a character outside its alphabet");
        var bytes = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(text, bytes, out var written))
            throw new MalformedException("not base64");
        Array.Resize(ref bytes, written);
        if (!LastGroupIsCanonical(text, bytes))
            throw new MalformedException("base64 with stray trailing bits");
        return bytes;
    }

    // Only the last group of four can hold unused bits.
    private static bool LastGroupIsCanonical(ReadOnlySpan<char> text, ReadOnlySpan<byte> bytes)
    {
        if (text.IsEmpty)
            return true;
        var tail = (bytes.Length + 2) / 3 * 3 - 3;
        Span<char> again = stackalloc char[4];
        return Convert.TryToBase64Chars(bytes[tail..], again, out _) && text[^4..].SequenceEqual(again);
    }
}
