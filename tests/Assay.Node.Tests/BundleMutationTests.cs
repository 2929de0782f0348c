using System.Text.Json;
using Assay.Verify.Bundles;
using Assay.Verify.Json;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;

namespace Assay.Node.Tests;

/// <summary>A real bundle of the digits model, with the picture as it came: whatever is changed in it, it is no longer accepted, and the report says where.</summary>
public sealed class BundleMutationTests(BundleMutationTests.RealBundle real) : IClassFixture<BundleMutationTests.RealBundle>
{
    [Fact]
    [Trait("speed", "slow")]
    public void Every_bit_of_every_byte_refutes_the_axis_of_its_part()
    {
        var parts = PartsOf(real.Bytes);
        var tried = 0;
        var survivors = Mutations.FlippedBits(real.Bytes, (mutant, position) =>
        {
            Interlocked.Increment(ref tried);
            return IsRefuted(mutant, parts[position]);
        });
        Assert.Empty(survivors);
        Assert.Equal(8 * real.Bytes.Length, tried);
    }

    [Fact]
    public void Every_member_removed_doubled_or_of_another_type_refutes_the_axis_of_its_part()
    {
        var mutants = Mutations.Of(StrictJson.Parse(real.Bytes, Bundle.MaxSize), "bundle").ToArray();
        Assert.True(mutants.Length > 300, $"only {mutants.Length} mutants");
        var survivors = mutants.AsParallel().Where(m => !IsRefuted(Mutations.Bytes(m.Mutant), PartOf(m.What["bundle.".Length..]))).Select(m => m.What).ToArray();
        // What is withheld is not refuted, but the policy that asks for it is not met.
        Assert.Equal(["bundle.disclosures.input removed", "bundle.disclosures.output removed", "bundle.disclosures.wireInput removed"], survivors.Order(StringComparer.Ordinal));
        foreach (var (_, mutant) in mutants.Where(m => m.What.StartsWith("bundle.disclosures.", StringComparison.Ordinal)))
            Assert.False(Verifier.Verify(Mutations.Bytes(mutant), real.Policy).Accepted);
    }

    [Theory]
    [InlineData("envelope.payload", Axis.Signature)]
    [InlineData("envelope.signatures.0.keyid", Axis.Integrity)]
    [InlineData("envelope.signatures.0.sig", Axis.Signature)]
    [InlineData("keyHistory.0.path.0", Axis.Key)]
    [InlineData("keyHistory.1.index", Axis.Key)]
    [InlineData("keyHistory.2.path.1", Axis.Key)]
    [InlineData("modelEntry.index", Axis.Model)]
    [InlineData("modelEntry.path.0", Axis.Model)]
    [InlineData("notBefore.path.0", Axis.Time)]
    [InlineData("disclosures.input.salt", Axis.Input)]
    [InlineData("disclosures.input.bytes", Axis.Input)]
    [InlineData("disclosures.wireInput.salt", Axis.Input)]
    [InlineData("disclosures.wireInput.bytes", Axis.Input)]
    [InlineData("disclosures.output.salt", Axis.Output)]
    [InlineData("disclosures.output.bytes", Axis.Output)]
    public void Value_that_is_changed_but_well_formed_refutes_just_its_axis(string path, Axis axis)
    {
        var mutant = Mutations.Bytes(Mutations.Change(StrictJson.Parse(real.Bytes, Bundle.MaxSize), path));
        var report = Verifier.Verify(mutant, real.Policy);
        Assert.Equal((Verdict.Rejected, AxisStatus.Refuted), (report.Verdict, report[axis].Status));
    }

    [Fact]
    public void Every_truncation_is_malformed()
    {
        for (var length = 0; length < real.Bytes.Length; length += 7)
            Assert.Equal(Verdict.Malformed, Verifier.Verify(real.Bytes.AsMemory(0, length), real.Policy).Verdict);
    }

    [Fact]
    public async Task Bundle_of_another_node_is_not_accepted()
    {
        await using var other = TestNode.Open();
        var report = Verifier.Verify(real.Bytes, other.Policy);
        Assert.Equal((false, "unknown-log"), (report.Accepted, report[Axis.Log].Reason));
    }

    // Refuted where the change is, or no bundle at all any more.
    private bool IsRefuted(byte[] mutant, Axis? part)
    {
        var report = Verifier.Verify(mutant, real.Policy);
        if (report.Accepted || report.ExitCode is not (10 or 20 or 30))
            return false;
        return report.Verdict == Verdict.Unsupported && part is (Axis.Integrity or Axis.Signature or Axis.Key or Axis.Model or Axis.Completeness)
            || report[Axis.Integrity].Status == AxisStatus.Refuted
            || part is { } axis && report[axis].Status == AxisStatus.Refuted;
    }

    // For each byte, the axis of the part it lies in; null between the parts, where any change breaks the form.
    private static Axis?[] PartsOf(byte[] bundle)
    {
        var parts = new Axis?[bundle.Length];
        var path = new Stack<string>();
        var json = new Utf8JsonReader(bundle);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth <= 2)
            {
                while (path.Count >= json.CurrentDepth)
                    path.Pop();
                path.Push(json.GetString()!);
            }
            if (path.Count > 0)
                parts.AsSpan((int)json.TokenStartIndex, (int)(json.BytesConsumed - json.TokenStartIndex)).Fill(PartOf(string.Join('.', path.Reverse())));
        }
        return parts;
    }

    private static Axis? PartOf(string path) => path.Split('.', '[', ' ') switch
    {
        ["mediaType", ..] => Axis.Integrity,
        ["envelope", ..] => Axis.Signature,
        ["promise" or "logProof", ..] => Axis.Log,
        ["keyHistory", ..] => Axis.Key,
        ["modelEntry", ..] => Axis.Model,
        ["notBefore", ..] => Axis.Time,
        ["completeness", ..] => Axis.Completeness,
        ["disclosures", "input" or "wireInput", ..] => Axis.Input,
        ["disclosures", "output", ..] => Axis.Output,
        _ => null,
    };

    /// <summary>The fifth receipt of a node: the first that its key could not sign without the renewal before it.</summary>
    public sealed class RealBundle : IAsyncLifetime
    {
        public byte[] Bytes { get; private set; } = [];

        public Policy Policy { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await using var test = TestNode.Open(new NodeOptions { MaxLease = 6 });
            var model = await test.ImportDigitsAsync();
            for (var i = 0; i < 4; i++)
                await test.Node.BundleAsync((await test.Node.InvokeAsync(model, Digits.Sample(i), Digits.WithWire(i))).Receipt);
            var issued = (await test.Node.InvokeAsync(model, Digits.Sample(8), Digits.WithWire(8))).Receipt;
            Bytes = (await test.Node.BundleAsync(issued)).ToBytes();
            Policy = test.Policy;
            Assert.True(Verifier.Verify(Bytes, Policy).Accepted);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
