using System.Collections.Immutable;

namespace Assay.Proofs.Models.Layers;

/// <summary>The same values, inference by inference, in the same order under other sizes; also to pad a tensor anew.</summary>
/// <param name="Sizes">Behind the batch.</param>
public sealed record ReshapeLayer(int Input, ImmutableArray<int> Sizes) : ProofLayer
{
    public override ImmutableArray<int> Inputs => [Input];

    public override bool IsView => true;

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs)
    {
        Unless(Sizes.All(s => s >= 1), "a size below one");
        var output = new TensorShape([inputs[0].Axes[0], .. Sizes.Select(Axis.Of)]);
        Unless(output.Count == inputs[0].Count, "as many values as before must come of a reshape");
        return output;
    }

    /// <summary>Whether each value keeps its place also among the padded ones, so that points stay what they are.</summary>
    public static bool IsAligned(TensorShape input, TensorShape output) => input.Log == output.Log && Steps(input).SequenceEqual(Steps(output));

    // How far places of an inference go and how far apart they are, from the last axis: those of one place left out, and one that goes on where
    // the axis behind it ends made one with it. Two tensors with the same steps have their values in the same places, whatever their sizes.
    private static List<(long Size, long Step)> Steps(TensorShape shape)
    {
        var (steps, step) = (new List<(long Size, long Step)>(), 1L);
        for (var axis = shape.Axes.Length - 1; axis > 0; axis--)
        {
            var (size, log) = shape.Axes[axis];
            if (size > 1 && steps.Count > 0 && step == steps[^1].Size * steps[^1].Step)
                steps[^1] = (size * steps[^1].Size, steps[^1].Step);
            else if (size > 1)
                steps.Add((size, step));
            step <<= log;
        }
        return steps;
    }
}

/// <summary>Axes in another order; the batch stays first.</summary>
/// <param name="Order">Of the axes behind the batch, counted from one: the output's axis i is the input's Order[i − 1].</param>
public sealed record TransposeLayer(int Input, ImmutableArray<int> Order) : ProofLayer
{
    public override ImmutableArray<int> Inputs => [Input];

    public override bool IsView => true;

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs)
    {
        var axes = inputs[0].Axes;
        Unless(Order.Order().SequenceEqual(Enumerable.Range(1, axes.Length - 1)), "an order that does not name each axis once");
        return new([axes[0], .. Order.Select(o => axes[o])]);
    }
}

/// <summary>Tensors one behind the other along an axis.</summary>
/// <param name="Parts">Two and more.</param>
/// <param name="Along">Not the batch.</param>
public sealed record ConcatLayer(ImmutableArray<int> Parts, int Along) : ProofLayer
{
    /// <summary>Tensors that one joins.</summary>
    public const int MostParts = 1 << 10;

    public override ImmutableArray<int> Inputs => Parts;

    public override bool IsView => true;

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs)
    {
        Unless(inputs.Length is >= 2 and <= MostParts && Along >= 1 && Along < inputs[0].Axes.Length, $"what is joined is 2 to {MostParts} tensors, along an axis that is not the batch");
        Unless(inputs.All(i => i.Axes.Length == inputs[0].Axes.Length && i.Axes.Select(a => a.Size).Index().All(a => a.Index == Along || a.Item == inputs[0].Axes[a.Index].Size)),
            "what is joined differs in another axis");
        Unless(inputs.Sum(p => (long)p.Axes[Along].Size) <= 1 << ProofModel.MostLogPlaces, "what is joined is too long");
        return new([inputs[0].Axes[0], .. inputs[0].Axes.Skip(1).Select((a, i) => Axis.Of(i + 1 == Along ? inputs.Sum(p => p.Axes[Along].Size) : a.Size))]);
    }
}
