using System.Net;
using Assay.Engine.Models;
using Assay.Engine.Models.Gguf;
using Assay.Verify.Crypto;

namespace Assay.Store.Pull;

/// <summary>Fetches models: finds out what there is to fetch, then fetches what is missing. <see cref="ModelStore.Keep"/> then makes a model of it.</summary>
/// <remarks>Nobody needs to own the data folder for it: several pulls can go on at once.</remarks>
public sealed class Puller(ModelStore store, PullOptions options) : IDisposable
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(14);

    private readonly PullHttp http = new(options.Patience);

    /// <summary>What has to be fetched. Asks the hub or the registry, and fetches nothing.</summary>
    /// <exception cref="StoreException">It is not there, is not public, or nothing there can be run.</exception>
    public async Task<PullPlan> PlanAsync(PullReference reference, CancellationToken cancel = default)
    {
        try
        {
            return reference switch
            {
                PullReference.Hub hub => await new HubSource(http, options).PlanAsync(hub, cancel),
                PullReference.Ollama ollama => await new OllamaSource(http, options).PlanAsync(ollama, cancel),
                PullReference.Web web => OfWeb(web),
                _ => throw new ArgumentException("a local path is imported, not pulled", nameof(reference)),
            };
        }
        catch (BrokenOffException e)
        {
            throw new StoreException(StoreFault.Unavailable, e.Message);
        }
    }

    /// <summary>Fetches what is missing. What is broken off is taken up by the next pull.</summary>
    /// <param name="progress">Told how far it is, often.</param>
    /// <exception cref="StoreException">A file is not to be had, is not what was promised, is too large, or has no room.</exception>
    /// <exception cref="ModelException">The beginning of a file says that the model cannot be run here; what was pulled for it is deleted.</exception>
    public async Task<IReadOnlyList<PulledFile>> FetchAsync(PullPlan plan, Action<PullProgress>? progress = null, CancellationToken cancel = default)
    {
        store.PreparePartial(Forgotten);
        var download = new Download(http, store.Partial, options);
        var total = plan.Files.Sum(f => f.Size ?? 0);
        if (total > options.MaxBytes || total < 0)
            throw new StoreException(StoreFault.BadRequest, $"{plan.Origin} has {total / 1e9:0.#} GB, above {options.MaxBytes / 1e9:0.#} GB: allow more with --max-gb");
        Space.Require(store.Partial, plan.Files.Sum(f => Stored(f) is null ? Math.Max(0, (f.Size ?? 0) - download.Begun(f.Digest)) : 0));
        var (pulled, had, done) = (new List<PulledFile>(), 0L, 0L);
        try
        {
            foreach (var file in plan.Files)
            {
                var first = true;
                pulled.Add(Stored(file) is { } there
                    ? new PulledFile(file.Name, there, store.Blobs.Size(there), null)
                    : await download.FetchAsync(file, (here, size) =>
                    {
                        if (first)
                            had += here;
                        first = false;
                        progress?.Invoke(new PullProgress(file.Name, done + here, had, Math.Max(total, size ?? 0)));
                    }, cancel));
                if (first)
                    had += pulled[^1].Size;
                done += pulled[^1].Size;
            }
        }
        catch (ModelException)
        {
            ModelStore.DeletePartial(pulled);
            throw;
        }
        return pulled;
    }

    /// <summary>Whether a hub or registry may lie there: over https, or http on this machine, without password or query.</summary>
    public static bool IsAddress(Uri address) => PullHttp.Unsafe(address) is null && address.Query.Length == 0 && address.Fragment.Length == 0;

    public void Dispose() => http.Dispose();

    // Of a file whose SHA-256 is known, there may be a blob already.
    private Hash? Stored(RemoteFile file) =>
        !file.Digest.IsGit && Hash.FromHex(file.Digest.Hex) is var digest && store.Blobs.Contains(digest) ? digest : null;

    private static PullPlan OfWeb(PullReference.Web web)
    {
        var file = Uri.UnescapeDataString(web.Address.Segments[^1]);
        var stem = Path.GetFileNameWithoutExtension(file);
        if (Path.GetExtension(file) is not (".gguf" or ".onnx"))
            throw new StoreException(StoreFault.BadRequest, $"{PullHttp.Shown(web.Address)} is no model: an address ends in .gguf or .onnx");
        if (GgufParts.PartOf(file) is { Count: > 1 } part)
            throw new StoreException(StoreFault.BadRequest, $"{PullHttp.Shown(web.Address)} is one of {part.Count} parts, and an address is one file: pull them from a hub, or import them from a folder");
        var remote = new Remote(web.Address, (status, _) => status == HttpStatusCode.NotFound
            ? new StoreException(StoreFault.NotFound, $"{PullHttp.Shown(web.Address)} is not there")
            : new StoreException(StoreFault.Unavailable, $"{PullHttp.Shown(web.Address)} answers with status {(int)status}"));
        return new PullPlan(stem, $"{PullHttp.Shown(web.Address)}#sha256={web.Sha256.ToHex()}", [new RemoteFile(file, remote, FileDigest.Of(web.Sha256), null)]);
    }
}
