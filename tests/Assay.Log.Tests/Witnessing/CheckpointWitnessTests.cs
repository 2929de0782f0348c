using System.Text;
using Assay.Log.Files;
using Assay.Log.Witnessing;

using Assay.Verify.Crypto;
using Assay.Verify.Faults;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log.Tests.Witnessing;

public sealed class CheckpointWitnessTests : IDisposable
{
    private const string Name = "witness.test/w";

    private static readonly SigningKey WitnessKey = SigningKey.FromSeed(Sha256.Of("witness"u8).Bytes);
    private static readonly TestTree Tree = new(40);
    private static readonly TestTree Fork = new(40, fork: 10);

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void A_checkpoint_that_extends_the_one_before_is_cosigned()
    {
        using var witness = Open();
        foreach (var (old, size) in ((int, int)[])[(0, 1), (1, 1), (1, 7), (7, 8), (8, 40), (40, 40)])
        {
            var answer = witness.Add(Tree.Body(old, size));
            Assert.Equal(WitnessOutcome.Cosign, answer.Outcome);
            var note = SignedNote.Parse(Tree.Checkpoint(size) + answer.Body);
            Assert.True(note.IsSignedBy(witness.VerifierKey));
            Assert.True(note.IsSignedBy(TestLogs.VerifierKey));
            Assert.Equal((ulong)size, witness.Logs[0].Latest!.Size);
        }
    }

    [Fact]
    public void Each_refusal_has_the_status_of_the_specification()
    {
        using var witness = Open();
        Assert.Equal(WitnessOutcome.Cosign, witness.Add(Tree.Body(0, 8)).Outcome);
        Assert.Equal(WitnessOutcome.BadRequest, witness.Add("old 8"u8).Outcome);
        Assert.Equal(WitnessOutcome.BadRequest, witness.Add((Tree.Request(8, 40) with { OldSize = 41 }).ToBytes()).Outcome);
        Assert.Equal(WitnessOutcome.UnknownLog, Add(witness, Tree.Request(8, 40) with { Note = Tree.Checkpoint(40, origin: "other.test") }));
        Assert.Equal(WitnessOutcome.NotSigned, Add(witness, Tree.Request(8, 40) with { Note = Tree.Checkpoint(40, WitnessKey) }));
        Assert.Equal(WitnessOutcome.NotConsistent, Add(witness, Tree.Request(8, 40) with { Proof = [] }));
        Assert.Equal(WitnessOutcome.NotConsistent, Add(witness, new TestTree(40, fork: 3).Request(8, 40)));
        Assert.Equal(WitnessOutcome.NotConsistent, Add(witness, Tree.Request(8, 8) with { Proof = [default] }));
        Conflict(witness.Add(Tree.Body(7, 40)), 8);
        Conflict(witness.Add(Tree.Body(0, 40)), 8);
        Conflict(witness.Add(Tree.Body(9, 40)), 8);
        Conflict(witness.Add(new TestTree(8, fork: 7).Body(8, 8)), 8);
        // Nothing of that has moved it.
        Assert.Equal(WitnessOutcome.Cosign, witness.Add(Tree.Body(8, 40)).Outcome);
    }

    [Fact]
    public void The_first_checkpoint_comes_without_a_proof_and_that_of_size_0_has_the_empty_root()
    {
        using var witness = Open();
        Assert.Equal(WitnessOutcome.NotConsistent, Add(witness, Tree.Request(0, 8) with { Proof = [default] }));
        var wrong = new Checkpoint(TestLogs.Origin, 0, default).Sign(TestLogs.Key);
        Conflict(witness.Add(new AddCheckpoint(0, [], wrong).ToBytes()), 0);
        Assert.Equal(WitnessOutcome.Cosign, witness.Add(Tree.Body(0, 0)).Outcome);
        Assert.Equal(WitnessOutcome.Cosign, witness.Add(Tree.Body(0, 8)).Outcome);
    }

    [Fact]
    public void Lines_of_unknown_keys_are_ignored_and_a_bad_line_of_a_known_one_is_not()
    {
        using var witness = Open();
        var note = Tree.Checkpoint(8);
        var stranger = new NoteSignature("stranger.test", 7, new byte[64]);
        Assert.Equal(WitnessOutcome.Cosign, Add(witness, new AddCheckpoint(0, [], note with { Signatures = [stranger, .. note.Signatures] })));
        var bad = note.Signatures[0] with { Bytes = new byte[64] };
        Assert.Equal(WitnessOutcome.NotSigned, Add(witness, new AddCheckpoint(8, [], note with { Signatures = [.. note.Signatures, bad] })));
    }

    [Fact]
    public void What_was_cosigned_is_known_after_a_start()
    {
        using (var witness = Open())
            Assert.Equal(WitnessOutcome.Cosign, witness.Add(Tree.Body(0, 17)).Outcome);
        using var again = Open();
        Assert.Equal(17UL, again.Logs[0].Latest!.Size);
        Conflict(again.Add(Tree.Body(0, 40)), 17);
        Assert.Equal(WitnessOutcome.Cosign, again.Add(Tree.Body(17, 40)).Outcome);
    }

    [Fact]
    public void A_split_view_is_refused_and_both_sides_are_kept_as_a_fault_that_anyone_can_judge()
    {
        using var witness = Open();
        var told = new List<string>();
        witness.FaultSeen = (file, what) => told.Add(what);
        witness.Add(Tree.Body(0, 12));
        Conflict(witness.Add(Fork.Body(12, 12)), 12);
        var name = Assert.Single(witness.Faults);
        Assert.Contains("split view", Assert.Single(told), StringComparison.Ordinal);
        var fault = Assert.IsType<TwoRoots>(Fault.Parse(witness.ReadFault(name)!));
        Assert.True(FaultJudge.Judge(fault, TlogPolicy.Parse(Encoding.UTF8.GetBytes($"log {TestLogs.VerifierKey}\nquorum none\n"))).Proved);
        // The same again is the same file.
        witness.Add(Fork.Body(0, 12));
        Assert.Single(witness.Faults);
    }

    [Fact]
    public void A_fork_is_also_seen_at_a_size_that_was_passed()
    {
        using var witness = Open();
        foreach (var (old, size) in ((int, int)[])[(0, 12), (12, 20), (20, 30)])
            witness.Add(Tree.Body(old, size));
        Conflict(witness.Add(Fork.Body(12, 20)), 30);
        Assert.Single(witness.Faults);
        // A prefix that was never forked is only old.
        Conflict(witness.Add(Tree.Body(0, 20)), 30);
        Assert.Single(witness.Faults);
    }

    [Fact]
    public void A_second_process_is_fenced()
    {
        using var witness = Open();
        Assert.Contains($"the folder {directory.Path} is open in process {Environment.ProcessId}", Assert.Throws<LogLockedException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_state_is_not_forgotten_state()
    {
        using (var witness = Open())
            witness.Add(Tree.Body(0, 17));
        var file = Directory.GetFiles(Path.Combine(directory.Path, "latest")).Single();
        foreach (var damaged in (string[])["", "rubbish", File.ReadAllText(file).Replace(TestLogs.Origin, "other.test")])
        {
            File.WriteAllText(file, damaged);
            Assert.Equal(LogFault.Corrupt, Assert.Throws<LogException>(Open).Fault);
        }
    }

    // A size or root that is not the log's would be answered, and held against a log that did nothing.
    [Fact]
    public void A_changed_bit_anywhere_in_what_was_cosigned_is_refused_and_never_believed()
    {
        using (var witness = Open())
            witness.Add(Tree.Body(0, 17));
        var file = Directory.GetFiles(Path.Combine(directory.Path, "latest")).Single();
        var stored = File.ReadAllBytes(file);
        for (var bit = 0; bit < stored.Length * 8; bit++)
        {
            var damaged = stored.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(file, damaged);
            Assert.Equal(LogFault.Corrupt, Assert.Throws<LogException>(Open).Fault);
        }
        File.WriteAllBytes(file, stored);
        using var again = Open();
        Conflict(again.Add(Tree.Body(0, 40)), 17);
    }

    // Two keys that an operator took for those of one log: neither has signed two trees.
    [Fact]
    public void What_no_key_is_proved_to_have_done_is_no_fault()
    {
        using var other = SigningKey.FromSeed(Sha256.Of("other"u8).Bytes);
        var second = VerifierKey.Create(TestLogs.Origin, NoteSignatureType.Ed25519, other.PublicKey);
        var told = new List<string>();
        using var witness = new CheckpointWitness(new PosixLogFiles(directory.Path), Name, WitnessKey, [TestLogs.VerifierKey, second])
        {
            FaultSeen = (_, what) => told.Add(what),
        };
        witness.Add(Tree.Body(0, 12));
        Conflict(witness.Add(new AddCheckpoint(12, [], Fork.Checkpoint(12, other)).ToBytes()), 12);
        Assert.Empty(witness.Faults);
        Assert.Empty(told);
        Conflict(witness.Add(Fork.Body(12, 12)), 12);
        Assert.Single(witness.Faults);
        Assert.Single(told);
    }

    [Fact]
    public void Requests_at_the_same_time_leave_one_history()
    {
        using var witness = Open();
        witness.Add(Tree.Body(0, 1));
        // Each extends what it believes to be the newest: for each size at most one can be right.
        var cosigned = Enumerable.Range(2, 39).AsParallel().WithDegreeOfParallelism(8)
            .Count(size => witness.Add(Tree.Body(1, size)).Outcome == WitnessOutcome.Cosign);
        Assert.Equal(1, cosigned);
    }

    [Fact]
    public void Time_in_cosignatures_does_not_go_back()
    {
        var clock = new SetClock { Now = DateTimeOffset.FromUnixTimeSeconds(2_000_000_000) };
        using var witness = Open(clock);
        var first = Time(witness.Add(Tree.Body(0, 8)), 8);
        clock.Now = DateTimeOffset.FromUnixTimeSeconds(1_000_000_000);
        Assert.Equal(2_000_000_000UL, first);
        Assert.Equal(2_000_000_000UL, Time(witness.Add(Tree.Body(8, 9)), 9));
    }

    [Fact]
    public void The_published_sequence_of_requests_is_answered_as_the_specification_says()
    {
        var data = TestData.Json("tlog/witness-add-checkpoint.json");
        var log = VerifierKey.Parse(data.GetProperty("log_vkey").GetString()!);
        using var witness = new CheckpointWitness(new PosixLogFiles(directory.Path), data.GetProperty("witness_name").GetString()!, WitnessKey, [log]);
        var steps = 0;
        foreach (var step in data.GetProperty("steps").EnumerateArray())
        {
            var answer = witness.Add(Encoding.UTF8.GetBytes(step.GetProperty("request").GetString()!));
            var check = step.GetProperty("answer_check").GetString()!;
            // The file has 403 for an unknown origin, as its source once answered; tlog-witness says 404.
            var status = check.Contains("unknown log", StringComparison.Ordinal) ? 404 : step.GetProperty("status").GetInt32();
            Assert.Equal(status, (int)answer.Outcome);
            var expected = check[(check.IndexOf('"') + 1)..^1].Replace("\\n", "\n");
            if (check.StartsWith("==", StringComparison.Ordinal))
                Assert.Equal((AddCheckpoint.SizeMediaType, expected), (answer.ContentType, answer.Body));
            else
                Assert.Contains(expected, answer.Body, StringComparison.Ordinal);
            steps++;
        }
        Assert.Equal(9, steps);
        var final = data.GetProperty("final_state");
        Assert.Equal((final.GetProperty("size").GetUInt64(), final.GetProperty("root_base64").GetString()),
            (witness.Logs[0].Latest!.Size, witness.Logs[0].Latest!.Root.ToBase64()));
    }

    private CheckpointWitness Open() => Open(null);

    private CheckpointWitness Open(TimeProvider? clock) => new(new PosixLogFiles(directory.Path), Name, WitnessKey, [TestLogs.VerifierKey], clock);

    private static WitnessOutcome Add(CheckpointWitness witness, AddCheckpoint request) => witness.Add(request.ToBytes()).Outcome;

    private static void Conflict(WitnessAnswer answer, int size)
    {
        Assert.Equal(WitnessOutcome.Conflict, answer.Outcome);
        Assert.Equal((AddCheckpoint.SizeMediaType, $"{size}\n"), (answer.ContentType, answer.Body));
    }

    private static ulong Time(WitnessAnswer answer, int size) =>
        Cosignature.Timestamp(SignedNote.Parse(Tree.Checkpoint(size) + answer.Body).Signatures[^1].Bytes.Span);
}

/// <summary>A clock that stands where it is put.</summary>
internal sealed class SetClock : TimeProvider
{
    public DateTimeOffset Now { get; set; }

    public override DateTimeOffset GetUtcNow() => Now;
}
