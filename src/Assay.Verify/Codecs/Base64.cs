using System.Buffers;
using System.Text;

namespace Assay.Verify.Codecs;

/// <summary>Base 64 with padding, RFC 4648 section 4, and nothing beside it: no white space, no stray trailing bits.</summary>
/// <remarks>
/// A lenient decoder gives several spellings of the same bytes; a bundle whose text was altered could then still verify.
/// Decoding and encoding again must give the same text back.
/// </remarks>
public static class Base64
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    public static string Write(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);

    /// <exception cref="MalformedException">Not the one encoding of any bytes.</exception>
    public static byte[] Read(ReadOnlySpan<char> text)
    {
        var ascii = new byte[text.Length];
        return Ascii.FromUtf16(text, ascii, out _) == OperationStatus.Done
            ? Read(ascii)
            : throw new MalformedException("base64 with a character outside its alphabet");
    }

    /// <inheritdoc cref="Read(ReadOnlySpan{char})"/>
    public static byte[] Read(ReadOnlySpan<byte> text)
    {
        if (text.Length % 4 != 0)
            throw new MalformedException("base64 whose length is not a multiple of four");
        if (text.ContainsAnyExcept(Alphabet))
            throw new MalformedException("base64 with a character outside its alphabet");
        var padding = text.EndsWith("=="u8) ? 2 : text.EndsWith("="u8) ? 1 : 0;
        var bytes = new byte[(text.Length / 4 * 3) - padding];
        if (System.Buffers.Text.Base64.DecodeFromUtf8(text, bytes, out _, out var written) != OperationStatus.Done || written != bytes.Length)
            throw new MalformedException("not base64");
        return LastGroupIsCanonical(text, bytes) ? bytes : throw new MalformedException("base64 with stray trailing bits");
    }

    /// <summary>Reads the one encoding of exactly <paramref name="bytes"/> many bytes, without an exception or an allocation.</summary>
    public static bool TryReadInto(ReadOnlySpan<byte> text, Span<byte> bytes) =>
        text.Length == (bytes.Length + 2) / 3 * 4
        && !text.ContainsAnyExcept(Alphabet)
        && System.Buffers.Text.Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done
        && written == bytes.Length
        && LastGroupIsCanonical(text, bytes);

    // Only the last group of four can hold unused bits.
    private static bool LastGroupIsCanonical(ReadOnlySpan<byte> text, ReadOnlySpan<byte> bytes)
    {
        if (text.IsEmpty)
            return true;
        var tail = ((bytes.Length + 2) / 3 * 3) - 3;
        Span<byte> again = stackalloc byte[4];
        return System.Buffers.Text.Base64.EncodeToUtf8(bytes[tail..], again, out _, out _) == OperationStatus.Done && text[^4..].SequenceEqual(again);
    }
}
