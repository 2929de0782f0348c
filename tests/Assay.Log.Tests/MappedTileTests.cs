using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Verify.Merkle;

namespace Assay.Log.Tests;

public sealed class MappedTileTests : IDisposable
{
    private const int Size = 1500;

    private readonly TemporaryDirectory directory = new();
    private readonly PosixLogFiles files;

    public MappedTileTests() => files = new PosixLogFiles(directory.Path);

    public void Dispose() => directory.Dispose();

    private async Task MakeLog()
    {
        await using var log = TestLogs.Create(files);
        await log.GrowTo(Size);
    }

    private string Full(string path) => Path.Combine(directory.Path, path);

    // In place, as a failing disk would: the file is never shorter than it was.
    private void Flip(string path, int at)
    {
        using var file = File.Open(Full(path), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 1));
    }

    [Fact]
    public async Task Proofs_from_mapped_tiles_are_those_from_tiles_that_were_read()
    {
        await MakeLog();
        var mapped = LogReader.Open(files, TestLogs.VerifierKey);
        var read = LogReader.Open(files.Published(), TestLogs.VerifierKey);
        var leaves = Enumerable.Range(0, Size).Select(i => TestLogs.Leaf((ulong)i)).ToArray();
        Assert.Equal((ulong)Size, mapped.Checkpoint.Size);
        foreach (var size in (int[])[1, 2, 7, 8, 9, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 1279, 1280, 1281, Size])
            for (var index = 0; index < size; index += size < 300 ? 1 : 7)
            {
                var path = mapped.InclusionProof((ulong)index, (ulong)size);
                Assert.Equal(MerkleTree.InclusionPath(index, leaves.AsSpan(0, size)), path);
                Assert.Equal(path, read.InclusionProof((ulong)index, (ulong)size));
                Assert.Equal(leaves[index], mapped.LeafHash((ulong)index));
            }
    }

    [Fact]
    public async Task Leaf_that_changes_in_its_file_after_the_tile_was_checked_is_found_when_it_is_used()
    {
        await MakeLog();
        var reader = LogReader.Open(files, TestLogs.VerifierKey);
        var good = reader.InclusionProof(300, Size);
        foreach (var leaf in (int[])[0, 43, 44, 45, 255])
        {
            Flip("public/tile/0/001", 32 * leaf + 5);
            var refused = Assert.Throws<LogException>(() => reader.InclusionProof((ulong)(256 + leaf), Size));
            Assert.Equal(LogFault.Corrupt, refused.Fault);
            Assert.Contains("tile/0/001", refused.Message, StringComparison.Ordinal);
            Assert.Throws<LogException>(() => reader.LeafHash((ulong)(256 + leaf ^ 1)));
            Flip("public/tile/0/001", 32 * leaf + 5);
        }
        Assert.Equal(good, reader.InclusionProof(300, Size));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task File_of_another_length_is_not_mapped(int more)
    {
        await MakeLog();
        var good = File.ReadAllBytes(Full("public/tile/0/001"));
        File.WriteAllBytes(Full("public/tile/0/001"), more < 0 ? good[..^1] : [.. good, 0]);
        Assert.Null(files.Map("public/tile/0/001", good.Length));
        Assert.Null(files.Map("public/tile/0/absent", good.Length));
        var reader = LogReader.Open(files, TestLogs.VerifierKey);
        Assert.Equal(LogFault.Corrupt, Assert.Throws<LogException>(() => reader.InclusionProof(300, Size)).Fault);
        _ = reader.InclusionProof(3, Size);
    }

    [Fact]
    public async Task Map_that_was_given_up_reads_nothing()
    {
        await MakeLog();
        var map = files.Map("public/tile/0/001", 8192)!;
        var hash = new byte[32];
        Assert.True(map.TryRead(32, hash));
        Assert.Equal(TestLogs.Leaf(257).ToArray(), hash);
        map.Dispose();
        Assert.False(map.TryRead(32, hash));
    }

    // Of six tiles, at most two are held at a time: threads give up each other's maps all the while.
    [Fact]
    public async Task Few_maps_shared_by_many_threads_give_every_proof()
    {
        await MakeLog();
        var checkpoint = LogReader.Open(files, TestLogs.VerifierKey).Signed!;
        var reader = new LogReader(TileStore.Mapped(files), checkpoint, new TileCache(maps: 1, whole: 1));
        var leaves = Enumerable.Range(0, Size).Select(i => TestLogs.Leaf((ulong)i)).ToArray();
        Parallel.For(0, 8, thread =>
        {
            var random = new Random(thread);
            for (var round = 0; round < 2000; round++)
            {
                var index = (ulong)random.Next(Size);
                Assert.True(MerkleProof.VerifyInclusion(index, Size, leaves[index], reader.InclusionProof(index, Size), checkpoint.Checkpoint.Root));
                Assert.Equal(leaves[index], reader.LeafHash(index));
            }
        });
    }
}
