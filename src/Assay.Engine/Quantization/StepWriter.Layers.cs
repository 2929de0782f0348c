using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Engine.Numerics;

namespace Assay.Engine.Quantization;

/// <content>The operations that compute.</content>
internal sealed partial class StepWriter
{
    private const int MostSumMultiplier = 1 << 21;

    private void WriteLinear(Step step)
    {
        var (linear, input) = (step.Linear!, scales[step.Inputs[0]]);
        var target = scales.BeforeTable(step) ?? scales[step.Output];
        var groups = WeightGroups.Of(linear, options.WeightGroups, input, target.Step / (input.Step * 256.0));
        var weights = Tensor.From<sbyte>(Shape.Of(linear.Shape), groups.Weights);
        var bias = Tensor.From<int>(Shape.Of(linear.Outputs), groups.Bias);
        var to = Requantised(step, Array.ConvertAll(groups.Steps, s => input.Step * s / target.Step), groups.Group, out var error);
        var x = names[step.Inputs[0]];
        if (step.Window is { } w)
            As(step.Output).Conv(x, weights, bias, input.Zero, groups.BiasBound, to, [.. w.Strides], [.. w.Dilations], Pads(step), step.Group);
        else
            As(step.Output).Dense(x, weights, bias, input.Zero, groups.BiasBound, to);
        var worst = 0.0;
        for (var i = 0; i < groups.Weights.Length; i++)
            worst = Math.Max(worst, Math.Abs((linear.Weights[i] / groups.Steps[groups.Group[i / linear.Fan]]) - groups.Weights[i]));
        Done(step, Written(step), groups.Steps.Length, error, worst);
    }

    private void WriteProduct(Step step)
    {
        var (a, b) = (scales[step.Inputs[0]], scales[step.Inputs[1]]);
        var terms = step.Dims.IsDefault || step.Dims[^1] < 0 ? throw new ModelException("the number of terms is not known") : step.Dims[^1];
        Bound(terms * Reach(a) * Reach(b));
        var target = scales.BeforeTable(step) ?? scales[step.Output];
        var to = Requantised(step, [step.Factor * a.Step * b.Step / target.Step], [], out var error);
        As(step.Output).MatMul(names[step.Inputs[0]], names[step.Inputs[1]], a.Zero, b.Zero, to);
        Done(step, Written(step), 0, error);
    }

    private void WriteAverage(Step step)
    {
        var (w, input) = (step.Window!, scales[step.Inputs[0]]);
        var (height, width) = (step.Dims[2], step.Dims[3]);
        if (height < 0 || width < 0)
            throw new ModelException("the extents of what is averaged are not known");
        var counts = new int[w.Output[0] * w.Output[1]];
        for (var i = 0; i < counts.Length; i++)
            counts[i] = Places(w, 0, i / w.Output[1], height, step.CountsPadding) * Places(w, 1, i % w.Output[1], width, step.CountsPadding);
        var sizes = counts.Distinct().ToArray();
        Bound(w.Kernel[0] * w.Kernel[1] * Reach(input));
        var target = scales.BeforeTable(step) ?? scales[step.Output];
        var multipliers = Array.ConvertAll(sizes, n => input.Step / (target.Step * (double)Math.Max(n, 1)));
        var to = Requantised(step, multipliers, [.. counts.Select(c => Array.IndexOf(sizes, c))], out var error);
        As(step.Output).AveragePool(names[step.Inputs[0]], input.Zero, [.. w.Kernel], to, [.. w.Strides], Pads(step));
        Done(step, Written(step), 0, error);
    }

    /// <summary>Places of one window along an axis that an average divides by.</summary>
    private static int Places(Window w, int axis, int window, int extent, bool countsPadding)
    {
        var first = (window * w.Strides[axis]) - w.PadBegin[axis];
        var (low, high) = countsPadding ? (-w.PadBegin[axis], extent + w.PadEnd[axis]) : (0, extent);
        return Math.Max(0, Math.Min(first + w.Kernel[axis], high) - Math.Max(first, low));
    }

    private void WriteAdd(Step step)
    {
        var a = scales[step.Inputs[0]];
        var (b, second) = step.Constant is { } constant ? Stored(step, constant) : (scales[step.Inputs[1]], names[step.Inputs[1]]);
        var target = scales.BeforeTable(step) ?? scales[step.Output];
        var (left, right) = (a.Step / (double)target.Step, b.Step / (double)target.Step);
        var shift = 0;
        long First() => Times(left, shift);
        long Second() => Times(right, shift);
        while (shift < 46 && Times(left, shift + 1) <= MostSumMultiplier && Times(right, shift + 1) <= MostSumMultiplier
            && (Times(left, shift + 1) * Reach(a)) + (Times(right, shift + 1) * Reach(b)) <= WeightGroups.MostBound)
            shift++;
        if (shift == 0)
            throw new ModelException("a sum whose scale is far below those of its terms");
        var to = Requantised(step, [], [], out _, new Multiplier(1, shift));
        As(step.Output).Add(names[step.Inputs[0]], second, (int)First(), (int)Second(), a.Zero, b.Zero, to);
        var unit = 1.0 / (1L << shift);
        Done(step, Written(step), 0, Math.Max(Math.Abs((First() * unit / left) - 1), Math.Abs((Second() * unit / right) - 1)));
    }

    private static long Times(double factor, int shift) => Math.Max(1, (long)Math.Floor((factor * (1L << shift)) + 0.5));

    private (Scale Scale, string Name) Stored(Step step, Tensor constant)
    {
        var reals = constant.Span<float>();
        var seen = new Observed();
        seen.Widen(reals);
        var scale = Scale.Of(seen.Low, seen.High);
        var values = new sbyte[reals.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = scale.Quantize(reals[i]);
        var name = Fresh(steps.Values[step.Root].Name + ".term");
        file.File.Initialiser(name, Tensor.From<sbyte>(constant.Shape, values));
        return (scale, name);
    }

    private void WriteTable(Step step)
    {
        var input = step.Inputs[0];
        As(step.Output).Table(names[input], TableOf(scales[input], scales[step.Output], step.Function));
        Done(step, "Table");
    }

    private void WriteSoftmax(Step step)
    {
        const int Largest = 1 << 11;
        var input = scales[step.Inputs[0]];
        var exponents = new int[256];
        for (var d = 0; d < exponents.Length; d++)
            exponents[d] = (int)Math.Floor((Largest * ScalarMath.Apply(Function.Exp, -d * (double)input.Step)) + 0.5);
        As(step.Output).Softmax(names[step.Inputs[0]], exponents, step.Causal);
        Done(step, "Softmax");
    }

    private void WriteNormalize(Step step)
    {
        var (input, output) = (scales[step.Inputs[0]], scales[step.Output]);
        var n = step.Dims[^1];
        var bits = 0;
        while (1 << bits < n)
            bits++;
        var f = 1 << ((16 - bits) / 2);
        var epsilon = (long)Math.Floor(Math.Min((step.Epsilon * n * f * f / ((double)input.Step * input.Step)) + 0.5, 1 << 22));
        var (low, high) = Bounds(step, output);
        As(step.Output).Normalize(names[step.Inputs[0]], scales.GainOf(step), (int)Math.Max(epsilon, 1), output.Zero, low, high);
        Done(step, "Normalize");
    }

    private string Written(Step step) => scales.BeforeTable(step) is null ? step.Kind.ToString() : $"{step.Kind}, table";

    private static long Reach(Scale scale) => Math.Max(127 - scale.Zero, 128 + scale.Zero);

    private static void Bound(long bound)
    {
        if (bound > WeightGroups.MostBound)
            throw new ModelException("a sum could be above 2^30 − 2^24");
    }

    /// <summary>The end of a requantising operation: its multipliers, its table where its function needs one, else its bounds.</summary>
    /// <param name="error">The largest relative error of a multiplier.</param>
    private Requantisation Requantised(Step step, double[] factors, int[] groups, out double error, Multiplier? only = null)
    {
        var output = scales[step.Output];
        var all = only is { } one ? [one] : Multiplier.Of(factors);
        error = 0;
        for (var i = 0; i < factors.Length; i++)
            error = Math.Max(error, Math.Abs((all[i].Real / factors[i]) - 1));
        var own = scales.BeforeTable(step);
        var (low, high) = own is null ? Bounds(step, output) : (-128, 127);
        return new(
            [.. all.Select(m => m.M)], [.. all.Select(m => m.S)], all.Length == 1 ? [] : [.. groups], (own ?? output).Zero, low, high,
            own is { } before ? [.. TableOf(before, output, step.Function)] : []);
    }

    private static (int Low, int High) Bounds(Step step, Scale output) => step.Function?.Bounds is var (low, high)
        ? (double.IsNegativeInfinity(low) ? -128 : output.Quantize(low), double.IsPositiveInfinity(high) ? 127 : output.Quantize(high))
        : (-128, 127);

    /// <summary>The 256 entries of a function between two scales; of none, of the change of scale.</summary>
    private sbyte[] TableOf(Scale input, Scale output, Pointwise? function)
    {
        var x = new float[256];
        for (var v = 0; v < x.Length; v++)
            x[v] = (float)input.Real(v - 128);
        var y = function?.Apply(graph, steps.Constants, x) ?? Array.ConvertAll(x, v => (double)v);
        return Array.ConvertAll(y, output.Quantize);
    }
}
