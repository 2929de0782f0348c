using System.Collections.Immutable;

namespace Assay.Proofs.Models.Layers;

/// <summary>A layer of weights: accumulators are sums of products and a bias; the output channel chooses the scale group.</summary>
/// <param name="Outputs">Output channels or neurons.</param>
/// <param name="ZeroPoint">zx, of the input.</param>
/// <param name="BiasBound">β: no bias is larger in absolute value.</param>
public abstract record WeightLayer(int Input, int Outputs, int ZeroPoint, int BiasBound, ImmutableArray<ScaleGroup> Groups, ImmutableArray<int> GroupOf) : ScaledLayer(Groups, GroupOf)
{
    public override ImmutableArray<int> Inputs => [Input];

    /// <summary>K: weights of one output channel.</summary>
    public abstract int Inner(TensorShape input);

    /// <summary>The axis of output channels.</summary>
    public abstract int ChannelAxis(TensorShape output);

    /// <summary>B = K · 127 · R + β, with R = max(127 − zx, 128 + zx).</summary>
    public override long Bound(ImmutableArray<TensorShape> inputs) => (long)Inner(inputs[0]) * 127 * ScaleGroup.Reach(ZeroPoint) + BiasBound;

    public override (int First, int Count) GroupAxes(TensorShape output) => (ChannelAxis(output), 1);

    public override bool IsValid(ImmutableArray<TensorShape> inputs) =>
        Outputs >= 1 && ZeroPoint is >= -128 and <= 127 && BiasBound >= 0 && base.IsValid(inputs);
}

/// <summary>acc = b_j + Σ w_jk (x_k − zx), k along the last axis; whatever is before it is kept.</summary>
public sealed record DenseLayer(int Input, int Outputs, int ZeroPoint, int BiasBound, ImmutableArray<ScaleGroup> Groups, ImmutableArray<int> GroupOf)
    : WeightLayer(Input, Outputs, ZeroPoint, BiasBound, Groups, GroupOf)
{
    public override int Inner(TensorShape input) => input.Axes[^1].Size;

    public override int ChannelAxis(TensorShape output) => output.Axes.Length - 1;

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs)
    {
        Unless(inputs[0].Axes.Length >= 2 && Outputs >= 1, "a dense layer wants a batch and neurons, and has neurons");
        // As the weights are: a pool leaves an axis wider, and a view in between pads it anew.
        Unless(inputs[0].Axes[^1] == Axis.Of(inputs[0].Axes[^1].Size), "a dense layer of an axis that is padded to more than the next power of two");
        return new([.. inputs[0].Axes[..^1], Axis.Of(Outputs)]);
    }
}

/// <summary>acc = b_o + Σ w_ocuv x′(c, S a + D u − P, S b + D v − P), x′ being x − zx inside the image and 0 outside.</summary>
/// <param name="Top">Rows of padding above; <paramref name="Left"/> columns beside.</param>
/// <param name="Rows">Of the output: how many there are is the model's to say.</param>
/// <param name="Depthwise">Each output channel is of the input's channel of its number, and no sum goes over channels.</param>
public sealed record ConvLayer(
    int Input, int Outputs, int KernelRows, int KernelColumns, int Stride, int Dilation, int Top, int Left, int Rows, int Columns, int ZeroPoint, int BiasBound,
    ImmutableArray<ScaleGroup> Groups, ImmutableArray<int> GroupOf, bool Depthwise = false)
    : WeightLayer(Input, Outputs, ZeroPoint, BiasBound, Groups, GroupOf)
{
    public override int Inner(TensorShape input) => checked((Depthwise ? 1 : Image(input).Axes[1].Size) * KernelRows * KernelColumns);

    public override int ChannelAxis(TensorShape output) => 1;

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs)
    {
        Unless(KernelRows >= 1 && KernelColumns >= 1 && Stride >= 1 && Dilation >= 1 && Top >= 0 && Left >= 0 && Rows >= 1 && Columns >= 1 && Outputs >= 1,
            "a convolution with a size below one");
        Small(KernelRows, KernelColumns, Stride, Dilation, Top, Left);
        var image = Image(inputs[0]);
        Unless((Depthwise ? 1L : image.Axes[1].Size) * KernelRows * KernelColumns <= 1 << ProofModel.MostLogPlaces, "a convolution of too many weights");
        Unless(!Depthwise || image.Axes[1] == Axis.Of(Outputs), "a depthwise convolution has as many channels as its input, padded alike");
        return new([image.Axes[0], Axis.Of(Outputs), Axis.Of(Rows), Axis.Of(Columns)]);
    }
}

/// <summary>The weights of one layer, for whoever commits to them or proves with them.</summary>
/// <param name="Values">(output, k), k being (c · kernel rows + u) · kernel columns + v of a convolution; −127 to 127.</param>
public sealed record LayerWeights(ImmutableArray<sbyte> Values, ImmutableArray<int> Biases);
