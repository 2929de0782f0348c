using System.Text.Json;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Language.Tools;
using Assay.Engine.Models.Language;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Node.Web.OpenAi;

/// <summary>What the tokens of one choice say: text at whole characters, and calls of tools.</summary>
internal sealed class AnswerText(Tokenizer tokenizer, OfferedTools? tools)
{
    private readonly Utf8Pieces pieces = new();
    private readonly ToolCallParser? parser = tools is null ? null : new ToolCallParser(tools.Format, tools.Names);

    public ulong Calls { get; private set; }

    /// <summary>Why the choice ended, as the API says it; null while it goes on.</summary>
    public string? Finish { get; private set; }

    /// <summary>What more is known with one more token.</summary>
    public ToolOutput Append(GeneratedToken token)
    {
        var text = pieces.Append(token.Text.Span);
        // A mark that is a control token adds nothing to the text, and says where a call begins.
        if (tools is not null && tokenizer.IsControl(token.Id) && tools.Format.Markers.Contains(tokenizer.Text(token.Id)))
            text += tokenizer.Text(token.Id);
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

/// <summary>The tools that a request offers, and how the model writes calls of them.</summary>
internal sealed record OfferedTools(ToolCallFormat Format, IReadOnlySet<string> Names)
{
    /// <returns>Null where the model was told of none.</returns>
    /// <param name="body">A chat request that was read and found right.</param>
    /// <exception cref="OpenAiException">The model's template says nothing of tools.</exception>
    public static OfferedTools? Of(JsonElement body, LanguageModel model)
    {
        if (!body.TryGetProperty("tools", out var tools) || tools.ValueKind != JsonValueKind.Array || tools.GetArrayLength() == 0
            || body.TryGetProperty("tool_choice", out var choice) && choice.ValueKind == JsonValueKind.String && choice.GetString() == "none")
            return null;
        var format = ToolCallFormat.Of(model.ChatTemplate)
            ?? throw new OpenAiException("tools are offered to a model whose chat template has no place for them", "tools", null);
        return new OfferedTools(format, tools.EnumerateArray().Select(t => t.GetProperty("function").GetProperty("name").GetString()!).ToHashSet(StringComparer.Ordinal));
    }
}
