using System.Buffers.Binary;
using Assay.Proofs.Field;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Prover.Reference;

namespace Assay.Prover.Tests;

/// <summary>
/// A prover for each check that lies as well as it can: refused by that check, and accepted where that check alone is left out. Those of
/// lookups' sums (C8), products (C15) and whatever one layer's relation says are with its layers; those of the opening in <see cref="OpeningTests"/>.
/// </summary>
public sealed class ForgeryTests
{
    private static readonly ScaleGroup Group = new(20011, 20, 3, -128, 127, []);

    private readonly Random random = new(31);

    [Fact]
    public void C1_another_version_flag_or_digest()
    {
        var proved = new ProvedModel(random, Dense(), 1);
        var file = ProofFile.Of(proved.Commitment, proved.Proof);
        Assert.True(ProofFile.Verify(file, proved.Commitment, proved.Statement).Holds);
        foreach (var at in (int[])[0, 4, 6, 8, 39])
            RefusedBy(ProofCheck.Framing, proved.Commitment, proved.Statement, [.. file[..at], (byte)(file[at] ^ 1), .. file[(at + 1)..]]);
    }

    [Fact]
    public void C1_a_byte_removed()
    {
        // A proof that ends with a zero: nothing else would tell that it is not there.
        var proved = new ProvedModel(random, new([1], 0, [new TableLayer(0, [.. Enumerable.Range(-128, 256).Select(y => (sbyte)y)])], ProvedModel.Small with { LogColumns = 7 }), 1);
        for (ushort nonce = 0; ; nonce++)
        {
            var statement = proved.Statement with { Context = BitConverter.GetBytes(nonce) };
            if (proved.Prove(statement, proved.Run) is [.. var rest, 0] && Assert.NotNull(proved.Verify(statement, rest)) == ProofCheck.Framing)
            {
                // Only the end is then too long for what there is.
                Assert.Null(InferenceVerifier.Verify(proved.Model, proved.Committed.Root, statement, rest, ProofChecks.Without(ProofCheck.Framing, ProofCheck.End)));
                return;
            }
        }
    }

    [Theory]
    [InlineData(Tags.TreeRoot)]
    [InlineData(Tags.TreeRound)]
    [InlineData(Tags.TreeLeaf)]
    [InlineData(Tags.Sumcheck)]
    [InlineData(Tags.Evaluations)]
    [InlineData(Tags.ColumnRound)]
    [InlineData(Tags.ColumnEvaluations)]
    [InlineData(Tags.CombinedRow)]
    public void C7_an_element_written_as_it_is_plus_p(byte tag)
    {
        var proved = new ProvedModel(random, Dense(), 1);
        // Each coordinate of an element, at both ends of the message.
        foreach (var at in (Index[])[0, 4, 8, 12, ^16, ^12, ^8, ^4])
        {
            var proof = proved.Prove(proved.Statement, proved.Run, new Lie((of, bytes) => of == tag ? Plus(bytes, at.GetOffset(bytes.Length)) : bytes));
            proved.RefusedBy(ProofCheck.Canonical, proved.Statement, proof);
        }
    }

    [Fact]
    public void C7_an_element_of_a_column_written_as_it_is_plus_p()
    {
        var proved = new ProvedModel(random, Dense(), 1);
        // Behind the combined row: columns of the model's matrix first, then of the witness's.
        var columns = (int)(Proofs.Soundness.ProofOutline.Of(proved.Model, 1)!.FixedBytes - ProofHeader.Size);
        foreach (var at in (int[])[columns, columns + 4 * proved.Plan.WeightRows * 130])
            proved.RefusedBy(ProofCheck.Canonical, proved.Statement, Plus(proved.Proof, at));
    }

    [Fact]
    public void C10_one_round_of_the_tree_changed()
    {
        var proved = new ProvedModel(random, Dense(), 1);
        var round = 0;
        var proof = proved.Prove(proved.Statement, proved.Run, new Lie((tag, bytes) => tag == Tags.TreeRound && round++ == 7 ? More(bytes, 0) : bytes));
        proved.RefusedBy(ProofCheck.TreeLayer, proved.Statement, proof);
    }

    [Fact]
    public void C10_a_root_repaired_over_a_tree_that_is_not_zero()
    {
        var proved = new ProvedModel(random, Dense(), 1);
        var forged = proved.Altered(0, 0, y => y + 1);
        var proof = proved.Prove(null, forged, new Lie((tag, bytes) =>
        {
            // P(0) := −P(1) Q(0) / Q(1).
            if (tag != Tags.TreeRoot)
                return bytes;
            var root = Enumerable.Range(0, 4).Select(i => Read(bytes, 16 * i)).ToArray();
            Proofs.Hashing.Transcript.Write(-(root[1] * root[2] * root[3].Invert()), bytes);
            return bytes;
        }));
        proved.RefusedBy(ProofCheck.TreeLayer, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proof);
    }

    [Fact]
    public void C11_lookups_that_are_nowhere_left_out_of_the_sum()
    {
        var proved = new ProvedModel(random, Dense(), 1);
        var forged = proved.Altered(0, 0, y => y + 1);
        var proof = proved.Prove(null, forged, new Lie(Leaves: (plan, p, q) =>
        {
            var rows = new HashSet<Felt4>();
            foreach (var (i, leaf) in plan.Leaves.Index())
                if (leaf.Table >= 0)
                    rows.UnionWith(q[(int)plan.Tree.Offset(i)..((int)plan.Tree.Offset(i) + (1 << leaf.Log))]);
            foreach (var (i, leaf) in plan.Leaves.Index())
                for (var at = (int)plan.Tree.Offset(i); leaf.Table < 0 && at < plan.Tree.Offset(i) + (1 << leaf.Log); at++)
                    if (!rows.Contains(q[at]))
                        p[at] = Felt4.Zero;
        }));
        proved.RefusedBy(ProofCheck.LeafNumerator, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proof);
    }

    [Fact]
    public void C12_a_channel_requantised_by_another_s_group()
    {
        // The prover takes γ to be another: its rows are among the tables', under tags that are not the channels'.
        var honest = Dense();
        var layer = (DenseLayer)honest.Layers[1];
        Assert.NotEqual(layer.Groups[0], layer.Groups[1]);
        Swapped(honest, 1, layer with { GroupOf = [1, 0, 1] }, ProofCheck.LeafDenominator);
    }

    [Fact]
    public void C14_scales_of_a_sum_swapped_and_the_window_of_an_average_off_by_one()
    {
        var add = new AddLayer(1, 2, 5, 3, 3, 3, new(1, 3, 1, -128, 127, []));
        ProofModel Sum(AddLayer of) => new([4], 1, [new DenseLayer(0, 4, 1, 300, [Group], [0]), new DenseLayer(1, 4, 3, 300, [Group], [0]), of], ProvedModel.Small);
        Swapped(Sum(add), 2, add with { MultiplierA = 3, MultiplierB = 5 }, ProofCheck.Linear);
        var pool = new AveragePoolLayer(0, 2, 2, 2, 0, 0, 2, 2, 1, [Group with { Shift = 16 }], [0]);
        Swapped(new([2, 4, 4], 1, [pool], ProvedModel.Small), 0, pool with { Top = 1 }, ProofCheck.Linear);
    }

    [Fact]
    public void C16_a_stride_a_place_or_an_order_that_is_not_the_model_s()
    {
        var conv = new ConvLayer(0, 2, 2, 2, 2, 1, 0, 0, 2, 2, 1, 300, [Group], [0]);
        ProofModel Image(ConvLayer of) => new([2, 5, 5], 1, [of], ProvedModel.Small);
        foreach (var other in (ConvLayer[])[conv with { Stride = 1 }, conv with { Top = 1 }, conv with { Left = 1 }, conv with { Dilation = 2 }])
            Swapped(Image(conv), 0, other, ProofCheck.Gather);
        var wide = new ConvLayer(0, 2, 1, 1, 1, 1, 0, 0, 5, 5, 1, 300, [Group], [0]);
        Swapped(Image(wide), 0, wide with { Stride = 2 }, ProofCheck.Gather);
        // What a reshape shows: another value than the source's.
        var proved = new ProvedModel(random, new([2, 3, 3], 1, [new ReshapeLayer(0, [18]), new DenseLayer(1, 2, 1, 300, [Group], [0])], ProvedModel.Small), 1);
        var shown = proved.Run.Tensors[1].ToArray();
        shown[5] ^= 64;
        var forged = proved.Run.With(proved.Plan, proved.Weights, 0, shown);
        proved.RefusedBy(ProofCheck.Gather, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proved.Prove(null, forged));
    }

    [Fact]
    public void C16_padding_beside_an_image_that_is_read_as_if_it_were_pixels()
    {
        // Five by five in eight by eight: what is beside them is what comes of the bias alone, and a window at the edge must not see it.
        ProofModel Of(int size) => new([2, 5, 5], 1,
            [new ConvLayer(0, 2, 1, 1, 1, 1, 0, 0, size, size, 1, 300, [Group with { ZeroPoint = 60 }], [0]), new ConvLayer(1, 2, 2, 2, 1, 1, 0, 0, 5, 5, 0, 300, [Group with { Shift = 22 }], [0])], ProvedModel.Small);
        var proved = new ProvedModel(random, Of(5), 1);
        var wide = new ProofPlan(Of(8), 1);
        var run = ReferenceRun.Of(wide, proved.Weights, proved.Statement.Input);
        // The first layer is the same at every place, padded ones too.
        Assert.Equal(proved.Run.Tensors[1], run.Tensors[1]);
        var statement = proved.Statement with { Output = run.OutputOf(wide) };
        Assert.NotEqual(proved.Statement.Output.AsEnumerable(), statement.Output);
        proved.RefusedBy(ProofCheck.Gather, statement, InferenceProver.Prove(wide, proved.Weights, proved.Committed, statement, run));
    }

    [Fact]
    public void C17_another_input_than_the_one_that_was_run()
    {
        var proved = new ProvedModel(random, Dense(), 1);
        for (var i = 0; i < proved.Statement.Input.Length; i++)
        {
            var statement = proved.Statement with { Input = proved.Statement.Input.SetItem(i, (sbyte)(proved.Statement.Input[i] ^ 1)) };
            proved.RefusedBy(ProofCheck.Input, statement, proved.Prove(statement, proved.Run));
        }
    }

    [Fact]
    public void C19_another_output_than_the_one_of_the_run_and_a_padded_place_counted_as_output()
    {
        var proved = new ProvedModel(random, Dense(), 1);
        for (var i = 0; i < proved.Statement.Output.Length; i++)
        {
            var statement = proved.Statement with { Output = proved.Statement.Output.SetItem(i, (sbyte)(proved.Statement.Output[i] ^ 1)) };
            proved.RefusedBy(ProofCheck.Output, statement, proved.Prove(statement, proved.Run));
        }
        // Three outputs in four places: eq of all four adds up to one.
        Assert.NotEqual(0, proved.Run.Tensors[^1][3]);
        var counted = proved.Prove(proved.Statement, proved.Run, new Lie(Products: tables =>
        {
            if (tables is [{ Length: 4 } real, _])
                real[3] = Felt4.One - real[0] - real[1] - real[2];
        }));
        proved.RefusedBy(ProofCheck.Output, proved.Statement, counted);
    }

    [Fact]
    public void C20_weights_that_fit_a_forged_accumulator()
    {
        var proved = new ProvedModel(random, Dense(), 1);
        // All is run and said of other weights of the last layer; what is committed to are the model's.
        var last = proved.Weights[1]!;
        var weights = proved.Weights.SetItem(1, last with { Values = last.Values.SetItem(2, (sbyte)(last.Values[2] > 0 ? -127 : 127)) });
        var run = ReferenceRun.Of(proved.Plan, weights, proved.Statement.Input);
        var statement = proved.Statement with { Output = run.OutputOf(proved.Plan) };
        Assert.NotEqual(proved.Statement.Output.AsEnumerable(), statement.Output);
        proved.RefusedBy(ProofCheck.ColumnSumcheck, statement, InferenceProver.Prove(proved.Plan, weights, proved.Committed, statement, run));
    }

    [Fact]
    public void C20_a_bias_that_fits_a_forged_accumulator()
    {
        var proved = new ProvedModel(random, Dense(), 1);
        // All accumulators of the last layer are 900 more, those of padded neurons too; so is the bias that is said.
        var forged = proved.Again(1, [.. proved.Columns(1)[ScaledLayer.Accumulator].Select(acc => acc + 900)]);
        var evaluations = 0;
        // The lookups' evaluations; bias, weight and input of the first layer; then the bias.
        var proof = proved.Prove(null, forged, new Lie((tag, bytes) => tag == Tags.Evaluations && evaluations++ == 3 ? More(bytes, 0, 900) : bytes));
        proved.RefusedBy(ProofCheck.ColumnSumcheck, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proof);
    }

    [Fact]
    public void C25_bytes_behind_the_proof()
    {
        var proved = new ProvedModel(random, Dense(), 1);
        proved.RefusedBy(ProofCheck.End, proved.Statement, [.. proved.Proof, 0]);
        proved.RefusedBy(ProofCheck.End, proved.Statement, [.. proved.Proof, .. proved.Proof[^32..]]);
    }

    // Runs and proves another layer than the model's, of the same shape and tables, to whoever asks for the model.
    private void Swapped(ProofModel model, int at, ProofLayer layer, ProofCheck check)
    {
        var proved = new ProvedModel(random, model, 1);
        var plan = new ProofPlan(model with { Layers = model.Layers.SetItem(at, layer) }, 1);
        var run = ReferenceRun.Of(plan, proved.Weights, proved.Statement.Input);
        var statement = proved.Statement with { Output = run.OutputOf(plan) };
        Assert.NotEqual(proved.Statement.Output.AsEnumerable(), statement.Output);
        proved.RefusedBy(check, statement, InferenceProver.Prove(plan, proved.Weights, proved.Committed, statement, run));
    }

    private static void RefusedBy(ProofCheck check, CommittedModel model, Statement statement, byte[] file)
    {
        Assert.Equal(check, ProofFile.Verify(file, model, statement).Refused);
        Assert.True(ProofFile.Verify(file, model, statement, ProofChecks.Without(check)).Holds);
    }

    private static Felt4 Read(byte[] bytes, int at) =>
        new(Word(bytes, at), Word(bytes, at + 4), Word(bytes, at + 8), Word(bytes, at + 12));

    private static Felt Word(byte[] bytes, int at) => Felt.From(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)));

    private static byte[] More(byte[] bytes, int at, long by = 1)
    {
        var more = bytes.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(more.AsSpan(at), (Word(bytes, at) + Felt.From(by)).Value);
        return more;
    }

    private static byte[] Plus(byte[] bytes, int at)
    {
        var plus = bytes.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(plus.AsSpan(at), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) + Felt.Modulus);
        return plus;
    }

    private static ProofModel Dense() => new([5], -3,
    [
        new DenseLayer(0, 6, -3, 500, [Group with { ZeroPoint = -40, Low = -40 }], [0]),
        new DenseLayer(1, 3, -40, 500, [Group, Group with { Shift = 21 }], [0, 1, 1]),
    ], ProvedModel.Small);
}
