using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Tests;

/// <summary>Whole proofs of small models, and provers that lie: each is refused, and by the check that is for it.</summary>
public sealed class InferenceTests
{
    private readonly Random random = new(5);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Dense_layers_are_proved(int batch) => Holds(new ProvedModel(random, Dense(), batch));

    [Fact]
    public void Batches_of_more_sizes_than_the_fast_prover_keeps_plans_for_are_proved_all_the_same()
    {
        var model = Dense();
        foreach (var batch in (int[])[1, 2, 3, 4, 5, 6, 1, 5])
            Holds(new ProvedModel(random, model, batch));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_small_convolutional_network_is_proved(int batch) => Holds(new ProvedModel(random, Convolutional(), batch));

    [Fact]
    public void Strides_dilation_and_padding_are_those_of_the_engine_s_own_sum()
    {
        // The run's accumulators against a sum written for this test: index by index, over the unpadded image.
        var proved = new ProvedModel(random, Convolutional(), 1);
        var conv = (ConvLayer)proved.Model.Layers[0];
        var (image, weights) = (proved.Statement.Input, proved.Weights[0]!);
        foreach (var (o, a, b) in (IEnumerable<(int, int, int)>)[(0, 0, 0), (2, 1, 3), (1, 4, 4)])
        {
            var sum = weights.Biases[o];
            for (var c = 0; c < 2; c++)
                for (var u = 0; u < 3; u++)
                    for (var v = 0; v < 2; v++)
                        if (conv.Stride * a + conv.Dilation * u - 1 is var y && y is >= 0 and < 9 && conv.Stride * b + conv.Dilation * v - 1 is var x && x is >= 0 and < 8)
                            sum += weights.Values[(o * 2 + c) * 6 + u * 2 + v] * (image[(c * 9 + y) * 8 + x] - conv.ZeroPoint);
            Assert.Equal(sum, proved.Columns(0)[ScaledLayer.Accumulator][(o << 3 | a) << 3 | b]);
        }
        Holds(proved);
    }

    [Fact]
    public void Another_input_or_output_than_the_run_s_is_refused()
    {
        var proved = new ProvedModel(random, Convolutional(), 1);
        for (var i = 0; i < proved.Statement.Output.Length; i++)
        {
            var other = proved.Statement with { Output = proved.Statement.Output.SetItem(i, (sbyte)(proved.Statement.Output[i] ^ 1)) };
            // As it is, every challenge is another; a prover that proves it all the same fails where the output is compared.
            Assert.NotNull(proved.Verify(other, proved.Proof));
            proved.RefusedBy(ProofCheck.Output, other, proved.Prove(other, proved.Run));
        }
        var input = proved.Statement with { Input = proved.Statement.Input.SetItem(3, (sbyte)(proved.Statement.Input[3] ^ 1)) };
        proved.RefusedBy(ProofCheck.Input, input, proved.Prove(input, proved.Run));
        Assert.NotNull(proved.Verify(proved.Statement with { Context = new byte[] { 1 } }, proved.Proof));
    }

    [Fact]
    public void A_requantisation_that_is_one_off_is_refused_at_the_root()
    {
        foreach (var layer in (int[])[0, 2, 4])
        {
            var proved = new ProvedModel(random, Convolutional(), 1);
            // A real place and a padded one.
            foreach (var at in (int[])[0, proved.Run.Tensors[layer + 1].Length - 1])
            {
                var forged = proved.Altered(layer, at, y => y == 127 ? 126 : y + 1);
                proved.RefusedBy(ProofCheck.RootNumerator, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proved.Prove(null, forged));
            }
        }
    }

    [Fact]
    public void A_pool_that_is_not_the_largest_is_refused()
    {
        var proved = new ProvedModel(random, Convolutional(), 1);
        var at = Enumerable.Range(0, proved.Run.Tensors[2].Length).First(i => proved.Run.Tensors[2][i] < 127);
        // Above all four: the differences are in the range, and none is zero.
        var above = proved.Altered(1, at, y => y + 1);
        proved.RefusedBy(ProofCheck.Pool, proved.Statement with { Output = above.OutputOf(proved.Plan) }, proved.Prove(null, above));
        // The second largest: a difference below zero, and one that is zero.
        var columns = proved.Columns(1);
        var other = Enumerable.Range(0, proved.Run.Tensors[2].Length).First(i => Enumerable.Range(1, 4).Select(x => columns[x][i]).Distinct().Count() > 1);
        var below = proved.Altered(1, other, y => Enumerable.Range(1, 4).Select(x => columns[x][other]).Where(x => x < y).Max());
        proved.RefusedBy(ProofCheck.RootNumerator, proved.Statement with { Output = below.OutputOf(proved.Plan) }, proved.Prove(null, below));
    }

    [Fact]
    public void An_accumulator_that_is_not_the_sum_is_refused_by_the_product()
    {
        foreach (var layer in (int[])[0, 2])
        {
            var proved = new ProvedModel(random, Convolutional(), 1);
            var sums = proved.Columns(layer)[ScaledLayer.Accumulator].ToArray();
            sums[0] += 7;
            var forged = proved.Again(layer, sums);
            proved.RefusedBy(ProofCheck.Matmul, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proved.Prove(null, forged));
        }
    }

    [Fact]
    public void Other_weights_than_the_committed_ones_are_refused()
    {
        var proved = new ProvedModel(random, Dense(), 1);
        var other = new ProvedModel(random, proved.Model, 1);
        Assert.Equal(ProofCheck.ModelPath, InferenceVerifier.Verify(proved.Model, proved.Committed.Root, other.Statement, other.Proof));
    }

    [Fact]
    public void Flipped_bytes_and_cuts_are_refused() => Flip(step: 61);

    [Fact]
    [Trait("speed", "slow")]
    public void Every_flipped_byte_is_refused() => Flip(step: 1);

    private void Flip(int step)
    {
        var proved = new ProvedModel(random, Dense(), 1);
        var found = new HashSet<ProofCheck>();
        var proof = proved.Proof.ToArray();
        for (var i = 0; i < proof.Length; i += step)
        {
            proof[i] ^= (byte)(1 << i % 8);
            found.Add(Assert.NotNull(proved.Verify(proved.Statement, proof)));
            proof[i] ^= (byte)(1 << i % 8);
        }
        Assert.Superset(new HashSet<ProofCheck> { ProofCheck.TreeLayer, ProofCheck.QueriedColumn, ProofCheck.ModelPath, ProofCheck.WitnessPath }, found);
        if (step == 1)
            Assert.Superset(new HashSet<ProofCheck> { ProofCheck.Canonical, ProofCheck.RootNumerator, ProofCheck.LeafNumerator, ProofCheck.LeafDenominator, ProofCheck.Matmul, ProofCheck.Output, ProofCheck.ColumnSumcheck, ProofCheck.InnerProduct }, found);
        for (var length = 0; length < proof.Length; length += 97)
            Assert.NotNull(proved.Verify(proved.Statement, proof[..length]));
        proved.RefusedBy(ProofCheck.End, proved.Statement, [.. proof, 0]);
    }

    [Fact]
    public void A_bound_that_could_wrap_the_field_is_refused_before_anything_is_read()
    {
        var proved = new ProvedModel(random, Dense(), 1);
        var layer = (DenseLayer)proved.Model.Layers[0];
        foreach (var bad in (DenseLayer[])[layer with { BiasBound = WeightLayer.MostAccumulated }, layer with { GroupOf = layer.GroupOf.SetItem(0, 9) }, layer with { Groups = [layer.Groups[0] with { Shift = 0 }] }])
            Assert.Equal(ProofCheck.Requantisation, InferenceVerifier.Verify(proved.Model with { Layers = proved.Model.Layers.SetItem(0, bad) }, proved.Committed.Root, proved.Statement, proved.Proof));
    }

    private static void Holds(ProvedModel proved) => Assert.Null(proved.Verify(proved.Statement, proved.Proof));

    private ScaleGroup Group(int bits) => new(random.Next(1 << 13, 1 << 15), bits + 7, random.Next(-20, 20), -128, 127, []);

    private ProofModel Dense() => new([5], -3,
    [
        new DenseLayer(0, 6, -3, 500, [Group(13) with { ZeroPoint = -40, Low = -40 }], [.. Enumerable.Repeat(0, 6)]),
        new DenseLayer(1, 3, -40, 500, [Group(13), Group(14)], [0, 1, 1]),
    ], ProvedModel.Small);

    // 2 × 9 × 8 → conv 3 × 2 with stride 2, dilation 1, padding 1 → 3 × 5 × 5 → pool → conv 2 × 2 → dense.
    private ProofModel Convolutional() => new([2, 9, 8], 4,
    [
        new ConvLayer(0, 3, 3, 2, 2, 1, 1, 1, 5, 5, 4, 300, [Group(13), Group(14)], [0, 1, 0]),
        new MaxPoolLayer(1),
        new ConvLayer(2, 4, 2, 2, 1, 1, 1, 0, 2, 1, 0, 300, [Group(12) with { Table = [.. Enumerable.Range(-128, 256).Select(y => (sbyte)(y / 2))] }], [0, 0, 0, 0]),
        new ReshapeLayer(3, [8]),
        new DenseLayer(4, 3, 2, 300, [Group(12)], [0, 0, 0]),
    ], ProvedModel.Small);
}
