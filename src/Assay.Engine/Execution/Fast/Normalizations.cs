using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>LayerNormalization and RmsNormalization.</summary>
internal static unsafe class Normalizations
{
    public static Value[]? Rows(in Call call, bool isCentred)
    {
        var x = call.ShapeOf(0);
        if (!call.IsWide() || x.Count == 0)
            return null;
        var axis = ShapeRules.Axis(call.Attributes.Int("axis", -1), x.Rank);
        if (!IsOperand(call, 1, axis, out var scale) || !IsOperand(call, 2, axis, out var bias))
            return null;
        var rows = Shape.Of(x.Dims.AsSpan()[..axis]).Count;
        var y = call.Rent();
        Floats? mean = call.Outputs > 1 ? call.Rent(1) : null, inverse = call.Outputs > 2 ? call.Rent(2) : null;
        RowNormalizationKernel.Run(call.Launcher, call.Isa, new()
        {
            X = call.Input(0), Y = y.Pointer, Mean = mean is null ? null : mean.Pointer, Inverse = inverse is null ? null : inverse.Pointer,
            N = x.Count / rows, Epsilon = call.Attributes.Float("epsilon", 1e-5f), IsCentred = isCentred, Scale = scale, Bias = bias,
        }, rows);
        var first = call.Rounded(y);
        return mean is null ? [first] : inverse is null ? [first, call.Rounded(mean, 1)] : [first, call.Rounded(mean, 1), call.Rounded(inverse, 2)];
    }

    /// <summary>Whether the operand has one value for each of some last rows, and in a row one for each run of elements.</summary>
    private static bool IsOperand(in Call call, int i, int axis, out RowOperand operand)
    {
        operand = default;
        if (call.Operand(i) is not { } part)
            return true;
        var x = call.ShapeOf(0);
        int rows = 1, runs = 1, elements = 1;
        var isOver = false;
        for (var a = axis - 1; a >= 0; a--)
            if (!Take(a, ref rows))
                return false;
        isOver = false;
        for (var a = axis; a < x.Rank; a++)
        {
            elements *= x[a];
            if (!Take(a, ref runs))
                return false;
        }
        operand = new() { Values = call.Input(i), Rows = rows, Run = elements / runs };
        return true;

        // Once an axis is broadcast, all that follow have to be.
        bool Take(int a, ref int count)
        {
            var extent = a - (x.Rank - part.Shape.Rank) is var at && at >= 0 ? part.Shape[at] : 1;
            if (x[a] == 1)
                return true;
            if (extent == 1)
                return isOver = true;
            count *= extent;
            return !isOver;
        }
    }
}
