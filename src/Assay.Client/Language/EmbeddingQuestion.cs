using System.Text.Json;
using Assay.Verify;
using Assay.Verify.Json;

namespace Assay.Client.Language;

/// <summary>What a request for embeddings says that its answer and its receipt must show again.</summary>
/// <param name="Model">As the request writes it: NAME or NAME@VERSION.</param>
/// <param name="Encoding"><c>float</c> or <c>base64</c>.</param>
/// <param name="Dimensions">Numbers of each embedding, or null where the model's width is right.</param>
/// <param name="Texts">One item for each text: its token ids where the request gives them, else null.</param>
internal sealed record EmbeddingQuestion(string Model, string Encoding, int? Dimensions, IReadOnlyList<int[]?> Texts)
{
    public const string Base64 = "base64";

    public string Name => Model.Split('@')[0];

    public string? Version => Model.Split('@') is [_, var version] ? version : null;

    /// <returns>Null where the body is not a request that a node could answer.</returns>
    public static EmbeddingQuestion? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
            var json = document.RootElement;
            var input = json.GetProperty("input");
            var isOne = input.ValueKind == JsonValueKind.String || input.ValueKind == JsonValueKind.Array && input.GetArrayLength() > 0 && input[0].ValueKind == JsonValueKind.Number;
            return json.GetProperty("model").GetString() is not { } model ? null : new EmbeddingQuestion(
                model, Find(json, "encoding_format")?.GetString() ?? "float", Find(json, "dimensions")?.GetInt32(),
                isOne ? [IdsOf(input)] : [.. input.EnumerateArray().Select(IdsOf)]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Which of what a receipt signs is not what was asked for, or null. What texts become which tokens is left to a replay, which needs the model; token ids in a
    /// request are the texts' own.
    /// </summary>
    /// <param name="signed">The receipt's parameters.</param>
    /// <param name="texts">The token ids that the receipt commits to.</param>
    /// <exception cref="MalformedException">Not the parameters of embeddings.</exception>
    public string? Difference(JsonAt signed, int[][] texts) =>
        signed["api"].Text() != "embedding" ? "api"
        : signed["encoding"].Text() != Encoding ? "encoding_format"
        : signed["dimensions"].Integer() is var dimensions && dimensions != (ulong?)Dimensions && Dimensions is not null ? "dimensions"
        : signed["texts"].Integer() != (ulong)Texts.Count || texts.Length != Texts.Count ? "number of texts"
        : Texts.Zip(texts).Any(t => t.First is { } ids && !ids.AsSpan().SequenceEqual(t.Second)) ? "token ids"
        : null;

    private static int[]? IdsOf(JsonElement text) =>
        text.ValueKind == JsonValueKind.String ? null : [.. text.EnumerateArray().Select(id => id.GetInt32())];

    private static JsonElement? Find(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
