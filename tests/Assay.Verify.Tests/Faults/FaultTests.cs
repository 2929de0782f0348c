using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Faults;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Verify.Tests.Faults;

public class FaultTests
{
    private const ulong Deadline = 1_800_000_000;

    private static readonly SigningKey LogKey = TestIssuer.LogKey;
    internal static readonly (string Name, SigningKey Key)[] Witnesses = [("w1", TestIssuer.Key("w1")), ("w2", TestIssuer.Key("w2")), ("w3", TestIssuer.Key("w3"))];
    private static readonly TlogPolicy Policy = Asking("group g 2 w1 w2 w3\nquorum g");

    // Two histories that part at entry 6.
    private static readonly Hash[] Leaves = [.. Enumerable.Range(0, 12).Select(i => Sha256.Of([(byte)i]))];
    private static readonly Hash[] Others = [.. Leaves[..6], .. Enumerable.Range(6, 6).Select(i => Sha256.Of([(byte)i, 1]))];

    private static readonly TwoRoots SplitView = new(Head(Leaves, 9), Head(Others, 9));
    private static readonly TwoLeaves Rewritten = new(7, Logged(Leaves, 7, 9), Logged(Others, 7, 12));
    private static readonly TwoLeaves Dropped = new(7, PromisedLeaf(Leaves, 7), Logged(Others, 7, 12));
    private static readonly Late TooLate = new(Promised(Leaves), Cosigned(Head(Leaves, 8), Deadline + 1, Deadline + 2));

    public static TheoryData<string> Kinds => ["split view", "rewritten", "dropped", "late"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_kind_is_proved_and_reads_back_as_it_was_written(string kind)
    {
        var fault = Of(kind);
        var verdict = FaultJudge.Judge(fault, Policy);
        Assert.True(verdict.Proved, verdict.Reason);
        Assert.Equal(TestIssuer.LogVerifier, verdict.Accused);
        var again = Fault.Parse(fault.ToBytes());
        Assert.Equal(fault.ToBytes(), again.ToBytes());
        Assert.True(FaultJudge.Judge(again, Policy).Proved);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_log_that_the_policy_does_not_name_is_not_accused(string kind)
    {
        var other = VerifierKey.Create(TestIssuer.Origin, NoteSignatureType.Ed25519, TestIssuer.OtherKey.PublicKey);
        Assert.False(FaultJudge.Judge(Of(kind), Policy with { Logs = [other] }).Proved);
        var renamed = VerifierKey.Create("other.test", NoteSignatureType.Ed25519, LogKey.PublicKey);
        Assert.False(FaultJudge.Judge(Of(kind), Policy with { Logs = [renamed] }).Proved);
        Assert.Equal(TestIssuer.LogVerifier, FaultJudge.Judge(Of(kind), Policy with { Logs = [other, renamed, TestIssuer.LogVerifier] }).Accused);
    }

    public static TheoryData<string, Fault> Unproved => new()
    {
        { "the same root", new TwoRoots(Head(Leaves, 9), Head(Leaves, 9)) },
        { "sizes 9 and 10", new TwoRoots(Head(Leaves, 9), Head(Others, 10)) },
        { "signed both", new TwoRoots(Head(Leaves, 9), Head(Others, 9, TestIssuer.OtherKey)) },
        { "signed both", new TwoRoots(Head(Leaves, 9), Head(Others, 9, origin: "other.test")) },
        { "same leaf", Rewritten with { Second = Logged(Leaves, 7, 12) } },
        { "does not hold", Rewritten with { Index = 8 } },
        { "does not hold", Rewritten with { Second = Logged(Others, 8, 12) } },
        { "does not hold", Rewritten with { Second = Logged(Others, 7, 12) with { Leaf = Others[8] } } },
        { "does not hold", Dropped with { First = PromisedLeaf(Leaves, 7) with { Path = [] } } },
        { "does not hold", Dropped with { First = PromisedLeaf(Leaves, 8) } },
        { "does not hold", Dropped with { Index = 3, Second = Logged(Others, 3, 12) } },
        { "signed both", Dropped with { First = PromisedLeaf(Leaves, 7, TestIssuer.OtherKey) } },
        { "covers", TooLate with { Checkpoint = Cosigned(Head(Leaves, 9), Deadline + 1, Deadline + 2) } },
        { "no quorum", TooLate with { Checkpoint = Cosigned(Head(Leaves, 8), Deadline + 1) } },
        { "no quorum", TooLate with { Checkpoint = Cosigned(Head(Leaves, 8), Deadline, Deadline + 1) } },
        { "no quorum", TooLate with { Checkpoint = Head(Leaves, 8) } },
        { "signed both", TooLate with { Promise = Promised(Leaves, TestIssuer.OtherKey) } },
    };

    [Theory]
    [MemberData(nameof(Unproved))]
    public void What_contradicts_nothing_is_not_proved_and_says_why(string why, Fault fault)
    {
        var verdict = FaultJudge.Judge(Fault.Parse(fault.ToBytes()), Policy);
        Assert.False(verdict.Proved);
        Assert.Contains(why, verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Lateness_needs_a_policy_with_a_quorum()
    {
        Assert.False(FaultJudge.Judge(TooLate, Asking("quorum none")).Proved);
        Assert.True(FaultJudge.Judge(TooLate, Asking("quorum w2")).Proved);
        Assert.False(FaultJudge.Judge(TooLate, Asking("quorum w3")).Proved);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_changed_byte_is_malformed_or_not_proved(string kind)
    {
        var bytes = Of(kind).ToBytes();
        var policy = Policy;
        for (var i = 0; i < bytes.Length; i++)
            foreach (var bit in (byte[])[0x01, 0x20, 0x80])
            {
                var damaged = bytes.ToArray();
                damaged[i] ^= bit;
                Assert.False(IsProved(damaged, policy), $"bit {bit:x2} of byte {i}");
            }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_part_cut_off_or_added_is_malformed(string kind)
    {
        var bytes = Of(kind).ToBytes();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<MalformedException>(() => Fault.Parse(bytes.AsSpan(0, length)));
        var text = Encoding.UTF8.GetString(bytes);
        Assert.Throws<MalformedException>(() => Fault.Parse(Encoding.UTF8.GetBytes(text[..^1] + ",\"more\":1}")));
    }

    [Fact]
    public void Other_kinds_and_versions_are_unsupported()
    {
        var text = Encoding.UTF8.GetString(SplitView.ToBytes());
        Assert.Throws<UnsupportedException>(() => Fault.Parse(Encoding.UTF8.GetBytes(text.Replace("fault.v1", "fault.v2"))));
        Assert.Throws<UnsupportedException>(() => Fault.Parse(Encoding.UTF8.GetBytes(text.Replace("two-roots", "three-roots"))));
    }

    [Fact]
    public void Notes_stand_in_their_one_spelling_and_no_key_signs_twice()
    {
        var note = SplitView.First;
        var twice = note with { Signatures = [.. note.Signatures, .. note.Signatures] };
        Assert.Throws<MalformedException>(() => Fault.Parse((SplitView with { First = twice }).ToBytes()));
        var extra = Logged(Leaves, 7, 9) with { Proof = Logged(Leaves, 7, 9).Proof with { Extra = [1, 2, 3] } };
        Assert.Throws<MalformedException>(() => Fault.Parse((Rewritten with { First = extra }).ToBytes()));
        // A promise is no checkpoint, and a checkpoint no promise.
        Assert.Throws<MalformedException>(() => Fault.Parse((SplitView with { First = Promised(Leaves) }).ToBytes()));
        Assert.Throws<MalformedException>(() => Fault.Parse((TooLate with { Promise = SplitView.First }).ToBytes()));
    }

    private static bool IsProved(byte[] bytes, TlogPolicy policy)
    {
        try
        {
            return FaultJudge.Judge(Fault.Parse(bytes), policy).Proved;
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    internal static Fault Of(string kind) => kind switch
    {
        "split view" => SplitView,
        "rewritten" => Rewritten,
        "dropped" => Dropped,
        _ => TooLate,
    };

    private static SignedNote Head(Hash[] leaves, int size, SigningKey? key = null, string origin = TestIssuer.Origin) =>
        new Checkpoint(origin, (ulong)size, MerkleTree.Head(leaves.AsSpan(0, size))).Sign(key ?? LogKey);

    private static LoggedLeaf Logged(Hash[] leaves, int index, int size) =>
        new(new TlogProof(null, (ulong)index, [.. MerkleTree.InclusionPath(index, leaves.AsSpan(0, size))], Head(leaves, size)), leaves[index]);

    // Entries 5 to 8.
    private static SignedNote Promised(Hash[] leaves, SigningKey? key = null) =>
        new Promise(TestIssuer.Origin, 5, 4, MerkleTree.Head(leaves.AsSpan(5, 4)), Deadline).Sign(key ?? LogKey);

    private static PromisedLeaf PromisedLeaf(Hash[] leaves, int index, SigningKey? key = null) =>
        new(Promised(leaves, key), leaves[index], [.. MerkleTree.InclusionPath(index - 5, leaves.AsSpan(5, 4))]);

    private static SignedNote Cosigned(SignedNote note, params ReadOnlySpan<ulong> times)
    {
        var lines = ImmutableArray.CreateBuilder<NoteSignature>();
        for (var i = 0; i < times.Length; i++)
            lines.Add(Cosignature.Sign(note.Text, Witnesses[i].Name, Witnesses[i].Key, times[i]));
        return note with { Signatures = [.. note.Signatures, .. lines] };
    }

    private static TlogPolicy Asking(string rule) => TlogPolicy.Parse(Encoding.UTF8.GetBytes(TestIssuer.LogPolicy(rule, Witnesses)));
}
