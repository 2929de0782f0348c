using System.Text.Json;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;

namespace Assay.Providers.Language;

/// <summary>What a caller asked to have embedded, made ready from its request; all of it changes the answer.</summary>
/// <param name="Encoding">How the numbers are written: <c>float</c> or <c>base64</c>.</param>
public sealed record EmbeddingCall(EmbeddingRequest Request, string Encoding)
{
    public const string Float = "float";
    public const string Base64 = "base64";
}

/// <summary>The body of <c>/v1/embeddings</c>: one or several texts, or token ids of them.</summary>
internal static class EmbeddingReader
{
    public static EmbeddingCall Read(JsonElement body, RunnableLanguageModel model)
    {
        var fields = new RequestFields(body);
        var pooling = model.Model.Pooling ?? throw new ModelException($"{model.Claim.Name} makes no embeddings: its file says that a text's states are not pooled into one");
        var encoding = fields.Text("encoding_format") ?? EmbeddingCall.Float;
        if (encoding is not (EmbeddingCall.Float or EmbeddingCall.Base64))
            throw new ModelException("encoding_format is neither \"float\" nor \"base64\"");
        var width = model.Model.Architecture.Width;
        return new EmbeddingCall(
            new EmbeddingRequest
            {
                Texts = [.. Texts(fields, model.Model).Select(ids => (System.Collections.Immutable.ImmutableArray<int>)[.. ids])],
                Pooling = pooling,
                Dimensions = (int)(fields.Whole("dimensions", 1, width) ?? width),
            },
            encoding);
    }

    private static IEnumerable<int[]> Texts(RequestFields fields, LanguageModel model)
    {
        if (fields.Find("input") is not { } input)
            throw new ModelException("input is missing: a text, a list of texts, a list of token ids or a list of such lists is right");
        if (PromptReader.IsOne(input))
            return [PromptReader.Read("input", input, model.Tokenizer, closed: true)];
        if (input.ValueKind != JsonValueKind.Array || input.GetArrayLength() is 0 or > EmbeddingRequest.MaxTexts)
            throw new ModelException($"input is neither one text, nor token ids, nor a list of 1 to {EmbeddingRequest.MaxTexts} of them");
        return input.EnumerateArray().Select((text, i) => PromptReader.Read($"input[{i}]", text, model.Tokenizer, closed: true));
    }
}
