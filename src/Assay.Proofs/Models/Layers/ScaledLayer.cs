using System.Collections.Immutable;
using Assay.Proofs.Protocol;

namespace Assay.Proofs.Models.Layers;

/// <summary>A layer whose integer sums, its accumulators, become activations by scale groups (docs/spec/proofs.md sections 3 and 5).</summary>
/// <param name="Groups">At least one.</param>
/// <param name="GroupOf">γ: the group of each place of the axes that choose it, in order.</param>
public abstract record ScaledLayer(ImmutableArray<ScaleGroup> Groups, ImmutableArray<int> GroupOf) : ProofLayer
{
    /// <summary>The largest bound of an accumulator: nothing that a proof speaks of wraps the field (C4).</summary>
    public const int MostAccumulated = (1 << 30) - (1 << 24);

    /// <summary>Of <see cref="Sections"/>' columns: which is which.</summary>
    public const int Output = 0, FromLow = 1, ToHigh = 2, Accumulator = 3;

    /// <summary>Whether accumulators are requantised limb by limb, each place with a multiplier of its own, and groups that differ in nothing else share a table (RQ-L).</summary>
    public bool Limbs { get; init; }

    /// <summary>B: no accumulator is larger in absolute value, whatever the inputs and weights.</summary>
    public abstract long Bound(ImmutableArray<TensorShape> inputs);

    /// <summary>The axes of the output that choose the group: the first, and how many.</summary>
    public abstract (int First, int Count) GroupAxes(TensorShape output);

    /// <summary>The group of a place of the padded output; a padded one has the last real one's.</summary>
    public int GroupAt(TensorShape output, int place)
    {
        if (GroupOf.Length == 1)
            return GroupOf[0];
        var (first, count) = GroupAxes(output);
        var index = 0;
        for (var axis = first; axis < first + count; axis++)
            index = index * output.Axes[axis].Size + Math.Min(output.Index(place, axis), output.Axes[axis].Size - 1);
        return GroupOf[index];
    }

    /// <summary>The accumulator, of a section's columns at a point.</summary>
    public Field.Felt4 AccumulatorOf(ImmutableArray<Field.Felt4> columns) => Limbs ? LimbColumns.Accumulator.At(columns.AsSpan()) : columns[Accumulator];

    public override bool IsValid(ImmutableArray<TensorShape> inputs)
    {
        var output = OutputOf(inputs);
        var (first, count) = GroupAxes(output);
        var places = output.Axes.Skip(first).Take(count).Aggregate(1L, (product, axis) => product * axis.Size);
        return Bound(inputs) <= MostAccumulated && (!Limbs || (Bound(inputs) < LimbColumns.Least && Groups.All(g => g.Shift > LimbColumns.Bits))) && Groups.Length is >= 1 and <= 4096 && Groups.All(g => g.IsValid)
            && (GroupOf.Length == places || GroupOf.Length == 1) && GroupOf.All(g => g >= 0 && g < Groups.Length);
    }

    public override ImmutableArray<ImmutableArray<TableRow>> Tables(ImmutableArray<TensorShape> inputs, int logRange)
    {
        var bound = (int)Bound(inputs);
        var groups = Limbs ? LimbColumns.Groups(this) : Groups;
        return [.. groups.Select(g => g.Intervals(bound, logRange).Select(i => new TableRow(i.Output, i.Low, i.High)).ToImmutableArray())];
    }

    /// <summary>y, v = acc − L, w = U − acc, and acc, which is nowhere committed: v and w in the range, (y, L, U) an interval of the group.</summary>
    public override ImmutableArray<Section> Sections(ImmutableArray<TensorShape> inputs, TensorShape output, int logRange, int firstTag) => Limbs ? [LimbColumns.Section(this, output, firstTag)] :
    [
        new(output.Log, [new("y", true), new("v", true), new("w", true), new("acc", false)],
        [
            new(Linear.Zero, Linear.Of(FromLow), Linear.Zero, Linear.Zero),
            new(Linear.Zero, Linear.Of(ToHigh), Linear.Zero, Linear.Zero),
            new(new(firstTag), Linear.Of(Output), new(0, (Accumulator, 1), (FromLow, -1)), new(0, (Accumulator, 1), (ToHigh, 1)), new GroupColumn(this, output, [.. Enumerable.Range(0, Groups.Length)])),
        ]),
    ];
}
