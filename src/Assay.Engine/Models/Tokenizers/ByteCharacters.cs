namespace Assay.Engine.Models.Tokenizers;

/// <summary>How byte-level vocabularies write bytes as characters that print.</summary>
/// <remarks>
/// Source: GPT-2, encoder.py (bytes_to_unicode): the bytes 0x21 to 0x7E, 0xA1 to 0xAC and 0xAE to 0xFF are the characters of these
/// numbers; the others, in ascending order, are U+0100, U+0101, ...
/// </remarks>
internal static class ByteCharacters
{
    private static readonly char[] Characters = Make();
    private static readonly int[] Bytes = Invert();

    public static char Of(byte value) => Characters[value];

    /// <summary>The bytes that a token's text stands for; null where it is not written so.</summary>
    public static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] >= Bytes.Length || Bytes[text[i]] < 0)
                return null;
            bytes[i] = (byte)Bytes[text[i]];
        }
        return bytes;
    }

    /// <summary>The characters of a text's UTF-8 bytes.</summary>
    public static int Encode(ReadOnlySpan<byte> bytes, Span<char> characters)
    {
        for (var i = 0; i < bytes.Length; i++)
            characters[i] = Characters[bytes[i]];
        return bytes.Length;
    }

    private static char[] Make()
    {
        var characters = new char[256];
        var free = (char)256;
        for (var b = 0; b < 256; b++)
            characters[b] = b is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF ? (char)b : free++;
        return characters;
    }

    private static int[] Invert()
    {
        var bytes = new int[Characters.Max() + 1];
        Array.Fill(bytes, -1);
        for (var b = 0; b < 256; b++)
            bytes[Characters[b]] = b;
        return bytes;
    }
}
