using Assay.Engine.Models;

namespace Assay.Engine.Language.Templates;

internal static class TemplateErrors
{
    public static ModelException At(int line, string what) => new($"chat template, line {line}: {OneLine(what)}");

    /// <summary>What the template itself says when it cannot serve a conversation.</summary>
    public static ModelException Raised(string what) => new($"the model's chat template refuses these messages: {OneLine(what)}");

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= 300 ? line : line[..300] + "...";
    }
}
