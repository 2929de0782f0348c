namespace Assay.Engine.Models.Tokenizers;

/// <summary>What a token is for; the numbers are those of <c>tokenizer.ggml.token_type</c> and of SentencePiece.</summary>
internal enum TokenKind
{
    Normal = 1,
    Unknown = 2,

    /// <summary>Steers the model; its text is recognised only where that is asked for.</summary>
    Control = 3,

    /// <summary>Text that is always this one token.</summary>
    UserDefined = 4,
    Unused = 5,

    /// <summary>One byte, written <c>&lt;0x0A&gt;</c>.</summary>
    Byte = 6,
}
