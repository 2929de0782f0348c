using System.Net;
using System.Net.Http.Headers;
using Assay.Engine.Models;
using Assay.Log;
using Assay.Log.Files;

namespace Assay.Store.Pull;

/// <summary>Fetches files into a folder of begun ones, each under the name of its digest, and takes up there what was broken off.</summary>
/// <remarks>
/// <c>KEY</c> holds the bytes so far, <c>KEY.etag</c> what the server called them, <c>KEY.lock</c> is held by the process that writes them.
/// What lies there is hashed again before it is continued, and a file counts only when all its bytes give its digest.
/// </remarks>
internal sealed class Download(PullHttp http, string folder, PullOptions options)
{
    private const int MaxEtag = 1024;

    private readonly PosixLogFiles files = new(folder);

    /// <summary>How many bytes of a file are here.</summary>
    public long Begun(FileDigest digest) => files.Length(digest.Key) ?? 0;

    /// <summary>Fetches what is missing of a file.</summary>
    /// <param name="at">Told how many bytes are here: first those that were before, then as they arrive.</param>
    /// <exception cref="StoreException">It is not to be had, is not what was promised, or another process is fetching it.</exception>
    /// <exception cref="ModelException">Its beginning says that it cannot be run here; nothing of it is kept.</exception>
    public async Task<PulledFile> FetchAsync(RemoteFile file, Action<long, long?> at, CancellationToken cancel)
    {
        using var held = Lock(file);
        var path = Path.Combine(folder, file.Digest.Key);
        await using var bytes = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var digest = new RunningDigest(file.Digest.IsGit ? file.Size : null);
        await HashAsync(bytes, digest, cancel);
        at(digest.Length, file.Size);
        var watch = new HeadWatch(file.Name);
        try
        {
            await WholeAsync(file, bytes, digest, watch, at, cancel);
            watch.Look(bytes.SafeFileHandle, digest.Length, isWhole: true);
        }
        catch (ModelException)
        {
            Discard(file.Digest);
            throw;
        }
        bytes.Flush(flushToDisk: true);
        files.Delete(EtagName(file.Digest));
        files.Delete(LockName(file.Digest));
        return new PulledFile(file.Name, digest.Sha256, digest.Length, path);
    }

    // Until the digest is right.
    private async Task WholeAsync(RemoteFile file, FileStream bytes, RunningDigest digest, HeadWatch watch, Action<long, long?> at, CancellationToken cancel)
    {
        watch.Look(bytes.SafeFileHandle, digest.Length);
        // Of a file that another program changed, or that a power cut left with holes, nothing is right: it is fetched once more.
        var older = digest.Length > 0 ? digest.Restarts : 0;
        while (digest.As(file.Digest) != file.Digest)
        {
            if (digest.Length > 0 && digest.Length >= (file.Size ?? long.MaxValue))
                Restart(bytes, digest);
            await TransferAsync(file, bytes, digest, Arrived, cancel);
            var got = digest.As(file.Digest);
            if (got == file.Digest)
                break;
            if (digest.Restarts != older)
            {
                Discard(file.Digest);
                throw new StoreException(StoreFault.BadRequest, $"{file.Name} is not what was promised: its digest is {got}, where {file.Digest} is right; nothing of it is kept");
            }
            Restart(bytes, digest);
        }

        void Arrived(long? size)
        {
            at(digest.Length, size);
            watch.Look(bytes.SafeFileHandle, digest.Length);
        }
    }

    private void Discard(FileDigest digest)
    {
        files.Delete(digest.Key);
        files.Delete(EtagName(digest));
        files.Delete(LockName(digest));
    }

    private async Task TransferAsync(RemoteFile file, FileStream bytes, RunningDigest digest, Action<long?> at, CancellationToken cancel)
    {
        for (var failures = 0; ;)
        {
            var before = digest.Length;
            try
            {
                await ContinueAsync(file, bytes, digest, at, cancel);
                return;
            }
            catch (BrokenOffException e)
            {
                failures = digest.Length > before ? 1 : failures + 1;
                if (failures > options.Tries)
                    throw new StoreException(StoreFault.Unavailable, $"{e.Message}; the same command takes it up again");
                await Task.Delay(options.RetryDelay * (1 << Math.Min(failures - 1, 6)), cancel);
            }
        }
    }

    // One request for all that is missing.
    private async Task ContinueAsync(RemoteFile file, FileStream bytes, RunningDigest digest, Action<long?> at, CancellationToken cancel)
    {
        var from = digest.Length;
        using var response = await http.SendAsync(file.Remote, cancel, shape: request => AskFor(request, file, from));
        var range = response.Content.Headers.ContentRange;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // There is nothing behind what is here: then it is right or wrong as it is.
            if (from > 0 && range?.Length == from)
                return;
            Restart(bytes, digest);
            throw new BrokenOffException($"{PullHttp.Shown(file.Remote.Address)} has no bytes from {from} on");
        }
        var whole = response.StatusCode != HttpStatusCode.PartialContent;
        if (!whole && (range?.From != from || from == 0))
            throw Lies(file, $"it sends bytes from {range?.From?.ToString() ?? "nowhere"}, where those from {from} were asked for");
        var size = whole ? response.Content.Headers.ContentLength : range!.Length ?? (range.To is { } to ? to + 1 : null);
        if (size is not null && file.Size is not null && size != file.Size)
            throw Lies(file, $"it says {size} bytes, where {file.Size} are right");
        size ??= file.Size;
        if (whole)
            Restart(bytes, digest);
        if (file.Size is null && size is not null)
            Space.Require(folder, size.Value - digest.Length);
        var limit = size ?? options.MaxBytes;
        if (limit > options.MaxBytes)
            throw TooLarge(file);
        KeepEtag(file.Digest, response.Headers.ETag);
        at(size);
        await foreach (var chunk in http.BodyAsync(response, cancel))
        {
            if (digest.Length + chunk.Length > limit)
                throw size is null ? TooLarge(file) : Lies(file, $"it sends more than {size} bytes");
            await bytes.WriteAsync(chunk, cancel);
            digest.Add(chunk.Span);
            at(size);
        }
        if (size is not null && digest.Length < size)
            throw new BrokenOffException($"{PullHttp.Shown(file.Remote.Address)} ended after {digest.Length} of {size} bytes");
    }

    private void AskFor(HttpRequestMessage request, RemoteFile file, long from)
    {
        if (from == 0)
            return;
        request.Headers.Range = new RangeHeaderValue(from, null);
        // Whoever has another file now sends it whole. Where the server gave no tag, the digest finds out.
        if (files.Read(EtagName(file.Digest), MaxEtag) is { } kept && EntityTagHeaderValue.TryParse(System.Text.Encoding.ASCII.GetString(kept), out var etag))
            request.Headers.IfRange = new RangeConditionHeaderValue(etag);
    }

    private void KeepEtag(FileDigest digest, EntityTagHeaderValue? etag)
    {
        if (etag is { IsWeak: false } && etag.Tag.Length <= MaxEtag)
            files.Replace(EtagName(digest), EtagName(digest) + ".new", System.Text.Encoding.ASCII.GetBytes(etag.Tag), Visibility.Private);
        else
            files.Delete(EtagName(digest));
    }

    private static async Task HashAsync(FileStream bytes, RunningDigest digest, CancellationToken cancel)
    {
        digest.Restart();
        var chunk = new byte[1 << 20];
        for (int read; (read = await bytes.ReadAsync(chunk, cancel)) > 0;)
            digest.Add(chunk.AsSpan(0, read));
    }

    private static void Restart(FileStream bytes, RunningDigest digest)
    {
        bytes.SetLength(0);
        bytes.Position = 0;
        digest.Restart();
    }

    private IDisposable Lock(RemoteFile file)
    {
        try
        {
            return files.Lock(LockName(file.Digest));
        }
        catch (LogLockedException e)
        {
            throw new StoreException(StoreFault.InUse, $"{file.Name} is being pulled by process {e.Owner?.ToString() ?? "?"}: wait until it is here, or stop that");
        }
    }

    private static StoreException Lies(RemoteFile file, string how) =>
        new(StoreFault.BadRequest, $"{file.Name} cannot be pulled from {PullHttp.Shown(file.Remote.Address)}: {how}");

    private static StoreException TooLarge(RemoteFile file) =>
        new(StoreFault.BadRequest, $"{file.Name} is larger than a pull may be: allow more with --max-gb");

    private static string EtagName(FileDigest digest) => digest.Key + ".etag";

    private static string LockName(FileDigest digest) => digest.Key + ".lock";
}
