using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Engine.Models.Tokenizers;
using Assay.Verify.Answers;
using Assay.Verify.Commitments;

namespace Assay.Providers.Language;

/// <summary>The tools that a request offers, and how the model writes calls of them.</summary>
/// <param name="EndsWithFirst">Whether the model is free to call one of them or none, and no second one.</param>
public sealed record OfferedTools(ToolCallFormat Format, IReadOnlySet<string> Names, bool EndsWithFirst = false)
{
    private static readonly ConditionalWeakTable<Tokenizer, ConcurrentDictionary<string, ToolReading>> Readings = [];

    /// <summary>How calls are read out of the tokens of a model with this tokenizer.</summary>
    public ToolReading ReadingOf(Tokenizer tokenizer) => Readings.GetOrCreateValue(tokenizer).GetOrAdd(Format.Name, _ => new ToolReading(
        Format, EndsWithFirst: false,
        Enumerable.Range(0, tokenizer.Count).Where(id => Format.MarkOf(tokenizer, id) is not null).ToImmutableSortedDictionary(id => (uint)id, tokenizer.Text)))
        with { EndsWithFirst = EndsWithFirst };

    /// <summary>For one choice.</summary>
    public AnswerReader NewReader(Tokenizer tokenizer) => new(ReadingOf(tokenizer), Names);

    /// <summary>For one choice: whether it ends with its first call. By the text that goes out, as whoever reads the answer finds the call.</summary>
    public AnswerEnd NewEnd(Tokenizer tokenizer)
    {
        var reader = NewReader(tokenizer);
        return (id, text) => reader.Append((uint)id, text, isLast: false).Calls.Count > 0;
    }

    /// <summary>How many calls an answer holds.</summary>
    public ulong CountIn(IReadOnlyList<OutputToken> tokens, Tokenizer tokenizer)
    {
        var reader = NewReader(tokenizer);
        return (ulong)tokens.Index().Sum(t => reader.Append(t.Item.Id, t.Item.Text.Span, isLast: t.Index == tokens.Count - 1).Calls.Count);
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

/// <summary>Control tokens that mark calls.</summary>
internal static class CallMarks
{
    /// <summary>The text that a control token stands for where it marks a call; null of every other token.</summary>
    public static string? MarkOf(this ToolCallFormat format, Tokenizer tokenizer, int id) =>
        tokenizer.IsControl(id) && tokenizer.Text(id) is var text && format.Markers.Contains(text) ? text : null;
}
