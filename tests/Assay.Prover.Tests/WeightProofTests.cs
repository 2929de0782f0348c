using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Proofs.Protocol.Weights;
using Assay.Prover.Fast;
using Assay.Prover.Reference;
using Assay.Verify.Crypto;

namespace Assay.Prover.Tests;

/// <summary>The proof about a model's matrix, and matrices that are not a model's.</summary>
public sealed class WeightProofTests
{
    private static readonly ScaleGroup Group = new(20011, 20, 3, -128, 127, []);

    // 5 × 9 weights in 8 × 16, 3 × 5 in 4 × 8, and a convolution: every block is padded.
    private static readonly ProofModel Model = new([9], 1,
        [new DenseLayer(0, 5, 1, 700, [Group], [0]), new DenseLayer(1, 3, 3, 90000, [Group], [0])], ProvedModel.Small);

    [Fact]
    public void A_model_s_matrix_is_proved()
    {
        var proved = new ProvedModel(new Random(31), Model, 1);
        var file = File(proved.Commitment, proved.Committed);
        Assert.Null(WeightProofFile.Verify(file, proved.Commitment));
        Assert.Equal(ProofCheck.Framing, WeightProofFile.Verify(Array.Empty<byte>(), proved.Commitment));
        Assert.Equal(ProofCheck.Model, WeightProofFile.Verify(file, proved.Commitment with { Manifest = Sha256.Of("another"u8) }));
    }

    [Fact]
    public void A_large_block_is_proved_in_pieces_and_a_large_model_in_parts()
    {
        var large = Model with { InputSizes = [2000], Layers = [new DenseLayer(0, 2000, 1, 700, [Group], [0]), new DenseLayer(1, 3, 3, 90, [Group], [0])], Parameters = ProvedModel.Small with { LogColumns = 12 } };
        var plans = WeightPlan.Of(large);
        Assert.Equal(2, plans.Length);
        Assert.All(plans, plan => Assert.InRange(plan.Lookups.LeafCount, 1, 1 << 22));
        // Every row of the matrix but the biases' is in one piece, once.
        var rows = plans.SelectMany(p => p.Pieces).Where(p => p.Log >= 12).SelectMany(p => Enumerable.Range(p.Place.Row, 1 << p.Log - 12)).ToList();
        Assert.Equal(Enumerable.Range(0, 1024), rows.Where(r => r < 1024).Order());
    }

    public static TheoryData<string> Kinds => [.. Networks.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_fast_says_the_same(string kind)
    {
        var proved = new ProvedModel(new Random(36), Networks[kind], 1);
        Assert.Null(WeightProofFile.Verify(Same(proved.Commitment, proved.Weights, proved.Committed), proved.Commitment));
    }

    [Fact]
    [Trait("speed", "slow")]
    public void Parts_say_the_same_fast_and_none_stands_for_another()
    {
        // 2^22 places in four pieces, the last of them padded from its middle on; then 2^21 in two.
        var model = new ProofModel([2000], 1, [new DenseLayer(0, 1500, 1, 700, [Group], [0]), new DenseLayer(1, 600, 3, 90, [Group], [0])], ProvedModel.Small with { LogColumns = 12 });
        var random = new Random(37);
        LayerWeights Random(int count, int outputs, int bound) => new([.. Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-127, 128))], [.. Enumerable.Range(0, outputs).Select(_ => random.Next(-bound, bound + 1))]);
        ImmutableArray<LayerWeights?> weights = [Random(2000 * 1500, 1500, 700), Random(1500 * 600, 600, 90)];
        var matrix = InferenceProver.Commit(model, weights);
        var committed = new CommittedModel(model, PublicTensor.Int8("x", [0, 2000]), PublicTensor.Int8("y", [0, 600]), Sha256.Of("large"u8), Hash.From(matrix.Root));
        var file = Same(committed, weights, matrix);
        Assert.Null(WeightProofFile.Verify(file, committed));
        using var prover = new FastProver(2);
        var parts = prover.ProveWeights(prover.Commit(model, weights), committed.Id);
        Assert.Equal(2, parts.Length);
        foreach (var other in (byte[][][])[[parts[1], parts[0]], [parts[0]], [parts[0], parts[0]], [parts[0], parts[1], parts[1]]])
            Assert.NotNull(WeightProofFile.Verify(WeightProofFile.Of(committed, other), committed));
    }

    [Fact]
    public void Padding_is_the_same_column_by_column_and_place_by_place()
    {
        foreach (var (rows, inner, log) in ((int, int, int)[])[(5, 9, 7), (5, 9, 3), (5, 9, 5), (1, 1, 0), (8, 16, 4), (3, 1, 2)])
            foreach (var axes in (TensorShape[])[new([Axis.Of(rows), Axis.Of(inner)]), new([Axis.Of(rows)])])
                for (var number = 0; log <= axes.Log && number < 1 << axes.Log - log; number++)
                {
                    var column = new PaddingColumn(axes, log, number);
                    Assert.Equal(Enumerable.Range(0, 1 << log).Select(column.At), column.Values(log));
                    Felt4[] point = [.. Enumerable.Range(0, log).Select(i => new Felt4(Felt.From(7L * i + 3), Felt.From(11L), Felt.From(i), Felt.From(5L)))];
                    Assert.Equal(Assay.Proofs.Polynomials.Multilinear.Evaluate([.. column.Values(log).Select(v => Felt4.From(v))], point), column.Evaluate(point));
                }
    }

    [Fact]
    public void Bounds_of_biases_that_two_limbs_do_not_hold_are_no_models_of_such_proofs()
    {
        var proved = new ProvedModel(new Random(38), Model, 1);
        var wide = proved.Commitment with { Model = Model with { Layers = [Model.Layers[0], (DenseLayer)Model.Layers[1] with { BiasBound = WeightPlan.MostBias + 1 }] } };
        Assert.Throws<Verify.MalformedException>(() => WeightProofFile.Verify(WeightProofFile.Of(wide, []), wide));
        Assert.Equal(ProofCheck.Framing, WeightProofFile.Verify(WeightProofFile.Of(proved.Commitment, []), proved.Commitment));
    }

    [Fact]
    public void A_file_says_which_model_it_is_about()
    {
        var proved = new ProvedModel(new Random(39), Model, 1);
        var file = File(proved.Commitment, proved.Committed);
        Assert.Equal(Hash.From(proved.Commitment.Id), WeightProofFile.ModelOf(file));
        Assert.Null(WeightProofFile.ModelOf(file.AsSpan(0, 71)));
        Assert.Null(WeightProofFile.ModelOf(ProofFile.Of(proved.Commitment, proved.Proof)));
    }

    [Theory]
    // A weight of −128, one of 128, one in the padding of k, and one in that of the outputs.
    [InlineData(0, 3, -128, ProofCheck.RootNumerator)]
    [InlineData(0, 16 + 2, 128, ProofCheck.RootNumerator)]
    [InlineData(0, 9, 1, ProofCheck.RootNumerator)]
    [InlineData(0, (5 << 4) + 1, -1, ProofCheck.RootNumerator)]
    // Biases one above and one below the bound: a limb is below zero.
    [InlineData(1, 2, 701, ProofCheck.RootNumerator)]
    [InlineData(1, 2, -701, ProofCheck.RootNumerator)]
    [InlineData(1, 6, 1, ProofCheck.RootNumerator)]
    [InlineData(3, 0, 90001, ProofCheck.RootNumerator)]
    public void Another_matrix_is_refused(int block, int at, int value, ProofCheck check)
    {
        var proved = new ProvedModel(new Random(32), Model, 1);
        var matrix = With(proved, block, at, value);
        var model = proved.Commitment with { Root = Hash.From(matrix.Root) };
        Refused(check, model, File(model, matrix));
    }

    [Fact]
    public void Limbs_of_another_bias_are_refused_as_a_sum()
    {
        var proved = new ProvedModel(new Random(33), Model, 1);
        var plan = WeightPlan.Of(Model)[0];
        var columns = WeightProver.Columns(Model, plan, proved.Committed);
        columns[1][1][0] ^= 1;
        Refused(ProofCheck.Linear, proved.Commitment, WeightProofFile.Of(proved.Commitment, [WeightProver.Prove(Model, plan, proved.Commitment.Id, 0, proved.Committed, columns)]));
    }

    [Fact]
    public void A_proof_of_other_weights_than_the_committed_is_refused_by_the_opening()
    {
        var proved = new ProvedModel(new Random(34), Model, 1);
        var plan = WeightPlan.Of(Model)[0];
        var bad = With(proved, 0, 3, 300);
        // The columns say zero where the matrix says 300.
        var columns = WeightProver.Columns(Model, plan, proved.Committed);
        var model = proved.Commitment with { Root = Hash.From(bad.Root) };
        Assert.Equal(ProofCheck.ColumnSumcheck, WeightProofFile.Verify(WeightProofFile.Of(model, [WeightProver.Prove(Model, plan, model.Id, 0, bad, columns)]), model));
    }

    [Fact]
    public void Flipped_bytes_are_refused()
    {
        var proved = new ProvedModel(new Random(35), Model, 1);
        var file = File(proved.Commitment, proved.Committed);
        for (var i = 0; i < file.Length; i += 211)
        {
            file[i] ^= (byte)(1 << i % 8);
            Assert.NotNull(WeightProofFile.Verify(file, proved.Commitment));
            file[i] ^= (byte)(1 << i % 8);
        }
        for (var length = 0; length < file.Length; length += 1009)
            Assert.NotNull(WeightProofFile.Verify(file.AsMemory(0, length), proved.Commitment));
        Refused(ProofCheck.End, proved.Commitment, [.. file, 0]);
    }

    // Blocks of one value, of less than a row and of many; a depthwise convolution; biases of more than a row.
    private static readonly Dictionary<string, ProofModel> Networks = new()
    {
        ["padded"] = Model,
        ["one"] = new([1], 0, [new DenseLayer(0, 1, 0, 5, [Group], [0])], ProvedModel.Small),
        ["wide"] = new([3], 1, [new DenseLayer(0, 150, 1, WeightPlan.MostBias, [Group with { Shift = 30 }], [0]), new DenseLayer(1, 70, 3, 0, [Group], [0])], ProvedModel.Small),
        ["convolutional"] = new([3, 5, 4], 1,
        [
            new ConvLayer(0, 3, 3, 3, 1, 1, 1, 1, 5, 4, 1, 900, [Group, Group with { Shift = 21 }], [0, 1, 0], Depthwise: true),
            new ConvLayer(1, 5, 2, 2, 1, 1, 0, 0, 4, 3, 3, 300, [Group], [0]),
        ], ProvedModel.Small),
    };

    // What the fast prover says, which is what the plain one says.
    private static byte[] Same(CommittedModel model, ImmutableArray<LayerWeights?> weights, EncodedMatrix matrix)
    {
        using var prover = new FastProver(2);
        var parts = new List<(int, int)>();
        var file = WeightProofFile.Of(model, prover.ProveWeights(prover.Commit(model.Model, weights), model.Id, (part, of) => parts.Add((part, of))));
        Assert.Equal(Enumerable.Range(0, parts.Count).Select(i => (i, parts.Count)), parts);
        Assert.Equal(File(model, matrix), file);
        return file;
    }

    private static byte[] File(CommittedModel model, EncodedMatrix matrix) => WeightProofFile.Of(model, WeightProver.Prove(model.Model, model.Id, matrix));

    // By its check, and by no other.
    private static void Refused(ProofCheck check, CommittedModel model, byte[] file)
    {
        Assert.Equal(check, WeightProofFile.Verify(file, model));
        Assert.Null(WeightProofFile.Verify(file, model, ProofChecks.Without(check)));
    }

    // The matrix with one value of a block another: blocks are weights, biases, weights, biases.
    private static EncodedMatrix With(ProvedModel proved, int block, int at, int value)
    {
        var layout = Model.WeightLayout();
        var offset = layout.Offset(block) + at;
        Felt[][] rows = [.. proved.Committed.Rows.Select(r => r.ToArray())];
        rows[offset >> Model.Parameters.LogColumns][offset & (1L << Model.Parameters.LogColumns) - 1] = Felt.From((long)value);
        return new EncodedMatrix(rows, 1 << Model.Parameters.Size.LogLength);
    }
}
