using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Statements;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Verification;

/// <summary>One lie for each rule: the right axis is refuted, for the right reason.</summary>
public class TamperTests
{
    private const string Elsewhere = "assay.test/other";

    private static readonly TestIssuer Honest = new();
    private static readonly Hash Wrong = Sha256.Of([1, 2, 3]);

    internal static readonly Dictionary<string, (Axis Axis, string Reason, Func<Bundle> Make)> Cases = new()
    {
        ["the envelope names another key than the statement"] = (Axis.Integrity, "key-id", () => Edit(b =>
            b with { Envelope = b.Envelope with { KeyId = Wrong } })),
        ["the receipt was made for another log"] = (Axis.Integrity, "origin", () => Issue(Honest with
        {
            EditReceipt = r => r with { NotBefore = r.NotBefore with { Origin = "assay.test/other" } },
        })),
        ["genesis is of another log"] = (Axis.Integrity, "origin", () => Issue(Honest with
        {
            EditGenesis = g => g with
            {
                Origin = Elsewhere,
                LogKey = VerifierKey.Create(Elsewhere, NoteSignatureType.Ed25519, TestIssuer.LogKey.PublicKey),
            },
        })),
        ["the promise is of another log"] = (Axis.Integrity, "origin", () => Issue(Honest with
        {
            EditPromise = p => p with { Origin = Elsewhere },
        })),
        ["the receipt's signature is damaged"] = (Axis.Signature, "bad-signature", () => Edit(b =>
            b with { Envelope = b.Envelope with { Signature = Flip(b.Envelope.Signature) } })),
        ["another key signed in the serving key's name"] = (Axis.Signature, "bad-signature", () => Issue(Honest with
        {
            ReceiptSigner = TestIssuer.OtherKey,
            EditReceipt = r => r with { Issuer = r.Issuer with { KeyId = TestIssuer.ServingKey.PublicKey.Id } },
        })),
        ["the payload was exchanged"] = (Axis.Signature, "bad-signature", () => Edit(b => b with
        {
            Envelope = b.Envelope with { Payload = (Receipt.Parse(b.Envelope.Payload.Span) with { Auditable = false }).ToBytes() },
        })),
        ["the checkpoint is signed by another key"] = (Axis.Log, "checkpoint-signature", () => Issue(Honest with
        {
            CheckpointSigner = TestIssuer.OtherKey,
        })),
        ["the checkpoint is of a log that the policy does not know"] = (Axis.Log, "unknown-log", () => Edit(b =>
            b with { LogProof = b.LogProof with { Note = Note(b, c => c with { Origin = "assay.test/other" }) } })),
        ["the checkpoint's root was exchanged"] = (Axis.Log, "checkpoint-signature", () => Edit(b =>
            b with { LogProof = b.LogProof with { Note = b.LogProof.Note with { Text = Note(b, c => c with { Root = Wrong }).Text } } })),
        ["the receipt is not in the log"] = (Axis.Log, "inclusion", () => Edit(b =>
            b with { Envelope = Envelope.Sign(Envelope.InToto, (Receipt.Parse(b.Envelope.Payload.Span) with { Sequence = 8 }).ToBytes(), TestIssuer.ServingKey) })),
        ["the receipt's index is another"] = (Axis.Log, "inclusion", () => Edit(b => b with { LogProof = b.LogProof with { Index = 18 } })),
        ["the inclusion path is too short"] = (Axis.Log, "inclusion", () => Edit(b =>
            b with { LogProof = b.LogProof with { Path = b.LogProof.Path[..^1] } })),
        ["the promise is signed by another key"] = (Axis.Log, "promise-signature", () => Issue(Honest with { PromiseSigner = TestIssuer.OtherKey })),
        ["the promise covers other indexes"] = (Axis.Log, "promise-coverage", () => Issue(Honest with { EditPromise = p => p with { First = 16 } })),
        ["the promise ends before the receipt"] = (Axis.Log, "promise-coverage", () => Issue(Honest with { EditPromise = p => p with { Count = 2 } })),
        ["the promise is about another batch"] = (Axis.Log, "promise-coverage", () => Issue(Honest with { EditPromise = p => p with { Root = Wrong } })),
        ["the promise's path is of another leaf"] = (Axis.Log, "promise-coverage", () => Edit(b =>
            b with { Promise = b.Promise with { Path = [Wrong, .. b.Promise.Path[1..]] } })),
        ["genesis names another root"] = (Axis.Key, "unknown-root", () => Issue(Honest with
        {
            EditGenesis = g => g with { Roots = RootSet.Of(TestIssuer.OtherKey.PublicKey) },
        })),
        ["genesis names another log key"] = (Axis.Key, "unknown-log-key", () => Issue(Honest with
        {
            EditGenesis = g => g with
            {
                LogKey = VerifierKey.Create(TestIssuer.Origin, NoteSignatureType.Ed25519, TestIssuer.OtherKey.PublicKey),
            },
        })),
        ["the events are signed by another key"] = (Axis.Key, "event-proof", () => Issue(Honest with { EventSigners = [TestIssuer.OtherKey] })),
        ["genesis bears the root's name but not its signature"] = (Axis.Key, "event-proof", () => Issue(Unsigned<GenesisEvent>())),
        ["a key event bears the root's name but not its signature"] = (Axis.Key, "event-proof", () => Issue(Unsigned<KeyEvent>())),
        ["a model event bears the root's name but not its signature"] = (Axis.Model, "event-proof", () => Issue(Unsigned<ModelEvent>())),
        ["a key event is signed by the root but names another"] = (Axis.Key, "event-proof", () => Issue(Honest with
        {
            EditEntry = (said, entry) => said is KeyEvent ? entry with { Signatures = [entry.Signatures[0] with { KeyId = Wrong }] } : entry,
        })),
        ["genesis is not proved"] = (Axis.Key, "event-proof", () => Edit(b => EditHistory(b, 0, e => e with { Path = [Wrong, .. e.Path[1..]] }))),
        ["genesis stands elsewhere"] = (Axis.Key, "genesis-index", () => Edit(b => EditHistory(b, 0, e => e with { Index = 1 }))),
        ["an event is not proved"] = (Axis.Key, "event-proof", () => Edit(b => EditHistory(b, 1, e => e with { Path = e.Path.Reverse().ToImmutableArray() }))),
        ["the events are out of order"] = (Axis.Key, "event-order", () =>
        {
            var bundle = Issue(With(4, KeyEvent.Renew(TestIssuer.Origin, Serving, 90)));
            return bundle with { KeyHistory = [bundle.KeyHistory[0], bundle.KeyHistory[2], bundle.KeyHistory[1]] };
        }),
        ["an event is shown twice"] = (Axis.Key, "event-order", () =>
        {
            var bundle = Issue(With(4, KeyEvent.Renew(TestIssuer.Origin, Serving, 90)));
            return bundle with { KeyHistory = bundle.KeyHistory.Add(bundle.KeyHistory[2]) };
        }),
        ["the key was introduced in another log of the same root"] = (Axis.Key, "event-origin", () => Issue(Honest with
        {
            KeyEvents = ImmutableSortedDictionary<int, KeyEvent>.Empty.Add(
                2, KeyEvent.Introduce(Elsewhere, TestIssuer.ServingKey.PublicKey, TestIssuer.Segment, 102)),
        })),
        ["the lease was renewed in another log of the same root"] = (Axis.Key, "event-origin", () =>
            Issue(With(4, KeyEvent.Renew(Elsewhere, Serving, 90)))),
        ["an event is about another key"] = (Axis.Key, "foreign-event", () => Issue(With(4, KeyEvent.Retire(TestIssuer.Origin, Wrong)))),
        ["the key is introduced twice"] = (Axis.Key, "introduction", () => Issue(With(4, KeyEvent.Introduce(TestIssuer.Origin, TestIssuer.ServingKey.PublicKey, TestIssuer.Segment, 90)))),
        ["the key is renewed but never introduced"] = (Axis.Key, "introduction", () => Issue(Honest with
        {
            KeyEvents = ImmutableSortedDictionary<int, KeyEvent>.Empty.Add(2, KeyEvent.Renew(TestIssuer.Origin, Serving, 90)),
        })),
        ["the key was retired"] = (Axis.Key, "retired", () => Issue(With(9, KeyEvent.Retire(TestIssuer.Origin, Serving)))),
        ["the key was compromised before"] = (Axis.Key, "compromised", () => Issue(With(9, KeyEvent.Compromise(TestIssuer.Origin, Serving, 17)))),
        ["the key's compromise was found later"] = (Axis.Key, "compromised", () => Issue(With(25, KeyEvent.Compromise(TestIssuer.Origin, Serving, 3)))),
        ["the lease is longer than genesis permits"] = (Axis.Key, "lease-length", () => Issue(Honest with { MaxLease = 99 })),
        ["the lease ends where it begins"] = (Axis.Key, "lease-length", () => Issue(With(4, KeyEvent.Renew(TestIssuer.Origin, Serving, 4)))),
        ["the lease ended at the receipt's index"] = (Axis.Key, "lease", () => Issue(Introduced(until: 17))),
        ["the lease began after the receipt"] = (Axis.Key, "lease", () => Issue(Honest with
        {
            KeyEvents = ImmutableSortedDictionary<int, KeyEvent>.Empty.Add(
                20, KeyEvent.Introduce(TestIssuer.Origin, TestIssuer.ServingKey.PublicKey, TestIssuer.Segment, 90)),
        })),
        ["the receipt names another node"] = (Axis.Key, "node-name", () => Issue(Honest with
        {
            EditReceipt = r => r with { Issuer = r.Issuer with { Node = "someone else" } },
        })),
        ["the receipt says it saw a later tree"] = (Axis.Time, "not-before-after", () => Issue(Honest with
        {
            EditReceipt = r => r with { NotBefore = r.NotBefore with { Size = 18 } },
        })),
        ["the receipt saw a tree that is no prefix"] = (Axis.Time, "not-before-prefix", () => Issue(Honest with
        {
            EditReceipt = r => r with { NotBefore = r.NotBefore with { Root = Wrong } },
        })),
        ["the receipt saw nothing, but says nothing's root is another"] = (Axis.Time, "not-before-prefix", () => Issue(Honest with
        {
            EditReceipt = r => r with { NotBefore = r.NotBefore with { Size = 0 } },
        })),
        ["the receipt saw nothing, and a proof of that is shown"] = (Axis.Time, "not-before-prefix", () => Issue(Honest with
        {
            EditReceipt = r => r with { NotBefore = Receipt.NoCheckpoint(TestIssuer.Origin) },
        }) with { NotBeforePath = [Wrong] }),
        ["the consistency proof is damaged"] = (Axis.Time, "not-before-prefix", () => Edit(b => b with { NotBeforePath = [Wrong, .. b.NotBeforePath[1..]] })),
        ["the model entry is not proved"] = (Axis.Model, "event-proof", () => Edit(b => b with { ModelEntry = b.ModelEntry with { Index = 3 } })),
        ["the model was published in another log of the same root"] = (Axis.Model, "event-origin", () => Issue(Honest with
        {
            EditModel = m => m with { Origin = Elsewhere },
        })),
        ["the model was published after the receipt"] = (Axis.Model, "published-later", () => Issue(Honest with { ModelIndex = 20 })),
        ["the receipt names another model"] = (Axis.Model, "other-model", () => Issue(Honest with
        {
            EditReceipt = r => r with { Model = r.Model with { Name = "better" } },
        })),
        ["the receipt names another digest"] = (Axis.Model, "other-model", () => Issue(Honest with
        {
            EditReceipt = r => r with { Model = r.Model with { Manifest = Wrong } },
        })),
        ["the receipt names another graph"] = (Axis.Model, "other-model", () => Issue(Honest with
        {
            EditReceipt = r => r with { Execution = r.Execution with { Graph = Wrong } },
        })),
        ["the model event is for another format"] = (Axis.Model, "other-model", () => Issue(Honest with { EditModel = m => m with { Format = "gguf" } })),
        ["the key serves another model"] = (Axis.Model, "segment", () => Issue(Introduced(segment: TestIssuer.Segment with { Model = Wrong }))),
        ["the key serves another profile"] = (Axis.Model, "segment", () => Issue(Introduced(segment: TestIssuer.Segment with { Profile = "fast" }))),
        ["the input is another"] = (Axis.Input, "commitment", () => Edit(b => Show(b, d => d with { Input = Changed(d.Input!) }))),
        ["the input is longer"] = (Axis.Input, "length", () => Edit(b => Show(b, d => d with { Input = Longer(d.Input!) }))),
        ["the input's salt is another"] = (Axis.Input, "commitment", () => Edit(b => Show(b, d => d with { Input = Salted(d.Input!) }))),
        ["the wire input is another"] = (Axis.Input, "commitment", () => Edit(b => Show(b, d => d with { WireInput = Changed(d.WireInput!) }))),
        ["wire bytes are shown that the receipt does not know"] = (Axis.Input, "no-commitment", () => Issue(Honest with
        {
            EditReceipt = r => r with { WireInput = null },
        })),
        ["wire input stands in for input"] = (Axis.Input, "commitment", () => Issue(Honest with
        {
            WireInput = Honest.Input,
            EditReceipt = r => r with { Input = r.Input with { Commitment = r.WireInput!.Commitment } },
        })),
        ["the output is another"] = (Axis.Output, "commitment", () => Edit(b => Show(b, d => d with { Output = Changed(d.Output!) }))),
        ["the output is truncated"] = (Axis.Output, "length", () => Edit(b =>
            Show(b, d => d with { Output = d.Output! with { Bytes = d.Output.Bytes[..^1] } }))),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    /// <summary>What the lies are found as, with the one that <see cref="The_checkpoint_is_signed_by_the_very_log_key_that_genesis_names"/> tells.</summary>
    internal static IEnumerable<(Axis, AxisStatus, string)> Found =>
        Cases.Values.Select(c => (c.Axis, AxisStatus.Refuted, c.Reason)).Append((Axis.Key, AxisStatus.Refuted, Reasons.OtherLogKey));

    private static Hash Serving => TestIssuer.ServingKey.PublicKey.Id;

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_lie_refutes_its_own_axis(string lie)
    {
        var (axis, reason, make) = Cases[lie];
        var report = Verifier.Verify(make().ToBytes(), TestIssuer.Policy);
        Assert.Equal((axis, AxisStatus.Refuted, reason), (axis, report[axis].Status, report[axis].Reason));
        Assert.Equal((Verdict.Rejected, 10), (report.Verdict, report.ExitCode));
        Assert.StartsWith("REJECTED · ", report.Headline);
    }

    [Theory]
    [InlineData(Axis.Integrity)]
    [InlineData(Axis.Signature)]
    [InlineData(Axis.Log)]
    [InlineData(Axis.Key)]
    [InlineData(Axis.Time)]
    [InlineData(Axis.Model)]
    [InlineData(Axis.Input)]
    [InlineData(Axis.Output)]
    public void There_is_a_lie_for_every_axis_that_a_bundle_shows(Axis axis) => Assert.Contains(Cases.Values, c => c.Axis == axis);

    [Fact]
    public void A_key_that_nobody_introduced_leaves_the_signature_open_and_refutes_the_key()
    {
        var report = Verifier.Verify(Issue(Honest with { KeyEvents = ImmutableSortedDictionary<int, KeyEvent>.Empty }).ToBytes(), TestIssuer.Policy);
        Assert.Equal((AxisStatus.Unverifiable, AxisStatus.Refuted), (report[Axis.Signature].Status, report[Axis.Key].Status));
    }

    [Fact]
    public void A_renewed_lease_a_later_retirement_and_a_later_compromise_leave_the_receipt_accepted()
    {
        var renewed = Introduced(until: 10);
        renewed = renewed with { KeyEvents = renewed.KeyEvents.Add(8, KeyEvent.Renew(TestIssuer.Origin, Serving, 40)) };
        Assert.True(Verifier.Verify(renewed.IssueBytes(), TestIssuer.Policy).Accepted);
        Assert.True(Verifier.Verify(With(20, KeyEvent.Retire(TestIssuer.Origin, Serving)).IssueBytes(), TestIssuer.Policy).Accepted);
        Assert.True(Verifier.Verify(With(20, KeyEvent.Compromise(TestIssuer.Origin, Serving, 18)).IssueBytes(), TestIssuer.Policy).Accepted);
    }

    [Fact]
    public void What_leans_on_a_forged_checkpoint_is_not_called_verified()
    {
        var report = Verifier.Verify(Issue(Honest with { CheckpointSigner = TestIssuer.OtherKey }).ToBytes(), TestIssuer.Policy);
        Assert.Equal("depends-on-log", report[Axis.Key].Reason);
        Assert.Equal("depends-on-log", report[Axis.Model].Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_checkpoint_is_signed_by_the_very_log_key_that_genesis_names(bool isPromiseToo)
    {
        // The policy trusts two keys for this origin, but genesis vouches for the first only.
        var second = VerifierKey.Create(TestIssuer.Origin, NoteSignatureType.Ed25519, TestIssuer.OtherKey.PublicKey);
        var text = $"log {TestIssuer.LogVerifier}\nlog {second}\nquorum none\n";
        var policy = TestIssuer.Policy with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) };
        Assert.True(Verifier.Verify(Honest.IssueBytes(), policy).Accepted);
        var other = Honest with
        {
            CheckpointSigner = TestIssuer.OtherKey,
            PromiseSigner = isPromiseToo ? TestIssuer.OtherKey : TestIssuer.LogKey,
        };
        var report = Verifier.Verify(other.IssueBytes(), policy);
        Assert.Equal((AxisStatus.Refuted, "other-log-key"), (report[Axis.Key].Status, report[Axis.Key].Reason));
        Assert.Equal(isPromiseToo ? "included" : "promise-signature", report[Axis.Log].Reason);
        Assert.False(report.Accepted);
    }

    [Fact]
    public void The_promise_is_signed_by_the_very_log_key_that_genesis_names()
    {
        var second = VerifierKey.Create(TestIssuer.Origin, NoteSignatureType.Ed25519, TestIssuer.OtherKey.PublicKey);
        var text = $"log {second}\nlog {TestIssuer.LogVerifier}\nquorum none\n";
        var policy = TestIssuer.Policy with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) };
        // Both keys signed the checkpoint, and only the second one the promise.
        var bundle = Issue(Honest with { PromiseSigner = TestIssuer.OtherKey });
        var byOther = Checkpoint.Parse(bundle.LogProof.Note.Text).Sign(TestIssuer.OtherKey).Signatures;
        var note = bundle.LogProof.Note with { Signatures = bundle.LogProof.Note.Signatures.AddRange(byOther) };
        var report = Verifier.Verify((bundle with { LogProof = bundle.LogProof with { Note = note } }).ToBytes(), policy);
        Assert.Equal((AxisStatus.Refuted, "promise-signature"), (report[Axis.Log].Status, report[Axis.Log].Reason));
    }

    private static Bundle Issue(TestIssuer issuer) => issuer.Issue();

    private static Bundle Edit(Func<Bundle, Bundle> edit) => edit(Honest.Issue());

    private static TestIssuer With(int index, KeyEvent step) => Honest with { KeyEvents = Honest.KeyEvents.Add(index, step) };

    private static TestIssuer Unsigned<T>() => Honest with
    {
        EditEntry = (said, entry) => said is T
            ? entry with { Signatures = [entry.Signatures[0] with { Bytes = TestIssuer.OtherKey.Sign(entry.Pae()) }] }
            : entry,
    };

    private static TestIssuer Introduced(ulong until = 102, Segment? segment = null) => Honest with
    {
        KeyEvents = Honest.KeyEvents.SetItem(2, KeyEvent.Introduce(TestIssuer.Origin, TestIssuer.ServingKey.PublicKey, segment ?? TestIssuer.Segment, until)),
    };

    private static SignedNote Note(Bundle bundle, Func<Checkpoint, Checkpoint> edit) =>
        edit(Checkpoint.Parse(bundle.LogProof.Note.Text)).Sign(TestIssuer.LogKey);

    private static Bundle EditHistory(Bundle bundle, int i, Func<ProvedEntry, ProvedEntry> edit) =>
        bundle with { KeyHistory = bundle.KeyHistory.SetItem(i, edit(bundle.KeyHistory[i])) };

    private static Bundle Show(Bundle bundle, Func<Disclosures, Disclosures> edit) => bundle with { Disclosures = edit(bundle.Disclosures) };

    private static Disclosure Changed(Disclosure shown) => shown with { Bytes = Flip(shown.Bytes) };

    private static Disclosure Salted(Disclosure shown) => shown with { Salt = Flip(shown.Salt) };

    private static Disclosure Longer(Disclosure shown) => shown with { Bytes = (byte[])[.. shown.Bytes.Span, 0] };

    private static byte[] Flip(ReadOnlyMemory<byte> bytes)
    {
        var copy = bytes.ToArray();
        copy[0] ^= 1;
        return copy;
    }
}
