using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol.Relations;

namespace Assay.Prover.Reference;

/// <summary>Accumulators of all padded places.</summary>
internal static class SumRun
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int[] Of(DenseLayer layer, LayerWeights weights, int[] x, TensorShape source, TensorShape shape)
    {
        var sums = new int[1 << shape.Log];
        var (inner, inputLog, outputLog) = (layer.Inner(source), source.Axes[^1].Log, shape.Axes[^1].Log);
        for (var before = 0; before < sums.Length >> outputLog; before++)
            for (var j = 0; j < layer.Outputs; j++)
            {
                var sum = weights.Biases[j];
                for (var k = 0; k < inner; k++)
                    sum += weights.Values[j * inner + k] * (x[before << inputLog | k] - layer.ZeroPoint);
                sums[before << outputLog | j] = sum;
            }
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int[] Of(ConvLayer layer, LayerWeights weights, int[] x, TensorShape source, TensorShape shape)
    {
        var sums = new int[1 << shape.Log];
        var (inner, window) = (layer.Inner(source), layer.KernelRows * layer.KernelColumns);
        for (var at = 0; at < sums.Length; at++)
        {
            var (b, o, row, column) = (shape.Index(at, 0), shape.Index(at, 1), shape.Index(at, 2), shape.Index(at, 3));
            if (o >= layer.Outputs)
                continue;
            var sum = weights.Biases[o];
            for (var k = 0; k < inner && row < layer.Rows && column < layer.Columns; k++)
            {
                var (c, u, v) = (layer.Depthwise ? o : k / window, k / layer.KernelColumns % layer.KernelRows, k % layer.KernelColumns);
                var (y, z) = (layer.Stride * row + layer.Dilation * u - layer.Top, layer.Stride * column + layer.Dilation * v - layer.Left);
                if (IsInside(source, y, z))
                    sum += weights.Values[o * inner + k] * (x[Place(source, b, c, y, z)] - layer.ZeroPoint);
            }
            sums[at] = sum;
        }
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int[] Of(MatMulLayer layer, int[] a, int[] b, TensorShape left, TensorShape right)
    {
        var (rows, inner, columns) = (1 << left.Axes[^2].Log, left.Axes[^1], 1 << right.Axes[^1].Log);
        var sums = new int[a.Length / (1 << inner.Log) * columns];
        for (var at = 0; at < sums.Length; at++)
        {
            var (row, column) = (at / columns, at % columns);
            var matrix = row / rows;
            // Padded places of k are not summed over.
            for (var k = 0; k < inner.Size; k++)
                sums[at] += (a[row << inner.Log | k] - layer.ZeroPointA) * (b[(matrix << inner.Log | k) * columns + column] - layer.ZeroPointB);
        }
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int[] Of(AddLayer layer, int[] a, int[] b) =>
        [.. a.Zip(b, (x, y) => layer.MultiplierA * (x - layer.ZeroPointA) + layer.MultiplierB * (y - layer.ZeroPointB))];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int[] Of(AveragePoolLayer layer, int[] x, TensorShape source, TensorShape shape)
    {
        var sums = new int[1 << shape.Log];
        for (var at = 0; at < sums.Length; at++)
        {
            var (row, column) = (shape.Index(at, 2), shape.Index(at, 3));
            for (var k = 0; k < layer.KernelRows * layer.KernelColumns && row < layer.Rows && column < layer.Columns; k++)
            {
                var (y, z) = (layer.Stride * row + k / layer.KernelColumns - layer.Top, layer.Stride * column + k % layer.KernelColumns - layer.Left);
                if (IsInside(source, y, z))
                    sums[at] += x[Place(source, shape.Index(at, 0), shape.Index(at, 1), y, z)] - layer.ZeroPoint;
            }
        }
        return sums;
    }

    private static bool IsInside(TensorShape image, int row, int column) => row >= 0 && row < image.Axes[2].Size && column >= 0 && column < image.Axes[3].Size;

    private static int Place(TensorShape image, int b, int c, int row, int column) =>
        ((b << image.Axes[1].Log | c) << image.Axes[2].Log | row) << image.Axes[3].Log | column;
}

/// <summary>The values of which a pool's output is the largest: of each padded place, the one of a number.</summary>
internal static class PoolRun
{
    /// <summary>Of two by two, row before column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int[] Part(int[] x, TensorShape source, TensorShape shape, int part)
    {
        var values = new int[1 << shape.Log];
        for (var at = 0; at < values.Length; at++)
        {
            var image = at >> shape.Axes[2].Log + shape.Axes[3].Log;
            values[at] = x[(image << source.Axes[2].Log | 2 * shape.Index(at, 2) + (part >> 1)) << source.Axes[3].Log | 2 * shape.Index(at, 3) + (part & 1)];
        }
        return values;
    }

    /// <summary>Along a line; −128 outside, and where the output is padded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int[] Part(LinePoolLayer layer, int[] x, TensorShape source, TensorShape shape, int part)
    {
        var values = new int[1 << shape.Log];
        var (along, behind) = (source.Axes[layer.Along], shape.Log - shape.Before(layer.Along) - shape.Axes[layer.Along].Log);
        for (var at = 0; at < values.Length; at++)
        {
            var place = layer.Stride * shape.Index(at, layer.Along) + part - layer.Before;
            values[at] = shape.Index(at, layer.Along) >= layer.Size || place < 0 || place >= along.Size
                ? sbyte.MinValue
                : x[(at >> behind + shape.Axes[layer.Along].Log << along.Log | place) << behind | at & (1 << behind) - 1];
        }
        return values;
    }
}

/// <summary>What views show; 0 where a view that is gathered is padded.</summary>
internal static class ViewRun
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int[] Of(ProofLayer layer, int[][] x, ImmutableArray<TensorShape> inputs, TensorShape shape)
    {
        var (values, inner) = (new int[1 << shape.Log], shape.Inner);
        var log = inner.Log;
        if (layer is ReshapeLayer && ReshapeLayer.IsAligned(inputs[0], shape))
            return x[0];
        for (var b = 0; b < 1 << shape.Axes[0].Log; b++)
            switch (layer)
            {
                case ReshapeLayer:
                    foreach (var (from, to) in inputs[0].Inner.Places().Zip(inner.Places()))
                        values[b << log | to] = x[0][b << inputs[0].Inner.Log | from];
                    break;
                case TransposeLayer transpose:
                    int[] shifts = [.. shape.Axes[1..].Select((axis, a) => inputs[0].Log - inputs[0].Before(transpose.Order[a]) - axis.Log)];
                    for (var at = 0; at < 1 << log; at++)
                    {
                        var from = 0;
                        for (var axis = 0; axis < shifts.Length; axis++)
                            from |= inner.Index(at, axis) << shifts[axis];
                        values[b << log | at] = x[0][b << log | from];
                    }
                    break;
                case ConcatLayer concat:
                    foreach (var (p, part) in inputs.Index())
                        foreach (var place in part.Inner.Places())
                            values[b << log | ViewRelation.Joined(part.Inner, inner, place, concat.Along - 1, inputs.Take(p).Sum(i => i.Axes[concat.Along].Size))] =
                                x[p][b << part.Inner.Log | place];
                    break;
                default:
                    throw new InvalidOperationException("not a view");
            }
        return values;
    }
}
