using System.Globalization;
using System.Text;

namespace Assay.Engine.Models.Tokenizers;

/// <summary>Cuts a text into the words that byte-pair encoding works within.</summary>
/// <remarks>
/// Sources: the regular expressions of the publishers' tokenizer.json and of llama.cpp, src/llama-vocab.cpp. They are walked by hand,
/// over characters and not UTF-16 units, in time proportional to the text. Which characters are letters, numbers and marks says the
/// Unicode version of the runtime.
/// </remarks>
internal sealed record PreTokenizer
{
    /// <summary>Words are letters, perhaps behind one character that is no letter, number or end of line; else perhaps behind one space.</summary>
    public bool AnyPrefix { get; init; } = true;

    /// <summary>Contractions ('s, 't, ...) are words: before everything else, or (with cased words) at the end of a word.</summary>
    public bool Contractions { get; init; } = true;

    /// <summary>Also in capitals.</summary>
    public bool AnyCase { get; init; } = true;

    /// <summary>A word ends where small letters are followed by capitals.</summary>
    public bool CasedWords { get; init; }

    /// <summary>Digits in a row at most; 0 for any number of them, perhaps behind a space.</summary>
    public int Digits { get; init; } = 3;

    /// <summary>Characters that may follow punctuation in its word.</summary>
    public string AfterPunctuation { get; init; } = "\r\n";

    /// <summary>White space up to the last end of line in it is a word.</summary>
    public bool Lines { get; init; } = true;

    /// <summary>Every digit stands alone and cuts the text in two, as if it ended there.</summary>
    public bool DigitsCut { get; init; }

    private static readonly PreTokenizer Gpt2 = new() { AnyPrefix = false, AnyCase = false, Digits = 0, AfterPunctuation = "", Lines = false };
    private static readonly PreTokenizer Llama3 = new();
    private static readonly PreTokenizer Qwen2 = new() { Digits = 1 };
    private static readonly PreTokenizer Gpt4o = new() { CasedWords = true, AfterPunctuation = "\r\n/" };

    /// <summary>The kinds that GGUF files name (<c>tokenizer.ggml.pre</c>), and whether words that are tokens are taken whole.</summary>
    public static (PreTokenizer Words, bool WholeWords)? Named(string name) => name switch
    {
        "gpt-2" or "phi-2" => (Gpt2, false),
        "llama-bpe" or "llama3" or "llama-v3" or "falcon3" => (Llama3, true),
        "dbrx" or "smaug-bpe" => (Llama3, false),
        "qwen2" or "deepseek-r1-qwen" or "stablelm2" => (Qwen2, false),
        "tekken" => (Gpt4o with { Contractions = false, Digits = 1 }, true),
        "gpt-4o" => (Gpt4o, false),
        "smollm" or "starcoder" => (Gpt2 with { DigitsCut = true }, false),
        _ => null,
    };

    /// <summary>The length of the first word, in UTF-16 units. The text is not empty.</summary>
    public int Next(ReadOnlySpan<char> text)
    {
        if (DigitsCut)
        {
            if (Is(text, 0, out var one, Class.Number))
                return one;
            text = text[..Run(text, 0, Class.Letter | Class.Mark | Class.Space | Class.Other)];
        }
        if (Contractions && !CasedWords && Contraction(text) is var contraction and > 0)
            return contraction;
        var word = CasedWords ? Cased(text) : Word(text);
        if (word > 0)
            return word;
        if (Numbers(text) is var numbers and > 0)
            return numbers;
        if (Punctuation(text) is var punctuation and > 0)
            return punctuation;
        return Space(text);
    }

    private int Word(ReadOnlySpan<char> text)
    {
        var prefix = Prefix(text);
        var end = Run(text, prefix, Class.Letter);
        if (end > prefix || prefix == 0)
            return end;
        return Run(text, 0, Class.Letter);
    }

    /// <summary>The optional character before a word.</summary>
    private int Prefix(ReadOnlySpan<char> text)
    {
        if (!AnyPrefix)
            return text[0] == ' ' ? 1 : 0;
        return text[0] is not ('\r' or '\n') && Is(text, 0, out var length, Class.Space | Class.Mark | Class.Other) ? length : 0;
    }

    // [prefix]?[upper]*[lower]+ or else [prefix]?[upper]+[lower]*, where marks and letters without case are both; then a contraction.
    private int Cased(ReadOnlySpan<char> text)
    {
        var prefix = Prefix(text);
        var end = MixedEnd(text, prefix);
        if (end == 0 && prefix > 0)
            end = MixedEnd(text, 0);
        if (end == 0)
            end = UpperEnd(text, prefix);
        if (end == 0 && prefix > 0)
            end = UpperEnd(text, 0);
        return end > 0 && Contractions ? end + Contraction(text[end..]) : end;
    }

    private static int MixedEnd(ReadOnlySpan<char> text, int start)
    {
        var upper = CaseRun(text, start, upper: true);
        var end = CaseRun(text, upper, upper: false);
        if (end > upper)
            return end;
        // Give back, from the end, until what is given back begins with a character that is both.
        for (var at = upper; at > start;)
        {
            at -= char.IsLowSurrogate(text[at - 1]) ? 2 : 1;
            if (CaseRun(text, at, upper: false) is var given && given > at)
                return given;
        }
        return 0;
    }

    private static int UpperEnd(ReadOnlySpan<char> text, int start)
    {
        var upper = CaseRun(text, start, upper: true);
        return upper > start ? CaseRun(text, upper, upper: false) : 0;
    }

    private int Numbers(ReadOnlySpan<char> text)
    {
        if (Digits == 0)
        {
            var start = text[0] == ' ' ? 1 : 0;
            var run = Run(text, start, Class.Number);
            return run > start ? run : 0;
        }
        var end = 0;
        for (var n = 0; n < Digits && Is(text, end, out var length, Class.Number); n++)
            end += length;
        return end;
    }

    private int Punctuation(ReadOnlySpan<char> text)
    {
        var start = text[0] == ' ' ? 1 : 0;
        var end = Run(text, start, Class.Mark | Class.Other);
        if (end == start)
            return 0;
        while (end < text.Length && AfterPunctuation.Contains(text[end]))
            end++;
        return end;
    }

    // \s*[\r\n]+ where lines count, then \s+(?!\S), then \s+.
    private int Space(ReadOnlySpan<char> text)
    {
        var end = Run(text, 0, Class.Space);
        if (Lines && text[..end].LastIndexOfAny('\r', '\n') is var line and >= 0)
            return line + 1;
        return end == text.Length || end == 1 ? end : end - 1;
    }

    private int Contraction(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '\'')
            return 0;
        var one = Lower(text[1]);
        if (one is 's' or 't' or 'm' or 'd')
            return 2;
        var two = text.Length > 2 ? Lower(text[2]) : '\0';
        return (one, two) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    private char Lower(char c) => AnyCase ? char.ToLowerInvariant(c) : c;

    [Flags]
    private enum Class
    {
        None = 0,
        Letter = 1,
        Number = 2,
        Mark = 4,
        Space = 8,
        Other = 16,
    }

    private static bool Is(ReadOnlySpan<char> text, int at, out int length, Class classes)
    {
        length = 0;
        if (at >= text.Length)
            return false;
        Rune.DecodeFromUtf16(text[at..], out var rune, out length);
        return (Of(rune) & classes) != Class.None;
    }

    /// <summary>Where the characters of these classes end.</summary>
    private static int Run(ReadOnlySpan<char> text, int at, Class classes)
    {
        while (Is(text, at, out var length, classes))
            at += length;
        return at;
    }

    private static int CaseRun(ReadOnlySpan<char> text, int at, bool upper)
    {
        while (at < text.Length)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
            var fits = Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => upper,
                UnicodeCategory.LowercaseLetter => !upper,
                UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => true,
                UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => true,
                _ => false,
            };
            if (!fits)
                break;
            at += length;
        }
        return at;
    }

    private static Class Of(Rune rune) => Rune.IsWhiteSpace(rune) ? Class.Space : Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.OtherLetter => Class.Letter,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Class.Mark,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Class.Number,
        _ => Class.Other,
    };
}
