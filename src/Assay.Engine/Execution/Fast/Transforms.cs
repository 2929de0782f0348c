using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>Dft and Stft.</summary>
internal static unsafe class Transforms
{
    public static Value[]? Dft(in Call call)
    {
        var x = call.ShapeOf(0);
        if (!call.Operand(0)!.IsWide || call.OutputShape().Count == 0)
            return null;
        var axis = ShapeRules.DftAxis(call.Attributes, call.Tensor(2), x.Rank);
        var points = ShapeRules.DftLength(call.Attributes, x.Dims.AsSpan(), call.Tensor(1), call.Tensor(2));
        int parts = x[x.Rank - 1], made = call.OutputShape()[x.Rank - 1], outputs = call.OutputShape()[axis];
        long outer = 1, inner = 1;
        for (var a = 0; a < x.Rank - 1; a++)
            (outer, inner) = a < axis ? (outer * x[a], inner) : a > axis ? (outer, inner * x[a]) : (outer, inner);
        var isInverse = call.Attributes.Int("inverse", 0) != 0;
        return Run(call, outer * inner, new()
        {
            X = call.Input(0), Points = points, Extent = x[axis], Outputs = outputs, Parts = parts, Made = made,
            LinesPerGroup = inner, GroupStep = x[axis] * inner * parts, LineStep = parts, ElementStep = inner * parts,
            OutGroupStep = outputs * inner * made, OutLineStep = made, OutStep = inner * made,
            IsInverse = isInverse, IsHalf = isInverse && call.Attributes.Int("onesided", 0) != 0,
        });
    }

    public static Value[]? Stft(in Call call)
    {
        if (!call.Operand(0)!.IsWide || call.OutputShape().Count == 0)
            return null;
        Shape x = call.ShapeOf(0), y = call.OutputShape();
        var step = call.Tensor(1)!.ToInts("frame_step")[0];
        var window = call.Operand(2) is null ? null : new Fact(null, call.ShapeOf(2).Dims);
        var points = ShapeRules.FrameLength(new(null, x.Dims), window, call.Tensor(3));
        return Run(call, (long)y[0] * y[1], new()
        {
            X = call.Input(0), Window = call.Input(2), Points = points, Extent = points, Outputs = y[2], Parts = x[2], Made = 2,
            // Of a single frame the step, which may be beyond the signal, is never taken.
            LinesPerGroup = y[1], GroupStep = (long)x[1] * x[2], LineStep = y[1] == 1 ? 0 : step * x[2], ElementStep = x[2],
            OutGroupStep = (long)y[1] * y[2] * 2, OutLineStep = y[2] * 2L, OutStep = 2,
        });
    }

    private static Value[]? Run(in Call call, long lines, TransformKernel kernel)
    {
        if (lines * kernel.Outputs > int.MaxValue || 4L * kernel.Points > call.Context.MostScratch)
            return null;
        var y = call.Rent();
        kernel.Y = y.Pointer;
        kernel.Cos = (double*)call.Scratch.Offsets(2L * kernel.Points);
        kernel.Sin = kernel.Cos + kernel.Points;
        for (var j = 0; j < kernel.Points; j++)
        {
            Interrupt.Check();
            (kernel.Cos[j], kernel.Sin[j]) = Twiddle.At(j, kernel.Points);
        }
        call.Launcher.Run(call.Isa, (int)(lines * kernel.Outputs), kernel, Cost.Of(kernel.Points, perNanosecond: 1));
        return [call.Rounded(y)];
    }
}
