using Assay.Engine.Models;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Execution;

/// <summary>Losses: which class counts, how much, and what is ignored.</summary>
public sealed class LossTests
{
    // Two places, three classes.
    private static readonly Tensor X = Tensor.From<float>(Shape.Of(2, 3), [-1, -2, -3, -4, -5, -6]);
    private static readonly Tensor Classes = Tensor.From<long>(Shape.Of(2), [2, 0]);
    private static readonly Tensor Weights = Tensor.From<float>(Shape.Of(3), [3, 1, 1]);

    [Fact]
    public void Each_place_counts_by_the_weight_of_its_class()
    {
        Assert.Equal([3f, 4], Loss("none"));
        Assert.Equal([7f], Loss("sum"));
        Assert.Equal([3.5f], Loss("mean"));
        Assert.Equal([3f, 12], Loss("none", weights: true));
        Assert.Equal([15f / 4], Loss("mean", weights: true));
    }

    [Fact]
    public void The_ignored_class_counts_nowhere()
    {
        Assert.Equal([3f, 0], Loss("none", ignore: 0));
        Assert.Equal([3f], Loss("mean", ignore: 0));
        Assert.Equal([3f], Loss("mean", weights: true, ignore: 0));
        var beyond = Tensor.From<long>(Shape.Of(2), [2, -100]);
        Assert.Equal([3f, 0], OpsetTests.Floats(AxisTests.Run(22, "NegativeLogLikelihoodLoss", [X, beyond], ("reduction", "none"), ("ignore_index", -100))[0]));
        Assert.Throws<ModelException>(() => AxisTests.Run(22, "NegativeLogLikelihoodLoss", [X, Tensor.From<long>(Shape.Of(2), [3, 0])]));
        Assert.Contains("reduction 'most'", OpsetTests.Refused(22, "NegativeLogLikelihoodLoss", [X, Classes], ("reduction", "most")), StringComparison.Ordinal);
    }

    [Fact]
    public void Cross_entropy_takes_the_logarithm_of_softmax_first()
    {
        var even = Tensor.Create(DType.Float32, Shape.Of(1, 4, 2));
        var at = Tensor.From<int>(Shape.Of(1, 2), [0, 3]);
        Assert.Equal(ScalarMath.Log(4), AxisTests.Run(13, "SoftmaxCrossEntropyLoss", [even, at])[0].Span<float>()[0]);
    }

    private static float[] Loss(string reduction, bool weights = false, long? ignore = null)
    {
        var attributes = new List<(string, object)> { ("reduction", reduction) };
        if (ignore is { } index)
            attributes.Add(("ignore_index", index));
        return OpsetTests.Floats(AxisTests.Run(22, "NegativeLogLikelihoodLoss", weights ? [X, Classes, Weights] : [X, Classes], [.. attributes])[0]);
    }
}
