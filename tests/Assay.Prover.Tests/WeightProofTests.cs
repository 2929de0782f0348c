using Assay.Proofs.Field;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Proofs.Protocol.Weights;
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

    private static byte[] File(CommittedModel model, EncodedMatrix matrix) => WeightProofFile.Of(model, WeightProver.Prove(Model, model.Id, matrix));

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
