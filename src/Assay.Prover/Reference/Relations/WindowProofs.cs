using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol.Relations;

namespace Assay.Prover.Reference.Relations;

/// <summary>Softmax and layer normalisation: one sumcheck each.</summary>
internal static class WindowProofs
{
    public static void Prove(RelationProver prover, int i, SoftmaxLayer layer, Felt4[] point)
    {
        var (plan, shape) = (prover.Plan, prover.Plan.Shapes[i + 1]);
        var (wide, rows) = (layer.IsWide(shape, plan.Model.Parameters.LogRange), shape.Before(shape.Axes.Length - 1));
        var (entries, windows) = (prover.Run.Columns[plan.SectionOf(i)], prover.Run.Columns[plan.SectionOf(i, 1)]);
        prover.Tensor(layer.Input, point);
        OpenWindow(point[..rows]);

        var tau = prover.Challenges(shape.Log);
        var mix = SoftmaxRelation.Mix.Of(prover.Challenges(3));
        var columns = wide ? entries.RemoveAt(SoftmaxLayer.Rest + 2) : entries;
        var tables = Tables(shape, point[..rows], tau, new WindowColumn(shape, layer.Causal), columns);
        var at = prover.Sumcheck(tables, 3, v => mix.At(wide, v[3..], v[2], v[0], v[1]));
        prover.Put([.. tables.Skip(3).Select(t => t[0])]);
        for (var c = 0; c < columns.Length - 3; c++)
            prover.Open(plan.Column(i, 0, c), columns[c], at);
        prover.Tensor(layer.Input, at);
        OpenWindow(at[..rows]);

        void OpenWindow(Felt4[] window)
        {
            for (var c = 0; c < windows.Length; c++)
                prover.Open(plan.Column(i, 1, c), windows[c], window);
        }
    }

    public static void Prove(RelationProver prover, int i, NormalizeLayer layer, Felt4[] point)
    {
        var (plan, shape) = (prover.Plan, prover.Plan.Shapes[i + 1]);
        var (wide, rows) = (NormalizeLayer.IsWide(plan.Model.Parameters.LogRange), shape.Before(shape.Axes.Length - 1));
        var (entries, windows) = (prover.Run.Columns[plan.SectionOf(i)], prover.Run.Columns[plan.SectionOf(i, 1)]);
        foreach (var column in (int[])[NormalizeLayer.Root, NormalizeLayer.Mean, NormalizeLayer.MeanRest, NormalizeLayer.Squares])
            prover.Open(plan.Column(i, 1, column), windows[column], point[..rows]);

        var tau = prover.Challenges(shape.Log);
        var mix = new NormalizeRelation.Mix(layer, shape.Axes[^1].Size, prover.Challenges(3));
        var own = entries[NormalizeLayer.Quotient..(NormalizeLayer.Rest + (wide ? 2 : 1))];
        ImmutableArray<int[]> columns = [prover.Run.Tensors[layer.Input], .. own, .. NormalizeRelation.Mix.OfWindows.Select(c => WindowRun.Wide(windows[c], shape.Axes[^1].Log))];
        var tables = Tables(shape, point[..rows], tau, new WindowColumn(shape, causal: false), columns);
        var at = prover.Sumcheck(tables, 3, v => mix.At(wide, v[3..], v[2], v[0], v[1]));
        prover.Put([.. tables.Skip(3).Select(t => t[0])]);
        prover.Tensor(layer.Input, at);
        for (var c = 0; c < own.Length; c++)
            prover.Open(plan.Column(i, 0, NormalizeLayer.Quotient + c), own[c], at);
        foreach (var column in NormalizeRelation.Mix.OfWindows)
            prover.Open(plan.Column(i, 1, column), windows[column], at[..rows]);
    }

    // eq with τ, eq with the lookups' point of windows, 1 in windows; then the columns.
    private static Felt4[][] Tables(TensorShape shape, Felt4[] window, Felt4[] tau, WindowColumn inside, ImmutableArray<int[]> columns)
    {
        var (eq, log) = (Multilinear.EqTable(window), shape.Axes[^1].Log);
        var places = Enumerable.Range(0, 1 << shape.Log);
        return [Multilinear.EqTable(tau), [.. places.Select(p => eq[p >> log])], [.. places.Select(p => Felt4.From(inside.At(p)))], .. columns.Select(ProofOperations.Elements)];
    }
}
