using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Tests.Issuing;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Verification;

/// <summary>Nothing in a bundle is decoration: whatever is changed in it, it is no longer accepted.</summary>
public class MutationTests
{
    private static readonly (string Name, SigningKey Key)[] Witnesses = [("w1", TestIssuer.Key("w1"))];
    private static readonly byte[] Good = new TestIssuer { Witnesses = [Witnesses[0]] }.IssueBytes();
    private static readonly Policy Policy = WitnessedPolicy();

    [Fact]
    public void Every_bit_of_every_byte_matters()
    {
        Assert.True(Verifier.Verify(Good, Policy).Accepted);
        var survivors = Enumerable.Range(0, Good.Length).AsParallel().SelectMany(position =>
        {
            var mutant = Good.ToArray();
            var failures = new List<string>();
            for (var bit = 0; bit < 8; bit++)
            {
                mutant[position] = (byte)(Good[position] ^ (1 << bit));
                if (!IsRefused(mutant))
                    failures.Add($"byte {position}, bit {bit}");
            }
            return failures;
        }).ToArray();
        Assert.Empty(survivors);
    }

    [Fact]
    public void Every_truncation_is_malformed()
    {
        for (var length = 0; length < Good.Length; length++)
            Assert.Equal(Verdict.Malformed, Verifier.Verify(Good.AsMemory(0, length), Policy).Verdict);
    }

    [Fact]
    public void Every_member_removed_doubled_or_of_another_type_is_refused()
    {
        var mutants = Mutants(StrictJson.Parse(Good, Bundle.MaxSize), "bundle").ToArray();
        Assert.True(mutants.Length > 300, $"only {mutants.Length} mutants");
        foreach (var (what, mutant) in mutants)
            Assert.True(IsRefused(Bytes(mutant)), what);
    }

    [Fact]
    public void Every_member_of_the_statement_removed_doubled_or_of_another_type_is_refused()
    {
        var bundle = Bundle.Parse(Good);
        foreach (var (what, mutant) in Mutants(StrictJson.Parse(bundle.Envelope.Payload.Span, 1 << 20), "statement"))
            Assert.True(IsRefused((bundle with { Envelope = bundle.Envelope with { Payload = Bytes(mutant) } }).ToBytes()), what);
    }

    [Fact]
    public void Every_member_of_every_event_removed_doubled_or_of_another_type_is_refused()
    {
        var bundle = Bundle.Parse(Good);
        for (var i = 0; i < bundle.KeyHistory.Length; i++)
        {
            var entry = bundle.KeyHistory[i];
            foreach (var (what, mutant) in Mutants(StrictJson.Parse(entry.Entry.Span, 1 << 20), $"event {i}"))
                Assert.True(
                    IsRefused((bundle with { KeyHistory = bundle.KeyHistory.SetItem(i, entry with { Entry = Bytes(mutant) }) }).ToBytes()), what);
        }
        foreach (var (what, mutant) in Mutants(StrictJson.Parse(bundle.ModelEntry.Entry.Span, 1 << 20), "model event"))
            Assert.True(IsRefused((bundle with { ModelEntry = bundle.ModelEntry with { Entry = Bytes(mutant) } }).ToBytes()), what);
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
    public void A_field_that_is_changed_but_well_formed_refutes_its_axis(string path, Axis axis)
    {
        var changed = Replace(StrictJson.Parse(Good, Bundle.MaxSize), path.Split('.'), value => value.Kind == JsonKind.Number
            ? JsonValue.Of(value.Integer + 1)
            : JsonValue.Of(OtherText(path, value.Text)));
        var report = Verifier.Verify(Bytes(changed), Policy);
        Assert.Equal((Verdict.Rejected, AxisStatus.Refuted), (report.Verdict, report[axis].Status));
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

    private static IEnumerable<(string What, JsonValue Mutant)> Mutants(JsonValue value, string path)
    {
        for (var i = 0; i < value.Members.Length; i++)
        {
            var (name, member) = value.Members[i];
            var at = $"{path}.{name}";
            yield return ($"{at} removed", JsonValue.ObjectOf(value.Members.RemoveAt(i)));
            yield return ($"{at} doubled", JsonValue.ObjectOf(value.Members.Insert(i, value.Members[i])));
            yield return ($"{at} renamed", JsonValue.ObjectOf(value.Members.SetItem(i, new(name + "x", member))));
            foreach (var other in Others(member))
                yield return ($"{at} {other.Kind}", JsonValue.ObjectOf(value.Members.SetItem(i, new(name, other))));
            foreach (var (what, mutant) in Mutants(member, at))
                yield return (what, JsonValue.ObjectOf(value.Members.SetItem(i, new(name, mutant))));
        }
        for (var i = 0; i < value.Items.Length; i++)
        {
            var at = $"{path}[{i}]";
            yield return ($"{at} removed", JsonValue.ArrayOf(value.Items.RemoveAt(i)));
            yield return ($"{at} doubled", JsonValue.ArrayOf(value.Items.Insert(i, value.Items[i])));
            foreach (var other in Others(value.Items[i]))
                yield return ($"{at} {other.Kind}", JsonValue.ArrayOf(value.Items.SetItem(i, other)));
            foreach (var (what, mutant) in Mutants(value.Items[i], at))
                yield return (what, JsonValue.ArrayOf(value.Items.SetItem(i, mutant)));
        }
    }

    private static IEnumerable<JsonValue> Others(JsonValue value) =>
        new[] { JsonValue.Null, JsonValue.True, JsonValue.False, JsonValue.Of(3UL), JsonValue.Of("text"), JsonValue.ArrayOf([JsonValue.Of("text")]), JsonValue.ObjectOf([new KeyValuePair<string, JsonValue>("a", JsonValue.True)]) }
            .Where(other => other.Kind != value.Kind || (other.Kind == JsonKind.Bool && other.Integer != value.Integer));

    private static JsonValue Replace(JsonValue value, ReadOnlySpan<string> path, Func<JsonValue, JsonValue> change)
    {
        if (path.IsEmpty)
            return change(value);
        var name = path[0];
        if (value.Kind == JsonKind.Array)
        {
            var at = int.Parse(name);
            return JsonValue.ArrayOf(value.Items.SetItem(at, Replace(value.Items[at], path[1..], change)));
        }
        var i = value.Members.Select((m, i) => (m.Key, i)).Single(m => m.Key == name).i;
        return JsonValue.ObjectOf(value.Members.SetItem(i, new(name, Replace(value.Members[i].Value, path[1..], change))));
    }

    // Changes one character in the middle to another of the same alphabet; in the payload, a digit of the record id.
    private static string OtherText(string path, string text)
    {
        if (path == "envelope.payload")
        {
            var payload = Convert.FromBase64String(text);
            var id = payload.AsSpan().IndexOf("\"recordId\":\""u8) + 12;
            payload[id] = payload[id] == '0' ? (byte)'1' : (byte)'0';
            return Convert.ToBase64String(payload);
        }
        var at = text.Length / 3;
        return text[..at] + (text[at] == '0' ? '1' : '0') + text[(at + 1)..];
    }

    private static byte[] Bytes(JsonValue value) => StrictJson.Write(value.Write);

    private static Policy WitnessedPolicy()
    {
        var text = TestIssuer.LogPolicy("quorum w1", Witnesses);
        return TestIssuer.Policy with
        {
            LogText = text,
            Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)),
            Require = [.. TestIssuer.Policy.Require, Axis.Witnesses],
        };
    }
}
