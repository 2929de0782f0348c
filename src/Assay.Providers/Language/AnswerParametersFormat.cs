using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Assay.Engine.Language.Sampling;
using Assay.Verify;
using Assay.Verify.Answers;
using Assay.Verify.Json;
using Assay.Verify.Relays;

namespace Assay.Providers.Language;

/// <summary>The JSON form of <see cref="AnswerParameters"/>. Numbers that are not whole are strings: the shortest decimal that reads back as the same float32.</summary>
public static class AnswerParametersFormat
{
    private const int MaxNumber = 32;

    public static JsonValue Write(AnswerParameters p) => StrictJson.Parse(StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("api", p.Api);
        WriteOutcome(json, p.Void);
        json.WriteNumber("ticket", p.Ticket);
        p.Seed.Write(json);
        WriteSampler(json, p.Sampler);
        json.WriteNumber("n", p.N);
        json.WriteNumber("maxTokens", p.MaxTokens);
        json.WriteStartArray("stop");
        foreach (var text in p.Stop)
            json.WriteStringValue(text);
        json.WriteEndArray();
        if (p.Alternatives is { } alternatives)
            json.WriteNumber("logprobs", alternatives);
        if (p.Words is { } words)
            json.WriteString("words", words.ToHex());
        if (p.Tools is { } tools)
        {
            json.WritePropertyName("tools");
            tools.Write(json);
        }
        if (p.Grammar is { } grammar)
            json.WriteString("grammar", grammar.ToHex());
        if (p.TemplateClock is { } clock)
            json.WriteString("templateClock", clock.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteStartObject("usage");
        json.WriteNumber("promptTokens", p.PromptTokens);
        json.WriteNumber("completionTokens", p.CompletionTokens);
        json.WriteEndObject();
        json.WriteStartArray("choices");
        foreach (var choice in p.Choices)
        {
            json.WriteStartObject();
            json.WriteNumber("tokens", choice.Tokens);
            json.WriteString("finishReason", choice.FinishReason);
            json.WriteNumber("toolCalls", choice.ToolCalls);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("systemFingerprint", p.SystemFingerprint);
        p.Route?.Write(json);
        json.WriteEndObject();
    }), 1 << 20);

    /// <exception cref="MalformedException">Not the parameters of a language model's answer.</exception>
    public static AnswerParameters Read(JsonValue value)
    {
        var json = new JsonAt(value, "predicate.parameters");
        return new AnswerParameters
        {
            Api = json["api"].Label(),
            Ticket = json["ticket"].Integer(),
            Seed = SeedClaim.Read(json["seed"]),
            Sampler = ReadSampler(json),
            N = Whole(json["n"]),
            MaxTokens = Whole(json["maxTokens"]),
            Stop = [.. json["stop"].Items().Select(s => s.Text())],
            Alternatives = json.Optional("logprobs") is { } logprobs ? Whole(logprobs) : null,
            Words = json.Optional("words")?.HexHash(),
            Tools = json.Optional("tools") is { } tools ? ToolReading.Read(tools) : null,
            Grammar = json.Optional("grammar")?.HexHash(),
            TemplateClock = json.Optional("templateClock") is { } clock ? Time(clock) : null,
            PromptTokens = json["usage"]["promptTokens"].Integer(),
            Choices = [.. json["choices"].Items(256).Select(c => new ChoiceClaim(c["tokens"].Integer(), c["finishReason"].Label(), c["toolCalls"].Integer()))],
            SystemFingerprint = json["systemFingerprint"].Label(),
            Route = RouteClaim.Read(json),
            Void = ReadOutcome(json),
        };
    }

    internal static void WriteOutcome(Utf8JsonWriter json, VoidReason? why)
    {
        json.WriteString("outcome", why is null ? "answer" : "void");
        if (why is { } reason)
            json.WriteString("reason", reason.ToString().ToLowerInvariant());
    }

    internal static VoidReason? ReadOutcome(JsonAt json) => json["outcome"].Text() switch
    {
        "answer" => null,
        "void" => Enum.TryParse<VoidReason>(json["reason"].Text(), ignoreCase: true, out var reason) && Enum.IsDefined(reason)
            ? reason
            : throw json["reason"].Wrong("\"cancelled\", \"failed\" or \"lost\""),
        _ => throw json["outcome"].Wrong("\"answer\" or \"void\""),
    };

    /// <summary>The ticket that any record of a language model names.</summary>
    /// <exception cref="MalformedException">It names none.</exception>
    public static ulong TicketOf(JsonValue value) => new JsonAt(value, "predicate.parameters")["ticket"].Integer();

    /// <summary>How many tokens the usage says that the answer has; <see cref="AnswerParameters.CompletionTokens"/> adds those of the choices up.</summary>
    /// <exception cref="MalformedException">Not the parameters of a language model's answer.</exception>
    public static ulong UsageOf(JsonValue value) => new JsonAt(value, "predicate.parameters")["usage"]["completionTokens"].Integer();

    private static void WriteSampler(Utf8JsonWriter json, SamplerOptions s)
    {
        json.WriteString("temperature", Decimal(s.Temperature));
        json.WriteString("topP", Decimal(s.TopP));
        json.WriteNumber("topK", s.TopK);
        json.WriteString("minP", Decimal(s.MinP));
        json.WriteString("presencePenalty", Decimal(s.PresencePenalty));
        json.WriteString("frequencyPenalty", Decimal(s.FrequencyPenalty));
        json.WriteStartObject("logitBias");
        foreach (var (token, bias) in s.LogitBias)
            json.WriteString(token.ToString(CultureInfo.InvariantCulture), Decimal(bias));
        json.WriteEndObject();
    }

    private static SamplerOptions ReadSampler(JsonAt json) => new()
    {
        Temperature = Float(json["temperature"]),
        TopP = Float(json["topP"]),
        TopK = Whole(json["topK"]),
        MinP = Float(json["minP"]),
        PresencePenalty = Float(json["presencePenalty"]),
        FrequencyPenalty = Float(json["frequencyPenalty"]),
        LogitBias = json["logitBias"].Object().Members.ToImmutableSortedDictionary(
            m => int.TryParse(m.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var token) ? token : throw json["logitBias"].Wrong("token ids"),
            m => Float(json["logitBias"][m.Key])),
    };

    private static string Decimal(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static float Float(JsonAt json) =>
        float.TryParse(json.Text(MaxNumber), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && Decimal(value) == json.Text()
            ? value
            : throw json.Wrong("the shortest decimal of a float32");

    private static int Whole(JsonAt json) => json.Integer() is var n and <= int.MaxValue ? (int)n : throw json.Wrong("a whole number below 2^31");

    private static DateTimeOffset Time(JsonAt json) =>
        DateTimeOffset.TryParseExact(json.Text(), "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw json.Wrong("a time such as 2026-01-31T12:00:00Z");
}
