using System.Text;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Verification;

/// <summary>Nothing in a bundle is decoration: whatever is changed in it, it is no longer accepted.</summary>
public class MutationTests
{
    private static readonly (string Name, SigningKey Key)[] Witnesses = [("w1", TestIssuer.Key("w1"))];
    private static readonly TestIssuer Issuer = new()
    {
        Witnesses = [Witnesses[0]], EpochSize = 25, Roots = [TestIssuer.RootKey, TestIssuer.Key("root 2"), TestIssuer.Key("root 3")], Threshold = 2,
    };

    private static readonly byte[] Good = Issuer.IssueBytes();
    private static readonly byte[] GoodSpan = (Issuer with { Tokens = FindingTests.Tokens(3) }).Issue().DiscloseOutputSpan(0, 3, showInput: true).ToBytes();
    private static readonly Policy Policy = WitnessedPolicy();

    public static TheoryData<string> Bundles => ["whole", "span"];

    [Theory]
    [MemberData(nameof(Bundles))]
    [Trait("speed", "slow")]
    public void Every_bit_of_every_byte_matters(string which)
    {
        Assert.True(Verifier.Verify(Named(which), Policy).Accepted);
        var survivors = Mutations.FlippedBits(Named(which), (mutant, _) => IsRefused(mutant));
        Assert.Empty(survivors);
    }

    [Theory]
    [MemberData(nameof(Bundles))]
    public void One_bit_of_every_byte_matters(string which)
    {
        var good = Named(which);
        var survivors = Enumerable.Range(0, good.Length).AsParallel().Where(position =>
        {
            var mutant = good.ToArray();
            mutant[position] ^= (byte)(1 << (position % 8));
            return !IsRefused(mutant);
        });
        Assert.Empty(survivors);
    }

    [Theory]
    [MemberData(nameof(Bundles))]
    public void Every_truncation_is_malformed(string which)
    {
        for (var length = 0; length < Named(which).Length; length++)
            Assert.Equal(Verdict.Malformed, Verifier.Verify(Named(which).AsMemory(0, length), Policy).Verdict);
    }

    [Theory]
    [MemberData(nameof(Bundles))]
    public void Every_member_removed_doubled_or_of_another_type_is_refused(string which)
    {
        var mutants = Mutations.Of(StrictJson.Parse(Named(which), Bundle.MaxSize), "bundle").ToArray();
        Assert.True(mutants.Length > 300, $"only {mutants.Length} mutants");
        foreach (var (what, mutant) in mutants)
            Assert.True(IsRefused(Mutations.Bytes(mutant)), what);
    }

    [Fact]
    public void Every_member_of_the_statement_removed_doubled_or_of_another_type_is_refused()
    {
        var bundle = Bundle.Parse(Good);
        foreach (var (what, mutant) in Mutations.Of(StrictJson.Parse(bundle.Envelope.Payload.Span, 1 << 20), "statement"))
            Assert.True(IsRefused((bundle with { Envelope = bundle.Envelope with { Payload = Mutations.Bytes(mutant) } }).ToBytes()), what);
    }

    [Fact]
    public void Every_member_of_every_event_removed_doubled_or_of_another_type_is_refused()
    {
        var bundle = Bundle.Parse(Good);
        for (var i = 0; i < bundle.KeyHistory.Length; i++)
        {
            var entry = bundle.KeyHistory[i];
            foreach (var (what, mutant) in Mutations.Of(StrictJson.Parse(entry.Entry.Span, 1 << 20), $"event {i}"))
                Assert.True(
                    IsRefused((bundle with { KeyHistory = bundle.KeyHistory.SetItem(i, entry with { Entry = Mutations.Bytes(mutant) }) }).ToBytes()), what);
        }
        foreach (var (what, mutant) in Mutations.Of(StrictJson.Parse(bundle.ModelEntry.Entry.Span, 1 << 20), "model event"))
            Assert.True(IsRefused((bundle with { ModelEntry = bundle.ModelEntry with { Entry = Mutations.Bytes(mutant) } }).ToBytes()), what);
        var completeness = bundle.Completeness!;
        foreach (var (what, mutant) in Mutations.Of(StrictJson.Parse(completeness.Epoch.Entry.Span, 1 << 20), "epoch"))
            Assert.True(
                IsRefused((bundle with { Completeness = completeness with { Epoch = completeness.Epoch with { Entry = Mutations.Bytes(mutant) } } }).ToBytes()), what);
    }

    [Theory]
    [InlineData("envelope.payload", Axis.Signature)]
    [InlineData("envelope.signatures.0.keyid", Axis.Integrity)]
    [InlineData("envelope.signatures.0.sig", Axis.Signature)]
    [InlineData("promise.path.0", Axis.Log)]
    [InlineData("keyHistory.0.path.0", Axis.Key)]
    [InlineData("keyHistory.1.index", Axis.Key)]
    [InlineData("keyHistory.1.path.1", Axis.Key)]
    [InlineData("modelEntry.index", Axis.Model)]
    [InlineData("modelEntry.path.0", Axis.Model)]
    [InlineData("notBefore.path.0", Axis.Time)]
    [InlineData("disclosures.input.salt", Axis.Input)]
    [InlineData("disclosures.input.bytes", Axis.Input)]
    [InlineData("disclosures.wireInput.bytes", Axis.Input)]
    [InlineData("disclosures.output.salt", Axis.Output)]
    [InlineData("disclosures.output.bytes", Axis.Output)]
    [InlineData("completeness.epoch.index", Axis.Completeness)]
    [InlineData("completeness.epoch.path.0", Axis.Completeness)]
    [InlineData("completeness.prefix.0", Axis.Completeness)]
    [InlineData("completeness.key.position", Axis.Completeness)]
    [InlineData("completeness.key.events", Axis.Completeness)]
    [InlineData("completeness.key.count", Axis.Completeness)]
    [InlineData("completeness.key.records", Axis.Completeness)]
    [InlineData("completeness.key.path.0", Axis.Completeness)]
    [InlineData("completeness.record.0", Axis.Completeness)]
    public void A_field_that_is_changed_but_well_formed_refutes_its_axis(string path, Axis axis) => Refutes(Good, path, axis);

    [Theory]
    [InlineData("disclosures.output.first")]
    [InlineData("disclosures.output.pieces.0.salt")]
    [InlineData("disclosures.output.pieces.1.bytes")]
    public void A_field_of_a_span_that_is_changed_but_well_formed_refutes_the_output(string path) => Refutes(GoodSpan, path, Axis.Output);

    private static void Refutes(byte[] good, string path, Axis axis)
    {
        var report = Verifier.Verify(Mutations.Bytes(Mutations.Change(StrictJson.Parse(good, Bundle.MaxSize), path)), Policy);
        Assert.Equal((Verdict.Rejected, AxisStatus.Refuted), (report.Verdict, report[axis].Status));
    }

    private static byte[] Named(string bundle) => bundle == "span" ? GoodSpan : Good;

    [Fact]
    public void Every_signature_line_added_doubled_or_garbled_in_the_name_of_a_known_key_is_refused()
    {
        var bundle = Bundle.Parse(Good);
        Assert.Equal((1, 2), (bundle.Promise.Note.Signatures.Length, bundle.LogProof.Note.Signatures.Length));
        foreach (var (what, note) in LineMutants(bundle.Promise.Note))
            Assert.True(IsRefused((bundle with { Promise = bundle.Promise with { Note = note } }).ToBytes()), $"promise: {what}");
        foreach (var (what, note) in LineMutants(bundle.LogProof.Note))
            Assert.True(IsRefused((bundle with { LogProof = bundle.LogProof with { Note = note } }).ToBytes()), $"checkpoint: {what}");
        foreach (var (what, note) in LineMutants(bundle.Completeness!.Note).Where(m => !m.What.EndsWith("removed", StringComparison.Ordinal)))
            Assert.True(IsRefused((bundle with { Completeness = bundle.Completeness with { Note = note } }).ToBytes()), $"index note: {what}");
    }

    private static IEnumerable<(string What, SignedNote Mutant)> LineMutants(SignedNote note)
    {
        foreach (var (i, line) in note.Signatures.Index())
        {
            var garbled = Enumerable.Range(0, line.Bytes.Length).Select(at => line with { Bytes = Flipped(line.Bytes, at) })
                .Append(line with { Bytes = line.Bytes[..^1] }).Append(line with { Bytes = new byte[line.Bytes.Length] }).ToArray();
            yield return ($"line {i} removed", note with { Signatures = note.Signatures.RemoveAt(i) });
            yield return ($"line {i} doubled", note with { Signatures = note.Signatures.Insert(i, line) });
            yield return ($"line {i} doubled at the end", note with { Signatures = note.Signatures.Add(line) });
            foreach (var (n, bad) in garbled.Index())
            {
                yield return ($"line {i} garbled, {n}", note with { Signatures = note.Signatures.SetItem(i, bad) });
                yield return ($"garbage {n} before line {i}", note with { Signatures = note.Signatures.Insert(i, bad) });
                yield return ($"garbage {n} after line {i}", note with { Signatures = note.Signatures.Insert(i + 1, bad) });
                yield return ($"garbage {n} of line {i} at the end", note with { Signatures = note.Signatures.Add(bad) });
            }
        }
    }

    private static byte[] Flipped(ReadOnlyMemory<byte> bytes, int at)
    {
        var copy = bytes.ToArray();
        copy[at] ^= 1;
        return copy;
    }

    [Fact]
    public void Random_damage_never_throws_and_never_passes()
    {
        var random = new Random(20260131);
        for (var round = 0; round < 5_000; round++)
        {
            var mutant = Good.ToArray();
            for (var n = random.Next(1, 5); n > 0; n--)
            {
                var (from, to, length) = (random.Next(mutant.Length), random.Next(mutant.Length), random.Next(1, 40));
                length = Math.Min(length, mutant.Length - Math.Max(from, to));
                Good.AsSpan(from, length).CopyTo(mutant.AsSpan(to));
            }
            if (!mutant.AsSpan().SequenceEqual(Good))
                Assert.True(IsRefused(mutant), $"round {round}");
        }
    }

    // Not accepted, and for a reason that is named.
    private static bool IsRefused(byte[] bundle)
    {
        var report = Verifier.Verify(bundle, Policy);
        return !report.Accepted && report.ExitCode is 10 or 20 or 30
            && (report.Verdict == Verdict.Unsupported || report.Headline.StartsWith("REJECTED", StringComparison.Ordinal)
                || report.Checks.Any(c => c.Status == AxisStatus.Refuted));
    }

    private static Policy WitnessedPolicy()
    {
        var text = TestIssuer.LogPolicy("quorum w1", Witnesses);
        return Issuer.IndexedPolicy with
        {
            LogText = text,
            Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)),
            Require = [.. Issuer.IndexedPolicy.Require, Axis.Witnesses, Axis.Time],
        };
    }
}
