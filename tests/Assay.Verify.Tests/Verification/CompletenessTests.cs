using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Reports;
using Assay.Verify.Statements;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Verification;

/// <summary>The axis completeness, row by row.</summary>
public class CompletenessTests
{
    private static readonly TestIssuer Indexed = new() { EpochSize = 25 };
    private static readonly Hash Wrong = Sha256.Of([1, 2, 3]);

    internal static readonly Dictionary<string, (AxisStatus Status, string Reason, Func<Bundle> Make)> Cases = new()
    {
        ["nothing is left out"] = (AxisStatus.Verified, Reasons.Indexed, () => Indexed.Issue()),
        ["nothing is left out of the records of a key of P-256"] = (AxisStatus.Verified, Reasons.Indexed, () => Indexed.WithP256().Issue()),
        ["the receipt is the last of the epoch"] = (AxisStatus.Verified, Reasons.Indexed, () => (Indexed with { EpochSize = 18 }).Issue()),
        ["the epoch is about all before it"] = (AxisStatus.Verified, Reasons.Indexed, () => (Indexed with { EpochSize = 27 }).Issue()),
        ["a key event came after the epoch"] = (AxisStatus.Verified, Reasons.Indexed, () => With(26, KeyEvent.Retire(TestIssuer.Origin, Serving)).Issue()),
        ["there is no index"] = (AxisStatus.NotChecked, Reasons.NoIndex, () => Indexed.Issue() with { Completeness = null }),
        ["another key signed the epoch"] = (AxisStatus.Refuted, Reasons.EpochSignature, () => (Indexed with { EpochSigner = TestIssuer.RootKey }).Issue()),
        ["another key signed the epoch in the log key's name"] = (AxisStatus.Refuted, Reasons.EpochSignature, () => Edit(c => c with
        {
            Epoch = Signed(c.Epoch, e => e with { Signatures = [e.Signatures[0] with { Bytes = TestIssuer.OtherKey.Sign(e.Pae()) }] }),
        })),
        ["two keys signed the epoch"] = (AxisStatus.Refuted, Reasons.EpochSignature, () => Edit(c => c with
        {
            Epoch = Signed(c.Epoch, e => e.With(TestIssuer.OtherKey)),
        })),
        ["the epoch is not proved"] = (AxisStatus.Refuted, Reasons.EpochProof, () => Edit(c => c with { Epoch = c.Epoch with { Path = [Wrong, .. c.Epoch.Path[1..]] } })),
        ["the epoch stands elsewhere"] = (AxisStatus.Refuted, Reasons.EpochProof, () => Edit(c => c with { Epoch = c.Epoch with { Index = 26 } })),
        ["the epoch is of another log"] = (AxisStatus.Refuted, Reasons.EpochOrigin, () => Lying(e => e with { Origin = "assay.test/other" })),
        ["the epoch is about nothing"] = (AxisStatus.Refuted, Reasons.EpochSize, () => Lying(e => e with { Size = 0 })),
        ["the epoch is about itself"] = (AxisStatus.Refuted, Reasons.EpochSize, () => Lying(e => e with { Size = 28 })),
        ["the epoch is about another tree"] = (AxisStatus.Refuted, Reasons.EpochSize, () => Lying(e => e with { Root = Wrong })),
        ["the epoch's tree is not proved"] = (AxisStatus.Refuted, Reasons.EpochSize, () => Edit(c => c with { Prefix = [Wrong, .. c.Prefix[1..]] })),
        ["the epoch is older than the receipt"] = (AxisStatus.Unverifiable, Reasons.AfterEpoch, () => (Indexed with { EpochSize = 17 }).Issue()),
        ["an event of the key is left out"] = (AxisStatus.Refuted, Reasons.EventsLeftOut, () =>
        {
            var bundle = With(5, KeyEvent.Renew(TestIssuer.Origin, Serving, 90)).Issue();
            return bundle with { KeyHistory = bundle.KeyHistory.RemoveAt(2) };
        }),
        ["the index is said to have more events"] = (AxisStatus.Refuted, Reasons.EventsLeftOut, () => Edit(c => c with { Key = c.Key with { Events = 2 } })),
        ["the key stands elsewhere in the index"] = (AxisStatus.Refuted, Reasons.IndexKey, () => Edit(c => c with { Key = c.Key with { Position = 1 - c.Key.Position } })),
        ["the key has another number of records"] = (AxisStatus.Refuted, Reasons.IndexKey, () => Edit(c => c with { Key = c.Key with { Count = 12 } })),
        ["the key has other records"] = (AxisStatus.Refuted, Reasons.IndexKey, () => Edit(c => c with { Key = c.Key with { Records = Wrong } })),
        ["the key's path is another"] = (AxisStatus.Refuted, Reasons.IndexKey, () => Edit(c => c with { Key = c.Key with { Path = [Wrong] } })),
        ["the index is another"] = (AxisStatus.Refuted, Reasons.IndexKey, () => Lying(e => e with { Index = Wrong })),
        ["the index has another number of keys"] = (AxisStatus.Refuted, Reasons.IndexKey, () => Lying(e => e with { Keys = 9 })),
        ["an event is exchanged for another of the same key"] = (AxisStatus.Refuted, Reasons.IndexKey, () =>
        {
            var bundle = With(26, KeyEvent.Renew(TestIssuer.Origin, Serving, 90)).Issue();
            var early = bundle.KeyHistory[2] with { Index = 9 };
            return bundle with { KeyHistory = [bundle.KeyHistory[0], early] };
        }),
        ["the record's path is another"] = (AxisStatus.Refuted, Reasons.Record, () => Edit(c => c with { Record = [Wrong, .. c.Record[1..]] })),
        ["the record's path is missing"] = (AxisStatus.Refuted, Reasons.Record, () => Edit(c => c with { Record = [] })),
        ["the note is about another index"] = (AxisStatus.Refuted, Reasons.IndexNote, () => (Indexed with { EditNote = n => n with { Keys = n.Keys + 1 } }).Issue()),
        ["an indexer's line is garbled"] = (AxisStatus.Refuted, Reasons.Cosignature, () => Edit(c => c with
        {
            Note = c.Note with { Signatures = [c.Note.Signatures[0] with { Bytes = new byte[64] }] },
        })),
        ["only a stranger signed the note"] = (AxisStatus.NotChecked, Reasons.NotCosigned, () =>
            (Indexed with { Indexers = [("stranger.test", TestIssuer.OtherKey)] }).Issue()),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    internal static IEnumerable<(Axis, AxisStatus, string)> Found =>
        Cases.Values.Select(c => (Axis.Completeness, c.Status, c.Reason)).Append((Axis.Completeness, AxisStatus.NotChecked, Reasons.NoIndexers));

    private static Hash Serving => TestIssuer.ServingKey.PublicKey.Id;

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_case_is_found_for_its_own_reason(string name)
    {
        var (status, reason, make) = Cases[name];
        var report = Verifier.Verify(make().ToBytes(), Indexed.IndexedPolicy);
        Assert.Equal((status, reason), (report[Axis.Completeness].Status, report[Axis.Completeness].Reason));
        Assert.Equal(status == AxisStatus.Verified, report.Accepted);
    }

    [Fact]
    public void The_logs_own_word_is_not_enough()
    {
        var report = Verifier.Verify(Indexed.IssueBytes(), Indexed.OwnPolicy);
        Assert.Equal((AxisStatus.NotChecked, Reasons.NoIndexers), (report[Axis.Completeness].Status, report[Axis.Completeness].Reason));
        Assert.True(report.Accepted);
        Assert.Equal("no-indexers", Verifier.Verify(Indexed.IssueBytes(), policy: null)[Axis.Completeness].Reason);
    }

    [Fact]
    public void As_many_indexers_must_sign_as_the_policy_asks_for()
    {
        var two = Indexed with { Indexers = [("a.test", TestIssuer.Key("a")), ("b.test", TestIssuer.Key("b"))] };
        var policy = two.IndexedPolicy;
        Assert.True(Verifier.Verify(two.IssueBytes(), policy).Accepted);
        var one = two with { Indexers = two.Indexers[..1] };
        Assert.Equal(Reasons.NotCosigned, Verifier.Verify(one.IssueBytes(), policy)[Axis.Completeness].Reason);
        Assert.True(Verifier.Verify(one.IssueBytes(), policy with { IndexerThreshold = 1 }).Accepted);
    }

    [Fact]
    public void Completeness_leans_on_log_signature_and_key()
    {
        var forged = Indexed with { CheckpointSigner = TestIssuer.OtherKey };
        Assert.Equal("depends-on-log", Verifier.Verify(forged.IssueBytes(), Indexed.IndexedPolicy)[Axis.Completeness].Reason);
        var unsigned = Indexed.Issue();
        unsigned = unsigned with { Envelope = unsigned.Envelope with { Signature = new byte[64] } };
        // Another signature is another entry: neither the log nor the index has it.
        Assert.Equal(Reasons.Record, Verifier.Verify(unsigned.ToBytes(), Indexed.IndexedPolicy)[Axis.Completeness].Reason);
        var retired = With(5, KeyEvent.Retire(TestIssuer.Origin, Serving));
        Assert.Equal("depends-on-key", Verifier.Verify(retired.IssueBytes(), Indexed.IndexedPolicy)[Axis.Completeness].Reason);
    }

    private static TestIssuer With(int index, KeyEvent step) => Indexed with { KeyEvents = Indexed.KeyEvents.Add(index, step) };

    // A log that lies about its index; the note says the same.
    private static Bundle Lying(Func<EpochEvent, EpochEvent> lie) => (Indexed with
    {
        EditEpoch = lie,
        EditNote = n => IndexNote.Of(lie(new EpochEvent(n.Origin, n.Size, n.Root, n.Keys, n.Index))),
    }).Issue();

    private static Bundle Edit(Func<Completeness, Completeness> edit)
    {
        var bundle = Indexed.Issue();
        return bundle with { Completeness = edit(bundle.Completeness!) };
    }

    private static ProvedEntry Signed(ProvedEntry entry, Func<OpenEntry, OpenEntry> edit) =>
        entry with { Entry = edit(OpenEntry.Parse(entry.Entry.Span)).ToBytes() };
}
