using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>
/// ConvTranspose by phases: outputs at one residue modulo the strides meet the same part of the kernel, so they are an ordinary
/// convolution with it, read against the direction of the input.
/// </summary>
internal static unsafe class TransposedConvolutions
{
    /// <summary>More phases than this are left to the reference: only strides far above the kernel make so many.</summary>
    private const int MostPhases = 1024;

    public static Value[]? Run(in Call call)
    {
        Shape x = call.ShapeOf(0), w = call.ShapeOf(1);
        if (!call.IsWide() || x.Rank > 5 || x.Count == 0 || w.Count == 0 || call.OutputShape().Count == 0)
            return null;
        var window = TransposedWindow.Of(call.Attributes, x.Dims[2..].AsSpan(), w.Dims[2..].AsSpan());
        var axes = new List<Phase>[x.Rank - 2];
        long phases = 1;
        for (var i = 0; i < axes.Length; i++)
            phases *= window.Strides[i];
        if (phases > MostPhases)
            return null;
        for (var i = 0; i < axes.Length; i++)
        {
            axes[i] = Phase.Of(window, i);
            if (axes[i].Exists(p => p.Elements == 0))
                return null;
        }
        var groups = (int)call.Attributes.Int("group", 1);
        int inPerGroup = x[1] / groups, outPerGroup = w[1], kernel = Shape.Of(w.Dims.AsSpan()[2..]).Count;
        var all = Combine(axes, x.Dims[2..].AsSpan());
        long rows = 0, packed = 0, planes = 0, made = 0;
        foreach (var (shape, _) in all)
        {
            var k = inPerGroup * shape.KernelSize;
            rows = Math.Max(rows, (long)groups * outPerGroup * k);
            packed = Math.Max(packed, Convolution.PackedSize(groups, outPerGroup, k));
            planes = Math.Max(planes, Convolution.PlanesSize(shape, x[1]));
            made = Math.Max(made, (long)x[0] * groups * outPerGroup * shape.OutSize);
        }
        if (Math.Max(Math.Max(rows, packed), Math.Max(planes, made)) > call.Context.MostScratch)
            return null;
        var y = call.Rent();
        // All memory is taken at its largest before anything is launched: it stays where it is.
        float* gathered = call.Scratch.Operands(Math.Max(rows, made)), weights = call.Scratch.Weights(packed);
        if (planes > 0)
            call.Scratch.Planes(planes);
        var epilogue = Contractions.Epilogue(call, call.Input(2), groups * outPerGroup);
        foreach (var (shape, phase) in all)
        {
            var k = inPerGroup * shape.KernelSize;
            var elements = Elements(call.Scratch, phase, w.Dims[2..].AsSpan(), shape.KernelSize);
            call.Launcher.Run(call.Isa, groups * outPerGroup, new PhaseWeights
            {
                Weights = call.Input(1), Rows = gathered, Elements = elements, InPerGroup = inPerGroup, OutPerGroup = outPerGroup, KernelSize = kernel, Count = shape.KernelSize,
            }, Cost.Of(k, perNanosecond: 1));
            Convolution.Pack(call.Launcher, call.Isa, gathered, groups, outPerGroup, k, weights);
            // The rows have been packed: what the phase makes may take their place.
            var outputs = all.Count == 1 ? y.Pointer : gathered;
            Convolution.Run(call.Launcher, call.Isa, call.Scratch, shape, x[0], groups, inPerGroup, outPerGroup, call.Input(0), weights, epilogue, outputs, isReversed: true);
            if (all.Count > 1)
                Spread(call, phase, window, outputs, y.Pointer);
        }
        return [call.Moved(y)];
    }

    private static List<(WindowShape Shape, Phase[] Phase)> Combine(List<Phase>[] axes, ReadOnlySpan<int> spatial)
    {
        var all = new List<Phase[]> { Array.Empty<Phase>() };
        foreach (var axis in axes)
            all = [.. all.SelectMany(head => axis.Select(p => (Phase[])[.. head, p]))];
        var result = new List<(WindowShape, Phase[])>();
        foreach (var phase in all)
        {
            int[] one = [.. phase.Select(_ => 1)];
            result.Add((WindowShape.Of(spatial, [.. phase.Select(p => p.Outputs)], [.. phase.Select(p => p.Elements)], one, [.. phase.Select(p => p.Dilation)], [.. phase.Select(p => p.Pad)]), phase));
        }
        return result;
    }

    /// <summary>Places of the phase's elements in the whole kernel, in row-major order.</summary>
    private static nint* Elements(Scratch scratch, Phase[] phase, ReadOnlySpan<int> kernel, int count)
    {
        var places = scratch.Offsets(count);
        for (var e = 0; e < count; e++)
        {
            long place = 0, rest = e, step = 1;
            for (var axis = phase.Length - 1; axis >= 0; axis--)
            {
                place += (phase[axis].Element + rest % phase[axis].Elements * phase[axis].Step) * step;
                rest /= phase[axis].Elements;
                step *= kernel[axis];
            }
            places[e] = (nint)place;
        }
        return places;
    }

    /// <summary>Puts what a phase made where it belongs, strides apart.</summary>
    private static void Spread(in Call call, Phase[] phase, TransposedWindow window, float* from, float* to)
    {
        int[] extents = [call.OutputShape()[0] * call.OutputShape()[1], .. phase.Select(p => p.Outputs)];
        long[] fromSteps = new long[extents.Length], toSteps = new long[extents.Length];
        long made = 1, plane = 1;
        for (var axis = extents.Length - 1; axis >= 0; axis--)
        {
            fromSteps[axis] = made;
            toSteps[axis] = axis == 0 ? plane : plane * window.Strides[axis - 1];
            made *= extents[axis];
            if (axis == 0)
                continue;
            to += phase[axis - 1].First * plane;
            plane *= window.Output[axis - 1];
        }
        StridedKernel.Run(call.Launcher, call.Isa, from, fromSteps, to, toSteps, extents);
    }

    /// <summary>The outputs of one residue along one axis, and the part of the kernel that they meet.</summary>
    /// <param name="First">The first of them.</param>
    /// <param name="Outputs">Their number.</param>
    /// <param name="Element">The first kernel element that they meet.</param>
    /// <param name="Step">From one to the next.</param>
    /// <param name="Elements">Their number.</param>
    /// <param name="Dilation">Inputs between what two neighbouring elements read.</param>
    /// <param name="Pad">Padding before the input, as an ordinary convolution with the elements in reverse has it; negative where it begins later.</param>
    private readonly record struct Phase(int First, int Outputs, int Element, int Step, int Elements, int Dilation, int Pad)
    {
        public static List<Phase> Of(TransposedWindow window, int axis)
        {
            int stride = window.Strides[axis], dilation = window.Dilations[axis], kernel = window.Kernel[axis], begin = window.Begin[axis], outputs = window.Output[axis];
            var common = GreatestCommonDivisor(stride, dilation);
            var step = stride / common;
            var list = new List<Phase>();
            for (var first = 0; first < Math.Min(stride, outputs); first++)
            {
                var residue = ((long)first + begin) % stride;
                var element = 0;
                while (element < kernel && element < step && (long)element * dilation % stride != residue)
                    element++;
                var elements = element < kernel && element < step ? (kernel - 1 - element) / step + 1 : 0;
                // Output first + q·stride meets element + u·step at input start + q - u·(dilation / common).
                var start = (((long)first + begin) - ((long)element * dilation)) / stride;
                var pad = ((long)(elements - 1) * (dilation / common)) - start;
                if (Math.Abs(pad) > int.MaxValue / 2)
                    return [new(0, 0, 0, 0, 0, 0, 0)];
                list.Add(new(first, (int)(((long)outputs - first + stride - 1) / stride), element, step, elements, dilation / common, (int)pad));
            }
            return list;
        }

        private static int GreatestCommonDivisor(int a, int b)
        {
            while (b != 0)
                (a, b) = (b, a % b);
            return a;
        }
    }
}
