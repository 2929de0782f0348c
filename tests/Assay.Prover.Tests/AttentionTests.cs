using System.Collections.Immutable;
using Assay.Engine.Conformance;
using Assay.Engine.Models;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Prover.Fast;
using Assay.Prover.Reference;

namespace Assay.Prover.Tests;

/// <summary>Softmax, layer normalisation and products of activations: proofs of honest runs hold, and the values are those of the formulas in docs/spec/assay-int8-v1.md.</summary>
public sealed class AttentionTests
{
    private static readonly ScaleGroup Group = new(20011, 20, 3, -128, 127, []);

    [Theory]
    [InlineData(1, 8)]
    [InlineData(3, 8)]
    [InlineData(1, 16)]
    public void A_transformer_block_is_proved(int batch, int logRange)
    {
        var proved = new ProvedModel(new Random(21), Block(logRange), batch);
        Assert.Null(proved.Verify(proved.Statement, proved.Proof));
    }

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(3, 5, false)]
    [InlineData(5, 3, true)]
    [InlineData(3, 5, true)]
    [InlineData(6, 6, true)]
    [InlineData(2, 8, false)]
    public void A_softmax_is_its_formula(int rows, int entries, bool causal)
    {
        var proved = new ProvedModel(new Random(rows), new ProofModel([2, rows, entries], 1, [new SoftmaxLayer(0, Exponents(2048), causal)], ProvedModel.Small), 2);
        Assert.Null(proved.Verify(proved.Statement, proved.Proof));
        for (var row = 0; row < 4 * rows; row++)
        {
            var window = causal ? Math.Min(row % rows + 1, entries) : entries;
            var x = proved.Statement.Input.AsSpan(row * entries, window).ToArray();
            long sum = x.Sum(v => (long)Exponents(2048)[x.Max() - v]);
            for (var j = 0; j < entries; j++)
                Assert.Equal(j < window ? (510L * Exponents(2048)[x.Max() - x[j]] + sum) / (2 * sum) - 128 : -128, proved.Statement.Output[row * entries + j]);
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 100)]
    [InlineData(3, 8191)]
    [InlineData(8, 700)]
    [InlineData(13, 58)]
    public void A_normalisation_is_its_formula(int entries, int gain)
    {
        var layer = new NormalizeLayer(0, gain, 5, -7, -120, 120);
        var proved = new ProvedModel(new Random(entries), new ProofModel([3, entries], 1, [layer], ProvedModel.Small), 2);
        Assert.Null(proved.Verify(proved.Statement, proved.Proof));
        for (var row = 0; row < 6; row++)
        {
            var x = proved.Statement.Input.AsSpan(row * entries, entries).ToArray();
            var factor = (int)Math.Pow(2, Math.Floor((16 - Math.Ceiling(Math.Log2(entries))) / 2));
            var mean = Math.Floor((factor * x.Sum(v => (double)v) + entries / 2) / entries);
            var root = Math.Round(Math.Sqrt(x.Sum(v => Math.Pow(factor * v - mean, 2)) + 5));
            for (var j = 0; j < entries; j++)
                Assert.Equal(Math.Clamp(-7 + Math.Floor((2 * gain * (factor * x[j] - mean) + root) / (2 * root)), -120, 120), proved.Statement.Output[row * entries + j]);
        }
    }

    [Fact]
    public void Windows_that_are_all_alike_or_as_far_apart_as_can_be_are_proved()
    {
        var model = new ProofModel([6], 1, [new NormalizeLayer(0, 8191, 1, 0, -128, 127), new SoftmaxLayer(0, Exponents(1), false)], ProvedModel.Small);
        var plan = new ProofPlan(model, 1);
        foreach (var input in (ImmutableArray<sbyte>[])[[7, 7, 7, 7, 7, 7], [127, -128, -128, -128, -128, -128], [-128, 127, 127, 127, 127, 127], [127, 127, 127, -128, -128, -128]])
        {
            var run = ReferenceRun.Of(plan, [null, null], input);
            var committed = InferenceProver.Commit(model, [null, null]);
            var statement = new Statement(committed.Root, default, 1, input, run.OutputOf(plan));
            Assert.Null(InferenceVerifier.Verify(model, committed.Root, statement, InferenceProver.Prove(plan, [null, null], committed, statement, run)));
        }
    }

    [Theory]
    [InlineData(2, 3, 4, 5)]
    [InlineData(3, 1, 1, 2)]
    [InlineData(1, 4, 7, 1)]
    public void A_product_of_activations_is_its_sum(int leading, int rows, int inner, int columns)
    {
        var model = new ProofModel([leading, rows, inner], 1,
        [
            new DenseLayer(0, columns, 1, 100, [Group], [.. new int[columns]]),
            new TransposeLayer(0, [1, 3, 2]),
            new MatMulLayer(2, 1, -9, 4, Group with { Shift = 21 }),
        ], ProvedModel.Small);
        var proved = new ProvedModel(new Random(inner), model, 2);
        Assert.Null(proved.Verify(proved.Statement, proved.Proof));
        var (b, shape) = (proved.Run.Tensors[1], proved.Plan.Shapes);
        foreach (var (at, place) in shape[3].Places().Index())
        {
            var (column, row, matrix) = (at % columns, at / columns % inner, at / columns / inner);
            var sum = 0;
            for (var k = 0; k < rows; k++)
                sum += (proved.Statement.Input[(matrix * rows + k) * inner + row] + 9) * (b[shape[1].Places().ElementAt((matrix * rows + k) * columns + column)] - 4);
            Assert.Equal((Group with { Shift = 21 }).Apply(sum), proved.Run.Tensors[3][place]);
        }
    }

    [Fact]
    public void Runs_are_what_the_profile_s_vectors_say()
    {
        var tried = 0;
        foreach (var test in ProfileCheck.Int8Cases().Where(c => c.Op is Primitive.Int8Softmax or Primitive.Int8Normalize && c.Outputs[0].Count > 0))
        {
            var a = test.Attributes;
            ProofLayer layer = test.Op == Primitive.Int8Softmax
                ? new SoftmaxLayer(0, [.. test.Operands[1]!.Span<int>()], a.Int("causal", 0) != 0)
                : new NormalizeLayer(0, (int)a.Int("gain"), (int)a.Int("epsilon"), (int)a.Int("y_zero_point"), (int)a.Int("low", -128), (int)a.Int("high", 127));
            var model = new ProofModel([.. Enumerable.Range(0, test.Operands[0]!.Shape.Rank).Select(axis => test.Operands[0]!.Shape[axis])], 0, [layer], ProvedModel.Small);
            Assert.True(layer.IsValid(model.Shapes(1)), test.Name);
            var plan = new ProofPlan(model, 1);
            Assert.Equal([.. test.Outputs[0].Span<sbyte>()], ReferenceRun.Of(plan, [null], [.. test.Operands[0]!.Span<sbyte>()]).OutputOf(plan));
            tried++;
        }
        Assert.InRange(tried, 20, 100);
    }

    [Fact]
    public void A_block_of_a_known_size_has_no_more_lookups_than_a_verifier_takes()
    {
        // 64 tokens, 768, 12 heads, 3072.
        var plan = new ProofPlan(Block(16, 64, 768, 12, 3072, 512) with { Parameters = new(14, 2, 152, 16) }, 1);
        Assert.InRange(plan.LeafCount, 3_200_000, (long)Proofs.Soundness.SoundnessReport.MostLookups);
    }

    [Fact]
    [Trait("speed", "slow")]
    public void A_block_of_a_known_size_is_proved()
    {
        var model = Block(16, 64, 768, 12, 3072, 512) with { Parameters = new(14, 2, 152, 16) };
        var (plan, random) = (new ProofPlan(model, 1), new Random(5));
        ImmutableArray<LayerWeights?> weights =
        [
            .. model.Layers.Select(l => l is not WeightLayer of ? null : new LayerWeights(
                [.. Enumerable.Range(0, of.Outputs * of.Inner(plan.Shapes[of.Input])).Select(_ => (sbyte)random.Next(-127, 128))], [.. Enumerable.Range(0, of.Outputs).Select(_ => random.Next(-300, 301))])),
        ];
        using var prover = new FastProver(threads: 2);
        var committed = prover.Commit(model, weights);
        ImmutableArray<sbyte> input = [.. Enumerable.Range(0, (int)plan.Shapes[0].Count).Select(_ => (sbyte)random.Next(-128, 128))];
        var run = prover.Run(committed, 1, input);
        var statement = new Statement(committed.Root, default, 1, input, run.OutputOf(plan));
        Assert.Null(InferenceVerifier.Verify(model, committed.Root, statement, prover.Prove(committed, statement, run)));
        Assert.NotNull(InferenceVerifier.Verify(model, committed.Root, statement with { Output = statement.Output.SetItem(9, (sbyte)(statement.Output[9] ^ 1)) }, prover.Prove(committed, statement, run)));
    }

    internal static ImmutableArray<int> Exponents(int first) => [.. Enumerable.Range(0, 256).Select(d => (int)Math.Round(first * Math.Exp(-d / 40.0)))];

    /// <summary>3 tokens of 6, 2 heads of 3, 10 in between; causal.</summary>
    internal static ProofModel Block(int logRange) => Block(logRange, 3, 6, 2, 10, logRange == 16 ? 2048 : 40);

    private static ProofModel Block(int logRange, int tokens, int width, int heads, int inner, int exponent)
    {
        var add = new ScaleGroup(1, 4, 2, -128, 127, []);
        var head = width / heads;
        ImmutableArray<sbyte> gelu = [.. Enumerable.Range(-128, 256).Select(x => (sbyte)(x < 0 ? x / 8 : x))];
        return new([tokens, width], 1,
        [
            new NormalizeLayer(0, 60, 3, 0, -128, 127),
            Dense(1, width, 0) with { Groups = [Group, Group with { Shift = 21 }], GroupOf = [.. Enumerable.Range(0, width).Select(j => 2 * j / width)] },
            new ReshapeLayer(2, [tokens, heads, head]),
            new TransposeLayer(3, [2, 1, 3]),
            Dense(1, width, 0),
            new ReshapeLayer(5, [tokens, heads, head]),
            new TransposeLayer(6, [2, 3, 1]),
            new MatMulLayer(4, 7, 3, 3, Group with { Shift = 19 }),
            new SoftmaxLayer(8, Exponents(exponent), Causal: true),
            Dense(1, width, 0),
            new ReshapeLayer(10, [tokens, heads, head]),
            new TransposeLayer(11, [2, 1, 3]),
            new MatMulLayer(9, 12, -128, 3, Group with { Shift = 21 }),
            new TransposeLayer(13, [2, 1, 3]),
            new ReshapeLayer(14, [tokens, width]),
            Dense(15, width, 3),
            new AddLayer(0, 16, 5, 9, 1, 3, add),
            new NormalizeLayer(17, 60, 3, 0, -128, 127),
            Dense(18, inner, 0) with { Groups = [Group with { Table = gelu }] },
            Dense(19, width, 0),
            new AddLayer(17, 20, 9, 5, 2, 3, add),
        ], ProvedModel.Small with { LogRange = logRange });

        static DenseLayer Dense(int input, int outputs, int zeroPoint) => new(input, outputs, zeroPoint, 300, [Group], [.. new int[outputs]]);
    }
}
