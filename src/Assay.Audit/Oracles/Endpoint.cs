using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Assay.Audit.Oracles;

/// <summary>An endpoint of the OpenAI API, as an auditor asks it. Whatever it sends is bounded, and never more than a <see cref="Reply"/>.</summary>
/// <param name="http">Its own time-out must be longer than <paramref name="patience"/>.</param>
/// <param name="address">What <c>/chat/completions</c> is appended to: <c>https://host/v1</c>.</param>
/// <param name="model">As requests name it.</param>
/// <param name="key">Of the API, or null.</param>
/// <param name="patience">How long an answer may take in all.</param>
public sealed class Endpoint(HttpClient http, string address, string model, string? key, TimeSpan patience)
{
    private const int MostBytes = 8 << 20;

    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 32 };

    public string Address { get; } = address.TrimEnd('/');

    public string Model => model;

    /// <summary>The request's body; what a local model reads to know the very prompt.</summary>
    public byte[] BodyOf(Probe probe, bool streamed, bool tokens)
    {
        var body = new JsonObject { ["model"] = model, ["max_tokens"] = probe.MaxTokens, ["temperature"] = probe.Temperature / 1000.0 };
        if (probe.IsChat)
            body["messages"] = probe.Messages!.DeepClone();
        else
            body["prompt"] = probe.Prompt;
        if (tokens)
            body["logprobs"] = probe.IsChat ? true : 0;
        if (streamed)
            body["stream"] = true;
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    /// <param name="streamed">For the time of the first token.</param>
    /// <param name="tokens">Whether to ask for log-probabilities, which name the tokens.</param>
    /// <exception cref="AuditException">The endpoint refuses such requests: there is nothing to testify to.</exception>
    public async Task<Reply> AskAsync(Probe probe, bool streamed, bool tokens, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Address}/{(probe.IsChat ? "chat/completions" : "completions")}");
        request.Content = new ByteArrayContent(BodyOf(probe, streamed, tokens));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        var start = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            if ((int)answer.StatusCode is >= 300 and < 500 && answer.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict))
                throw new AuditException($"{Address} answers {(int)answer.StatusCode} to the probe '{probe.Id}': look at address, model, key and probe");
            if (!answer.IsSuccessStatusCode)
                return Nothing(ReplyKind.None, start, $"status {(int)answer.StatusCode}");
            await using var stream = await answer.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            return streamed
                ? await StreamedReply.ReadAsync(stream, MostBytes, start, limit.Token).ConfigureAwait(false)
                : Whole(await ReadAsync(stream, limit.Token).ConfigureAwait(false), start);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Nothing(ReplyKind.None, start, $"no answer within {patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Nothing(ReplyKind.None, start, e.Message.Split('\n')[0]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return Nothing(ReplyKind.Malformed, start, e.Message.Split('\n')[0]);
        }
    }

    private static Reply Nothing(ReplyKind kind, long start, string why)
    {
        var time = Stopwatch.GetElapsedTime(start);
        return new Reply(kind, "", null, null, time, time, why);
    }

    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancel)
    {
        using var read = new MemoryStream();
        var chunk = new byte[64 << 10];
        for (int count; (count = await stream.ReadAsync(chunk, cancel).ConfigureAwait(false)) > 0;)
        {
            if (read.Length + count > MostBytes)
                throw new FormatException($"an answer of more than {MostBytes} bytes");
            read.Write(chunk, 0, count);
        }
        return read.ToArray();
    }

    private static Reply Whole(byte[] body, long start)
    {
        var time = Stopwatch.GetElapsedTime(start);
        using var json = JsonDocument.Parse(body, Bounded);
        var choices = json.RootElement.GetProperty("choices");
        var choice = choices.GetArrayLength() > 0 ? choices[0] : throw new FormatException("an answer without a choice");
        var text = choice.TryGetProperty("message", out var message)
            ? message.GetProperty("content") is { ValueKind: JsonValueKind.String } content ? content.GetString()! : ""
            : choice.GetProperty("text").GetString() ?? throw new FormatException("the answer's text is null");
        var finish = choice.TryGetProperty("finish_reason", out var reason) && reason.ValueKind == JsonValueKind.String ? reason.GetString() : null;
        return new Reply(ReplyKind.Answered, text, TokensOf(choice), finish, time, time);
    }

    private static List<SpokenToken>? TokensOf(JsonElement choice)
    {
        if (!choice.TryGetProperty("logprobs", out var logs) || logs.ValueKind != JsonValueKind.Object)
            return null;
        if (logs.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array)
            return [.. content.EnumerateArray().Select(t => new SpokenToken(
                t.GetProperty("token").GetString() ?? "",
                t.TryGetProperty("bytes", out var bytes) && bytes.ValueKind == JsonValueKind.Array ? [.. bytes.EnumerateArray().Select(b => b.GetByte())] : null))];
        return logs.TryGetProperty("tokens", out var tokens) && tokens.ValueKind == JsonValueKind.Array
            ? [.. tokens.EnumerateArray().Select(t => new SpokenToken(t.GetString() ?? "", null))]
            : null;
    }
}
