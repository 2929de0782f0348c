using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Assay.Store.Tests.Pull;

/// <summary>What was asked of a <see cref="ModelServer"/>.</summary>
internal sealed record Asked(string Method, string Path, string Range, string IfRange, string Authorization);

/// <summary>A hub, a registry and a server of files on this machine, whose misdeeds can be chosen.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, Served> served = [];
    private readonly ConcurrentQueue<Asked> asked = [];

    private ModelServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    public Uri Address => new(app.Urls.First());

    public IReadOnlyList<Asked> Requests => [.. asked];

    public static async Task<ModelServer> StartAsync()
    {
        var server = new ModelServer();
        await server.app.StartAsync();
        return server;
    }

    /// <summary>What lies at a path, and how it is served.</summary>
    public Served this[string path]
    {
        get => served[path];
        set => served[path] = value;
    }

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static string GitBlob(byte[] bytes) => Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));

    /// <summary>A repository of a hub: its listing and its files. Files from 1,000 bytes on are in large file storage.</summary>
    public void AddRepository(string repository, params (string Name, byte[] Bytes)[] files)
    {
        var siblings = files.Select(f => f.Bytes.Length < 1000
            ? (object)new { rfilename = f.Name, size = f.Bytes.Length, blobId = GitBlob(f.Bytes) }
            : new { rfilename = f.Name, size = f.Bytes.Length, blobId = GitBlob("pointer"u8.ToArray()), lfs = new { sha256 = Sha256(f.Bytes), size = f.Bytes.Length, pointerSize = 134 } });
        this[$"/api/models/{repository}/revision/main"] = new Served(JsonSerializer.SerializeToUtf8Bytes(new { id = repository, sha = Commit, usedStorage = -1.5, siblings }));
        foreach (var (name, bytes) in files)
            this[$"/{repository}/resolve/{Commit}/{name}"] = new Served(bytes) { Etag = bytes.Length < 1000 ? GitBlob(bytes) : Sha256(bytes) };
    }

    /// <summary>A model of a registry: its manifest and its layers.</summary>
    public void AddModel(string repository, string tag, params (string Kind, byte[] Bytes)[] layers)
    {
        var listed = layers.Select(l => new { mediaType = "application/vnd.ollama.image." + l.Kind, digest = "sha256:" + Sha256(l.Bytes), size = l.Bytes.Length });
        this[$"/v2/{repository}/manifests/{tag}"] = new Served(JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, layers = listed }));
        foreach (var (_, bytes) in layers)
            this[$"/v2/{repository}/blobs/sha256:{Sha256(bytes)}"] = new Served(bytes);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        asked.Enqueue(new Asked(request.Method, request.Path, request.Headers.Range.ToString(), request.Headers.IfRange.ToString(), request.Headers.Authorization.ToString()));
        if (!served.TryGetValue(request.Path, out var what))
        {
            response.StatusCode = 404;
            return;
        }
        if (what.Instead is not null && await what.Instead(context))
            return;
        if (what.Etag is not null)
            response.Headers.ETag = $"\"{what.Etag}\"";
        var from = 0;
        var current = request.Headers.IfRange.Count == 0 || request.Headers.IfRange.ToString() == response.Headers.ETag.ToString();
        if (what.Ranges && current && request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            from = int.Parse(range["bytes=".Length..].TrimEnd('-'));
            response.StatusCode = from < what.Bytes.Length ? 206 : 416;
            response.Headers.ContentRange = from < what.Bytes.Length ? $"bytes {from + what.Shift}-{what.Bytes.Length - 1}/{what.Bytes.Length}" : $"bytes */{what.Bytes.Length}";
            if (response.StatusCode == 416)
                return;
        }
        var rest = what.Bytes.AsMemory(from);
        if (what.Length)
            response.ContentLength = rest.Length;
        if (request.Method == "HEAD")
            return;
        if (what.BreakAfter.TryDequeue(out var most) && most < rest.Length)
        {
            await response.Body.WriteAsync(rest[..most]);
            await response.Body.FlushAsync();
            if (what.Held is { } held)
                await held.WaitAsync(context.RequestAborted);
            // Fewer bytes than were said: the connection is closed behind them, and none of them is lost.
            return;
        }
        await response.Body.WriteAsync(rest);
    }
}

/// <summary>Bytes, and how they are served.</summary>
internal sealed class Served(byte[] bytes)
{
    public byte[] Bytes => bytes;

    public string? Etag { get; init; }

    /// <summary>Whether parts are given.</summary>
    public bool Ranges { get; init; } = true;

    /// <summary>Whether the length is said.</summary>
    public bool Length { get; init; } = true;

    /// <summary>By how much the place is wrong that a part is said to have.</summary>
    public int Shift { get; init; }

    /// <summary>After how many bytes the next answers are broken off.</summary>
    public ConcurrentQueue<int> BreakAfter { get; } = [];

    /// <summary>What is waited for before one is.</summary>
    public Task? Held { get; init; }

    /// <summary>Answers something else, if it says so.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; init; }

    public Served Breaking(params int[] after)
    {
        foreach (var most in after)
            BreakAfter.Enqueue(most);
        return this;
    }
}
