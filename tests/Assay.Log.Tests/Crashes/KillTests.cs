using System.Diagnostics;
using System.Globalization;
using System.Text;
using Assay.Log.Files;
using Assay.Log.Hammer;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Log.Tests.Crashes;

/// <summary>A process that appends under load is killed at random moments. This shows what a dead process leaves; lost power is simulated elsewhere.</summary>
public sealed class KillTests : IDisposable
{
    private const int LivesOfOneLog = 25;
    private const int SideBySide = 4;

    private readonly TemporaryDirectory directory = new();

    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("ASSAY_KILLS"), out var kills) ? kills : 1000;

    public void Dispose() => directory.Dispose();

    [Fact]
    [Trait("speed", "slow")]
    public async Task Nothing_acknowledged_is_lost_when_the_process_is_killed()
    {
        var acknowledged = 0;
        // Several logs side by side, each with its own victims: most of a life is waiting.
        await Parallel.ForAsync(0, (Kills + LivesOfOneLog - 1) / LivesOfOneLog, new ParallelOptions { MaxDegreeOfParallelism = SideBySide }, async (log, _) =>
            Interlocked.Add(ref acknowledged, await TellLog(log, Math.Min(LivesOfOneLog, Kills - log * LivesOfOneLog))));
        Assert.True(acknowledged > 10 * Kills, $"only {acknowledged} entries were acknowledged in {Kills} lives");
    }

    // The lives of one log; how many entries were acknowledged in them.
    private async Task<int> TellLog(int log, int lives)
    {
        var random = new Random(log);
        var witness = new Witness(Path.Combine(directory.Path, $"log{log}"));
        var acknowledged = 0;
        for (var life = 0; life < lives; life++)
        {
            // Some die while they create or recover, most under load.
            var lines = await RunVictim(witness.Directory, log * LivesOfOneLog + life, early: random.Next(5) == 0, TimeSpan.FromMilliseconds(random.Next(120)));
            witness.Hear(lines);
            acknowledged += lines.Count;
            witness.JudgePublished();
            // In between, one victim recovers from what the other left, and may be killed at it.
            if (random.Next(3) == 0)
                await witness.Judge();
        }
        await witness.Judge();
        if (acknowledged == 0)
            return 0;
        var report = Fsck.Run(new PosixLogFiles(witness.Directory), Witness.LogKey);
        Assert.True(report.IsClean, string.Join('\n', report.Findings));
        return acknowledged;
    }

    [Fact]
    public async Task Log_without_file_handles_refuses_in_one_line_and_loses_nothing()
    {
        var path = Path.Combine(directory.Path, "log");
        using var victim = Process.Start(new ProcessStartInfo("bash", ["-c", "ulimit -n 256; exec \"$0\" handles \"$1\"", VictimProgram, path])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = victim.StandardError.ReadToEndAsync();
        var lines = (await victim.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await victim.WaitForExitAsync();
        Assert.True(victim.ExitCode == 0, $"exit code {victim.ExitCode}: {await errors}");
        Assert.Equal(3, lines.Length);
        Assert.Equal("append: the log has stopped: too many files are open: raise the limit (ulimit -n) and open the log again", lines[0]);
        Assert.Equal("open: the log could not be opened: too many files are open: raise the limit (ulimit -n) and open the log again", lines[1]);
        Assert.StartsWith("cured: ", lines[2], StringComparison.Ordinal);
        Assert.True(Fsck.Run(new PosixLogFiles(path), Witness.LogKey).IsClean);
    }

    [Fact]
    public async Task Second_process_is_fenced_and_told_who_owns_the_log()
    {
        var path = Path.Combine(directory.Path, "log");
        await using var log = TileLog.Create(new PosixLogFiles(path), Victim.Origin, Victim.Key, Victim.Genesis);
        using var second = Start(path, 1);
        var error = await second.StandardError.ReadToEndAsync();
        await second.WaitForExitAsync();
        Assert.Equal(3, second.ExitCode);
        Assert.Contains($"process {Environment.ProcessId}", error, StringComparison.Ordinal);
        Assert.Equal(1UL, (await log.AppendAsync("still mine"u8.ToArray())).Index);
    }

    [Fact]
    public void A_process_that_ends_while_its_threads_sign_ends_well()
    {
        // Where libcrypto takes itself apart in exit(), more than half of these die of a freed object.
        for (var i = 0; i < 12; i++)
        {
            using var leaving = Process.Start(new ProcessStartInfo(VictimProgram, ["leave"]) { UseShellExecute = false, RedirectStandardError = true })!;
            var error = leaving.StandardError.ReadToEnd();
            leaving.WaitForExit();
            Assert.True(leaving.ExitCode == 0, $"exit code {leaving.ExitCode}: {error}");
        }
    }

    private static string VictimProgram => Path.Combine(AppContext.BaseDirectory, "Assay.Log.Hammer");

    private static Process Start(string path, int seed) =>
        Process.Start(new ProcessStartInfo(VictimProgram, [path, seed.ToString(CultureInfo.InvariantCulture), "16"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    // Kills it so long after its start, or else after its first acknowledgement.
    private static async Task<List<string>> RunVictim(string path, int seed, bool early, TimeSpan life)
    {
        using var victim = Start(path, seed);
        var errors = victim.StandardError.ReadToEndAsync();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Read(victim.StandardOutput, first);
        await Task.WhenAny(victim.WaitForExitAsync(), early ? Task.CompletedTask : first.Task);
        await Task.WhenAny(victim.WaitForExitAsync(), Task.Delay(life));
        Assert.False(victim.HasExited, $"the victim ended by itself: {(victim.HasExited ? await errors : "")}");
        victim.Kill();
        await victim.WaitForExitAsync();
        var text = await reading;
        // The last line may be cut: an acknowledgement that nobody got.
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static async Task<string> Read(StreamReader output, TaskCompletionSource first)
    {
        var text = new StringBuilder();
        var buffer = new char[8192];
        while (await output.ReadAsync(buffer) is > 0 and var length)
        {
            text.Append(buffer, 0, length);
            first.TrySetResult();
        }
        return text.ToString();
    }

    /// <summary>Remembers all that the victims said, and holds their log to it.</summary>
    private sealed class Witness(string directory)
    {
        private readonly Dictionary<ulong, (Hash Leaf, string Attachment, string Promise, string Path)> acknowledged = [];
        private readonly HashSet<ulong> judged = [];
        private Checkpoint? seen;

        public static VerifierKey LogKey => VerifierKey.Create(Victim.Origin, NoteSignatureType.Ed25519, Victim.Key.PublicKey);

        public string Directory => directory;

        public void Hear(List<string> lines)
        {
            foreach (var line in lines)
            {
                var parts = line.Split(' ');
                Assert.True(acknowledged.TryAdd(ulong.Parse(parts[0], CultureInfo.InvariantCulture), (Hash.FromHex(parts[1]), parts[2], parts[3], parts[4])),
                    $"index {parts[0]} was given out twice");
            }
        }

        // As a web server would serve it at this moment: nobody has repaired anything yet.
        public void JudgePublished()
        {
            var files = new PosixLogFiles(directory);
            if (files.Length(LogLayout.PublishedCheckpoint) is null)
                return;
            var reader = LogReader.Open(files, LogKey);
            Assert.Equal(reader.Checkpoint.Size, (ulong)reader.ReadEntries(0).Count());
        }

        public async Task Judge()
        {
            if (acknowledged.Count == 0 && !File.Exists(Path.Combine(directory, LogLayout.SignedCheckpoint)))
                return;
            await using var log = TileLog.Open(new PosixLogFiles(directory), Victim.Origin, Victim.Key,
                new TileLogOptions { Attachments = new DirectorySink(Victim.AttachmentsOf(directory)) });
            var checkpoint = log.Checkpoint.Checkpoint;
            if (seen is not null)
                Assert.True(MerkleProof.VerifyConsistency(seen.Size, checkpoint.Size, seen.Root, checkpoint.Root, log.ConsistencyProof(seen.Size, checkpoint.Size)),
                    "the checkpoint seen before is no prefix of this one");
            seen = checkpoint;
            var promises = new Dictionary<string, Promise>(StringComparer.Ordinal);
            foreach (var (index, (leaf, attachment, text, path)) in acknowledged)
                if (judged.Add(index) || index % 10 == 0)
                    Judge(log, checkpoint, index, leaf, attachment, Promised(promises, text), BatchPath(path));
        }

        private void Judge(TileLog log, Checkpoint checkpoint, ulong index, Hash leaf, string attachment, Promise promise, Hash[] path)
        {
            Assert.True(index < checkpoint.Size, $"entry {index} was acknowledged, the log has {checkpoint.Size}");
            Assert.Equal(leaf, MerkleTree.LeafHash(log.ReadEntry(index).Span));
            Assert.True(MerkleProof.VerifyInclusion(index, checkpoint.Size, leaf, log.InclusionProof(index, checkpoint.Size), checkpoint.Root));
            Assert.True(promise.First <= index && index - promise.First < promise.Count);
            // The promise binds the entry itself, not only its place.
            Assert.True(MerkleProof.VerifyInclusion(index - promise.First, promise.Count, leaf, path, promise.Root),
                $"entry {index} is not in the batch that its promise names");
            if (attachment != "-")
                Assert.Equal(attachment, Sha256.Of(File.ReadAllBytes(Path.Combine(Victim.AttachmentsOf(directory), index.ToString(CultureInfo.InvariantCulture)))).ToHex());
        }

        private static Hash[] BatchPath(string text) => text == "-" ? [] : [.. text.Split(',').Select(h => Hash.FromHex(h))];

        private static Promise Promised(Dictionary<string, Promise> known, string text)
        {
            if (known.TryGetValue(text, out var promise))
                return promise;
            var note = SignedNote.Parse(Encoding.UTF8.GetString(Base64.Read(text)));
            Assert.True(note.IsSignedBy(LogKey));
            return known[text] = Promise.Parse(note.Text);
        }
    }
}
