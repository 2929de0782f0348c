using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Reference;

/// <summary>Every value of a run as a proof speaks of it: padded places run the same function as real ones (docs/spec/proofs.md section 3).</summary>
/// <param name="Tensors">The input, then each layer's output, padded.</param>
/// <param name="Columns">Of each section of the plan, each column's values.</param>
public sealed record ReferenceRun(ImmutableArray<int[]> Tensors, ImmutableArray<ImmutableArray<int[]>> Columns)
{
    /// <summary>The output's real places.</summary>
    public ImmutableArray<sbyte> OutputOf(ProofPlan plan) => [.. plan.Shapes[^1].Places().Select(p => (sbyte)Tensors[^1][p])];

    public static ReferenceRun Of(ProofPlan plan, ImmutableArray<LayerWeights?> weights, ImmutableArray<sbyte> input) => Of(plan, weights, input, new RunOperations());

    internal static ReferenceRun Of(ProofPlan plan, ImmutableArray<LayerWeights?> weights, ImmutableArray<sbyte> input, RunOperations operations)
    {
        var first = new int[1 << plan.Shapes[0].Log];
        Array.Fill(first, plan.Model.InputZeroPoint);
        foreach (var (i, place) in plan.Shapes[0].Places().Index())
            first[place] = input[i];
        return From(plan, weights, [first], [], operations);
    }

    /// <summary>The same but for one layer's output and columns, and all that comes after it run on that: what a prover could say that does not run the model.</summary>
    internal ReferenceRun With(ProofPlan plan, ImmutableArray<LayerWeights?> weights, int layer, int[] output, params ImmutableArray<int[]>[] sections) =>
        From(plan, weights, [.. Tensors[..(layer + 1)], output], [.. Columns[..plan.SectionOf(layer)], .. sections]);

    /// <summary>The rest of a run that has come so far.</summary>
    internal static ReferenceRun From(ProofPlan plan, ImmutableArray<LayerWeights?> weights, List<int[]> tensors, List<ImmutableArray<int[]>> columns, RunOperations? with = null)
    {
        var operations = with ?? new RunOperations();
        for (var i = tensors.Count - 1; i < plan.Model.Layers.Length; i++)
        {
            var layer = plan.Model.Layers[i];
            var (inputs, shape) = (plan.InputsOf(i), plan.Shapes[i + 1]);
            int[][] x = [.. layer.Inputs.Select(t => tensors[t])];
            if (layer.IsView)
            {
                tensors.Add(ViewRun.Of(layer, x, inputs, shape));
                continue;
            }
            ImmutableArray<int[]>[] made = layer switch
            {
                DenseLayer dense => [operations.Scaled(plan, i, dense, operations.Sums(i, dense, weights[i]!, x[0], inputs[0], shape))],
                ConvLayer conv => [operations.Scaled(plan, i, conv, operations.Sums(i, conv, weights[i]!, x[0], inputs[0], shape))],
                AddLayer add => [operations.Scaled(plan, i, add, SumRun.Of(add, x[0], x[1]))],
                AveragePoolLayer pool => [operations.Scaled(plan, i, pool, SumRun.Of(pool, x[0], inputs[0], shape))],
                MatMulLayer product => [operations.Scaled(plan, i, product, operations.Sums(product, x[0], x[1], inputs[0], inputs[1]))],
                TableLayer table => [[[.. x[0].Select(v => (int)table.Table[v + 128])], x[0]]],
                MaxPoolLayer => [Largest([.. Enumerable.Range(0, 4).Select(part => operations.Part(x[0], inputs[0], shape, part))])],
                LinePoolLayer line => [Largest([.. Enumerable.Range(0, line.Kernel).Select(part => PoolRun.Part(line, x[0], inputs[0], shape, part))])],
                SoftmaxLayer softmax => SoftmaxRun.Of(softmax, x[0], shape, plan.Model.Parameters.LogRange),
                NormalizeLayer normalize => NormalizeRun.Of(normalize, x[0], shape, plan.Model.Parameters.LogRange),
                _ => throw new InvalidOperationException($"layer {i} cannot be run"),
            };
            tensors.Add(made[0][0]);
            columns.AddRange(made);
        }
        return new ReferenceRun([.. tensors], [.. columns]);
    }

    /// <summary>A scaled layer's columns for some accumulators: y, v, w and the accumulators.</summary>
    internal static ImmutableArray<int[]> Scaled(ProofPlan plan, int i, ScaledLayer layer, int[] sums) =>
        Scaled(plan, i, layer, sums, [.. sums.Select((acc, at) => (int)layer.Groups[layer.GroupAt(plan.Shapes[i + 1], at)].Apply(acc))]);

    /// <summary>For an output that may be another than the function's: v and w of some interval that gives it.</summary>
    internal static ImmutableArray<int[]> Scaled(ProofPlan plan, int i, ScaledLayer layer, int[] sums, int[] output)
    {
        var tables = layer.Tables(plan.InputsOf(i), plan.Model.Parameters.LogRange);
        var shape = plan.Shapes[i + 1];
        if (!layer.Limbs)
        {
            var found = Intervals(sums, output, at => tables[layer.GroupAt(shape, at)]);
            return [output, [.. sums.Zip(found, (acc, row) => acc - row.B)], [.. sums.Zip(found, (acc, row) => row.C - acc)], sums];
        }
        var (multipliers, table) = (LimbColumns.Multipliers(layer, shape), LimbColumns.TableOf(layer));
        int[] low = [.. sums.Select(acc => acc & (1 << LimbColumns.Bits) - 1)], high = [.. sums.Select(acc => acc >> LimbColumns.Bits)];
        int[] products = [.. low.Select((a0, at) => a0 * multipliers.At(at))];
        int[] quotients = [.. products.Select(p => p >> LimbColumns.Bits)], rests = [.. products.Select(p => p & (1 << LimbColumns.Bits) - 1)];
        int[] scaled = [.. high.Select((a1, at) => a1 * multipliers.At(at) + quotients[at])];
        var rows = Intervals(scaled, output, at => tables[table[layer.GroupAt(shape, at)]]);
        return [output, low, high, quotients, rests, scaled, [.. scaled.Zip(rows, (t, row) => t - row.B)], [.. scaled.Zip(rows, (t, row) => row.C - t)]];
    }

    // Of each value the interval that it lies in and that gives the output, as far as there is one.
    private static TableRow[] Intervals(int[] values, int[] output, Func<int, ImmutableArray<TableRow>> tableOf) =>
    [
        .. values.Select((value, at) =>
        {
            var (table, y) = (tableOf(at), output[at]);
            return table.FirstOrDefault(t => t.B <= value && value <= t.C && t.A == y, table.FirstOrDefault(t => t.A == y, table[0]));
        }),
    ];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ImmutableArray<int[]> Largest(int[][] parts)
    {
        var largest = (int[])parts[0].Clone();
        foreach (var part in parts)
            for (var at = 0; at < largest.Length; at++)
                largest[at] = Math.Max(largest[at], part[at]);
        return [largest, .. parts];
    }
}
