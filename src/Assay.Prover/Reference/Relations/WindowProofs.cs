using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
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
        var (at, said) = prover.Entries(new SoftmaxSum(mix, wide), tau, point[..rows], new WindowColumn(shape, layer.Causal), columns[..^2], windows);
        prover.Put(said);
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
        var (at, said) = prover.Entries(
            new NormalizeSum(mix, wide), tau, point[..rows], new WindowColumn(shape, causal: false), [prover.Run.Tensors[layer.Input], .. own],
            [.. NormalizeRelation.Mix.OfWindows.Select(c => windows[c])]);
        prover.Put(said);
        prover.Tensor(layer.Input, at);
        for (var c = 0; c < own.Length; c++)
            prover.Open(plan.Column(i, 0, NormalizeLayer.Quotient + c), own[c], at);
        foreach (var column in NormalizeRelation.Mix.OfWindows)
            prover.Open(plan.Column(i, 1, column), windows[column], at[..rows]);
    }
}
