using System.Text.Json;
using Assay.Providers.Language;
using Assay.Verify.Json;

namespace Assay.Node.Web.OpenAi;

/// <summary>Which members a request's body may have. One that would change the answer, and that nobody here honours, is refused; one that would not is ignored.</summary>
internal static class Parameters
{
    private static readonly HashSet<string> Shared = new(StringComparer.Ordinal)
    {
        "model", "n", "stop", "seed", "stream", "stream_options", "temperature", "top_p", "top_k", "min_p", "presence_penalty", "frequency_penalty",
        "logit_bias", "logprobs", "max_tokens",
    };

    private static readonly HashSet<string> OfChat = new(StringComparer.Ordinal)
    {
        "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "top_logprobs", "max_completion_tokens", "chat_template_kwargs",
        // Refused by the reader, in words of their own.
        "functions", "function_call", "audio",
    };

    private static readonly HashSet<string> OfCompletion = new(StringComparer.Ordinal) { "prompt", "echo", "best_of", "suffix" };

    private static readonly HashSet<string> OfEmbedding = new(StringComparer.Ordinal) { "model", "input", "encoding_format", "dimensions" };

    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "prediction",
    };

    public static bool IsKnown(string name) => Shared.Contains(name) || OfChat.Contains(name) || OfCompletion.Contains(name) || OfEmbedding.Contains(name);

    /// <param name="api">One of <see cref="RequestReader.Chat"/>, <see cref="RequestReader.Completion"/> and <see cref="RequestReader.Embedding"/>.</param>
    /// <exception cref="OpenAiException">There is a member that this API does not know or does not honour.</exception>
    public static void Check(string api, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw new OpenAiException("the body is not a JSON object", null, null);
        foreach (var member in body.EnumerateObject())
            if (!Honours(api, member.Name) && !Harmless.Contains(member.Name) && !IsDefault(member))
                throw new OpenAiException($"{StrictJson.Shown(member.Name)} is not a parameter that is known here", Shown(member.Name), "unknown_parameter");
    }

    private static bool Honours(string api, string name) => api switch
    {
        RequestReader.Chat => Shared.Contains(name) || OfChat.Contains(name),
        RequestReader.Completion => Shared.Contains(name) || OfCompletion.Contains(name),
        _ => OfEmbedding.Contains(name),
    };

    // What a client writes out although it is what everyone gets.
    private static bool IsDefault(JsonProperty member) => member.Value.ValueKind == JsonValueKind.Null
        || member.Name == "modalities" && member.Value.ValueKind == JsonValueKind.Array && member.Value.EnumerateArray().All(m => m.ValueKind == JsonValueKind.String && m.GetString() == "text");

    private static string Shown(string name) => name.Length <= 64 ? name : name[..64];
}
