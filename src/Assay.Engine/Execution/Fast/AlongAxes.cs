using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>Reductions, Softmax and BatchNormalization.</summary>
internal static unsafe class AlongAxes
{
    public static Value[]? Reduce(in Call call, Fold fold)
    {
        var x = call.ShapeOf(0);
        if (!call.Operand(0)!.IsWide || x.Count == 0 || !Middle(x, ShapeRules.ReducedAxes(call.Attributes, call.Tensor(1), x.Rank), out var outer, out var n, out var inner))
            return null;
        var y = call.Rent();
        ReductionKernel.Run(call.Launcher, call.Isa, fold, call.Input(0), y.Pointer, outer, n, inner);
        return [call.Rounded(y)];
    }

    public static Value[]? Softmax(in Call call)
    {
        var x = call.ShapeOf(0);
        if (!call.IsWide() || x.Count == 0 || !Middle(x, [ShapeRules.Axis(call.Attributes.Int("axis", -1), x.Rank)], out var outer, out var n, out var inner)
            || (inner > 1 && (long)n * call.Launcher.Threads > call.Context.MostScratch))
            return null;
        var y = call.Rent();
        SoftmaxKernel.Run(call.Launcher, call.Isa, call.Scratch, call.Input(0), y.Pointer, outer, n, inner);
        return [call.Rounded(y)];
    }

    public static Value[]? BatchNormalization(in Call call)
    {
        var x = call.ShapeOf(0);
        if (!call.IsWide() || x.Rank < 2 || x.Count == 0)
            return null;
        var y = call.Rent();
        NormalizationKernel.Run(call.Launcher, call.Isa, call.Scratch, call.Attributes.Float("epsilon", 1e-5f),
            call.Input(0), call.Input(1), call.Input(2), call.Input(3), call.Input(4), y.Pointer, x[0], x[1], x.Count / x[0] / x[1]);
        return [call.Rounded(y)];
    }

    /// <summary>The shape as [outer, n, inner] where the axes, those of one element aside, are neighbours; n is 1 where there is none.</summary>
    private static bool Middle(Shape shape, ReadOnlySpan<int> axes, out int outer, out int n, out int inner)
    {
        (outer, n, inner) = (1, 1, 1);
        var after = false;
        for (var i = 0; i < shape.Rank; i++)
        {
            if (shape[i] == 1)
                continue;
            if (axes.Contains(i))
            {
                if (after)
                    return false;
                n *= shape[i];
            }
            else if (n == 1)
                outer *= shape[i];
            else
            {
                after = true;
                inner *= shape[i];
            }
        }
        return true;
    }
}
