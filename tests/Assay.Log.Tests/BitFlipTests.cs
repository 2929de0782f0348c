using Assay.Log.Files;
using Assay.Log.Tests.Crashes;
using Assay.Log.Tiles;
using Assay.Log.Writing;
using Assay.Verify.Merkle;

namespace Assay.Log.Tests;

/// <summary>Every stored bit matters: fsck names the very file in which one changed, and the log goes on over none that it builds on.</summary>
public class BitFlipTests
{
    // In memory, each size integrated in one step; small entries, so that every bit can be tried.
    private static SimulatedFiles MakeLog(params int[] sizes)
    {
        var files = new SimulatedFiles(new Random(1));
        var options = new TileLogOptions { IntegrateEntries = 1_000_000 };
        using var writer = LogWriter.Create(files, TestLogs.Origin, TestLogs.Key, Wal.LogEntry.Of(TestLogs.Genesis, default), options);
        foreach (var size in sizes)
        {
            writer.Commit([.. Enumerable.Range((int)writer.Size, size - (int)writer.Size).Select(i => Wal.LogEntry.Of(BitConverter.GetBytes((short)i), default))]);
            writer.Integrate();
        }
        writer.Finish();
        return files;
    }

    private static IEnumerable<string> FilesBelow(SimulatedFiles files, string directory) => files.List(directory)
        .Select(name => $"{directory}/{name}")
        .SelectMany(path => files.DirectoryExists(path) ? FilesBelow(files, path) : [path]);

    private static List<string> Tiles(SimulatedFiles files) => [.. FilesBelow(files, $"{LogLayout.Public}/{TilePath.Directory}")];

    private static void IsNamed(SimulatedFiles files, string path, int bit)
    {
        files.Flip(path, bit);
        var findings = Fsck.Run(files, TestLogs.VerifierKey).Findings;
        Assert.True(findings.Count > 0, $"bit {bit} of {path} changed and was not found");
        Assert.All(findings, f => Assert.Equal(path, f.Path));
        files.Flip(path, bit);
    }

    // Full tiles, partial tiles and old partial tiles of leaves, the tile above them, and the bundles of each.
    [Fact]
    [Trait("speed", "slow")]
    public void Every_changed_bit_of_a_small_log_is_found_in_its_file() => EveryBit(1);

    [Fact]
    public void A_changed_bit_in_each_byte_of_a_small_log_is_found_in_its_file() => EveryBit(9);

    private static void EveryBit(int step)
    {
        var files = MakeLog(257, 260);
        var paths = Tiles(files);
        Assert.Equal(
            ["public/tile/0/000", "public/tile/0/001.p/1", "public/tile/0/001.p/4", "public/tile/1/000.p/1",
             "public/tile/entries/000", "public/tile/entries/001.p/1", "public/tile/entries/001.p/4"],
            paths.Order(StringComparer.Ordinal));
        foreach (var path in paths)
            for (var bit = 0; bit < 8 * files.Length(path); bit += step)
                IsNamed(files, path, bit);
        Assert.True(Fsck.Run(files, TestLogs.VerifierKey).IsClean);
    }

    // The same where three levels are stored, two of them with full tiles.
    [Fact]
    [Trait("speed", "slow")]
    public void Changed_bits_of_a_log_of_three_levels_are_found_in_their_files()
    {
        var files = MakeLog(66_000);
        var random = new Random(3);
        var paths = Tiles(files);
        Assert.Contains("public/tile/2/000.p/1", paths);
        string[] chosen = ["public/tile/1/000", "public/tile/1/001.p/1", "public/tile/2/000.p/1", "public/tile/0/257.p/208", "public/tile/entries/257.p/208",
            .. Enumerable.Range(0, 20).Select(_ => paths[random.Next(paths.Count)])];
        foreach (var path in chosen)
            for (var i = 0; i < 3; i++)
                IsNamed(files, path, random.Next(8 * (int)files.Length(path)!));
    }

    [Fact]
    public void Log_is_neither_opened_nor_signed_over_any_changed_bit_of_its_edge()
    {
        var files = MakeLog(257, 260);
        var signed = files.Visible(LogLayout.SignedCheckpoint);
        // The partial tile of each level and the partial bundle: all that a new tree is made of, beside the new entries.
        foreach (var path in (string[])["public/tile/0/001.p/4", "public/tile/1/000.p/1", "public/tile/entries/001.p/4"])
            for (var bit = 0; bit < 8 * files.Length(path); bit++)
            {
                files.Flip(path, bit);
                Assert.Equal(LogFault.Corrupt, Assert.Throws<LogException>(() =>
                    LogWriter.Open(files, TestLogs.Origin, TestLogs.Key, new TileLogOptions()).Dispose()).Fault);
                files.Flip(path, bit);
            }
        using var writer = LogWriter.Open(files, TestLogs.Origin, TestLogs.Key, new TileLogOptions());
        writer.Commit([Wal.LogEntry.Of(new byte[2], default)]);
        foreach (var path in (string[])["public/tile/0/001.p/4", "public/tile/1/000.p/1", "public/tile/entries/001.p/4"])
            for (var bit = 0; bit < 8 * files.Length(path); bit++)
            {
                files.Flip(path, bit);
                Assert.Equal(LogFault.Corrupt, Assert.Throws<LogException>(() => writer.Integrate()).Fault);
                files.Flip(path, bit);
            }
        Assert.Equal(signed, files.Visible(LogLayout.SignedCheckpoint));
        Assert.Equal(signed, files.Visible(LogLayout.PublishedCheckpoint));
    }

    // What lies left of the edge is read by no writer. The root that is signed next is still that of the true history, so the changed tile
    // does not lead to it, and no reader and no proof takes it for true.
    [Fact]
    public void Checkpoint_signed_beside_a_changed_full_tile_does_not_cover_what_changed()
    {
        var files = MakeLog(260);
        files.Flip("public/tile/0/000", 100);
        using (var writer = LogWriter.Open(files, TestLogs.Origin, TestLogs.Key, new TileLogOptions()))
        {
            writer.Commit([Wal.LogEntry.Of(new byte[2], default)]);
            writer.Integrate();
            Assert.Throws<LogException>(() => writer.Reader!.InclusionProof(7, 261));
            writer.Finish();
        }
        Assert.Equal("public/tile/0/000", Assert.Single(Fsck.Run(files, TestLogs.VerifierKey).Findings).Path);
        files.Flip("public/tile/0/000", 100);
        Assert.True(Fsck.Run(files, TestLogs.VerifierKey).IsClean);
        var reader = LogReader.Open(files.Published(), TestLogs.VerifierKey);
        Assert.True(MerkleProof.VerifyInclusion(7, 261, reader.LeafHash(7), reader.InclusionProof(7, 261), reader.Checkpoint.Root));
    }

    // The last batch was acknowledged only if all of it is there: cut anywhere, it is gone as a whole and everything before it stays.
    [Fact]
    public void Last_record_cut_at_any_byte_is_dropped_as_a_whole()
    {
        for (var cut = 0; ; cut++)
        {
            var files = new SimulatedFiles(new Random(1));
            int before, after;
            string segment;
            using (var writer = LogWriter.Create(files, TestLogs.Origin, TestLogs.Key, Wal.LogEntry.Of(TestLogs.Genesis, default), new TileLogOptions()))
            {
                writer.Commit([Wal.LogEntry.Of("kept"u8.ToArray(), "private"u8.ToArray())]);
                segment = $"{LogLayout.Segments}/{files.List(LogLayout.Segments)[^1]}";
                before = (int)files.Length(segment)!;
                writer.Commit([Wal.LogEntry.Of("last"u8.ToArray(), "private"u8.ToArray()), Wal.LogEntry.Of("of all"u8.ToArray(), default)]);
                after = (int)files.Length(segment)!;
            }
            if (before + cut > after)
                break;
            files.Cut(segment, before + cut);
            using (var again = LogWriter.Open(files, TestLogs.Origin, TestLogs.Key, new TileLogOptions()))
            {
                var whole = before + cut == after;
                Assert.Equal(whole ? 4UL : 2UL, again.Size);
                Assert.Equal("kept"u8.ToArray(), again.Reader!.ReadEntry(1).ToArray());
                again.Commit([Wal.LogEntry.Of("next"u8.ToArray(), default)]);
                again.Integrate();
                Assert.Equal("next"u8.ToArray(), again.Reader.ReadEntry(whole ? 4UL : 2UL).ToArray());
            }
            Assert.Empty(Fsck.Run(files, TestLogs.VerifierKey).Findings);
        }
    }
}
