using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Reference.Relations;

/// <summary>Products of weights and what they take of the input.</summary>
internal static class ProductProof
{
    public static void Prove(RelationProver prover, int i, DenseLayer layer, Felt4[] point)
    {
        var channel = Axis.LogOf(layer.Outputs);
        var x = prover.Operations.Shifted(prover.Run.Tensors[layer.Input], point[..^channel], [], layer.ZeroPoint);
        var k = Product(prover, i, layer, x, point[^channel..]);
        prover.Tensor(layer.Input, [.. point[..^channel], .. k]);
    }

    public static void Prove(RelationProver prover, int i, ConvLayer layer, Felt4[] point)
    {
        var (shape, source) = (prover.Plan.Shapes[i + 1], prover.Plan.Shapes[layer.Input]);
        var (batch, behind) = (shape.Of(point, 0).ToArray(), point[shape.Before(2)..]);
        var x = prover.Operations.Shifted(prover.Run.Tensors[layer.Input], batch, [], layer.ZeroPoint);
        var k = Product(prover, i, layer, prover.Operations.Gathered(layer, source, x, behind), shape.Of(point, 1).ToArray());
        prover.Gather(layer.Input, batch, [], layer.ZeroPoint, WindowMatrix.Of(layer, source, k, behind));
    }

    public static void ProveDepthwise(RelationProver prover, int i, ConvLayer layer, Felt4[] point)
    {
        var (shape, source) = (prover.Plan.Shapes[i + 1], prover.Plan.Shapes[layer.Input]);
        var (batch, channel, behind) = (shape.Of(point, 0).ToArray(), shape.Of(point, 1).ToArray(), point[shape.Before(2)..]);
        Bias(prover, i, layer, channel);
        var (inner, log) = (layer.Inner(source), Axis.LogOf(layer.Inner(source)));
        var x = prover.Operations.Shifted(prover.Run.Tensors[layer.Input], batch, [], layer.ZeroPoint);
        var image = x.Length >> channel.Length;
        var (eq, size) = (Multilinear.EqTable(channel), 1 << channel.Length + log);
        var (picked, row, taken) = (new Felt4[size], new Felt4[size], new Felt4[size]);
        for (var c = 0; c < 1 << channel.Length; c++)
        {
            var gathered = prover.Operations.Gathered(layer, source, x[(c * image)..((c + 1) * image)], behind);
            for (var k = 0; k < 1 << log; k++)
            {
                (picked[c << log | k], taken[c << log | k]) = (eq[c], gathered[k]);
                if (c < layer.Outputs && k < inner)
                    row[c << log | k] = Felt4.From(prover.Weights(i).Values[c * inner + k]);
            }
        }
        Felt4[][] tables = [picked, row, taken];
        var ck = prover.Products(tables);
        prover.Put(tables[1][0], tables[2][0]);
        prover.Open(prover.Plan.Weights(i), ck, tables[1][0]);
        prover.Gather(layer.Input, [.. batch, .. ck[..channel.Length]], [], layer.ZeroPoint, WindowMatrix.Of(layer, source, ck.AsSpan(channel.Length), behind));
    }

    // Σ_k w(channel, k) taken(k).
    private static Felt4[] Product(RelationProver prover, int i, WeightLayer layer, Felt4[] taken, Felt4[] channel)
    {
        Bias(prover, i, layer, channel);
        Felt4[][] tables = [prover.Operations.Row(i, layer, channel), taken];
        var at = prover.Products(tables);
        prover.Put(tables[0][0], tables[1][0]);
        prover.Open(prover.Plan.Weights(i), [.. channel, .. at], tables[0][0]);
        return at;
    }

    private static void Bias(RelationProver prover, int i, WeightLayer layer, Felt4[] channel) =>
        prover.Put(prover.Open(prover.Plan.Biases(i), [.. prover.Weights(i).Biases, .. new int[(1 << channel.Length) - layer.Outputs]], channel));
}
