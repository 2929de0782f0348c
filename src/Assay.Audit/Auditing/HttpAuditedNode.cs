using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Bundles;
using Assay.Verify.Codecs;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>A provider's node over HTTP, as its auditor (docs/spec/audits.md section 3) and as any caller sees it: no redirect is followed, every answer has a limit and a time.</summary>
public sealed class HttpAuditedNode : IAuditedNode, ICaller, IDisposable
{
    private const int MaxAnswer = 64 * 1024;
    private const int MaxReason = 300;

    private readonly HttpClient client;
    private readonly TimeSpan within;

    /// <param name="url">Of the node.</param>
    /// <param name="apiKey">What it asks callers for, or null.</param>
    /// <param name="within">For one whole answer; ten minutes if not given: 64 bundles may be many bytes.</param>
    public HttpAuditedNode(Uri url, string? apiKey = null, TimeSpan? within = null)
    {
        this.within = within ?? TimeSpan.FromMinutes(10);
        client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None })
        {
            BaseAddress = new Uri(url.ToString().TrimEnd('/') + "/"), Timeout = Timeout.InfiniteTimeSpan,
        };
        if (apiKey is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    public Task<NodeReply> CommitAsync(AuditSeedEvent seed, CancellationToken cancel) => PostAsync("v1/audits/seeds", seed.ToRequest(), cancel);

    public Task<NodeReply> ShowSecretAsync(Hash keyId, ulong epoch, Hash secret, CancellationToken cancel) =>
        PostAsync("v1/audits/secrets", new SecretRequest(keyId, epoch, secret).ToBytes(), cancel);

    public async Task<IReadOnlyList<RevealedSeed>> SecretsAsync(Hash keyId, ulong epoch, CancellationToken cancel)
    {
        IReadOnlyList<RevealedSeed> secrets = [];
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/audits/secrets?key={keyId.ToHex()}&epoch={epoch}");
        // A board that shows nothing that can be read shows nothing.
        _ = await SendAsync(request, async (body, stop) =>
        {
            var json = JsonAt.Root(StrictJson.Parse(await ReadAsync(body, MaxAnswer, stop), MaxAnswer), "secrets");
            secrets = [.. json["secrets"].Items(AuditSeed.MaxPerEpoch).Select(s => new RevealedSeed(s["index"].Integer(), s["secret"].HexHash()))];
        }, cancel);
        return secrets;
    }

    public async Task<NodeReply> OpenAsync(OpeningRequest request, Action<OpeningLine> take, CancellationToken cancel)
    {
        using var post = Post("v1/audits/openings", request.ToBytes());
        return await SendAsync(post, (body, stop) => ReadLinesAsync(body, request.Count, line =>
        {
            try
            {
                take(OpeningLine.Parse(line));
            }
            catch (MalformedException)
            {
                // A record that comes as something else has not come.
            }
        }, stop), cancel);
    }

    public async Task<(NodeReply Reply, string Receipt, string Salt)> AskAsync(CanaryRequest request, CancellationToken cancel)
    {
        var (receipt, salt) = ("", "");
        using var post = Post(request.Path.TrimStart('/'), request.Body);
        var reply = await SendAsync(post, async (body, stop) =>
        {
            try
            {
                using var json = JsonDocument.Parse(await ReadAsync(body, Bundle.MaxSize, stop));
                var assay = json.RootElement.GetProperty("assay");
                (receipt, salt) = (assay.GetProperty("receipt").GetString()!, assay.GetProperty("salts").GetProperty("output").GetString()!);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new MalformedException("an answer without a receipt", e);
            }
            // They become part of an address and of a header.
            if (receipt.Length != 32 || !receipt.All(char.IsAsciiHexDigitLower) || Base64.Read(salt).Length != Commitment.SaltSize)
                throw new MalformedException("an answer whose receipt has no id or salt");
        }, cancel);
        return (reply, receipt, salt);
    }

    public async Task<(NodeReply Reply, Bundle? Bundle)> BundleAsync(string receipt, string salt, CancellationToken cancel)
    {
        Bundle? bundle = null;
        using var get = new HttpRequestMessage(HttpMethod.Get, $"v1/receipts/{receipt}");
        get.Headers.Add("Assay-Disclosure", salt);
        var reply = await SendAsync(get, async (body, stop) => bundle = Bundle.Parse(await ReadAsync(body, Bundle.MaxSize, stop)), cancel);
        return (reply, bundle);
    }

    public void Dispose() => client.Dispose();

    private async Task<NodeReply> PostAsync(string path, byte[] body, CancellationToken cancel)
    {
        using var post = Post(path, body);
        return await SendAsync(post, (_, _) => Task.CompletedTask, cancel);
    }

    private static HttpRequestMessage Post(string path, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
    }

    private async Task<NodeReply> SendAsync(HttpRequestMessage request, Func<Stream, CancellationToken, Task> read, CancellationToken cancel)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        time.CancelAfter(within);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, time.Token);
            using var body = await response.Content.ReadAsStreamAsync(time.Token);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                await read(body, time.Token);
                return new NodeReply(NodeAnswer.Taken);
            }
            // Of a bundle: promised, and not yet in the tree.
            if (response.StatusCode == HttpStatusCode.Accepted)
                return new NodeReply(NodeAnswer.Busy, "not yet in the tree");
            var why = $"status {(int)response.StatusCode}: {await ErrorOfAsync(body, time.Token)}";
            return new NodeReply(
                response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests ? NodeAnswer.Busy : NodeAnswer.Refused, why);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new NodeReply(NodeAnswer.Unreachable, $"{client.BaseAddress} gave no whole answer within {within.TotalSeconds} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new NodeReply(NodeAnswer.Unreachable, $"{client.BaseAddress} cannot be reached: {e.Message}");
        }
        catch (MalformedException e)
        {
            return new NodeReply(NodeAnswer.Refused, $"an answer that cannot be read: {e.Message}");
        }
    }

    // The one line of an error, cut and cleaned: it is a stranger's text.
    private static async Task<string> ErrorOfAsync(Stream body, CancellationToken stop)
    {
        try
        {
            using var json = JsonDocument.Parse(await ReadAsync(body, MaxAnswer, stop));
            var error = json.RootElement.GetProperty("error");
            // The OpenAI API has it one level deeper.
            var text = (error.ValueKind == JsonValueKind.Object ? error.GetProperty("message") : error).GetString()!;
            return string.Concat(text.Take(MaxReason).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or MalformedException or NullReferenceException)
        {
            return "no reason given";
        }
    }

    private static async Task<byte[]> ReadAsync(Stream body, int limit, CancellationToken stop)
    {
        var bytes = new MemoryStream();
        var chunk = new byte[16 * 1024];
        for (int read; (read = await body.ReadAsync(chunk, stop)) > 0;)
        {
            if (bytes.Length + read > limit)
                throw new MalformedException($"an answer of more than {limit} bytes");
            bytes.Write(chunk, 0, read);
        }
        return bytes.ToArray();
    }

    // No more lines than were asked for, and none longer than a bundle.
    private static async Task ReadLinesAsync(Stream body, int most, Action<ReadOnlySpan<byte>> take, CancellationToken stop)
    {
        var (line, chunk) = (new MemoryStream(), new byte[64 * 1024]);
        for (int read; most > 0 && (read = await body.ReadAsync(chunk, stop)) > 0;)
        {
            var rest = chunk.AsMemory(0, read);
            while (most > 0 && rest.Span.IndexOf((byte)'\n') is >= 0 and var end)
            {
                Add(line, rest.Span[..end]);
                take(line.GetBuffer().AsSpan(0, (int)line.Length));
                line.SetLength(0);
                (rest, most) = (rest[(end + 1)..], most - 1);
            }
            Add(line, rest.Span);
        }

        static void Add(MemoryStream line, ReadOnlySpan<byte> bytes)
        {
            if (line.Length + bytes.Length > OpeningLine.MaxSize)
                throw new MalformedException($"a line of more than {OpeningLine.MaxSize} bytes");
            line.Write(bytes);
        }
    }
}
