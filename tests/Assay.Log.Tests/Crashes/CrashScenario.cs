using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Log.Wal;
using Assay.Log.Writing;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Log.Tests.Crashes;

/// <summary>
/// Several lives of one log on a simulated disk, each ended by a crash at a seeded step; commits also fall between the steps of an
/// integration, as they do when two threads work. After each crash, and at the end, what was ever acknowledged or shown must hold.
/// </summary>
/// <remarks>
/// With disk errors, a life may end by one of them instead: any operation may fail once. The log is then opened again by the next
/// process of the same machine, which still reads what the disk never got.
/// </remarks>
internal sealed class CrashScenario : IAttachmentSink
{
    private readonly Random random;
    private readonly SimulatedFiles files;
    private readonly TileLogOptions options;
    private readonly Dictionary<ulong, (byte[] Entry, byte[] Attachment)> acknowledged = [];
    private readonly Dictionary<ulong, byte[]> kept = [];
    private readonly SortedDictionary<ulong, Hash> shown = [];
    private readonly HashSet<Hash> submitted = [TestLogs.Leaf(0)];
    private LogWriter? writer;
    private bool integrating;
    private int serial;
    private int stepsToError = int.MaxValue;

    public CrashScenario(int seed, bool diskErrors = false)
    {
        random = new Random(seed);
        files = new SimulatedFiles(random) { BeforeStep = CommitInBetween };
        if (diskErrors)
            files.Inject = FailAtTimes;
        options = new TileLogOptions
        {
            SegmentBytes = random.Next(200, 20_000),
            IntegrateEntries = random.Next(1, 600),
            Attachments = this,
            Random = random.NextBytes,
            Clock = new StandingClock(),
        };
    }

    public SimulatedFiles Files => files;

    /// <summary>How many crashes hit a running log.</summary>
    public int Crashes { get; private set; }

    /// <summary>How many disk errors did.</summary>
    public int Errors { get; private set; }

    /// <summary>Runs the lives; null if everything held, else what did not.</summary>
    public string? Run(int lives)
    {
        try
        {
            return RunLives(lives);
        }
        catch (MalformedException e)
        {
            return $"what was published cannot be read: {e.Message}";
        }
    }

    private string? RunLives(int lives)
    {
        for (var life = 0; life < lives; life++)
        {
            // Most crashes soon after the start, so that they hit recovery as well; some later.
            files.CrashAt = files.Steps + 1 + random.Next(random.Next(3) == 0 ? 30 : 300);
            stepsToError = 1 + random.Next(300);
            try
            {
                Begin();
                if (Judge() is { } wrong)
                    return wrong;
                while (true)
                    Act();
            }
            catch (SimulatedCrashException)
            {
                Crashes++;
                ShowVisible();
                files.Reboot();
                if (JudgePublished() is { } torn)
                    return torn;
            }
            catch (InjectedException)
            {
                Errors++;
                ShowVisible();
                writer?.Dispose();
            }
            catch (Exception e) when (e is LogException or MalformedException or IOException)
            {
                return $"life {life}: {e.Message}";
            }
        }
        files.CrashAt = stepsToError = int.MaxValue;
        try
        {
            Begin();
            while (writer!.Integrate() > 0) { }
            return Judge() ?? JudgeAll();
        }
        catch (Exception e) when (e is LogException or MalformedException or IOException)
        {
            return $"at the end: {e.Message}";
        }
    }

    void IAttachmentSink.Keep(IReadOnlyList<Attachment> attachments)
    {
        foreach (var (index, bytes) in attachments)
        {
            files.Step("keep", "an attachment");
            kept[index] = bytes.ToArray();
        }
    }

    private void Begin()
    {
        writer = null;
        try
        {
            writer = LogWriter.Open(files, TestLogs.Origin, TestLogs.Key, options);
        }
        catch (LogException e) when (e.Fault == LogFault.NotFound && acknowledged.Count == 0 && shown.Count == 0)
        {
            writer = LogWriter.Create(files, TestLogs.Origin, TestLogs.Key, LogEntry.Of(TestLogs.Genesis, default), options);
        }
        acknowledged[0] = (TestLogs.Genesis, []);
    }

    private void Act()
    {
        if (random.Next(4) > 0)
        {
            Commit();
            return;
        }
        integrating = true;
        try
        {
            writer!.Integrate();
        }
        finally
        {
            integrating = false;
        }
        Show(writer.Checkpoint!.Checkpoint);
    }

    private void CommitInBetween()
    {
        if (!integrating || random.Next(6) > 0)
            return;
        integrating = false;
        try
        {
            Commit();
        }
        finally
        {
            integrating = true;
        }
    }

    private void Commit()
    {
        var entries = new List<LogEntry>();
        for (var i = random.Next(1, random.Next(5) == 0 ? 150 : 8); i > 0; i--)
        {
            var entry = new byte[random.Next(20)];
            random.NextBytes(entry);
            byte[] attachment = random.Next(5) == 0 ? [.. BitConverter.GetBytes(++serial), 1] : [];
            entries.Add(LogEntry.Of(entry, attachment));
        }
        submitted.UnionWith(entries.Select(e => e.Leaf));
        var batch = writer!.Commit(entries);
        var promise = Promise.Parse(batch.Promise.Text);
        if (promise.First != batch.First || promise.Count != (ulong)entries.Count)
            throw new LogException(LogFault.Corrupt, "a promise covers something else than its batch");
        for (var i = 0; i < entries.Count; i++)
            acknowledged.Add(batch.First + (ulong)i, (entries[i].Bytes.ToArray(), entries[i].Attachment.ToArray()));
    }

    private void FailAtTimes(string operation, string path)
    {
        if (--stepsToError == 0)
            throw new InjectedException($"{operation} of {path}");
    }

    private void Show(Checkpoint checkpoint)
    {
        if (shown.TryGetValue(checkpoint.Size, out var root) && root != checkpoint.Root)
            throw new LogException(LogFault.Corrupt, $"two checkpoints of size {checkpoint.Size} with different roots");
        shown[checkpoint.Size] = checkpoint.Root;
    }

    // Whoever read the published checkpoint last may have seen one that the disk never got.
    private void ShowVisible()
    {
        if (files.Visible(LogLayout.PublishedCheckpoint) is { Length: > 0 } bytes)
            Show(Checkpoint.Parse(SignedNote.Parse(bytes).Text));
    }

    // What a web server serves of the disk that came back, before anyone has repaired anything: whole, and under a signed root.
    private string? JudgePublished()
    {
        if (files.Length(LogLayout.PublishedCheckpoint) is null)
            return acknowledged.Count == 0 ? null : "the published checkpoint is gone";
        try
        {
            var entries = LogReader.Open(TileStore.Over(files), TestLogs.VerifierKey).ReadEntries(0).Count();
            return entries > 0 ? null : "an empty tree is published";
        }
        catch (LogException e)
        {
            return $"what is published after the crash is torn: {e.Message}";
        }
    }

    // What must hold whenever the log is open.
    private string? Judge()
    {
        var checkpoint = writer!.Checkpoint!.Checkpoint;
        Show(checkpoint);
        if (writer.Size < (ulong)acknowledged.Count)
            return $"{acknowledged.Count} entries were acknowledged, {writer.Size} are there";
        var reader = writer.Reader!;
        foreach (var (size, root) in shown)
            if (size > checkpoint.Size || !MerkleProof.VerifyConsistency(size, checkpoint.Size, root, checkpoint.Root, reader.ConsistencyProof(size, checkpoint.Size)))
                return $"the checkpoint of size {size} that was shown is no prefix of that of size {checkpoint.Size}";
        // After a crash, some of the entries; at the end, all.
        foreach (var index in acknowledged.Keys.Where(_ => random.Next(10) == 0))
            if (JudgeEntry(reader, index) is { } wrong)
                return wrong;
        // What was not acknowledged and is there nevertheless has its place now.
        for (var i = (ulong)acknowledged.Count; i < checkpoint.Size; i++)
        {
            if (!submitted.Contains(reader.LeafHash(i)))
                return $"entry {i} was never submitted";
            acknowledged[i] = (reader.ReadEntry(i).ToArray(), kept.GetValueOrDefault(i, []));
        }
        return null;
    }

    private string? JudgeAll()
    {
        foreach (var (index, (_, attachment)) in acknowledged)
            if (JudgeEntry(writer!.Reader!, index) is { } wrong)
                return wrong;
            else if (attachment.Length > 0 && !attachment.AsSpan().SequenceEqual(kept.GetValueOrDefault(index)))
                return $"the attachment of entry {index} is lost";
        var report = Fsck.Run(files, TestLogs.VerifierKey);
        return report.IsClean ? null : $"fsck: {report.Findings[0]}";
    }

    private string? JudgeEntry(LogReader reader, ulong index)
    {
        var checkpoint = reader.Checkpoint;
        var (entry, _) = acknowledged[index];
        if (index >= checkpoint.Size)
            return $"entry {index} was acknowledged and is not in the tree of {checkpoint.Size}";
        if (!reader.ReadEntry(index).Span.SequenceEqual(entry))
            return $"entry {index} is another one than was acknowledged";
        return MerkleProof.VerifyInclusion(index, checkpoint.Size, MerkleTree.LeafHash(entry), reader.InclusionProof(index, checkpoint.Size), checkpoint.Root)
            ? null
            : $"entry {index} cannot be proved";
    }

    private sealed class InjectedException(string message) : IOException(message);

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddDays(20_000);
    }
}
