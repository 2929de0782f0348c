using System.Collections.Immutable;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Reference;

/// <summary>What a run computes where most of its time goes, plainly; the fast prover replaces it.</summary>
internal class RunOperations
{
    /// <summary>Accumulators of all padded places.</summary>
    public virtual int[] Sums(int i, DenseLayer layer, LayerWeights weights, int[] x, TensorShape source, TensorShape shape) => SumRun.Of(layer, weights, x, source, shape);

    /// <inheritdoc cref="Sums(int, DenseLayer, LayerWeights, int[], TensorShape, TensorShape)"/>
    public virtual int[] Sums(int i, ConvLayer layer, LayerWeights weights, int[] x, TensorShape source, TensorShape shape) => SumRun.Of(layer, weights, x, source, shape);

    /// <inheritdoc cref="Sums(int, DenseLayer, LayerWeights, int[], TensorShape, TensorShape)"/>
    public virtual int[] Sums(MatMulLayer layer, int[] a, int[] b, TensorShape left, TensorShape right) => SumRun.Of(layer, a, b, left, right);

    /// <summary>A scaled layer's columns for some accumulators.</summary>
    public virtual ImmutableArray<int[]> Scaled(ProofPlan plan, int i, ScaledLayer layer, int[] sums) => ReferenceRun.Scaled(plan, i, layer, sums);

    /// <summary>Of two by two, the places of one number.</summary>
    public virtual int[] Part(int[] x, TensorShape source, TensorShape shape, int part) => PoolRun.Part(x, source, shape, part);
}
