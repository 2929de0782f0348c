using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>Resize axis by axis, and by picking; crops that read beyond the image are the reference's.</summary>
internal static unsafe class Resizes
{
    public static Value[]? Resize(in Call call)
    {
        var x = call.Operand(0)!;
        if (!x.IsWide || call.OutputShape().Count == 0 || x.Shape.Rank == 0 || call.Attributes.Text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize")
            return null;
        var axes = ResizeAxis.Of(call.Attributes, x.Shape.Dims.AsSpan(), call.Tensor(1), call.Tensor(2), call.Tensor(3));
        if (call.Attributes.Text("mode", "nearest") == "nearest")
            return x.IsWideExact ? Nearest(call, axes) : null;
        return Interpolate(call, axes);
    }

    private static Value[] Nearest(in Call call, ResizeAxis[] axes)
    {
        var y = call.Rent();
        var shape = call.OutputShape();
        var kernel = new PickKernel { From = call.Input(0), To = y.Pointer, Rank = axes.Length };
        long total = 0, step = 1, next = 0;
        foreach (var axis in axes)
            total += axis.Out;
        var tables = (int*)call.Scratch.Offsets(total);
        for (var axis = axes.Length - 1; axis >= 0; axis--)
        {
            var taps = AxisTaps.Of(call.Attributes, axes[axis]);
            for (var o = 0; o < axes[axis].Out; o++)
                tables[next + o] = (int)((taps?.Places[o] ?? o) * step);
            kernel.Tables[axis] = (long)(tables + next);
            kernel.Extents[axis] = axes[axis].Out;
            kernel.IsRowStill |= axis == axes.Length - 1 && taps is null;
            next += axes[axis].Out;
            step *= axes[axis].In;
        }
        var row = axes[^1].Out;
        call.Launcher.Run(call.Isa, shape.Count / row, kernel, Cost.Of(row, perNanosecond: 1));
        return [call.Moved(y)];
    }

    /// <summary>The last axis first; what stands between two axes is kept in one of two buffers.</summary>
    private static Value[]? Interpolate(in Call call, ResizeAxis[] axes)
    {
        var moving = new List<(int Axis, AxisTaps Taps)>();
        for (var axis = axes.Length - 1; axis >= 0; axis--)
            if (AxisTaps.CountOf(call.Attributes, axes[axis]) is var count and > 0)
            {
                if (count > int.MaxValue || TapTable.Size((int)count, axes[axis].Out) > call.Context.MostScratch / 4)
                    return null;
                moving.Add((axis, AxisTaps.Of(call.Attributes, axes[axis])!));
            }
        var x = call.ShapeOf(0);
        if (moving.Count == 0)
        {
            var same = call.Rent();
            CopyKernel.Run(call.Launcher, call.Isa, call.Input(0), same.Pointer, x.Count);
            return [call.Rounded(same)];
        }
        long room = 0, elements = x.Count, table = 0;
        foreach (var (axis, taps) in moving)
        {
            elements = elements / axes[axis].In * axes[axis].Out;
            room = Math.Max(room, elements);
            table += 2 * TapTable.Size(taps.Count, axes[axis].Out);
        }
        if (room > call.Context.MostScratch)
            return null;
        var y = call.Rent();
        float* from = call.Input(0), even = null, odd = null;
        if (moving.Count > 1)
            even = call.Scratch.Planes(room);
        if (moving.Count > 2)
            odd = call.Scratch.Operands(room);
        var memory = (int*)call.Scratch.Offsets(table);
        var dims = x.Dims.ToArray();
        for (var i = 0; i < moving.Count; i++)
        {
            var (axis, taps) = moving[i];
            var to = i == moving.Count - 1 ? y.Pointer : i % 2 == 0 ? even : odd;
            int outer = 1, inner = 1;
            for (var a = 0; a < dims.Length; a++)
                (outer, inner) = a < axis ? (outer * dims[a], inner) : a > axis ? (outer, inner * dims[a]) : (outer, inner);
            TapsKernel.Run(call.Launcher, call.Isa, Table(taps, axes[axis].Out, ref memory), outer, dims[axis], inner, from, to);
            dims[axis] = axes[axis].Out;
            from = to;
        }
        return [call.Rounded(y)];
    }

    private static TapTable Table(AxisTaps taps, int outputs, ref int* memory)
    {
        var size = TapTable.Size(taps.Count, outputs);
        var table = new TapTable { Places = memory, Weights = (float*)(memory + size), Count = taps.Count, Outputs = outputs, Pitch = TapTable.PitchOf(outputs) };
        new Span<int>(memory, (int)(2 * size)).Clear();
        for (var o = 0; o < outputs; o++)
            for (var t = 0; t < taps.Count; t++)
            {
                table.Places[((long)t * table.Pitch) + o] = taps.Places[(o * taps.Count) + t];
                table.Weights[((long)t * table.Pitch) + o] = (float)taps.Weights[(o * taps.Count) + t];
            }
        memory += 2 * size;
        return table;
    }
}
