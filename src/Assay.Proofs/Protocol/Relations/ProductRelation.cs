using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Protocol.Relations;

/// <summary>An accumulator is its bias and a product of weights and what they take of the input (C15, C16).</summary>
internal static class ProductRelation
{
    /// <summary>Σ_k w(channel, k) (x(before, k) − zx).</summary>
    public static void Read(RelationReader reader, int i, DenseLayer layer, in SectionEvaluations at)
    {
        var channel = Axis.LogOf(layer.Outputs);
        var point = at.Point.AsSpan();
        var (k, taken) = Product(reader, i, layer, at, point[^channel..]);
        reader.Tensor(layer.Input, [.. point[..^channel], .. k], taken + Felt4.From(layer.ZeroPoint));
    }

    /// <summary>Σ_k w(channel, k) G(k), G being gathered from the image.</summary>
    public static void Read(RelationReader reader, int i, ConvLayer layer, in SectionEvaluations at)
    {
        var (shape, source) = (reader.Plan.Shapes[i + 1], reader.Plan.Shapes[layer.Input]);
        var point = at.Point.AsSpan();
        var (k, taken) = Product(reader, i, layer, at, shape.Of(point, 1));
        reader.Gather(layer.Input, shape.Of(point, 0), [], layer.ZeroPoint, WindowMatrix.Of(layer, source, k, point[shape.Before(2)..]), taken, ProofCheck.Gather);
    }

    /// <summary>Σ_ck eq(channel, c) w(c, k) G(c, k): the channel is summed over with the weights.</summary>
    public static void ReadDepthwise(RelationReader reader, int i, ConvLayer layer, in SectionEvaluations at)
    {
        var (shape, source) = (reader.Plan.Shapes[i + 1], reader.Plan.Shapes[layer.Input]);
        var point = at.Point.AsSpan();
        var channel = shape.Of(point, 1);
        var (ck, final) = reader.Sumcheck(layer.AccumulatorOf(at.Columns) - Bias(reader, i, channel), channel.Length + Axis.LogOf(layer.Inner(source)), degree: 3);
        var said = reader.Take(2);
        var c = ck.AsSpan(0, channel.Length);
        reader.Require(final == Multilinear.Eq(channel, c) * said[0] * said[1], ProofCheck.Matmul);
        reader.Open(reader.Plan.Weights(i), ck, said[0]);
        reader.Gather(
            layer.Input, [.. shape.Of(point, 0), .. c], [], layer.ZeroPoint, WindowMatrix.Of(layer, source, ck.AsSpan(channel.Length), point[shape.Before(2)..]), said[1], ProofCheck.Gather);
    }

    private static (Felt4[] K, Felt4 Taken) Product(RelationReader reader, int i, WeightLayer layer, in SectionEvaluations at, ReadOnlySpan<Felt4> channel)
    {
        var inner = Axis.LogOf(layer.Inner(reader.Plan.Shapes[layer.Input]));
        var (k, final) = reader.Sumcheck(layer.AccumulatorOf(at.Columns) - Bias(reader, i, channel), inner, degree: 2);
        var said = reader.Take(2);
        reader.Require(final == said[0] * said[1], ProofCheck.Matmul);
        reader.Open(reader.Plan.Weights(i), [.. channel, .. k], said[0]);
        return (k, said[1]);
    }

    private static Felt4 Bias(RelationReader reader, int i, ReadOnlySpan<Felt4> channel)
    {
        var bias = reader.Take(1)[0];
        reader.Open(reader.Plan.Biases(i), channel, bias);
        return bias;
    }
}
