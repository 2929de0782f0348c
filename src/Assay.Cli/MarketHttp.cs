using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Assay.Market.Journal;
using Assay.Node;
using Assay.Node.Keys;
using Assay.Verify.Crypto;

namespace Assay.Cli;

/// <summary>A node's market over HTTP, for whoever trades in it.</summary>
internal sealed class MarketHttp : IDisposable
{
    private const int MostAnswer = 64 << 20;

    private readonly HttpClient http;

    /// <param name="bearer">The node's API key or its operator's token; null for neither.</param>
    public MarketHttp(Uri node, string? bearer)
    {
        http = new HttpClient { BaseAddress = new Uri(node.ToString().TrimEnd('/') + "/"), MaxResponseContentBufferSize = MostAnswer };
        if (bearer is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
    }

    /// <exception cref="NodeException">The node says no, in its own words, or cannot be reached.</exception>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancel) => Json(await SendAsync(HttpMethod.Get, path, null, cancel));

    /// <summary>A file that the market makes.</summary>
    public async Task<byte[]> FileAsync(string path, CancellationToken cancel) => await SendAsync(HttpMethod.Get, path, null, cancel);

    /// <summary>Has an event of the market itself done.</summary>
    public async Task<JsonElement> OperateAsync(MarketEvent step, CancellationToken cancel) => Json(await SendAsync(HttpMethod.Post, "v1/market/operator", step.ToText(), cancel));

    /// <summary>Signs the next instruction of whoever has a key, and has it done.</summary>
    /// <param name="make">Of the participant's number and nonce.</param>
    public async Task<JsonElement> InstructAsync(string keyFile, Func<ulong, ulong, MarketInstruction> make, CancellationToken cancel)
    {
        using var key = ReadKey(keyFile);
        var origin = (await GetAsync("v1/market", cancel)).GetProperty("origin").GetString()!;
        var me = await OfKeyAsync(key, cancel);
        var signed = SignedEvent.Sign(origin, make(me.GetProperty("participant").GetUInt64(), me.GetProperty("nonce").GetUInt64()), key);
        var body = JsonSerializer.SerializeToUtf8Bytes(new { text = Encoding.UTF8.GetString(signed.Text.Span), signature = Convert.ToBase64String(signed.Signature.Span) });
        return Json(await SendAsync(HttpMethod.Post, "v1/market/instructions", body, cancel));
    }

    /// <summary>The number of the participant that has a key.</summary>
    public async Task<ulong> NumberOfAsync(string keyFile, CancellationToken cancel)
    {
        using var key = ReadKey(keyFile);
        return (await OfKeyAsync(key, cancel)).GetProperty("participant").GetUInt64();
    }

    /// <summary>A trader's key: an Ed25519 key in a file that nobody else may read.</summary>
    public static SigningKey ReadKey(string path)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (File.Exists(path) && (File.GetUnixFileMode(path) & others) != UnixFileMode.None)
            throw new UsageException($"others on this machine may read or change the key file '{path}': chmod 600 '{path}'");
        var key = KeyFile.Read(path);
        return key.PublicKey.Algorithm == KeyAlgorithm.Ed25519 ? key : throw new UsageException($"'{path}' is not an Ed25519 key: `assay key new FILE` makes one");
    }

    /// <summary>The 32 bytes of an Ed25519 key.</summary>
    public static Hash RawOf(PublicKey key) => Hash.From(key.Raw);

    public void Dispose() => http.Dispose();

    private Task<JsonElement> OfKeyAsync(SigningKey key, CancellationToken cancel) => GetAsync($"v1/market/participants?key={RawOf(key.PublicKey).ToHex()}", cancel);

    private static JsonElement Json(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes).RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new NodeException(NodeFault.Unavailable, "the node answers something that is not JSON", e);
        }
    }

    private async Task<byte[]> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        try
        {
            using var answer = await http.SendAsync(request, cancel);
            var bytes = await answer.Content.ReadAsByteArrayAsync(cancel);
            return answer.IsSuccessStatusCode ? bytes : throw Refused((int)answer.StatusCode, bytes);
        }
        catch (HttpRequestException e)
        {
            throw new NodeException(NodeFault.Unavailable, $"no node answers at {http.BaseAddress}: {e.Message}", e);
        }
    }

    private static NodeException Refused(int status, byte[] bytes)
    {
        string? line = null;
        try
        {
            line = JsonDocument.Parse(bytes).RootElement.GetProperty("error").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Some other server: its status is all there is to tell.
        }
        return new NodeException(
            status switch { 404 => NodeFault.NotFound, 400 or 409 => NodeFault.BadRequest, 401 or 403 => NodeFault.Forbidden, _ => NodeFault.Unavailable },
            line ?? string.Create(CultureInfo.InvariantCulture, $"the node answers with status {status}"));
    }
}
