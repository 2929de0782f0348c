using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Tests;

/// <summary>Layers beside products and pools of two by two: sums, averages, tables, lines, views. Proofs of honest runs hold, and each lie falls by the check that is for it.</summary>
public sealed class LayersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_network_of_every_layer_is_proved(int batch)
    {
        var proved = new ProvedModel(new Random(7), Every(), batch);
        Assert.Null(proved.Verify(proved.Statement, proved.Proof));
    }

    [Theory]
    [InlineData(5, 4, 2, 1)]
    [InlineData(4, 3, 1, 2)]
    [InlineData(7, 2, 3, 0)]
    public void A_pool_along_a_line_is_the_largest_of_its_window(int size, int kernel, int stride, int before)
    {
        var output = (size + 2 * before - kernel) / stride + 1;
        var model = new ProofModel([2, size, 3], 1, [new LinePoolLayer(0, 2, kernel, stride, before, output), new LinePoolLayer(1, 3, 2, 1, 0, 2)], ProvedModel.Small);
        var proved = new ProvedModel(new Random(3), model, 1);
        Assert.Null(proved.Verify(proved.Statement, proved.Proof));
        for (var (c, at) = (0, 0); c < 2; c++)
            for (var row = 0; row < output; row++)
                for (var column = 0; column < 2; column++, at++)
                    Assert.Equal(
                        Enumerable.Range(stride * row - before, kernel).Where(y => y >= 0 && y < size)
                            .Max(y => Math.Max(proved.Statement.Input[(c * size + y) * 3 + column], proved.Statement.Input[(c * size + y) * 3 + column + 1])),
                        proved.Statement.Output[at]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Tensors_of_one_place_are_proved(int batch)
    {
        var group = new ScaleGroup(20011, 20, 3, -128, 127, []);
        var proved = new ProvedModel(new Random(17), new([1, 2, 2], 1,
        [
            new MaxPoolLayer(0), new LinePoolLayer(1, 2, 1, 1, 0, 1), new ConvLayer(2, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 300, [group], [0]), new AveragePoolLayer(3, 1, 1, 1, 0, 0, 1, 1, 3, [group], [0]),
            new AddLayer(4, 2, 1, 1, 3, 1, new(1, 1, 0, -128, 127, [])), new ReshapeLayer(5, [1]), new DenseLayer(6, 1, 0, 300, [group], [0]),
            new TableLayer(7, [.. Enumerable.Range(-128, 256).Select(x => (sbyte)(x >> 1))]), new NormalizeLayer(8, 50, 5, 1, -128, 127), new SoftmaxLayer(9, AttentionTests.Exponents(2048), false),
            new ReshapeLayer(10, [1, 1]), new MatMulLayer(11, 11, 3, 3, group),
        ], ProvedModel.Small), batch);
        Assert.Null(proved.Verify(proved.Statement, proved.Proof));
    }

    [Fact]
    public void Sums_and_averages_of_other_values_are_refused()
    {
        foreach (var layer in (int[])[3, 4])
        {
            var proved = new ProvedModel(new Random(11), Every(), 1);
            var sums = proved.Columns(layer)[ScaledLayer.Accumulator].ToArray();
            sums[0] += 3;
            var forged = proved.Again(layer, sums);
            proved.RefusedBy(ProofCheck.Linear, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proved.Prove(null, forged));
        }
    }

    [Fact]
    public void A_depthwise_sum_of_other_values_is_refused()
    {
        var proved = new ProvedModel(new Random(12), Every(), 1);
        var sums = proved.Columns(0)[ScaledLayer.Accumulator].ToArray();
        sums[5] -= 2;
        var forged = proved.Again(0, sums);
        proved.RefusedBy(ProofCheck.Matmul, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proved.Prove(null, forged));
    }

    [Fact]
    public void An_entry_that_is_not_the_table_s_is_refused_at_the_root()
    {
        var proved = new ProvedModel(new Random(13), Every(), 1);
        var table = Enumerable.Range(0, proved.Model.Layers.Length).First(i => proved.Model.Layers[i] is TableLayer);
        var forged = proved.Altered(table, 1, y => y == 100 ? 99 : y + 1);
        proved.RefusedBy(ProofCheck.RootNumerator, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proved.Prove(null, forged));
    }

    [Fact]
    public void A_larger_value_than_any_along_a_line_is_refused()
    {
        var proved = new ProvedModel(new Random(14), Every(), 1);
        var at = Enumerable.Range(0, proved.Run.Tensors[2].Length).First(i => proved.Run.Tensors[2][i] is > -128 and < 127);
        var above = proved.Altered(1, at, y => y + 1);
        proved.RefusedBy(ProofCheck.Pool, proved.Statement with { Output = above.OutputOf(proved.Plan) }, proved.Prove(null, above));
    }

    [Fact]
    public void A_view_that_shows_other_values_is_refused()
    {
        // What is joined, moved and reshaped is nowhere committed: a run that goes on from other values of it fails where the claim comes back to the source.
        var proved = new ProvedModel(new Random(15), Every(), 1);
        foreach (var view in Enumerable.Range(0, proved.Model.Layers.Length).Where(i => proved.Model.Layers[i].IsView))
        {
            var other = proved.Run.Tensors[view + 1].ToArray();
            var real = proved.Plan.Shapes[view + 1].Places().First();
            other[real] ^= 1;
            var forged = proved.Run.With(proved.Plan, proved.Weights, view, other);
            Assert.NotNull(proved.Verify(proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proved.Prove(null, forged)));
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_in_words()
    {
        foreach (var bad in (ProofLayer[])[new ReshapeLayer(0, [5]), new TransposeLayer(0, [1, 1, 2]), new ConcatLayer([0], 1), new LinePoolLayer(0, 1, 2, 1, 0, 2), new AveragePoolLayer(0, 0, 1, 1, 0, 0, 1, 1, 0, [], [])])
            Assert.Throws<Verify.MalformedException>(() => new ProofModel([2, 8, 6], 1, [bad], ProvedModel.Small).Shapes(1));
        // Nine become four in eight places: weights would have four.
        var dense = new DenseLayer(1, 2, 0, 1, [new(20011, 20, 3, -128, 127, [])], [0]);
        foreach (var bad in (ProofLayer[])[dense, new MatMulLayer(1, 0, 0, 0, dense.Groups[0])])
            Assert.Throws<Verify.MalformedException>(() => new ProofModel([1, 2, 9], 1, [new MaxPoolLayer(0), bad], ProvedModel.Small).Shapes(1));
        Assert.Equal(3, new ProofModel([1, 2, 9], 1, [new MaxPoolLayer(0), new ReshapeLayer(1, [1, 1, 4]), dense with { Input = 2 }], ProvedModel.Small).Shapes(1).Length - 1);
    }

    // 3 × 9 × 6 → depthwise 3 × 3 → line of three rows, stride two → (average over columns) + (pointwise conv of it) → joined with itself → transposed → table → tokens → flat.
    private static ProofModel Every()
    {
        var group = new ScaleGroup(20011, 20, 3, -128, 127, []);
        var add = new ScaleGroup(1, 3, 1, -128, 127, []);
        return new([3, 9, 6], 1,
        [
            new ConvLayer(0, 3, 3, 3, 1, 1, 1, 1, 9, 6, 1, 900, [group, group with { Shift = 21 }], [0, 1, 0], Depthwise: true),
            new LinePoolLayer(1, 2, 3, 2, 1, 5),
            new ConvLayer(2, 3, 1, 1, 1, 1, 0, 0, 5, 6, 3, 300, [group], [0, 0, 0]),
            new AddLayer(2, 3, 5, 3, 3, 3, add),
            new AveragePoolLayer(4, 2, 3, 2, 1, 0, 3, 2, 1, [group with { Shift = 16 }, group with { Shift = 17 }], [0, 0, 1, 1, 1, 1]),
            new ConcatLayer([5, 5], 1),
            new TransposeLayer(6, [2, 1, 3]),
            new TableLayer(7, [.. Enumerable.Range(-128, 256).Select(x => (sbyte)(x < 0 ? x / 3 : Math.Min(x, 100)))]),
            new DenseLayer(8, 4, 0, 300, [group], [0, 0, 0, 0]),
            new ReshapeLayer(9, [72]),
            new DenseLayer(10, 3, 3, 300, [group with { Shift = 22 }], [0, 0, 0]),
        ], ProvedModel.Small);
    }
}
