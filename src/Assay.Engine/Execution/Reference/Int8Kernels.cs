using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Engine.Numerics;
using Assay.Engine.Numerics.Int8;

namespace Assay.Engine.Execution.Reference;

/// <summary>The operations of docs/spec/assay-int8-v1.md, section 2, one number at a time. Every figure is in its range and no sum leaves int32: the rules of shapes saw to it.</summary>
internal static class Int8Kernels
{
    /// <summary>Computes what is an operation of that profile; false, with nothing done, where the node is none.</summary>
    public static bool Run(Node node, Tensor?[] x, Tensor[] y)
    {
        var a = node.Attributes;
        switch (node.Op)
        {
            case Primitive.Int8Quantize:
                Quantize(a.Float("inverse_scale", 0), (int)a.Int("zero_point"), x[0]!.Span<float>(), y[0].MutableSpan<sbyte>());
                break;
            case Primitive.Int8Dequantize:
                Dequantize(a.Float("scale", 0), (int)a.Int("zero_point"), x[0]!.Span<sbyte>(), y[0].MutableSpan<float>());
                break;
            case Primitive.Int8Dense:
                Dense((int)a.Int("x_zero_point"), Figures(a, x, 3), x[0]!, x[1]!, x[2]!.Span<int>(), y[0].MutableSpan<sbyte>());
                break;
            case Primitive.Int8Conv:
                Conv(a, Figures(a, x, 3), x[0]!, x[1]!, x[2]!.Span<int>(), y[0].MutableSpan<sbyte>());
                break;
            case Primitive.Int8MaxPool:
                MaxPool(a, x[0]!, y[0].MutableSpan<sbyte>());
                break;
            case Primitive.Int8AveragePool:
                AveragePool(a, Figures(a, x, 1), x[0]!, y[0].MutableSpan<sbyte>());
                break;
            case Primitive.Int8Add:
                Add(a, Figures(a, x, 2), x[0]!.Span<sbyte>(), x[1]!.Span<sbyte>(), y[0].MutableSpan<sbyte>());
                break;
            case Primitive.Int8MatMul:
                MatMul(a, Figures(a, x, 2), x[0]!, x[1]!, y[0].MutableSpan<sbyte>());
                break;
            case Primitive.Int8Table:
                for (var i = 0; i < x[0]!.Count; i++)
                    y[0].MutableSpan<sbyte>()[i] = x[1]!.Span<sbyte>()[x[0]!.Span<sbyte>()[i] + 128];
                break;
            case Primitive.Int8Softmax:
                Softmax(a.Int("causal", 0) != 0, x[0]!, x[1]!.Span<int>(), y[0].MutableSpan<sbyte>());
                break;
            case Primitive.Int8Normalize:
                Normalize(a, x[0]!, y[0].MutableSpan<sbyte>());
                break;
            default:
                return false;
        }
        return true;
    }

    /// <summary>The requantisation of a node whose operands from <paramref name="first"/> on are multipliers, shifts, groups and table.</summary>
    public static Requantisation Figures(Attributes a, Tensor?[] x, int first) =>
        Requantisation.Read(a, Array.ConvertAll(x, t => t is null ? null : Fact.Of(t)), first, -1);

    private static void Quantize(float inverseScale, int zero, ReadOnlySpan<float> x, Span<sbyte> y)
    {
        for (var i = 0; i < y.Length; i++)
        {
            var product = x[i] * inverseScale;
            // Beyond the clamp the nearest whole number no longer matters.
            y[i] = float.IsNaN(product) ? (sbyte)zero : (sbyte)Math.Clamp(zero + (int)MathF.Round(Math.Clamp(product, -1024, 1024), MidpointRounding.ToEven), -128, 127);
        }
    }

    private static void Dequantize(float scale, int zero, ReadOnlySpan<sbyte> x, Span<float> y)
    {
        for (var i = 0; i < y.Length; i++)
            y[i] = (x[i] - zero) * scale;
    }

    private static void Dense(int zero, Requantisation figures, Tensor x, Tensor w, ReadOnlySpan<int> b, Span<sbyte> y)
    {
        int outputs = w.Shape[0], inner = w.Shape[1];
        for (var i = 0; i < y.Length; i++)
        {
            var (row, n) = (i / outputs, i % outputs);
            var acc = b[n];
            for (var k = 0; k < inner; k++)
            {
                Interrupt.Check(k);
                acc += w.Span<sbyte>()[n * inner + k] * (x.Span<sbyte>()[row * inner + k] - zero);
            }
            y[i] = figures.Apply(acc, n);
        }
    }

    private static void Conv(Attributes a, Requantisation figures, Tensor x, Tensor w, ReadOnlySpan<int> b, Span<sbyte> y)
    {
        var spatial = x.Shape.Dims[2..].AsSpan();
        var taps = new Taps(Window.Of(a, spatial, w.Shape.Dims[2..].AsSpan()), spatial);
        var isDepthwise = a.Int("group", 1) > 1;
        int zero = (int)a.Int("x_zero_point"), outputs = w.Shape[0], channels = w.Shape[1], plane = Shape.Of(spatial).Count;
        var window = new int[channels == 0 ? 0 : taps.Count];
        for (var place = 0; place < taps.Windows; place++)
        {
            for (var t = 0; t < window.Length; t++)
                window[t] = taps.At(place, t);
            for (var n = 0; n < x.Shape[0]; n++)
                for (var o = 0; o < outputs; o++)
                {
                    var acc = b[o];
                    for (var c = 0; c < channels; c++)
                    {
                        Interrupt.Check(c);
                        var from = (n * x.Shape[1] + (isDepthwise ? o : c)) * plane;
                        for (var t = 0; t < window.Length; t++)
                            if (window[t] != Taps.Padding)
                                acc += w.Span<sbyte>()[(o * channels + c) * window.Length + t] * (x.Span<sbyte>()[from + window[t]] - zero);
                    }
                    y[(n * outputs + o) * taps.Windows + place] = figures.Apply(acc, o);
                }
        }
    }

    private static void MaxPool(Attributes a, Tensor x, Span<sbyte> y) => Pool(a, x, y, (place, values) =>
    {
        var most = sbyte.MinValue;
        foreach (var value in values)
            most = Math.Max(most, value);
        return most;
    });

    private static void AveragePool(Attributes a, Requantisation figures, Tensor x, Span<sbyte> y)
    {
        var zero = (int)a.Int("x_zero_point");
        Pool(a, x, y, (place, values) =>
        {
            var acc = 0;
            foreach (var value in values)
                acc += value - zero;
            return figures.Apply(acc, place);
        });
    }

    private delegate sbyte OfWindow(int place, ReadOnlySpan<sbyte> values);

    /// <summary>Each window's values inside the image.</summary>
    private static void Pool(Attributes a, Tensor x, Span<sbyte> y, OfWindow of)
    {
        var spatial = x.Shape.Dims[2..].AsSpan();
        var taps = new Taps(Window.Of(a, spatial, ShapeRules.PoolKernel(a)), spatial);
        var plane = Shape.Of(spatial).Count;
        var values = new sbyte[taps.Count];
        for (var place = 0; place < taps.Windows; place++)
            for (var channel = 0; channel < x.Shape[0] * x.Shape[1]; channel++)
            {
                var count = 0;
                for (var t = 0; t < taps.Count; t++)
                    if (taps.At(place, t) is var tap && tap != Taps.Padding)
                        values[count++] = x.Span<sbyte>()[channel * plane + tap];
                y[channel * taps.Windows + place] = of(place, values.AsSpan(0, count));
            }
    }

    private static void Add(Attributes a, Requantisation figures, ReadOnlySpan<sbyte> left, ReadOnlySpan<sbyte> right, Span<sbyte> y)
    {
        int p = (int)a.Int("a_multiplier"), q = (int)a.Int("b_multiplier"), zeroA = (int)a.Int("a_zero_point"), zeroB = (int)a.Int("b_zero_point");
        for (var i = 0; i < y.Length; i++)
            y[i] = figures.Apply(p * (left[i] - zeroA) + q * (right[i] - zeroB), 0);
    }

    private static void MatMul(Attributes a, Requantisation figures, Tensor left, Tensor right, Span<sbyte> y)
    {
        int zeroA = (int)a.Int("a_zero_point"), zeroB = (int)a.Int("b_zero_point");
        int rows = left.Shape[left.Shape.Rank - 2], inner = left.Shape[left.Shape.Rank - 1], columns = right.Shape[right.Shape.Rank - 1];
        for (var at = 0; at < y.Length; at++)
        {
            var (batch, i, j) = (at / (rows * columns), at / columns % rows, at % columns);
            var acc = 0;
            for (var k = 0; k < inner; k++)
            {
                Interrupt.Check(k);
                acc += (left.Span<sbyte>()[(batch * rows + i) * inner + k] - zeroA) * (right.Span<sbyte>()[(batch * inner + k) * columns + j] - zeroB);
            }
            y[at] = figures.Apply(acc, 0);
        }
    }

    /// <summary>Section 3: whole numbers in place of exponentials, by how far an entry is below its row's greatest.</summary>
    private static void Softmax(bool isCausal, Tensor x, ReadOnlySpan<int> exponents, Span<sbyte> y)
    {
        var shape = x.Shape;
        var length = shape[shape.Rank - 1];
        y.Fill(sbyte.MinValue);
        for (var row = 0; length > 0 && row < y.Length / length; row++)
        {
            Interrupt.Check(row);
            var window = isCausal ? Math.Min(length, row % shape[shape.Rank - 2] + 1) : length;
            var values = x.Span<sbyte>().Slice(row * length, window);
            var (most, sum) = ((int)sbyte.MinValue, 0);
            foreach (var value in values)
                most = Math.Max(most, value);
            foreach (var value in values)
                sum += exponents[most - value];
            for (var i = 0; i < window; i++)
                y[row * length + i] = (sbyte)((510 * exponents[most - values[i]] + sum) / (2 * sum) - 128);
        }
    }

    /// <summary>Section 4: the mean, the deviation and each quotient are whole numbers nearest to what they stand for.</summary>
    private static void Normalize(Attributes a, Tensor x, Span<sbyte> y)
    {
        int gain = (int)a.Int("gain"), epsilon = (int)a.Int("epsilon"), zero = (int)a.Int("y_zero_point");
        var (low, high) = Requantisation.Limits(a);
        var length = x.Shape[x.Shape.Rank - 1];
        var fine = Int8Rows.Fineness(length);
        for (var row = 0; row < y.Length / length; row++)
        {
            Interrupt.Check(row);
            var values = x.Span<sbyte>().Slice(row * length, length);
            var (sum, squares) = (0, epsilon);
            foreach (var value in values)
                sum += value;
            var mean = Int8Rows.Floor(fine * sum + length / 2, length);
            foreach (var value in values)
                squares += (fine * value - mean) * (fine * value - mean);
            var deviation = Int8Rows.Root(squares);
            for (var i = 0; i < length; i++)
                y[row * length + i] = (sbyte)Math.Clamp(zero + Int8Rows.Floor(2 * gain * (fine * values[i] - mean) + deviation, 2 * deviation), low, high);
        }
    }
}
