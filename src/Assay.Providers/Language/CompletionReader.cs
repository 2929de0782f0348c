using System.Text.Json;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Providers.Language;

/// <summary>The body of <c>/v1/completions</c>: a text, or token ids, to go on from.</summary>
internal static class CompletionReader
{
    // What the API gives where a request does not say.
    private const int DefaultTokens = 16;

    public static LanguageRequest Read(JsonElement body, RunnableLanguageModel model)
    {
        var fields = new RequestFields(body);
        if (fields.Flag("echo") == true)
            throw new ModelException("echo is not supported: the prompt is the caller's own");
        return new LanguageRequest
        {
            Api = RequestReader.Completion,
            Generation = RequestReader.ReadGeneration(
                fields, Prompt(fields, model.Model.Tokenizer), fields.Whole("max_tokens", 1, int.MaxValue) ?? DefaultTokens,
                (int?)fields.Whole("logprobs", 0, GenerationRequest.MaxAlternatives)),
            Seed = fields.Whole("seed", long.MinValue, long.MaxValue),
        };
    }

    private static int[] Prompt(RequestFields fields, Tokenizer tokenizer) => fields.Find("prompt") switch
    {
        { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() == 1 && list[0].ValueKind == JsonValueKind.String => PromptReader.Read("prompt", list[0], tokenizer, closed: false),
        { } one when PromptReader.IsOne(one) => PromptReader.Read("prompt", one, tokenizer, closed: false),
        _ => throw new ModelException("prompt is neither one text nor a list of token ids"),
    };
}
