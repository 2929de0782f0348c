using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Store.Pull;

/// <summary>The Ollama registry, which speaks the distribution protocol of containers.</summary>
/// <remarks>
/// <c>GET /v2/NAMESPACE/NAME/manifests/TAG</c> lists layers by media type, digest and size; <c>GET /v2/NAMESPACE/NAME/blobs/sha256:HEX</c> gives one or
/// redirects to it. See https://distribution.github.io/distribution/spec/api/ and the media types <c>application/vnd.ollama.image.*</c>.
/// </remarks>
internal sealed class OllamaSource(PullHttp http, PullOptions options)
{
    private const int MaxManifest = 4 << 20, MaxLayers = 64;
    private const string Manifest = "application/vnd.docker.distribution.manifest.v2+json", Image = "application/vnd.ollama.image.";

    public async Task<PullPlan> PlanAsync(PullReference.Ollama wanted, CancellationToken cancel)
    {
        var remote = new Remote(At($"v2/{wanted.Repository}/manifests/{wanted.Tag}"), (status, _) => Refused(wanted, status));
        var bytes = await http.ReadAsync(remote, MaxManifest, cancel, request => request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Manifest)));
        var (files, notes) = (new List<RemoteFile>(), new List<string>());
        foreach (var (kind, digest, size) in Layers(remote, bytes))
        {
            var layer = remote.At(At($"v2/{wanted.Repository}/blobs/sha256:{digest.Hex}"));
            switch (kind)
            {
                // What makes another model of the weights cannot be left out.
                case "adapter" or "tensor":
                    throw new StoreException(StoreFault.BadRequest, $"{Name(wanted)} has a layer of kind '{kind}': only models of one .gguf file can be run");
                case "model" or "template" or "params" or "system":
                    files.Add(new RemoteFile(FileName(kind), layer, digest, size));
                    if (kind != "model")
                        notes.Add($"{Name(wanted)} has a layer of kind '{kind}': it is kept beside the model and not applied ({Instead(kind)})");
                    break;
                case "license":
                    break;
                default:
                    notes.Add($"{Name(wanted)} has a layer of kind '{StrictJson.Shown(kind)}', which is left out");
                    break;
            }
        }
        if (files.Count(f => f.Name == FileName("model")) != 1 || files.DistinctBy(f => f.Name).Count() != files.Count)
            throw new StoreException(StoreFault.BadRequest, $"{Name(wanted)} is not a model of one .gguf file");
        var name = wanted.Repository.Split('/')[1];
        return new PullPlan(wanted.Tag == "latest" ? name : $"{name}-{wanted.Tag}", $"{Name(wanted)}@sha256:{Sha256.Of(bytes).ToHex()}", files, notes);
    }

    private static List<(string Kind, FileDigest Digest, long Size)> Layers(Remote remote, byte[] manifest)
    {
        try
        {
            using var document = JsonDocument.Parse(manifest);
            var layers = document.RootElement.GetProperty("layers");
            if (layers.GetArrayLength() > MaxLayers)
                throw new JsonException($"more than {MaxLayers} layers");
            return [.. layers.EnumerateArray().Select(Read)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new StoreException(StoreFault.BadRequest, $"{PullHttp.Shown(remote.Address)} is no manifest: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static (string Kind, FileDigest Digest, long Size) Read(JsonElement layer)
    {
        const string sha256 = "sha256:";
        var type = layer.GetProperty("mediaType").GetString() ?? "";
        var digest = layer.GetProperty("digest").GetString() ?? "";
        var size = layer.GetProperty("size").GetInt64();
        return size >= 0 && digest.StartsWith(sha256, StringComparison.Ordinal) && FileDigest.Parse(digest[sha256.Length..]) is { IsGit: false } known
            ? (type.StartsWith(Image, StringComparison.Ordinal) ? type[Image.Length..].Split(';')[0] : type, known, size)
            : throw new JsonException("a layer has no sha256 digest or no size");
    }

    // Only the model is read; the rest is kept beside it, for people.
    private static string FileName(string kind) => kind switch { "model" => "model.gguf", "params" => "ollama/params.json", _ => "ollama/" + kind };

    private static string Instead(string kind) => kind switch
    {
        "template" => "a chat has the template of the GGUF file",
        "params" => "requests name their own temperature and stop texts",
        _ => "requests bring their own system message",
    };

    private Uri At(string path) => new($"{options.Registry.AbsoluteUri.TrimEnd('/')}/{path}");

    private StoreException Refused(PullReference.Ollama wanted, HttpStatusCode status) => (int)status switch
    {
        404 => new StoreException(StoreFault.NotFound, $"{PullHttp.Shown(options.Registry)} has no {Name(wanted)}"),
        401 or 403 => new StoreException(StoreFault.Unavailable, $"{Name(wanted)} is not there or not public"),
        var other => new StoreException(StoreFault.Unavailable, $"{PullHttp.Shown(options.Registry)} answers with status {other} for {Name(wanted)}"),
    };

    private static string Name(PullReference.Ollama wanted) => $"ollama:{wanted.Repository}:{wanted.Tag}";
}
