using System.Globalization;
using System.Text.Json;
using Assay.Verify;
using Assay.Verify.Json;
using Assay.Verify.Relays;

namespace Assay.Client.Language;

/// <summary>What a request to a language model says that its answer and its receipt must show again.</summary>
/// <param name="Model">As the request writes it: NAME, NAME@VERSION, or NAME@ and what is asked of whoever answers.</param>
/// <param name="Choices">How many are asked for.</param>
/// <param name="Alternatives">Null for no log-probabilities, else how many are shown beside each token's own.</param>
/// <param name="Tools">Names of the tools that may be called; null where there are none.</param>
/// <param name="Body">The request's JSON.</param>
internal sealed record LanguageQuestion(
    bool IsChat, string Model, bool Streams, bool IncludesUsage, int Choices, int? Alternatives, IReadOnlySet<string>? Tools, JsonElement Body)
{
    private const int MostChoices = 16;

    // What the completions API gives where a request does not say.
    private const int DefaultTokens = 16;

    private static readonly (string Asked, string Signed, float Default)[] Numbers =
    [
        ("temperature", "temperature", 1), ("top_p", "topP", 1), ("min_p", "minP", 0), ("presence_penalty", "presencePenalty", 0),
        ("frequency_penalty", "frequencyPenalty", 0),
    ];

    public string Name => Model.Split('@')[0];

    public string? Version => Route is null && Model.Split('@') is [_, var version] ? version : null;

    /// <summary>By what rule the node is to choose who answers; null where the request names a model.</summary>
    public string? Route => RouteClaim.IsRoute(Model) ? Model : null;

    public bool WantsOneCall => Find(Body, "parallel_tool_calls") is { ValueKind: JsonValueKind.False };

    /// <returns>Null where the body is not a request that a node could answer.</returns>
    public static LanguageQuestion? Read(bool isChat, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
            var json = document.RootElement.Clone();
            var choices = Find(json, "n")?.GetInt32() ?? 1;
            return Find(json, "model")?.GetString() is not { } model || choices is < 1 or > MostChoices ? null : new LanguageQuestion(
                isChat, model, Find(json, "stream")?.GetBoolean() ?? false,
                Find(json, "stream_options") is { } options && (Find(options, "include_usage")?.GetBoolean() ?? false),
                choices, AlternativesOf(isChat, json), isChat ? ToolsOf(json) : null, json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Which of the parameters that a receipt signs is not what was asked for, or null. The grammar and the prompt are left to a replay, which needs the model.</summary>
    /// <exception cref="MalformedException">Not the parameters of a language model's answer.</exception>
    public string? Difference(JsonAt signed)
    {
        var same = new (string Name, bool Is)[]
        {
            ("api", signed["api"].Text() == (IsChat ? "chat" : "completion")),
            ("n", signed["n"].Integer() == (ulong)Choices),
            ("logprobs", signed.Optional("logprobs")?.Integer() == (ulong?)Alternatives),
            ("seed", SameSeed(signed["seed"])),
            ("stop", signed["stop"].Items().Select(s => s.Text()).SequenceEqual(Stop())),
            ("top_k", signed["topK"].Integer() == (ulong)Math.Max(Find(Body, "top_k")?.GetInt32() ?? 0, 0)),
            ("max_tokens", signed["maxTokens"].Integer() <= (ulong)(MaxTokens() ?? int.MaxValue)),
            ("logit_bias", SameBiases(signed["logitBias"])),
        };
        return Array.Find(same, s => !s.Is).Name
            ?? Array.Find(Numbers, n => FloatOf(signed[n.Signed]) != (Find(Body, n.Asked)?.GetSingle() ?? n.Default)).Asked;
    }

    private static JsonElement? Find(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static int? AlternativesOf(bool isChat, JsonElement json) =>
        !isChat ? Find(json, "logprobs")?.GetInt32()
        : Find(json, "logprobs")?.GetBoolean() == true ? Find(json, "top_logprobs")?.GetInt32() ?? 0 : null;

    private static HashSet<string>? ToolsOf(JsonElement json) =>
        Find(json, "tools") is not { ValueKind: JsonValueKind.Array } tools || tools.GetArrayLength() == 0
            || Find(json, "tool_choice") is { ValueKind: JsonValueKind.String } choice && choice.GetString() == "none"
            ? null
            : tools.EnumerateArray().Select(t => t.GetProperty("function").GetProperty("name").GetString()!).ToHashSet(StringComparer.Ordinal);

    private IEnumerable<string> Stop() => Find(Body, "stop") switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Select(t => t.GetString()!),
        { } text => [text.GetString()!],
    };

    private int? MaxTokens() => IsChat
        ? (Find(Body, "max_completion_tokens") ?? Find(Body, "max_tokens"))?.GetInt32()
        : Find(Body, "max_tokens")?.GetInt32() ?? DefaultTokens;

    private bool SameSeed(JsonAt signed) => Find(Body, "seed") is { } seed
        ? signed["kind"].Text() == "client" && signed["value"].Text() == seed.GetInt64().ToString(CultureInfo.InvariantCulture)
        : signed["kind"].Text() == "node";

    private bool SameBiases(JsonAt signed)
    {
        var asked = Find(Body, "logit_bias")?.EnumerateObject().ToDictionary(m => int.Parse(m.Name, NumberStyles.None, CultureInfo.InvariantCulture), m => m.Value.GetSingle()) ?? [];
        return signed.Object().Members is var members && members.Length == asked.Count
            && members.All(m => int.TryParse(m.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && asked.TryGetValue(id, out var bias) && bias == FloatOf(signed[m.Key]));
    }

    private static float FloatOf(JsonAt json) =>
        float.TryParse(json.Text(32), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw json.Wrong("a decimal");
}
