using System.Text;
using System.Text.Json;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Language.Tools;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Engine.Models.Tokenizers;
using Assay.Verify.Commitments;

namespace Assay.Providers.Language;

/// <summary>The tools that a request offers, and how the model writes calls of them.</summary>
/// <param name="EndsWithFirst">Whether the model is free to call one of them or none, and no second one.</param>
public sealed record OfferedTools(ToolCallFormat Format, IReadOnlySet<string> Names, bool EndsWithFirst = false)
{
    /// <summary>For one choice.</summary>
    public ToolCallParser NewParser() => new(Format, Names, EndsWithFirst);

    /// <summary>How many calls an answer holds.</summary>
    public ulong CountIn(IEnumerable<OutputToken> tokens, Tokenizer tokenizer)
    {
        var (pieces, text) = (new Utf8Pieces(), new StringBuilder());
        foreach (var token in tokens)
            text.Append(pieces.Append(token.Text.Span)).Append(Format.MarkOf(tokenizer, (int)token.Id));
        text.Append(pieces.Finish());
        var parser = NewParser();
        return (ulong)(parser.Append(text.ToString()).Calls.Count + parser.Finish().Calls.Count);
    }

    /// <summary>Whether a conversation has tools that may be called: then the template for them is the one.</summary>
    internal static bool Any(RequestFields fields) => fields.Find("tools") is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0
        && !(fields.Find("tool_choice") is { ValueKind: JsonValueKind.String } choice && choice.GetString() == "none");

    /// <returns>Null where none are offered, or none may be called.</returns>
    internal static OfferedTools? Of(RequestFields fields, LanguageModel model, bool endsWithFirst)
    {
        if (!Any(fields))
            return null;
        var format = ToolCallFormat.Of(model.TemplateFor(tools: true))
            ?? throw new ModelException("tools are offered to a model whose chat template has no place for them");
        return new OfferedTools(format, fields.Find("tools")!.Value.EnumerateArray().Select(ToolChoice.Offered).Select(t => t.Name).ToHashSet(StringComparer.Ordinal), endsWithFirst);
    }
}
