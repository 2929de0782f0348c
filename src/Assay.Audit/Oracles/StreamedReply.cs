using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Assay.Audit.Oracles;

/// <summary>Reads an answer that comes as server-sent events (WHATWG HTML, section 9.2; the last is <c>data: [DONE]</c>).</summary>
internal static class StreamedReply
{
    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 32 };

    public static async Task<Reply> ReadAsync(Stream stream, int most, long start, CancellationToken cancel)
    {
        var (text, line, read) = (new StringBuilder(), new List<byte>(), 0);
        TimeSpan? first = null;
        string? finish = null;
        var (done, events) = (false, 0);
        var chunk = new byte[16 << 10];
        for (int count; !done && (count = await stream.ReadAsync(chunk, cancel).ConfigureAwait(false)) > 0;)
        {
            if ((read += count) > most)
                throw new FormatException($"an answer of more than {most} bytes");
            for (var i = 0; i < count && !done; i++)
            {
                if (chunk[i] != '\n')
                {
                    line.Add(chunk[i]);
                    continue;
                }
                Take([.. line]);
                line.Clear();
            }
        }
        var total = Stopwatch.GetElapsedTime(start);
        if (events == 0)
            throw new FormatException("a stream without an event");
        return done
            ? new Reply(ReplyKind.Answered, text.ToString(), null, finish, first ?? total, total)
            : new Reply(ReplyKind.Malformed, text.ToString(), null, finish, first ?? total, total, "the stream ends without [DONE]");

        void Take(byte[] bytes)
        {
            var data = bytes.AsSpan().TrimEnd((byte)'\r');
            if (!data.StartsWith("data:"u8))
                return;
            data = data["data:"u8.Length..].Trim((byte)' ');
            if (done = data.SequenceEqual("[DONE]"u8))
                return;
            using var json = JsonDocument.Parse(data.ToArray(), Bounded);
            events++;
            // Some send `"error": null` with every event.
            if (json.RootElement.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
                throw new FormatException("the stream ends with an error");
            if (!json.RootElement.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0)
                return;
            var choice = choices[0];
            var piece = choice.TryGetProperty("delta", out var delta)
                ? delta.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String ? content.GetString() : null
                : choice.TryGetProperty("text", out var part) && part.ValueKind == JsonValueKind.String ? part.GetString() : null;
            if (!string.IsNullOrEmpty(piece))
            {
                first ??= Stopwatch.GetElapsedTime(start);
                text.Append(piece);
            }
            if (choice.TryGetProperty("finish_reason", out var reason) && reason.ValueKind == JsonValueKind.String)
                finish = reason.GetString();
        }
    }
}
