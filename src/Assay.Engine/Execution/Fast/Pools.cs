using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>MaxPool and AveragePool.</summary>
internal static unsafe class Pools
{
    public static Value[]? MaxPool(in Call call)
    {
        if (call.Outputs != 1 || !Shaped(call, out _, out var shape))
            return null;
        if (!Numerics.MaxPool.Suits(shape))
            return Run<MaxOperation>(call, new() { Shape = shape });
        var y = call.Rent();
        Numerics.MaxPool.Run(call.Launcher, call.Isa, call.Scratch, shape, call.Input(0), y.Pointer, call.ShapeOf(0)[0] * call.ShapeOf(0)[1]);
        // A maximum is one of the operands, and those are rounded.
        return [call.Moved(y)];
    }

    public static Value[]? AveragePool(in Call call)
    {
        if (!Shaped(call, out var window, out var shape))
            return null;
        var spatial = call.ShapeOf(0).Dims[2..];
        var withPadding = call.Attributes.Int("count_include_pad", 0) != 0;
        var counts = call.Scratch.Counts((long)shape.OutD + shape.OutH + shape.OutW + Convolution.Slack);
        var (countD, countH, countW) = ((nint)counts, (nint)(counts + shape.OutD), (nint)(counts + shape.OutD + shape.OutH));
        new Span<float>(counts, shape.OutD + shape.OutH).Fill(1);
        new Span<float>((float*)countW, shape.OutW + Convolution.Slack).Fill(1);
        for (var axis = 0; axis < spatial.Length; axis++)
            Count((float*)((axis - spatial.Length) switch { -3 => countD, -2 => countH, _ => countW }), window, axis, spatial[axis], withPadding);
        return Run<AverageOperation>(call, new() { Shape = shape, CountD = (float*)countD, CountH = (float*)countH, CountW = (float*)countW });
    }

    /// <summary>The kernel's elements that count along one axis, for every output.</summary>
    private static void Count(float* counts, Window window, int axis, int extent, bool withPadding)
    {
        long from = withPadding ? -window.PadBegin[axis] : 0;
        var to = withPadding ? (long)extent + window.PadEnd[axis] : extent;
        for (var o = 0; o < window.Output[axis]; o++)
        {
            Interrupt.Check();
            var count = 0;
            for (var k = 0; k < window.Kernel[axis]; k++)
            {
                Interrupt.Check(k);
                if (((long)o * window.Strides[axis]) + ((long)k * window.Dilations[axis]) - window.PadBegin[axis] is var at && at >= from && at < to)
                    count++;
            }
            counts[o] = count;
        }
    }

    private static bool Shaped(in Call call, out Window window, out WindowShape shape)
    {
        var x = call.ShapeOf(0);
        (window, shape) = (null!, default);
        if (!call.IsWide() || x.Rank > 5 || call.OutputShape().Count == 0)
            return false;
        var spatial = x.Dims[2..].AsSpan();
        window = Window.Of(call.Attributes, spatial, ShapeRules.PoolKernel(call.Attributes));
        shape = WindowShape.Of(spatial, window.Output.AsSpan(), window.Kernel.AsSpan(), window.Strides.AsSpan(), window.Dilations.AsSpan(), window.PadBegin.AsSpan());
        return call.HasRoomForPlanes(shape);
    }

    private static Value[] Run<TOperation>(in Call call, WindowKernel<TOperation> kernel) where TOperation : unmanaged, IWindowOperation
    {
        var x = call.ShapeOf(0);
        var y = call.Rent();
        (kernel.Channels, kernel.OutPerPlane) = (x[1], 1);
        kernel.Input = call.Input(0);
        kernel.Output = y.Pointer;
        WindowKernel<TOperation>.Run(call.Launcher, call.Isa, call.Scratch, kernel, x[0] * x[1]);
        return [call.Rounded(y)];
    }
}
