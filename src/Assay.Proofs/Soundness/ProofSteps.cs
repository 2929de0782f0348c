using System.Collections.Immutable;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;

namespace Assay.Proofs.Soundness;

/// <summary>
/// What a verifier computes of public matrices, of views and of the public input (C2, docs/spec/proofs.md section 7): work that neither leaves nor
/// bytes of a proof bound, as a claim about a view becomes one about each tensor that it shows, and a window may be as long as its image.
/// </summary>
internal static class ProofSteps
{
    /// <summary>A verifier takes no more: about a second.</summary>
    public const long Most = 1 << 25;

    /// <summary>Whether a model's steps are at most <see cref="Most"/>.</summary>
    /// <param name="shapes">Of its tensors, for a batch.</param>
    public static bool Hold(ProofModel model, ImmutableArray<TensorShape> shapes)
    {
        // How many claims there are about each tensor: whoever reads one stands behind it, so all of them are known when its turn comes.
        var claims = new long[shapes.Length];
        claims[^1] = 1;
        var steps = 0L;
        for (var tensor = shapes.Length - 1; tensor > 0; tensor--)
        {
            // A claim is a step at least, so that no product below overflows.
            if (claims[tensor] > Most || steps > Most)
                return false;
            var (layer, output) = (model.Layers[tensor - 1], shapes[tensor]);
            foreach (var input in layer.Inputs)
            {
                claims[input] += layer.IsView ? claims[tensor] : layer is SoftmaxLayer or MaxPoolLayer or LinePoolLayer ? 2 : 1;
                if (layer is ConcatLayer || (layer is ReshapeLayer && !ReshapeLayer.IsAligned(shapes[input], output)))
                    steps += claims[tensor] * ((1L << shapes[input].Log) + (1L << output.Log));
            }
            if (!layer.IsView)
                steps += (claims[tensor] << Math.Max(0, output.Log - model.Parameters.LogColumns)) + Windows(layer, shapes);
        }
        return claims[0] <= Most && steps + (claims[0] << shapes[0].Log) <= Most;
    }

    // Of each place of a window along an axis: all places of the output along it, and all of the image.
    private static long Windows(ProofLayer layer, ImmutableArray<TensorShape> shapes)
    {
        switch (layer)
        {
            case ConvLayer conv:
                var image = shapes[conv.Input].Axes;
                return Window(conv.KernelRows, conv.Rows, image[2]) + Window(conv.KernelColumns, conv.Columns, image[3]) + (1L << Axis.LogOf(conv.Inner(shapes[conv.Input])));
            case AveragePoolLayer pool:
                var pooled = shapes[pool.Input].Axes;
                return Window(pool.KernelRows, pool.Rows, pooled[2]) + Window(pool.KernelColumns, pool.Columns, pooled[3]);
            case LinePoolLayer line:
                return 2 * Window(line.Kernel, line.Size, shapes[line.Input].Axes[line.Along]);
            default:
                return 0;
        }
    }

    private static long Window(int kernel, int outputs, Axis image) => (long)kernel * ((long)outputs + image.Size);
}
