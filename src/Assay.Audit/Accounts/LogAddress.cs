using Assay.Log;
using Assay.Log.Files;
using Assay.Log.Monitoring;
using Assay.Log.Tiles;
using Assay.Verify;
using Assay.Verify.Dsse;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Audit.Accounts;

/// <summary>Where a log's published files are read: over HTTP, or in a directory.</summary>
public sealed class LogAddress : IDisposable
{
    private readonly HttpLogSource? http;

    private LogAddress(string text, TileSource source, HttpLogSource? http) => (Text, Source, this.http) = (text, source, http);

    /// <summary>As it is kept: a URL with the log's prefix, or a full path.</summary>
    public string Text { get; }

    public TileSource Source { get; }

    /// <param name="text">A URL (of a node: with or without <c>/log</c>), or a directory with <c>checkpoint</c> and <c>tile/</c> (of a node's data folder: itself).</param>
    /// <exception cref="AuditException">Neither.</exception>
    public static LogAddress Open(string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            // A node serves its log under /log.
            var address = url.AbsolutePath is "/" ? new Uri(url, "/log") : url;
            var http = new HttpLogSource(address);
            return new LogAddress(address.ToString(), http.Read, http);
        }
        var folder = new[] { text, Path.Combine(text, "log", "public"), Path.Combine(text, "public") }.FirstOrDefault(f => File.Exists(Path.Combine(f, "checkpoint")))
            ?? throw new AuditException($"'{text}' is no address such as http://127.0.0.1:7780, and no directory with the checkpoint of a log");
        return new LogAddress(Path.GetFullPath(folder), TileStore.Over(PosixLogFiles.OpenExisting(folder), ""), null);
    }

    /// <summary>
    /// Whose log this is: by its genesis, which the checkpoint's signature covers. That this is the log that was meant, only a key
    /// that came another way can say.
    /// </summary>
    /// <exception cref="AuditException">It shows no log that holds together.</exception>
    public GenesisEvent ReadGenesis()
    {
        try
        {
            var bytes = Source("checkpoint", LogLayout.MaxCheckpointBytes) ?? throw new AuditException($"{Text} has no checkpoint: is it a log's address?");
            var note = SignedNote.Parse(bytes);
            var reader = new LogReader(Source, Checkpoint.Parse(note.Text));
            var entry = OpenEntry.Parse(reader.ReadEntry(0).Span);
            var genesis = LogEvent.Parse(entry.Payload.Span) as GenesisEvent ?? throw new MalformedException("its first entry is not a genesis event");
            return genesis.Roots.HaveSigned(entry) && genesis.LogKey.Name == reader.Checkpoint.Origin && note.IsSignedBy(genesis.LogKey)
                ? genesis
                : throw new MalformedException("its checkpoint is not signed by the key that its genesis names");
        }
        catch (Exception e) when (e is MalformedException or LogException)
        {
            throw new AuditException($"{Text}: {e.Message}", e);
        }
    }

    /// <summary>A log as it is followed from here on.</summary>
    /// <param name="known">Keys and policies that came another way; empty to take the key that the log shows.</param>
    /// <exception cref="AuditException">Its key is not among them.</exception>
    public FollowedAddress Pin(GenesisEvent genesis, IReadOnlyCollection<VerifierKey> known, IReadOnlyCollection<Policy> policies)
    {
        if (policies.FirstOrDefault(p => p.Log.Logs.Contains(genesis.LogKey)) is { } policy)
            return new FollowedAddress(Text, genesis.LogKey, policy.LogText);
        if (known.Count + policies.Count > 0 && known.All(k => k.Name != genesis.Origin || k != genesis.LogKey))
            throw new AuditException($"{Text} is the log {genesis.LogKey}, whose key is none of those given");
        return new FollowedAddress(Text, genesis.LogKey);
    }

    public void Dispose() => http?.Dispose();
}
