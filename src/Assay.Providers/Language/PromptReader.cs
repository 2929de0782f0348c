using System.Text.Json;
using Assay.Engine.Models;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Providers.Language;

/// <summary>Texts in requests' bodies as the model gets them: a text, or the token ids of one.</summary>
internal static class PromptReader
{
    /// <summary>Whether it is one text: a string, or a list of token ids that is not empty.</summary>
    public static bool IsOne(JsonElement value) =>
        value.ValueKind == JsonValueKind.String || value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value[0].ValueKind == JsonValueKind.Number;

    /// <param name="name">Of the member, for messages.</param>
    /// <param name="closed">Whether nothing follows the text: some models expect a token there.</param>
    /// <exception cref="ModelException">Neither a string nor a list of token ids.</exception>
    public static int[] Read(string name, JsonElement value, Tokenizer tokenizer, bool closed) => value.ValueKind switch
    {
        JsonValueKind.String => Text(RequestFields.TextOf(name, value), tokenizer, closed),
        JsonValueKind.Array => [.. value.EnumerateArray().Select(t => t.ValueKind == JsonValueKind.Number && t.TryGetInt32(out var id)
            ? id : throw new ModelException($"{name} holds {RequestFields.Cut(t.GetRawText())}: token ids are right"))],
        _ => throw new ModelException($"{name} is neither one text nor a list of token ids"),
    };

    // Whatever the text says, it holds no control tokens but those that the model expects around every text.
    private static int[] Text(string text, Tokenizer tokenizer, bool closed)
    {
        var ids = tokenizer.Encode(text, special: false);
        if (tokenizer is { AddBos: true, Bos: { } bos })
            ids = [bos, .. ids];
        return closed && tokenizer.Closing is { } closing ? [.. ids, closing] : ids;
    }
}
