using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models.Tokenizers;
using Assay.Node.Language;
using Assay.Providers.Language;
using Assay.Verify.Answers;

namespace Assay.Node.Web.OpenAi;

/// <summary>What is the same in a whole answer and in every chunk of a stream, and the JSON of both.</summary>
/// <param name="Model">NAME@VERSION.</param>
internal sealed record AnswerFrame(string Model, LanguageAnswer Answer, Tokenizer Tokenizer)
{
    // The least that the API writes for a logarithm, JSON having no infinity.
    private const float Least = -9999;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool IsChat => Answer.Request.Api == RequestReader.Chat;

    public static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
            write(json);
        return buffer.ToArray();
    }

    /// <summary>The members that begin an object.</summary>
    /// <param name="isChunk">Of a stream.</param>
    public void WriteHead(Utf8JsonWriter json, bool isChunk)
    {
        json.WriteString("id", AnswerIds.Of(Answer.RecordId, IsChat));
        json.WriteString("object", !IsChat ? "text_completion" : isChunk ? "chat.completion.chunk" : "chat.completion");
        json.WriteNumber("created", Answer.RequestedAt.ToUnixTimeSeconds());
        json.WriteString("model", Model);
        json.WriteString("system_fingerprint", Answer.SystemFingerprint);
    }

    public static void WriteUsage(Utf8JsonWriter json, int prompt, long completion)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", prompt);
        json.WriteNumber("completion_tokens", completion);
        json.WriteNumber("total_tokens", prompt + completion);
        json.WriteEndObject();
    }

    /// <summary>The whole answer with its receipt.</summary>
    /// <param name="choices">Of each choice its tokens, and what they say.</param>
    public byte[] Whole(IReadOnlyList<WholeChoice> choices, FinishedAnswer finished) => Json(json =>
    {
        json.WriteStartObject();
        WriteHead(json, isChunk: false);
        json.WriteStartArray("choices");
        for (var i = 0; i < choices.Count; i++)
        {
            var choice = choices[i];
            json.WriteStartObject();
            json.WriteNumber("index", i);
            if (IsChat)
            {
                json.WriteStartObject("message");
                json.WriteString("role", "assistant");
                json.WriteString("content", choice.Content.Length == 0 && choice.Calls.Count > 0 ? null : choice.Content.ToString());
                json.WriteNull("refusal");
                WriteCalls(json, choice.Calls, firstIndex: null);
                json.WriteEndObject();
            }
            else
                json.WriteString("text", choice.Content.ToString());
            WriteLogs(json, choice.Tokens, new TextOffsets());
            json.WriteString("finish_reason", choice.Finish);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteUsage(json, Answer.PromptTokens, choices.Sum(c => (long)c.Tokens.Count));
        ReceiptJson.Write(json, finished.Receipt, finished.Words, Answer.Request.Route);
        json.WriteEndObject();
    });

    /// <summary>Calls of tools, if any.</summary>
    /// <param name="firstIndex">In a stream, the number of the first of them in its choice.</param>
    public static void WriteCalls(Utf8JsonWriter json, IReadOnlyList<(string Id, ToolCall Call)> calls, ulong? firstIndex)
    {
        if (calls.Count == 0)
            return;
        json.WriteStartArray("tool_calls");
        foreach (var (id, call) in calls)
        {
            json.WriteStartObject();
            if (firstIndex is { } index)
            {
                json.WriteNumber("index", index);
                firstIndex = index + 1;
            }
            json.WriteString("id", id);
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", call.Name);
            json.WriteString("arguments", call.Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Log-probabilities of tokens where the request asked for them.</summary>
    /// <param name="offsets">Of the choice, as far as the tokens before these.</param>
    public void WriteLogs(Utf8JsonWriter json, IReadOnlyList<GeneratedToken> tokens, TextOffsets offsets)
    {
        if (Answer.Request.Generation.Alternatives is null || tokens.Count == 0)
        {
            json.WriteNull("logprobs");
            return;
        }
        json.WriteStartObject("logprobs");
        if (IsChat)
            WriteChatLogs(json, tokens);
        else
            WriteCompletionLogs(json, tokens, offsets);
        json.WriteEndObject();
    }

    private void WriteChatLogs(Utf8JsonWriter json, IReadOnlyList<GeneratedToken> tokens)
    {
        json.WriteStartArray("content");
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            WriteLog(json, token.Id, token.LogProbability ?? Least);
            json.WriteStartArray("top_logprobs");
            foreach (var other in token.Alternatives)
            {
                json.WriteStartObject();
                WriteLog(json, other.Token, other.LogProbability);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNull("refusal");
    }

    private void WriteLog(Utf8JsonWriter json, int id, float logProbability)
    {
        var word = ModelDigests.WordOf(Tokenizer, (uint)id);
        json.WriteString("token", word.Shown);
        json.WriteNumber("logprob", Finite(logProbability));
        json.WriteStartArray("bytes");
        foreach (var value in word.Bytes.Span)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private void WriteCompletionLogs(Utf8JsonWriter json, IReadOnlyList<GeneratedToken> tokens, TextOffsets offsets)
    {
        json.WriteStartArray("tokens");
        foreach (var token in tokens)
            json.WriteStringValue(TextOf(token.Id));
        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach (var token in tokens)
            json.WriteNumberValue(Finite(token.LogProbability ?? Least));
        json.WriteEndArray();
        json.WriteStartArray("top_logprobs");
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            // Two tokens may have one text: the likelier one is first.
            foreach (var other in token.Alternatives.DistinctBy(a => TextOf(a.Token)))
                json.WriteNumber(TextOf(other.Token), Finite(other.LogProbability));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("text_offset");
        foreach (var token in tokens)
            json.WriteNumberValue(offsets.Next(token.Text.Span));
        json.WriteEndArray();
    }

    private string TextOf(int id) => ModelDigests.WordOf(Tokenizer, (uint)id).Shown;

    private static float Finite(float value) => float.IsFinite(value) ? Math.Max(value, Least) : Least;
}
