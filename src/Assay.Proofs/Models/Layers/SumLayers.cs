using System.Collections.Immutable;

namespace Assay.Proofs.Models.Layers;

/// <summary>acc = m_a (a − z_a) + m_b (b − z_b), for tensors of one shape; one group.</summary>
public sealed record AddLayer(int A, int B, int MultiplierA, int MultiplierB, int ZeroPointA, int ZeroPointB, ScaleGroup Group) : ScaledLayer([Group], [0])
{
    /// <summary>Of a multiplier.</summary>
    public const int MostMultiplier = 1 << 21;

    public override ImmutableArray<int> Inputs => [A, B];

    public override long Bound(ImmutableArray<TensorShape> inputs) => (long)MultiplierA * ScaleGroup.Reach(ZeroPointA) + (long)MultiplierB * ScaleGroup.Reach(ZeroPointB);

    public override (int First, int Count) GroupAxes(TensorShape output) => (0, 0);

    public override bool IsValid(ImmutableArray<TensorShape> inputs) =>
        MultiplierA is >= 1 and <= MostMultiplier && MultiplierB is >= 1 and <= MostMultiplier
        && ZeroPointA is >= -128 and <= 127 && ZeroPointB is >= -128 and <= 127 && Group.Multiplier == 1 && base.IsValid(inputs);

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs)
    {
        // Padded alike too: else a view in between pads one of them anew.
        Unless(inputs[0].Equals(inputs[1]), "a sum wants two tensors of one shape, padded alike");
        return inputs[0];
    }
}

/// <summary>acc = Σ (x − zx) over the places of a window that lie inside the image; what it is divided by is in the group, which the output's row and column choose.</summary>
public sealed record AveragePoolLayer(
    int Input, int KernelRows, int KernelColumns, int Stride, int Top, int Left, int Rows, int Columns, int ZeroPoint, ImmutableArray<ScaleGroup> Groups, ImmutableArray<int> GroupOf)
    : ScaledLayer(Groups, GroupOf)
{
    public override ImmutableArray<int> Inputs => [Input];

    public override long Bound(ImmutableArray<TensorShape> inputs) => (long)KernelRows * KernelColumns * ScaleGroup.Reach(ZeroPoint);

    public override (int First, int Count) GroupAxes(TensorShape output) => (2, 2);

    public override bool IsValid(ImmutableArray<TensorShape> inputs) => ZeroPoint is >= -128 and <= 127 && base.IsValid(inputs);

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs)
    {
        Unless(KernelRows >= 1 && KernelColumns >= 1 && Stride >= 1 && Top >= 0 && Left >= 0 && Rows >= 1 && Columns >= 1, "a pool with a size below one");
        Small(KernelRows, KernelColumns, Stride, Top, Left);
        return new([.. Image(inputs[0]).Axes[..2], Axis.Of(Rows), Axis.Of(Columns)]);
    }
}
