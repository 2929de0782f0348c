using System.Text;
using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Log.Tests;

/// <summary>A directory that goes away with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("assay-log-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>What the tests of this room share: an origin, a key, entries that can be told apart.</summary>
internal static class TestLogs
{
    public const string Origin = "test.example/log";

    public static SigningKey Key => SigningKey.FromSeed(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    public static VerifierKey VerifierKey => VerifierKey.Create(Origin, NoteSignatureType.Ed25519, Key.PublicKey);

    public static byte[] Genesis => Entry(0);

    public static byte[] Entry(ulong index) => Encoding.ASCII.GetBytes($"entry {index}");

    public static Hash Leaf(ulong index) => MerkleTree.LeafHash(Entry(index));

    /// <summary>The root of the tree of entries 0 to size − 1.</summary>
    public static Hash Root(ulong size)
    {
        var frontier = new Frontier();
        for (ulong i = 0; i < size; i++)
            frontier.Append(Leaf(i));
        return frontier.Head();
    }

    public static TileLogOptions Quick => new() { IntegrateInterval = TimeSpan.Zero };

    public static TileLog Create(ILogFiles files, TileLogOptions? options = null) => TileLog.Create(files, Origin, Key, Genesis, options ?? Quick);

    public static TileLog Open(ILogFiles files, TileLogOptions? options = null) => TileLog.Open(files, Origin, Key, options ?? Quick);

    /// <summary>Appends entries up to a size, many at a time; the log gives them the indexes they are named after.</summary>
    public static async Task GrowTo(this TileLog log, ulong size)
    {
        var pending = new List<Task<Appended>>();
        for (var i = log.Size; i < size; i++)
            pending.Add(log.AppendAsync(Entry(i)));
        await Task.WhenAll(pending);
        await log.WaitForCheckpointAsync(size - 1);
    }

    public static TileSource Published(this ILogFiles files) => TileStore.Over(files);
}
