using System.Text;

namespace Assay.Verify.Answers;

/// <summary>Bytes that arrive in pieces as texts of whole characters. What is no UTF-8 becomes U+FFFD, as the standard's best practice has it.</summary>
public sealed class Utf8Pieces
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

    /// <summary>The characters that these bytes complete. A character that needs more bytes comes with a later piece.</summary>
    public string Append(ReadOnlySpan<byte> bytes) => Decode(bytes, flush: false);

    /// <summary>What is left when no byte follows: nothing, or U+FFFD for an unfinished character.</summary>
    public string Finish() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[decoder.GetCharCount(bytes, flush)];
        var count = decoder.GetChars(bytes, characters, flush);
        return new string(characters, 0, count);
    }
}
