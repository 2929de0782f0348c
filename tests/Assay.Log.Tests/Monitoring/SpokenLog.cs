using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Log.Tests.Monitoring;

/// <summary>A log whose entries mean something: genesis, one serving key, its records, and epochs.</summary>
internal sealed class SpokenLog : IAsyncDisposable
{
    private static readonly SigningKey Root = SigningKey.FromSeed(Sha256.Of("root"u8).Bytes);
    private static readonly SigningKey Serving = SigningKey.FromSeed(Sha256.Of("serving"u8).Bytes);

    private readonly PosixLogFiles files;
    private ulong sequence;

    private SpokenLog(string path, PosixLogFiles files, TileLog log, ulong sequence) => (Path, this.files, Log, this.sequence) = (path, files, log, sequence);

    public string Path { get; }

    public TileLog Log { get; private set; }

    public TileSource Published => TileStore.Over(files);

    public static async Task<SpokenLog> CreateAsync(string path, SigningKey? genesisLogKey = null)
    {
        var files = new PosixLogFiles(path);
        var logKey = VerifierKey.Create(TestLogs.Origin, NoteSignatureType.Ed25519, (genesisLogKey ?? TestLogs.Key).PublicKey);
        var genesis = new GenesisEvent(TestLogs.Origin, new RootSet([Root.PublicKey], 1), logKey, 100_000, 60, "tester", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var log = new SpokenLog(path, files, TileLog.Create(files, TestLogs.Origin, TestLogs.Key, genesis.ToEntry(Root), TestLogs.Quick), 0);
        var segment = new Segment("test", Sha256.Of("model"u8), "profile", "here");
        await log.Log.AppendAsync(KeyEvent.Introduce(TestLogs.Origin, Serving.PublicKey, segment, 50_000).ToEntry(Root));
        await log.PublishedAsync();
        return log;
    }

    /// <summary>Opens a copy of a log, which goes on by itself from there.</summary>
    public async Task<SpokenLog> CopyAsync(string path)
    {
        await Log.DisposeAsync();
        foreach (var folder in Directory.GetDirectories(Path, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(System.IO.Path.Combine(path, System.IO.Path.GetRelativePath(Path, folder)));
        foreach (var file in Directory.GetFiles(Path, "*", SearchOption.AllDirectories))
            File.Copy(file, System.IO.Path.Combine(path, System.IO.Path.GetRelativePath(Path, file)));
        Log = TestLogs.Open(files);
        var copy = new PosixLogFiles(path);
        return new SpokenLog(path, copy, TestLogs.Open(copy), sequence);
    }

    /// <summary>Appends records, each with other bytes for another salt.</summary>
    public async Task<Appended> RecordAsync(int count = 1, int salt = 0)
    {
        var pending = new List<Task<Appended>>();
        for (var i = 0; i < count; i++)
            pending.Add(Log.AppendAsync(new SealedEntry(
                sequence, Sha256.Of(BitConverter.GetBytes(1000 * (long)sequence++ + salt)), Serving.PublicKey.Id, KeyAlgorithm.Ed25519, new byte[64]).ToBytes()));
        var appended = await Task.WhenAll(pending);
        await PublishedAsync();
        return appended[^1];
    }

    /// <summary>Appends an epoch over all that is there, or one that lies.</summary>
    public async Task EpochAsync(bool lie = false)
    {
        var state = new LogState();
        foreach (var entry in Log.Reader.ReadEntries(0))
            state.Apply(entry.Span);
        var epoch = state.IndexAt(state.Size).ToEvent(TestLogs.Origin);
        await Log.AppendAsync((lie ? epoch with { Keys = epoch.Keys + 1 } : epoch).ToEntry(TestLogs.Key));
        await PublishedAsync();
    }

    public async Task RawAsync(byte[] entry)
    {
        await Log.AppendAsync(entry);
        await PublishedAsync();
    }

    public async ValueTask DisposeAsync() => await Log.DisposeAsync();

    private Task PublishedAsync() => Log.WaitForCheckpointAsync(Log.Size - 1);
}
