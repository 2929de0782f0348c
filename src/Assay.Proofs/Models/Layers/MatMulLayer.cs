using System.Collections.Immutable;

namespace Assay.Proofs.Models.Layers;

/// <summary>acc = Σ_k (a_ik − z_a)(b_kj − z_b): a product of two matrices of activations, for each place of the axes before them; one group.</summary>
/// <param name="A">[batch, ..., I, K].</param>
/// <param name="B">[batch, ..., K, J].</param>
public sealed record MatMulLayer(int A, int B, int ZeroPointA, int ZeroPointB, ScaleGroup Group) : ScaledLayer([Group], [0])
{
    public override ImmutableArray<int> Inputs => [A, B];

    /// <summary>B = K R(z_a) R(z_b): padded places of k are not summed over, so nothing of them counts.</summary>
    public override long Bound(ImmutableArray<TensorShape> inputs) => (long)inputs[0].Axes[^1].Size * ScaleGroup.Reach(ZeroPointA) * ScaleGroup.Reach(ZeroPointB);

    public override (int First, int Count) GroupAxes(TensorShape output) => (0, 0);

    public override bool IsValid(ImmutableArray<TensorShape> inputs) =>
        ZeroPointA is >= -128 and <= 127 && ZeroPointB is >= -128 and <= 127 && base.IsValid(inputs);

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs)
    {
        var (a, b) = (inputs[0].Axes, inputs[1].Axes);
        Unless(a.Length >= 3 && a.Length == b.Length, "a product of activations wants a batch, rows and columns of both");
        // Padded alike too: else a view in between pads one of them anew.
        Unless(a.AsSpan()[..^2].SequenceEqual(b.AsSpan()[..^2]) && a[^1] == b[^2], "a product of activations of shapes that do not fit, or are not padded alike");
        return new([.. a[..^1], b[^1]]);
    }
}
