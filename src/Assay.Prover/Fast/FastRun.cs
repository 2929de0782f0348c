using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;
using Assay.Prover.Reference;

namespace Assay.Prover.Fast;

/// <summary>Runs layers as <see cref="RunOperations"/> does, with eight-bit products and several threads.</summary>
/// <param name="intervals">Of layers that were run before, in order of their groups: they follow from the plan.</param>
internal sealed class FastRun(Team team, CommittedWeights committed, ConcurrentDictionary<int, FastRun.Intervals[]> intervals) : RunOperations
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int[] Sums(int i, DenseLayer layer, LayerWeights weights, int[] x, TensorShape source, TensorShape shape)
    {
        var (log, outputs) = (source.Axes[^1].Log, shape.Axes[^1].Log);
        var places = x.Length >> log;
        var products = new int[places * layer.Outputs];
        ByteProducts.Multiply(team, committed.Padded(i), layer.Outputs, Shifted(x, layer.ZeroPoint), places, 1 << log, products);
        var sums = new int[places << outputs];
        for (var p = 0; p < places; p++)
            for (var j = 0; j < layer.Outputs; j++)
                sums[p << outputs | j] = products[p * layer.Outputs + j] + weights.Biases[j];
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int[] Sums(int i, ConvLayer layer, LayerWeights weights, int[] x, TensorShape source, TensorShape shape)
    {
        if (layer.Depthwise)
            return base.Sums(i, layer, weights, x, source, shape);
        var (inner, log) = (layer.Inner(source), Axis.LogOf(layer.Inner(source)));
        var (batch, area) = (1 << shape.Axes[0].Log, layer.Rows * layer.Columns);
        var (patches, products) = (new short[(batch * area) << log], new int[batch * area * layer.Outputs]);
        team.Split(batch * area, 64, (from, to) =>
        {
            for (var p = from; p < to; p++)
                Patch(layer, source, x, p / area, p % area / layer.Columns, p % layer.Columns, patches.AsSpan(p << log, inner));
        });
        ByteProducts.Multiply(team, committed.Padded(i), layer.Outputs, patches, batch * area, 1 << log, products);
        var sums = new int[1 << shape.Log];
        var (rows, columns) = (shape.Axes[2].Log, shape.Axes[3].Log);
        for (var b = 0; b < batch; b++)
            for (var o = 0; o < layer.Outputs; o++)
            {
                var image = sums.AsSpan((b << shape.Axes[1].Log | o) << rows + columns, 1 << rows + columns);
                image.Fill(weights.Biases[o]);
                for (var p = 0; p < area; p++)
                    image[p / layer.Columns << columns | p % layer.Columns] += products[(b * area + p) * layer.Outputs + o];
            }
        return sums;
    }

    // Σ (a − z) (b − z′) is Σ (a − z) b less z′ Σ (a − z).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int[] Sums(MatMulLayer layer, int[] a, int[] b, TensorShape left, TensorShape right)
    {
        var (rows, inner, columns) = (1 << left.Axes[^2].Log, left.Axes[^1], 1 << right.Axes[^1].Log);
        var (width, matrices) = (1 << inner.Log, a.Length / (rows << inner.Log));
        var (x, turned, products, sums) = (new short[rows * width], new sbyte[columns * width], new int[rows * columns], new int[matrices * rows * columns]);
        for (var m = 0; m < matrices; m++)
        {
            // Padded places of k stay 0.
            for (var k = 0; k < inner.Size; k++)
            {
                for (var r = 0; r < rows; r++)
                    x[r * width + k] = (short)(a[(m * rows + r) * width + k] - layer.ZeroPointA);
                for (var c = 0; c < columns; c++)
                    turned[c * width + k] = (sbyte)b[(m * width + k) * columns + c];
            }
            ByteProducts.Multiply(team, turned, columns, x, rows, width, products);
            for (var r = 0; r < rows; r++)
            {
                var shift = 0;
                for (var k = 0; k < inner.Size; k++)
                    shift += x[r * width + k];
                for (var c = 0; c < columns; c++)
                    sums[(m * rows + r) * columns + c] = products[r * columns + c] - layer.ZeroPointB * shift;
            }
        }
        return sums;
    }

    public override ImmutableArray<int[]> Scaled(ProofPlan plan, int i, ScaledLayer layer, int[] sums)
    {
        if (layer.Limbs)
            return base.Scaled(plan, i, layer, sums);
        var shape = plan.Shapes[i + 1];
        var groups = new GroupColumn(layer, shape, [.. Enumerable.Range(0, layer.Groups.Length)]).Values(shape.Log);
        var tables = intervals.GetOrAdd(i, layer => [.. plan.Tables.Where(t => t.Layer == layer).Select(t => new Intervals(t.Rows))]);
        var (y, v, w) = (new int[sums.Length], new int[sums.Length], new int[sums.Length]);
        team.Split(sums.Length, 1024, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (from, to) =>
        {
            for (var at = from; at < to; at++)
            {
                ref readonly var row = ref tables[groups[at]].Find(sums[at]);
                (y[at], v[at], w[at]) = (row.A, sums[at] - row.B, row.C - sums[at]);
            }
        });
        return [y, v, w, sums];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int[] Part(int[] x, TensorShape source, TensorShape shape, int part)
    {
        var values = new int[1 << shape.Log];
        var (rows, columns) = (shape.Axes[2].Log, shape.Axes[3].Log);
        for (var at = 0; at < values.Length; at++)
        {
            var (image, row, column) = (at >> rows + columns, at >> columns & (1 << rows) - 1, at & (1 << columns) - 1);
            values[at] = x[(image << source.Axes[2].Log | 2 * row + (part >> 1)) << source.Axes[3].Log | 2 * column + (part & 1)];
        }
        return values;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static short[] Shifted(int[] x, int zero)
    {
        var shifted = new short[x.Length];
        for (var i = 0; i < x.Length; i++)
            shifted[i] = (short)(x[i] - zero);
        return shifted;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Patch(ConvLayer layer, TensorShape source, int[] x, int b, int row, int column, Span<short> patch)
    {
        var (h, w) = (source.Axes[2], source.Axes[3]);
        for (var (c, k) = (0, 0); k < patch.Length; c++)
            for (var u = 0; u < layer.KernelRows; u++)
            {
                var y = layer.Stride * row + layer.Dilation * u - layer.Top;
                for (var v = 0; v < layer.KernelColumns; v++, k++)
                    if (layer.Stride * column + layer.Dilation * v - layer.Left is var z && y >= 0 && y < h.Size && z >= 0 && z < w.Size)
                        patch[k] = (short)(x[((b << source.Axes[1].Log | c) << h.Log | y) << w.Log | z] - layer.ZeroPoint);
            }
    }

    /// <summary>Intervals in order, found by an accumulator: a first guess from its leading bits, then one by one.</summary>
    internal sealed class Intervals
    {
        private const int LogGuesses = 12;

        private readonly TableRow[] rows;
        private readonly int[] guesses;
        private readonly int low, shift;

        public Intervals(ImmutableArray<TableRow> rows)
        {
            (this.rows, low) = ([.. rows], rows[0].B);
            var span = (uint)(rows[^1].C - low);
            shift = Math.Max(0, int.Log2((int)Math.Max(1, span)) + 1 - LogGuesses);
            guesses = new int[(span >> shift) + 1];
            for (int guess = 0, row = 0; guess < guesses.Length; guess++)
            {
                while (rows[row].C < low + (guess << shift))
                    row++;
                guesses[guess] = row;
            }
        }

        public ref readonly TableRow Find(int accumulator)
        {
            var row = guesses[accumulator - low >> shift];
            while (rows[row].C < accumulator)
                row++;
            return ref rows[row];
        }
    }
}
