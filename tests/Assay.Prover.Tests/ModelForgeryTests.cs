using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Proofs.Soundness;
using Assay.Prover.Fast;
using Assay.Prover.Reference;
using Assay.Verify.Crypto;

namespace Assay.Prover.Tests;

/// <summary>
/// Provers that lie about the model, or chose it so that they can (C2, C3, C4): refused by the check, and accepted where it alone is left out.
/// What a commitment's matrix may hold is for <see cref="WeightProofTests"/>.
/// </summary>
public sealed class ModelForgeryTests
{
    private static readonly ScaleGroup Group = new(20011, 20, 3, -128, 127, []);

    private static readonly ProofModel Dense = new([6], -3,
    [
        new DenseLayer(0, 6, -3, 500, [Group with { ZeroPoint = -40, Low = -40 }], [0]),
        new DenseLayer(1, 6, -40, 500, [Group], [0]),
    ], ProvedModel.Small);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void C2_one_query_less_than_a_hundred_bits_want(int logInverseRate)
    {
        SoundnessReport Of(int queries) => SoundnessReport.Of(ProofOutline.Of(With(queries), 1)!.Counts);
        ProofModel With(int queries) => Dense with { Parameters = ProvedModel.Small with { LogInverseRate = logInverseRate, Queries = queries } };
        var queries = Enumerable.Range(100, 200).Last(q => !Of(q).Suffices);
        Assert.InRange(Of(queries).Centibits, 9910, 9999);
        var proved = new ProvedModel(new Random(41), With(queries), 1);
        proved.RefusedBy(ProofCheck.Soundness, proved.Statement, proved.Proof);
        var sound = new ProvedModel(new Random(41), With(queries + 1), 1);
        Assert.Null(sound.Verify(sound.Statement, sound.Proof));
    }

    [Fact]
    public void C2_one_lookup_more_than_a_verifier_takes()
    {
        // Lines of one place: 2^21 + … + 2^16 differences, and 2^16 rows of the range. Of one more there is nothing but the cap against it: it has more than a hundred bits.
        ProofModel Lines(params int[] sizes) => new([1, 1, 1 << 21], 1, [.. sizes.Select((size, i) => new LinePoolLayer(i, 3, 1, 1, 0, size))], new(13, 3, 126, 16));
        int[] most = [1 << 21, 1 << 20, 1 << 19, 1 << 18, 1 << 17, 1 << 16];
        var plan = InferenceVerifier.Plan(Lines(most), 1, ProofChecks.All);
        Assert.Equal((long)SoundnessReport.MostLookups, plan.LeafCount);

        var model = Lines([.. most, 1]);
        using var prover = new FastProver(2);
        var committed = prover.Commit(model, [.. model.Layers.Select(_ => (LayerWeights?)null)]);
        ImmutableArray<sbyte> input = [.. Enumerable.Range(0, 1 << 21).Select(i => (sbyte)(i * 7919 >> 3))];
        var run = prover.Run(committed, 1, input);
        var statement = new Statement(new byte[32], default, 1, input, [(sbyte)input[0]]);
        var proof = prover.Prove(committed, statement, run);
        Assert.Equal(ProofCheck.Soundness, InferenceVerifier.Verify(model, committed.Root, statement, proof));
        var counts = InferenceVerifier.Check(model, committed.Root, statement, proof, ProofChecks.Without(ProofCheck.Soundness));
        Assert.Equal(SoundnessReport.MostLookups + 1, counts.Lookups);
        Assert.True(SoundnessReport.IsSound(counts));
    }

    [Theory]
    [InlineData("another root")]
    [InlineData("neurons swapped")]
    [InlineData("layers swapped")]
    [InlineData("a bit of the manifest")]
    [InlineData("other columns")]
    [InlineData("another rate")]
    public void C3_a_proof_of_a_model_like_the_published_one(string lie)
    {
        var published = new ProvedModel(new Random(43), Dense, 1);
        var (first, second) = (published.Weights[0]!, published.Weights[1]!);
        var model = lie switch
        {
            "other columns" => Dense with { Parameters = ProvedModel.Small with { LogColumns = 7 } },
            "another rate" => Dense with { Parameters = ProvedModel.Small with { LogInverseRate = 2, Queries = 152 } },
            _ => Dense,
        };
        ImmutableArray<LayerWeights?>? weights = lie switch
        {
            "another root" => null,
            "neurons swapped" => [new([.. first.Values[6..12], .. first.Values[..6], .. first.Values[12..]], [first.Biases[1], first.Biases[0], .. first.Biases[2..]]), second],
            "layers swapped" => [second, first],
            _ => published.Weights,
        };
        var own = new ProvedModel(new Random(44), model, 1, weights);
        var commitment = lie == "a bit of the manifest" ? own.Commitment with { Manifest = Hash.From(Flipped(own.Commitment.Manifest.ToArray())) } : own.Commitment;
        // The forger's own model, its own proof of it; who asks has the id of the published one.
        var statement = own.Statement with { ModelId = published.Commitment.Id };
        var file = ProofFile.Of(commitment, own.Prove(statement, own.Run));
        Assert.Equal(ProofCheck.Model, ProofFile.Verify(file, commitment, statement).Refused);
        Assert.True(ProofFile.Verify(file, commitment, statement, ProofChecks.Without(ProofCheck.Model)).Holds);
        // Said to be the published one in its header: the same check.
        byte[] said = [.. ProofHeader.Of(model.Parameters, published.Commitment.Id), .. file[ProofHeader.Size..]];
        Assert.Equal(ProofCheck.Model, ProofFile.Verify(said, commitment, statement).Refused);
        // Held against the published commitment it is refused whatever it says, but where all that is proved is the same.
        Assert.NotNull(ProofFile.Verify(file, published.Commitment, statement).Refused);
        Assert.Equal(lie == "a bit of the manifest", ProofFile.Verify(said, published.Commitment, statement).Holds);
    }

    [Fact]
    public void C3_a_matrix_that_is_no_model_s_passes_every_check_but_the_weights_own_proof()
    {
        // Three neurons in four places, then a weight for the padded one, which is not zero but what comes of no weights and no bias.
        var model = new ProofModel([6], -3,
        [
            new DenseLayer(0, 3, -3, 500, [Group with { ZeroPoint = 90 }], [0]),
            new DenseLayer(1, 2, 0, 500 + 127 * 128, [Group with { Shift = 23 }], [0]),
        ], ProvedModel.Small);
        var honest = new ProvedModel(new Random(45), model, 1);
        var layout = model.WeightLayout();
        Felt[][] rows = [.. honest.Committed.Rows.Select(r => r.ToArray())];
        rows[(int)(layout.Offset(2) + 3) >> 6][(int)(layout.Offset(2) + 3) & 63] = Felt.From(127L);
        var matrix = new EncodedMatrix(rows, 1 << model.Parameters.Size.LogLength);

        // As a model of four neurons has it, of which the fourth has no weights: of the same blocks and bounds.
        var first = honest.Weights[0]!;
        var (wide, second) = (model with { Layers = [((DenseLayer)model.Layers[0]) with { Outputs = 4 }, ((DenseLayer)model.Layers[1]) with { BiasBound = 500 }] }, honest.Weights[1]!);
        ImmutableArray<LayerWeights?> weights =
        [
            new([.. first.Values, .. new sbyte[6]], [.. first.Biases, 0]),
            new([.. second.Values[..3], 127, .. second.Values[3..], 0], second.Biases),
        ];
        var plan = new ProofPlan(wide, 1);
        var run = ReferenceRun.Of(plan, weights, honest.Statement.Input);
        var commitment = honest.Commitment with { Root = Hash.From(matrix.Root) };
        var statement = honest.Statement with { ModelId = commitment.Id, Output = run.OutputOf(plan) };
        Assert.NotEqual(honest.Statement.Output.AsEnumerable(), statement.Output);
        var file = ProofFile.Of(commitment, InferenceProver.Prove(plan, weights, matrix, statement, run));
        Assert.True(ProofFile.Verify(file, commitment, statement).Holds);
        Assert.Equal(ProofCheck.RootNumerator, WeightProofFile.Verify(WeightProofFile.Of(commitment, WeightProver.Prove(model, commitment.Id, matrix)), commitment));
    }

    [Theory]
    [InlineData("multiplier 2^15")]
    [InlineData("shift 47")]
    [InlineData("zero point -129")]
    [InlineData("high 128")]
    [InlineData("low above high")]
    [InlineData("more places than channels")]
    [InlineData("zero point of the input 128")]
    public void C4_a_figure_out_of_its_range(string lie)
    {
        var layer = (DenseLayer)Dense.Layers[0];
        DenseLayer In(ScaleGroup group) => layer with { Groups = [group] };
        var bad = lie switch
        {
            "multiplier 2^15" => In(Group with { Multiplier = 1 << 15 }),
            "shift 47" => In(Group with { Shift = 47, Multiplier = 32767 }),
            "zero point -129" => In(Group with { ZeroPoint = -129 }),
            "high 128" => In(Group with { High = 128, Shift = 17 }),
            "low above high" => In(Group with { Low = 20, High = 19 }),
            "more places than channels" => layer with { Groups = [Group, Group with { Shift = 21 }], GroupOf = [0, 0, 1, 1, 0, 0, 1] },
            _ => layer with { ZeroPoint = 128 },
        };
        var model = Dense with { Layers = Dense.Layers.SetItem(0, bad) };
        if (lie == "low above high")
        {
            // No table at all is left: there is no proof to be made.
            Assert.Equal(ProofCheck.Requantisation, InferenceVerifier.Verify(model, new byte[32], new Statement(new byte[32], default, 1, [], []), default));
            return;
        }
        var proved = new ProvedModel(new Random(46), model, 1, valid: false);
        proved.RefusedBy(ProofCheck.Requantisation, proved.Statement, proved.Proof);
    }

    [Fact]
    public void C4_a_shift_of_zero_under_which_one_value_fits_every_accumulator()
    {
        var group = new ScaleGroup(1, 0, -128, -128, 127, []);
        var proved = new ProvedModel(new Random(47), new([6], -3, [new DenseLayer(0, 4, -3, 500, [group], [0])], ProvedModel.Small), 1, valid: false);
        int[] all = [.. Enumerable.Repeat(127, proved.Run.Tensors[1].Length)];
        var forged = proved.Run.With(proved.Plan, proved.Weights, 0, all, ReferenceRun.Scaled(proved.Plan, 0, (ScaledLayer)proved.Model.Layers[0], proved.Columns(0)[ScaledLayer.Accumulator], all));
        proved.RefusedBy(ProofCheck.Requantisation, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proved.Prove(null, forged));
    }

    [Fact]
    public void C4_a_sum_one_term_longer_than_the_bound_allows()
    {
        // 127 · 255 a term: with 32,637 of them no accumulator is above 2^30 − 2^24.
        ProofModel Sum(int terms) => new([terms], -128, [new DenseLayer(0, 1, -128, 0, [Group with { Shift = 38 }], [0])], new(9, 3, 124, 16));
        var most = WeightLayer.MostAccumulated / (127 * 255);
        var proved = new ProvedModel(new Random(48), Sum(most + 1), 1, valid: false);
        proved.RefusedBy(ProofCheck.Requantisation, proved.Statement, proved.Proof);
        var honest = new ProvedModel(new Random(48), Sum(most), 1);
        Assert.Null(honest.Verify(honest.Statement, honest.Proof));
    }

    [Fact]
    public void C4_a_group_that_is_not_there()
    {
        var layer = (DenseLayer)Dense.Layers[0];
        foreach (var groups in (ImmutableArray<int>[])[[0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 65535], [1], [], [0, 0]])
        {
            var model = Dense with { Layers = Dense.Layers.SetItem(0, layer with { GroupOf = groups }) };
            Assert.Equal(ProofCheck.Requantisation, InferenceVerifier.Verify(model, new byte[32], new Statement(new byte[32], default, 1, [], []), default));
        }
    }

    private static byte[] Flipped(byte[] bytes)
    {
        bytes[^1] ^= 1;
        return bytes;
    }
}
