using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models;

namespace Assay.Providers.Language;

/// <summary>
/// Reads a request's body as the OpenAI API writes it. What a body asks for is a function of its bytes, the model and the clock alone, so
/// whoever replays an answer reads the very same out of it.
/// </summary>
public static class RequestReader
{
    public const string Chat = "chat";
    public const string Completion = "completion";
    public const string Embedding = "embedding";

    private const int MaxDepth = 64;

    /// <param name="api"><see cref="Chat"/> or <see cref="Completion"/>.</param>
    /// <param name="clock">What the model's chat template is told where it asks for the time.</param>
    /// <exception cref="ModelException">The body is not such a request, or asks for what there is not: one line that says what would be right.</exception>
    public static LanguageRequest Read(string api, ReadOnlyMemory<byte> body, RunnableLanguageModel model, DateTimeOffset clock)
    {
        using var json = Parse(body);
        return api switch
        {
            Chat => ChatReader.Read(json.RootElement, model, clock),
            Completion => CompletionReader.Read(json.RootElement, model),
            _ => throw new ModelException($"there is no API '{api}' whose requests can be read"),
        };
    }

    /// <summary>Reads a request for embeddings.</summary>
    /// <exception cref="ModelException">The body is not such a request, or the model makes none.</exception>
    public static EmbeddingCall ReadEmbedding(ReadOnlyMemory<byte> body, RunnableLanguageModel model)
    {
        using var json = Parse(body);
        return EmbeddingReader.Read(json.RootElement, model);
    }

    /// <summary>The name of the model that a body asks for, and whether it wants a stream.</summary>
    /// <exception cref="ModelException">The body is not JSON, or names no model.</exception>
    public static RequestHead ReadHead(ReadOnlyMemory<byte> body)
    {
        using var json = Parse(body);
        var fields = new RequestFields(json.RootElement);
        return new RequestHead(
            fields.Text("model") ?? throw new ModelException("model is missing: the name of a model is right"),
            fields.Flag("stream") ?? false, fields.Object("stream_options")?.Flag("include_usage") ?? false);
    }

    /// <summary>The name of the model that a body asks for; null where it names none.</summary>
    /// <exception cref="ModelException">The body is not JSON.</exception>
    public static string? ModelOf(ReadOnlyMemory<byte> body)
    {
        using var json = Parse(body);
        return new RequestFields(json.RootElement).Text("model");
    }

    /// <summary>What both APIs have in common.</summary>
    /// <param name="most">Tokens of the answer, or null for as many as the context has room for.</param>
    internal static GenerationRequest ReadGeneration(RequestFields fields, int[] prompt, long? most, int? alternatives)
    {
        foreach (var name in (string[])["functions", "function_call", "audio", "suffix", "best_of"])
            if (fields.Has(name) && !(name == "best_of" && fields.Whole(name, 1, 1) == 1))
                throw new ModelException($"{name} is not supported");
        return new GenerationRequest
        {
            Prompt = [.. prompt],
            Seed = [.. new byte[GenerationRequest.SeedSize]],
            MaxTokens = (int)Math.Min(most ?? int.MaxValue, int.MaxValue),
            Choices = (int)(fields.Whole("n", 1, GenerationRequest.MaxChoices) ?? 1),
            Stop = Stop(fields),
            Alternatives = alternatives,
            Sampler = new SamplerOptions
            {
                Temperature = fields.Number("temperature") ?? 1,
                TopP = fields.Number("top_p") ?? 1,
                TopK = (int)(fields.Whole("top_k", -1, int.MaxValue) is { } k and > 0 ? k : 0),
                MinP = fields.Number("min_p") ?? 0,
                PresencePenalty = fields.Number("presence_penalty") ?? 0,
                FrequencyPenalty = fields.Number("frequency_penalty") ?? 0,
                LogitBias = Biases(fields),
            },
        };
    }

    /// <summary>A body's JSON, all of whose names and texts are whole characters.</summary>
    /// <exception cref="ModelException">The body is not JSON, or holds text that is none.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            WholeTexts.Require("the body", body.Span, MaxDepth);
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException e)
        {
            throw new ModelException($"the body is not JSON: {e.Message.Split('\n')[0]}", e);
        }
    }

    private static ImmutableArray<string> Stop(RequestFields fields) => fields.Find("stop") switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } text => [RequestFields.TextOf("stop", text)],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(t => RequestFields.TextOf("stop", t))],
        _ => throw new ModelException("stop is neither a text nor a list of texts"),
    };

    private static ImmutableSortedDictionary<int, float> Biases(RequestFields fields)
    {
        var biases = ImmutableSortedDictionary.CreateBuilder<int, float>();
        foreach (var member in fields.Find("logit_bias") is { } found ? RequestFields.Members("logit_bias", found) : [])
            biases[int.TryParse(member.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? id : throw new ModelException($"logit_bias names '{RequestFields.Cut(member.Name)}': token ids are right")] = RequestFields.NumberOf("logit_bias", member.Value);
        return biases.ToImmutable();
    }
}

/// <param name="Model">As the request writes it.</param>
public sealed record RequestHead(string Model, bool Streams, bool IncludesUsage);
