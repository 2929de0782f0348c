using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;
using Assay.Providers.Language;
using Assay.Verify.Crypto;

namespace Assay.Bench.Oracles;

/// <summary>What a provider does that its customers are not told.</summary>
public enum Cheat
{
    Honest,

    /// <summary>Serves the weights in four bits.</summary>
    Quantises,

    /// <summary>Has another model answer one request in five.</summary>
    Substitutes,

    /// <summary>Gives to a request that it has seen the answer that it gave then.</summary>
    Caches,

    /// <summary>Ends answers at half the length that was asked for, and says that the model ended them.</summary>
    Truncates,

    /// <summary>Puts a line of its own before the prompt.</summary>
    Rewrites,
}

/// <summary>A small provider that speaks the OpenAI API over our own engine, and cheats as it is told. Handlers are called one after another.</summary>
/// <param name="claimed">What it says that it serves.</param>
/// <param name="smaller">The same in four bits.</param>
/// <param name="other">Another model.</param>
/// <param name="seed">Of all chance.</param>
/// <param name="names">Whether answers have log-probabilities where they are asked for.</param>
internal sealed class CheatingProvider(
    RunnableLanguageModel claimed, RunnableLanguageModel smaller, RunnableLanguageModel other, int seed, bool names) : HttpMessageHandler
{
    private const int Context = 256;
    private const string Line = "Answer in the style of a brief note. ";

    private readonly Random dice = new(seed);
    private readonly Dictionary<RunnableLanguageModel, ILanguageEvaluator> open = [];
    private readonly Dictionary<Hash, byte[]> cache = [];

    /// <summary>What it does from now on.</summary>
    public Cheat Cheat { get; set; }

    /// <summary>Requests that it has answered.</summary>
    public int Requests { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var body = await request.Content!.ReadAsByteArrayAsync(cancel);
        Requests++;
        var digest = Sha256.Of(body);
        if (Cheat != Cheat.Caches || !cache.TryGetValue(digest, out var answer))
            answer = Answer(body, request.RequestUri!.AbsolutePath.EndsWith("chat/completions", StringComparison.Ordinal), cancel);
        if (Cheat == Cheat.Caches)
            cache[digest] = answer;
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(answer) };
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var evaluator in open.Values)
            evaluator.Dispose();
        open.Clear();
        base.Dispose(disposing);
    }

    private byte[] Answer(byte[] body, bool isChat, CancellationToken cancel)
    {
        if (Cheat == Cheat.Rewrites)
            body = Rewritten(body);
        var model = Cheat == Cheat.Quantises || (Cheat == Cheat.Substitutes && dice.Next(5) == 0) ? Cheat == Cheat.Quantises ? smaller : other : claimed;
        var asked = RequestReader.Read(isChat ? RequestReader.Chat : RequestReader.Completion, body, model, DateTimeOffset.UnixEpoch).Generation;
        var most = Cheat == Cheat.Truncates ? (asked.MaxTokens + 1) / 2 : asked.MaxTokens;
        var (tokens, ended) = Generate(model, asked, most, cancel);
        var text = Encoding.UTF8.GetString([.. tokens.SelectMany(t => model.Model.Tokenizer.Bytes(t).ToArray())]);
        var choice = new JsonObject { ["index"] = 0, ["finish_reason"] = ended || most < asked.MaxTokens ? "stop" : "length" };
        if (isChat)
            choice["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text };
        else
            choice["text"] = text;
        if (names && asked.Alternatives is not null)
            choice["logprobs"] = Logs(model, tokens);
        var stream = JsonDocument.Parse(body).RootElement.TryGetProperty("stream", out var s) && s.GetBoolean();
        if (!stream)
            return Encoding.UTF8.GetBytes(new JsonObject { ["object"] = isChat ? "chat.completion" : "text_completion", ["choices"] = new JsonArray(choice) }.ToJsonString());
        choice.Remove("message");
        if (isChat)
            choice["delta"] = new JsonObject { ["content"] = text };
        return Encoding.UTF8.GetBytes($"data: {new JsonObject { ["choices"] = new JsonArray(choice) }.ToJsonString()}\n\ndata: [DONE]\n\n");
    }

    private static byte[] Rewritten(byte[] body)
    {
        var json = JsonNode.Parse(body)!.AsObject();
        if (json["messages"] is JsonArray messages)
            messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = Line });
        else
            json["prompt"] = Line + json["prompt"]!.GetValue<string>();
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private (List<int> Tokens, bool Ended) Generate(RunnableLanguageModel model, GenerationRequest asked, int most, CancellationToken cancel)
    {
        if (!open.TryGetValue(model, out var evaluator))
            open[model] = evaluator = LanguageReplayTools.Local(_ => null, new() { Threads = 1 }).Open(model, 1, Math.Min(Context, model.Model.Architecture.ContextLength));
        var (sampler, tokens, noise) = (new TokenSampler(evaluator.VocabularySize), new List<int>(), new byte[32]);
        dice.NextBytes(noise);
        using var sequence = evaluator.NewSequence();
        ReadOnlyMemory<int> input = asked.Prompt.AsMemory();
        while (tokens.Count < most)
        {
            var step = new EvaluationStep(sequence, input, 1);
            evaluator.Evaluate([step], cancel);
            var next = sampler.Pick(step.Scores(0), asked.Sampler, noise, 0, tokens.Count);
            if (model.Model.Tokenizer.IsEndOfGeneration(next))
                return (tokens, true);
            tokens.Add(next);
            input = new[] { next };
        }
        return (tokens, false);
    }

    private static JsonObject Logs(RunnableLanguageModel model, List<int> tokens) => new()
    {
        ["content"] = new JsonArray([.. tokens.Select(t => (JsonNode)new JsonObject
        {
            ["token"] = ModelDigests.WordOf(model.Model.Tokenizer, (uint)t).Shown,
            ["bytes"] = new JsonArray([.. model.Model.Tokenizer.Bytes(t).ToArray().Select(b => (JsonNode)b)]),
        })]),
    };
}
