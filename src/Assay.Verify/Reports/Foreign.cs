namespace Assay.Verify.Reports;

/// <summary>Text in a report that somebody outside chose: a name, an origin, a media type.</summary>
internal static class Foreign
{
    /// <summary>The most characters of it that a sentence for people shows; a label may have 1,024.</summary>
    public const int MaxShown = 80;

    /// <summary>The text, or its first <see cref="MaxShown"/> characters, the last of them an ellipsis.</summary>
    public static string Cut(string text)
    {
        if (text.Length <= MaxShown)
            return text;
        var end = char.IsHighSurrogate(text[MaxShown - 2]) ? MaxShown - 2 : MaxShown - 1;
        return string.Concat(text.AsSpan(0, end), "\u2026");
    }
}
