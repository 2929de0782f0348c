namespace Assay.Engine.Models.Tokenizers;

/// <summary>From text to token ids and back, as a model's file defines it. Safe for use by several threads.</summary>
public abstract class Tokenizer
{
    /// <summary>How many tokens there are; ids run from 0.</summary>
    public abstract int Count { get; }

    /// <summary>The token at the beginning of a text, where there is one.</summary>
    public int? Bos { get; init; }

    /// <summary>The token that ends a text, where there is one.</summary>
    public int? Eos { get; init; }

    /// <summary>Whether the model expects <see cref="Bos"/> before a text. <see cref="Encode"/> never adds it.</summary>
    public bool AddBos { get; init; }

    /// <summary>The token that the model expects behind a text of which nothing but its embedding is wanted, where it expects one. <see cref="Encode"/> never adds it.</summary>
    public int? Closing { get; init; }

    /// <summary>The ids of a text. Unpaired surrogates count as U+FFFD.</summary>
    /// <param name="special">Whether the texts of control tokens are those tokens: for what a template wrote, not for what a user did.</param>
    public abstract int[] Encode(string text, bool special);

    /// <summary>
    /// The ids of a prompt with texts of others in it: as <see cref="Encode"/> with control tokens, but none is made of a text that a mark parts, nor of a single
    /// character, which no mark could part. Marks are no part of the text.
    /// </summary>
    /// <param name="mark">A character that the prompt's own texts do not have.</param>
    public abstract int[] EncodeMarked(string text, char mark);

    /// <summary>The bytes that a token adds to the text: part of a UTF-8 character perhaps, none for a control token.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public abstract ReadOnlyMemory<byte> Bytes(int id);

    /// <summary>Whether the token steers the model and adds nothing to the text.</summary>
    public abstract bool IsControl(int id);

    /// <summary>Whether an answer ends where this token is chosen.</summary>
    public abstract bool IsEndOfGeneration(int id);

    /// <summary>The token as its vocabulary writes it, such as <c>&lt;|im_end|&gt;</c>.</summary>
    public abstract string Text(int id);

    /// <summary>The token that its vocabulary writes so.</summary>
    public abstract int? Find(string text);
}
