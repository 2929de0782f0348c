using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Language.Tools;
using Assay.Engine.Models.Tokenizers;
using Assay.Providers.Language;

namespace Assay.Node.Web.OpenAi;

/// <summary>What the tokens of one choice say: text at whole characters, and calls of tools.</summary>
internal sealed class AnswerText(Tokenizer tokenizer, OfferedTools? tools)
{
    private readonly Utf8Pieces pieces = new();
    private readonly ToolCallParser? parser = tools?.NewParser();

    public ulong Calls { get; private set; }

    /// <summary>Why the choice ended, as the API says it; null while it goes on.</summary>
    public string? Finish { get; private set; }

    /// <summary>What more is known with one more token.</summary>
    public ToolOutput Append(GeneratedToken token)
    {
        var text = pieces.Append(token.Text.Span);
        // A mark that is a control token adds nothing to the text, and says where a call begins.
        text += tools?.Format.MarkOf(tokenizer, token.Id);
        if (token.Finish is not null)
            text += pieces.Finish();
        var output = parser?.Append(text) ?? new ToolOutput(text, []);
        if (token.Finish is not null && parser?.Finish() is { } rest)
            output = new ToolOutput(output.Content + rest.Content, [.. output.Calls, .. rest.Calls]);
        Calls += (ulong)output.Calls.Count;
        Finish = token.Finish is not { } finish ? null : (Calls > 0 && finish == FinishReason.Stop ? FinishReason.ToolCalls : finish).Name();
        return output;
    }
}
