using System.Globalization;
using System.Text.Json;

namespace Assay.Providers.Relay;

/// <summary>An upstream's answer on its way. One reader.</summary>
public sealed class RelayRun : IDisposable
{
    // So much of an upstream's message is shown.
    private const int MaxMessage = 300;
    private const int MaxRetryAfter = 86_400;

    private readonly HttpResponseMessage response;
    private readonly RelayOptions options;
    private readonly CancellationTokenSource ends;
    private readonly CancellationToken caller;
    private Stream? body;
    private long read;

    internal RelayRun(HttpResponseMessage response, RelayOptions options, CancellationTokenSource ends, CancellationToken caller) =>
        (this.response, this.options, this.ends, this.caller) = (response, options, ends, caller);

    /// <summary>Of HTTP.</summary>
    public int Status => (int)response.StatusCode;

    /// <summary>Whether the body is a stream of events.</summary>
    public bool IsStream => response.Content.Headers.ContentType?.MediaType == "text/event-stream";

    /// <summary>How the body is encoded beyond what HTTP itself does; null for not at all.</summary>
    public string? Encoding => response.Content.Headers.ContentEncoding.FirstOrDefault(e => e != "identity");

    /// <summary>Reads on; 0 at the end of a body that is whole as HTTP counts it.</summary>
    /// <exception cref="RelayException">It broke off, nothing came in time, or it is too long.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(ends.Token);
        silence.CancelAfter(options.SilenceWithin);
        try
        {
            body ??= await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
            var count = await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
            read += count;
            var most = Status == 200 ? options.MaxBytes : options.MaxErrorBytes;
            return read <= most ? count : throw new RelayException(RelayFault.BadAnswer, $"the upstream sends more than {most} bytes");
        }
        catch (OperationCanceledException e) when (!caller.IsCancellationRequested)
        {
            throw new RelayException(RelayFault.TimedOut, "the upstream fell silent within its answer, or took too long for all of it", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new RelayException(RelayFault.Unreachable, "the upstream broke off within its answer", e);
        }
    }

    /// <summary>What an answer with another status than 200 says.</summary>
    /// <param name="error">Its body, as far as it came.</param>
    public RelayException Refusal(ReadOnlySpan<byte> error)
    {
        var (message, parameter, code) = Says(error);
        // What it says of the operator's key is not the caller's to know.
        var shown = Status is >= 300 and < 400 ? "sends elsewhere, and that is not followed"
            : Status is 401 or 403 ? "takes not this node's key" : message is null ? "does not say why" : $"says: {Cut(message)}";
        return new RelayException(RelayFault.Refused, $"the upstream answers with status {Status} and {shown}") { Status = Status, RetryAfter = RetryAfter(), Says = (parameter, code) };
    }

    public void Dispose()
    {
        // Before the response: a body that is still coming must not be read to its end for the connection's sake.
        ends.Cancel();
        response.Dispose();
        ends.Dispose();
    }

    private int? RetryAfter() => response.Headers.TryGetValues("Retry-After", out var values)
        && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? Math.Min(seconds, MaxRetryAfter) : null;

    private static (string? Message, string? Parameter, string? Code) Says(ReadOnlySpan<byte> error)
    {
        try
        {
            var reader = new Utf8JsonReader(error);
            using var json = JsonDocument.ParseValue(ref reader);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("error", out var said))
                return default;
            return said.ValueKind switch
            {
                JsonValueKind.String => (said.GetString(), null, null),
                JsonValueKind.Object => (Text(said, "message"), Label(said, "param"), Label(said, "code")),
                _ => default,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    private static string Cut(string text) =>
        string.Concat((text.Length <= MaxMessage ? text : text[..MaxMessage] + "...").Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Label(JsonElement json, string name) => Text(json, name) is { Length: > 0 and <= 64 } text && text.All(c => c is > ' ' and < '\x7f') ? text : null;
}
