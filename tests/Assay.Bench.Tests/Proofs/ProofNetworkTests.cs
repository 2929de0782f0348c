using Assay.Bench.Proofs;
using Assay.Proofs.Soundness;

namespace Assay.Bench.Tests.Proofs;

public sealed class ProofNetworkTests
{
    [Theory]
    [InlineData("cnn-264k", 263_030)]
    [InlineData("dense-4m", 4_012_003)]
    [InlineData("mlp-196-25-10", 5_185)]
    [InlineData("mlp-784-56-10", 44_530)]
    [InlineData("mlp-196-24-14-10", 5_228)]
    [InlineData("cnn-28-6-16-10", 5_142)]
    [InlineData("cnn-14-5-11-80-10", 4_966)]
    [InlineData("lenet-28", 44_426)]
    [InlineData("block-768x64", 7_084_800)]
    public void Networks_have_the_weights_and_biases_of_their_published_shapes(string name, int expected)
    {
        var of = ProofCase.All.Single(c => c.Name == name);
        var network = of.Network();
        Assert.Equal(expected, network.Weights.Sum(w => w is null ? 0 : w.Values.Length + w.Biases.Length));
        var (model, shapes) = (network.Model(of.Parameters), network.Model(of.Parameters).Shapes(of.Batch));
        Assert.All([of.Batch, of.More ?? of.Batch], batch => Assert.True(SoundnessReport.Of(ProofOutline.Of(model, batch)!.Counts).Suffices));
        Assert.All(model.Layers, layer => Assert.True(layer.IsValid([.. layer.Inputs.Select(i => shapes[i])]), $"{layer}"));
    }

    [Fact]
    public void A_small_network_is_proved()
    {
        using var run = new ProofRun(ProofCase.All.Single(c => c.Name == "mlp-196-25-10"));
        var statement = run.Statement(1);
        var proof = run.Prove(statement).Proof;
        run.Verify(statement, proof);
        run.RefusesAnother(statement, proof);
        proof[^1] ^= 1;
        Assert.Throws<BenchException>(() => run.Verify(statement, proof));
    }

    [Fact]
    public void A_block_of_a_transformer_is_proved_and_its_outputs_spread()
    {
        var of = new ProofCase("small block", () => ProofCase.Block(tokens: 8, width: 16, heads: 2, between: 32), new(9, 3, 124, 16));
        using var run = new ProofRun(of);
        var statement = run.Statement(1);
        run.Verify(statement, run.Prove(statement).Proof);
        Assert.InRange(statement.Output.Distinct().Count(), 40, 256);
    }

    [Fact]
    public void Activations_spread_over_their_range_in_every_layer()
    {
        foreach (var of in ProofCase.All.Where(c => !c.IsLarge))
        {
            using var run = new ProofRun(of);
            var output = run.Statement(8).Output;
            Assert.InRange(output.Average(y => (double)y * y), 20 * 20, 70 * 70);
        }
    }
}
