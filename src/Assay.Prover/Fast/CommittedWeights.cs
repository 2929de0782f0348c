using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Field;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;

namespace Assay.Prover.Fast;

/// <summary>A model's matrix, encoded and hashed once for all proofs: what a proof opens, and the weights as it reads them.</summary>
public sealed class CommittedWeights
{
    // Of each layer with weights: (output, k) with k padded to a power of two, and outputs as well where they fill rows of the matrix.
    private readonly sbyte[]?[] padded;
    private readonly int[]?[] biases;
    private readonly List<(BlockPlace Place, int Layer, bool IsBias)> blocks = [];

    internal CommittedWeights(Team team, ProofModel model, ImmutableArray<LayerWeights?> weights)
    {
        (Model, Weights) = (model, weights);
        var plan = new ProofPlan(model, 1);
        (padded, biases) = (new sbyte[]?[model.Layers.Length], new int[]?[model.Layers.Length]);
        foreach (var (i, layer) in model.Layers.Index())
        {
            if (layer is not WeightLayer of)
                continue;
            var (inner, log) = (of.Inner(plan.Shapes[of.Input]), Axis.LogOf(of.Inner(plan.Shapes[of.Input])));
            var values = padded[i] = new sbyte[1L << Axis.LogOf(of.Outputs) + log];
            for (var j = 0; j < of.Outputs; j++)
                weights[i]!.Values.AsSpan(j * inner, inner).CopyTo(values.AsSpan(j << log));
            biases[i] = [.. weights[i]!.Biases, .. new int[(1 << Axis.LogOf(of.Outputs)) - of.Outputs]];
            blocks.AddRange([(plan.Weights(i), i, false), (plan.Biases(i), i, true)]);
        }
        var size = model.Parameters.Size;
        var ofRow = blocks.SelectMany(b => Enumerable.Range(b.Place.Row, Math.Max(1, 1 << b.Place.Log >> size.LogColumns)).Select(row => (row, b))).ToLookup(r => r.row, r => r.b);
        // Its arrays are kept with it.
        Encoded = new EncodedRows(team, new Arrays(), size, plan.WeightRows, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (row, values) =>
        {
            values.Clear();
            foreach (var (place, layer, isBias) in ofRow[row])
            {
                var count = 1 << Math.Min(place.Log, size.LogColumns);
                var (from, to) = ((row - place.Row) << size.LogColumns, place.Slot << place.Log);
                for (var k = 0; k < count; k++)
                {
                    var value = isBias ? biases[layer]![from + k] : padded[layer]![from + k];
                    values[to + k] = value < 0 ? (uint)(value + Felt.Modulus) : (uint)value;
                }
            }
        }, byColumn: true);
        // Rows with parts: as integers, whole.
        var parts = new Dictionary<int, int[]>();
        foreach (var (place, layer, isBias) in blocks.Where(b => b.Place.Log < size.LogColumns))
        {
            if (!parts.TryGetValue(place.Row, out var row))
                parts[place.Row] = row = new int[1 << size.LogColumns];
            for (var k = 0; k < 1 << place.Log; k++)
                row[(place.Slot << place.Log) + k] = isBias ? biases[layer]![k] : padded[layer]![k];
        }
        Parts = parts;
    }

    public ProofModel Model { get; }

    public ImmutableArray<LayerWeights?> Weights { get; }

    /// <summary>What the model is known by.</summary>
    public byte[] Root => Encoded.Root;

    internal EncodedRows Encoded { get; }

    /// <summary>Rows that hold blocks smaller than a row.</summary>
    internal IReadOnlyDictionary<int, int[]> Parts { get; }

    /// <summary>Padded, (output, k).</summary>
    internal sbyte[] Padded(int layer) => padded[layer]!;

    internal int[] Biases(int layer) => biases[layer]!;

    internal int LayerAt(BlockPlace place, out bool isBias)
    {
        (_, var layer, isBias) = blocks.Find(b => b.Place == place);
        return layer;
    }
}
