using System.Net;
using System.Text.Json;
using Assay.Verify.Json;

namespace Assay.Store.Pull;

/// <summary>A file of a hub's repository, as the hub lists it.</summary>
/// <param name="Size">In bytes, or null where the hub does not say.</param>
public sealed record HubFile(string Name, long? Size)
{
    /// <summary>SHA-256 of a large file, Git blob of a small one; null where the hub does not say.</summary>
    internal FileDigest? Digest { get; init; }
}

/// <summary>The Hugging Face hub's API.</summary>
/// <remarks>
/// <c>GET /api/models/REPO/revision/REVISION?blobs=true</c> gives the commit (<c>sha</c>) and its files (<c>siblings</c>: <c>rfilename</c>, <c>size</c>,
/// <c>blobId</c>, and <c>lfs.sha256</c> of those in large file storage); <c>GET /REPO/resolve/COMMIT/FILE</c> gives a file or redirects to it, with its
/// digest in <c>X-Linked-Etag</c> or <c>ETag</c> and its size in <c>X-Linked-Size</c>.
/// See https://huggingface.co/docs/hub/api and huggingface_hub's <c>file_download.py</c>.
/// </remarks>
internal sealed class HubSource(PullHttp http, PullOptions options)
{
    private const int MaxListing = 32 << 20, MaxFiles = 100_000;

    public async Task<PullPlan> PlanAsync(PullReference.Hub wanted, CancellationToken cancel)
    {
        var (commit, listed) = await ListAsync(wanted, cancel);
        var choice = HubChoice.Of(wanted, listed, options.Choose);
        var remote = Remote(wanted, $"{wanted.Repository}/resolve/{commit}/");
        var files = new List<RemoteFile>();
        foreach (var (name, file) in choice.Files)
        {
            var there = remote.At(new Uri(remote.Address.AbsoluteUri + Escaped(file.Name)));
            files.Add(await KnownAsync(name, file, there, cancel));
        }
        return new PullPlan(choice.Name, $"hf:{wanted.Repository}@{commit}", files);
    }

    private async Task<(string Commit, List<HubFile> Files)> ListAsync(PullReference.Hub wanted, CancellationToken cancel)
    {
        var remote = Remote(wanted, $"api/models/{wanted.Repository}/revision/{Uri.EscapeDataString(wanted.Revision)}?blobs=true");
        var bytes = await http.ReadAsync(remote, MaxListing, cancel);
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            var commit = root.TryGetProperty("sha", out var sha) && sha.GetString() is { } text && PullReference.IsPath(text) ? text : wanted.Revision;
            var siblings = root.GetProperty("siblings");
            return siblings.GetArrayLength() <= MaxFiles
                ? (Uri.EscapeDataString(commit), [.. siblings.EnumerateArray().Select(Read).Where(f => PullReference.IsPath(f.Name))])
                : throw new JsonException($"more than {MaxFiles} files");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new StoreException(StoreFault.BadRequest, $"{PullHttp.Shown(remote.Address)} does not answer as a hub does: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static HubFile Read(JsonElement sibling)
    {
        var large = sibling.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object ? lfs : (JsonElement?)null;
        var size = Number(large ?? sibling, "size") ?? Number(sibling, "size");
        return new HubFile(sibling.GetProperty("rfilename").GetString() ?? "", size)
        {
            Digest = FileDigest.Parse(large is { } stored ? Text(stored, "sha256") : Text(sibling, "blobId")),
        };
    }

    // Where the listing has no digest, the file's own address does.
    private async Task<RemoteFile> KnownAsync(string name, HubFile file, Remote there, CancellationToken cancel)
    {
        if (file is { Digest: { } digest, Size: { } size })
            return new RemoteFile(name, there, digest, size);
        using var head = await http.SendAsync(there, cancel, HttpMethod.Head, follow: false);
        var tag = Header(head, "X-Linked-Etag") ?? Header(head, "ETag");
        var known = FileDigest.Parse(tag?.Trim('"'))
            ?? throw new StoreException(StoreFault.BadRequest, $"{PullHttp.Shown(there.Address)} has no digest: what cannot be checked is not pulled");
        var length = long.TryParse(Header(head, "X-Linked-Size"), out var linked) ? linked
            : head.IsSuccessStatusCode ? head.Content.Headers.ContentLength : file.Size;
        // A Git blob's identifier begins with its size.
        return known.IsGit && length is null
            ? throw new StoreException(StoreFault.BadRequest, $"{PullHttp.Shown(there.Address)} does not say its size: it cannot be checked")
            : new RemoteFile(name, there, known, length);
    }

    private Remote Remote(PullReference.Hub wanted, string path) =>
        new(new Uri($"{options.Hub.AbsoluteUri.TrimEnd('/')}/{path}"), (status, code) => Refused(wanted, status, code), options.Token);

    private StoreException Refused(PullReference.Hub wanted, HttpStatusCode status, string? code)
    {
        var page = $"{PullHttp.Shown(options.Hub).TrimEnd('/')}/{wanted.Repository}";
        return (code, (int)status) switch
        {
            ("RevisionNotFound", _) => new StoreException(StoreFault.NotFound, $"{wanted.Repository} has no revision '{StrictJson.Shown(wanted.Revision)}'"),
            ("EntryNotFound", _) => new StoreException(StoreFault.NotFound, $"{wanted.Repository} no longer has that file at '{StrictJson.Shown(wanted.Revision)}'"),
            ("GatedRepo", _) when options.Token is null => new StoreException(StoreFault.Unavailable, $"{wanted.Repository} asks for consent: accept its terms at {page}, and set HF_TOKEN to an access token of yours"),
            ("GatedRepo", _) => new StoreException(StoreFault.Unavailable, $"{wanted.Repository} asks for consent: accept its terms at {page} with the account whose token HF_TOKEN holds"),
            (_, 401) when options.Token is null => new StoreException(StoreFault.Unavailable, $"{page} is not there or not public: if it is private, set HF_TOKEN to an access token that may read it"),
            (_, 401 or 403) => new StoreException(StoreFault.Unavailable, $"{page} may not be read with the token in HF_TOKEN, or with none"),
            (_, 404) => new StoreException(StoreFault.NotFound, $"{page} is not there"),
            _ => new StoreException(StoreFault.Unavailable, $"{page} answers with status {(int)status}"),
        };
    }

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.First() : null;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0 ? number : null;
}
