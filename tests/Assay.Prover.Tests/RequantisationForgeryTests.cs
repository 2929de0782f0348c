using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Prover.Reference;

namespace Assay.Prover.Tests;

/// <summary>Outputs that accumulators do not give, and tables counted wrongly (C8, C12): everything after them is run on the lie, and nothing but the check stands against it.</summary>
public sealed class RequantisationForgeryTests
{
    private static readonly ScaleGroup Group = new(20011, 20, 3, -128, 127, []);

    // Three inferences in four, three neurons in four; a clamp within the range, two groups.
    private static readonly ProofModel Dense = new([5], -3,
    [
        new DenseLayer(0, 6, -3, 500, [Group with { ZeroPoint = -40, Low = -40, High = 60 }], [0]),
        new DenseLayer(1, 3, -40, 500, [Group, Group with { Shift = 21 }], [0, 1, 1]),
    ], ProvedModel.Small);

    [Theory]
    [InlineData("one more")]
    [InlineData("one less")]
    [InlineData("a phantom neuron one more")]
    [InlineData("a phantom inference one less")]
    [InlineData("below the clamp")]
    [InlineData("clamped though it is inside")]
    [InlineData("above the clamp")]
    public void C8_a_value_that_the_accumulator_does_not_give(string lie)
    {
        var proved = new ProvedModel(new Random(51), Dense, 3);
        var (y, shape) = (proved.Run.Tensors[1], proved.Plan.Shapes[1]);
        var real = shape.Places().ToList();
        int Where(Func<int, bool> value) => real.First(at => value(y[at]));
        var (place, to) = lie switch
        {
            "one more" => (Where(v => v is > -40 and < 60), (Func<int, int>)(v => v + 1)),
            "one less" => (Where(v => v is > -40 and < 60), v => v - 1),
            "a phantom neuron one more" => (6, v => v + 1),
            "a phantom inference one less" => ((3 << 3) + 2, v => v == -40 ? -39 : v - 1),
            "below the clamp" => (Where(v => v == -40), _ => -41),
            "clamped though it is inside" => (Where(v => v is > -40 and < 60), _ => -40),
            _ => (Where(v => v == 60), _ => 61),
        };
        Assert.Equal(lie.Contains("phantom", StringComparison.Ordinal), !real.Contains(place));
        Refused(proved, proved.Altered(0, place, to));
    }

    [Theory]
    [InlineData("away from zero")]
    [InlineData("to even")]
    public void C8_a_tie_that_goes_elsewhere(string where)
    {
        // acc = 2 x, a quarter of it: a tie wherever x is odd.
        var proved = new ProvedModel(new Random(52), new([24], 0, [new AddLayer(0, 0, 1, 1, 0, 0, new(1, 2, 0, -128, 127, []))], ProvedModel.Small), 1);
        var (x, y) = (proved.Run.Tensors[0], proved.Run.Tensors[1]);
        var at = Enumerable.Range(0, 24).First(i => x[i] % 2 != 0 && (where == "to even" ? x[i] > 0 && y[i] % 2 != 0 : x[i] < 0));
        Assert.Equal(x[at] + 1 >> 1, y[at]);
        Refused(proved, proved.Altered(0, at, v => v - 1));
    }

    [Fact]
    public void C8_a_value_by_another_channel_s_group()
    {
        var proved = new ProvedModel(new Random(53), Dense, 1);
        var layer = (DenseLayer)proved.Model.Layers[1];
        var acc = proved.Columns(1)[ScaledLayer.Accumulator];
        var at = Enumerable.Range(0, 3).First(j => layer.Groups[1 - layer.GroupOf[j]].Apply(acc[j]) != proved.Run.Tensors[2][j]);
        Refused(proved, proved.Altered(1, at, _ => layer.Groups[1 - layer.GroupOf[at]].Apply(acc[at])));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, -1)]
    [InlineData(1, 1)]
    [InlineData(2, -1)]
    public void C8_a_row_counted_once_too_often_or_too_seldom(int table, int by)
    {
        var proved = new ProvedModel(new Random(54), Dense, 1);
        proved.RefusedBy(ProofCheck.RootNumerator, proved.Statement, proved.Prove(proved.Statement, proved.Run, new Lie(Counts: counts => counts[table][Array.FindIndex(counts[table], c => c > 0)] += by)));
        // A multiplicity is an element of the field, and may be what p less one is: of rows that nobody looks up too.
        proved.RefusedBy(ProofCheck.RootNumerator, proved.Statement, proved.Prove(proved.Statement, proved.Run, new Lie(Counts: counts => counts[table][Array.FindIndex(counts[table], c => c == 0)] += by)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void C12_a_tree_over_honest_leaves_and_another_output_committed(int layer)
    {
        var proved = new ProvedModel(new Random(55), Dense, 1);
        var forged = proved.Altered(layer, 1, y => y + 5);
        // y alone is another: v, w and the accumulators are those that the tree shows.
        var section = proved.Plan.SectionOf(layer);
        forged = forged with { Columns = forged.Columns.SetItem(section, proved.Run.Columns[section].SetItem(ScaledLayer.Output, forged.Tensors[layer + 1])) };
        var lie = new Lie(Shown: forged with { Columns = forged.Columns.SetItem(section, proved.Run.Columns[section]) });
        proved.RefusedBy(ProofCheck.LeafDenominator, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proved.Prove(null, forged, lie));
    }

    private static void Refused(ProvedModel proved, ReferenceRun forged) =>
        proved.RefusedBy(ProofCheck.RootNumerator, proved.Statement with { Output = forged.OutputOf(proved.Plan) }, proved.Prove(null, forged));
}
