using System.Text;
using System.Text.Json;
using Assay.Log.Files;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Log.Tests;

public class LogReaderTests
{
    [Fact]
    public void Sample_log_of_another_implementation_is_read_and_proved_at_each_of_its_sizes()
    {
        var folder = TestData.Require("tlog/log");
        var key = VerifierKey.Parse(File.ReadAllText(Path.Combine(folder, "verifier-key.txt")).Trim());
        var source = Tiles.TileStore.Over(PosixLogFiles.OpenExisting(folder), "");
        var roots = new List<Hash>();
        for (var size = 0; size <= 15; size++)
        {
            var name = $"checkpoint.{size}";
            var reader = LogReader.Open((path, limit) => source(path == "checkpoint" ? name : path, limit), key);
            Assert.Equal((ulong)size, reader.Checkpoint.Size);
            roots.Add(reader.Checkpoint.Root);
            for (ulong i = 0; i < (ulong)size; i++)
            {
                var leaf = MerkleTree.LeafHash(reader.ReadEntry(i).Span);
                Assert.True(MerkleProof.VerifyInclusion(i, (ulong)size, leaf, reader.InclusionProof(i, (ulong)size), reader.Checkpoint.Root));
                Assert.Equal(roots[(int)i], reader.RootAt(i));
                if (i > 0)
                    Assert.True(MerkleProof.VerifyConsistency(i, (ulong)size, roots[(int)i], reader.Checkpoint.Root, reader.ConsistencyProof(i, (ulong)size)));
            }
        }
    }

    [Fact]
    public async Task Proofs_of_a_tree_of_100_are_those_of_the_published_vectors()
    {
        var vectors = TestData.Json("tlog/tlog-vectors.json").GetProperty("tree_100");
        using var directory = new TemporaryDirectory();
        await using var log = TileLog.Create(new PosixLogFiles(directory.Path), TestLogs.Origin, TestLogs.Key, Leaf(0), TestLogs.Quick);
        for (var i = 1; i < 100; i++)
            _ = log.AppendAsync(Leaf(i));
        await log.WaitForCheckpointAsync(99);
        foreach (var root in vectors.GetProperty("roots").EnumerateObject())
            Assert.Equal(root.Value.GetString(), log.Reader.RootAt(ulong.Parse(root.Name)).ToBase64());
        foreach (var proof in vectors.GetProperty("inclusion").EnumerateArray())
            Assert.Equal(Hashes(proof), log.InclusionProof(proof.GetProperty("index").GetUInt64(), proof.GetProperty("size").GetUInt64()).Select(h => h.ToBase64()));
        foreach (var proof in vectors.GetProperty("consistency").EnumerateArray())
            Assert.Equal(Hashes(proof), log.ConsistencyProof(proof.GetProperty("size1").GetUInt64(), proof.GetProperty("size2").GetUInt64()).Select(h => h.ToBase64()));

        static byte[] Leaf(int i) => Encoding.ASCII.GetBytes($"leaf {i}");
        static IEnumerable<string?> Hashes(JsonElement proof) => proof.GetProperty("proof").EnumerateArray().Select(h => h.GetString());
    }

    [Fact]
    public async Task Every_proof_between_sizes_around_a_tile_is_that_of_the_definition()
    {
        using var directory = new TemporaryDirectory();
        await using var log = TestLogs.Create(new PosixLogFiles(directory.Path));
        await log.GrowTo(600);
        var leaves = Enumerable.Range(0, 600).Select(i => TestLogs.Leaf((ulong)i)).ToArray();
        foreach (var size in new[] { 1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 600 })
        {
            Assert.Equal(MerkleTree.Head(leaves.AsSpan(0, size)), log.Reader.RootAt((ulong)size));
            foreach (var index in new[] { 0, 1, 127, 128, 254, 255, 256, 257, 510, 511, 512, 599 }.Where(i => i < size))
            {
                Assert.Equal(MerkleTree.InclusionPath(index, leaves.AsSpan(0, size)), log.InclusionProof((ulong)index, (ulong)size));
                Assert.Equal(MerkleTree.ConsistencyPath(index, leaves.AsSpan(0, size)), log.ConsistencyProof((ulong)index, (ulong)size));
            }
        }
    }

    [Fact]
    public async Task Impossible_indexes_and_sizes_are_refused()
    {
        using var directory = new TemporaryDirectory();
        await using var log = TestLogs.Create(new PosixLogFiles(directory.Path));
        await log.GrowTo(10);
        Action[] impossible =
        [
            () => log.InclusionProof(10, 10), () => log.InclusionProof(5, 5), () => log.InclusionProof(0, 11), () => log.InclusionProof(ulong.MaxValue, ulong.MaxValue),
            () => log.ConsistencyProof(0, 11), () => log.ConsistencyProof(9, 8), () => log.Reader.ReadEntry(10), () => log.Reader.LeafHash(10), () => log.Reader.RootAt(11),
        ];
        foreach (var request in impossible)
            Assert.Equal(LogFault.BadRequest, Assert.Throws<LogException>(request).Fault);
        Assert.Equal(MerkleTree.Empty, log.Reader.RootAt(0));
        Assert.Empty(log.ConsistencyProof(0, 10));
    }

    [Fact]
    public async Task Reader_finds_a_changed_byte_in_any_tile_it_uses()
    {
        using var directory = new TemporaryDirectory();
        var files = new PosixLogFiles(directory.Path);
        await using (var log = TestLogs.Create(files))
            await log.GrowTo(600);
        foreach (var path in Directory.EnumerateFiles(Path.Combine(directory.Path, "public"), "*", SearchOption.AllDirectories))
        {
            var good = File.ReadAllBytes(path);
            var bad = good.ToArray();
            bad[good.Length / 2] ^= 4;
            File.WriteAllBytes(path, bad);
            Assert.ThrowsAny<LogException>(() =>
            {
                var reader = LogReader.Open(files.Published(), TestLogs.VerifierKey);
                for (ulong i = 0; i < 600; i++)
                    _ = reader.ReadEntry(i);
            });
            File.WriteAllBytes(path, good);
        }
    }
}
