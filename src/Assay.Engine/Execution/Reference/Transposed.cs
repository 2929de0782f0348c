using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Contractions that put, or look up, their operands at places of their own.</summary>
internal static class Transposed
{
    /// <summary>
    /// The chain runs over the group's input channels, then over those kernel elements, in row-major order, whose place is a whole number
    /// of strides away; one that falls beside the input takes part as +0; the bias is added last (6.3).
    /// </summary>
    public static void Conv<T>(Attributes a, Tensor x, Tensor w, Tensor? bias, Tensor y) where T : unmanaged, IReal<T>
    {
        var spatial = x.Shape.Dims[2..];
        var window = TransposedWindow.Of(a, spatial.AsSpan(), w.Shape.Dims[2..].AsSpan());
        var group = (int)a.Int("group", 1);
        Shape outputs = Shape.Of(window.Output.AsSpan()), kernel = Shape.Of(window.Kernel.AsSpan());
        var strides = Places.Strides(Shape.Of(spatial.AsSpan()));
        int plane = Shape.Of(spatial.AsSpan()).Count, each = x.Shape[1] / group, made = w.Shape[1];
        Reals<T> xv = new(x), wv = new(w), bv = bias is null ? default : new(bias);
        int[] o = new int[spatial.Length], k = new int[spatial.Length];
        for (var i = 0; i < y.Count; i++)
        {
            int place = i % outputs.Count, m = i / outputs.Count % y.Shape[1], n = i / outputs.Count / y.Shape[1];
            Places.Coordinates(outputs, place, o);
            var acc = T.Zero;
            for (var c = m / made * each; c < (m / made + 1) * each; c++)
                for (var t = 0; t < kernel.Count; t++)
                {
                    Places.Coordinates(kernel, t, k);
                    if (Meets(window, spatial.AsSpan(), strides, o, k) is var at && at != Never)
                        acc = T.Fma(at == Beside ? T.Zero : xv[(n * x.Shape[1] + c) * plane + at], wv[(c * made + m % made) * kernel.Count + t], acc);
                }
            T.Store(y, i, bias is null ? acc : acc + bv[m]);
        }
    }

    private const int Never = -2, Beside = -1;

    /// <summary>The input that kernel element k brings to output o.</summary>
    private static int Meets(TransposedWindow window, ReadOnlySpan<int> spatial, int[] strides, int[] o, int[] k)
    {
        var (place, isBeside) = (0, false);
        for (var axis = 0; axis < o.Length; axis++)
        {
            var at = (long)o[axis] + window.Begin[axis] - (long)k[axis] * window.Dilations[axis];
            if (at % window.Strides[axis] != 0)
                return Never;
            at /= window.Strides[axis];
            isBeside |= at < 0 || at >= spatial[axis];
            place += isBeside ? 0 : (int)at * strides[axis];
        }
        return isBeside ? Beside : place;
    }

    /// <summary>
    /// A convolution of two spatial axes whose kernel elements read between places, by offsets of their own: a bilinear sample, times the
    /// mask, is the chain's operand (6.4).
    /// </summary>
    public static void Deform<T>(Attributes a, Tensor x, Tensor w, Tensor offset, Tensor? bias, Tensor? mask, Tensor y) where T : unmanaged, IReal<T>
    {
        int height = x.Shape[2], width = x.Shape[3], kernel = w.Shape[2] * w.Shape[3], outputs = y.Shape[2] * y.Shape[3];
        var window = Window.Of(a, [height, width], [w.Shape[2], w.Shape[3]]);
        int group = (int)a.Int("group", 1), bent = (int)a.Int("offset_group", 1), each = w.Shape[1], made = w.Shape[0] / group;
        Reals<T> xv = new(x), wv = new(w), ov = new(offset), mv = mask is null ? default : new(mask), bv = bias is null ? default : new(bias);
        for (var i = 0; i < y.Count; i++)
        {
            int place = i % outputs, m = i / outputs % w.Shape[0], n = i / outputs / w.Shape[0];
            var acc = T.Zero;
            for (var c = 0; c < each; c++)
            {
                var channel = m / made * each + c;
                var part = n * bent + channel / (x.Shape[1] / bent);
                for (var t = 0; t < kernel; t++)
                {
                    var from = (part * kernel + t) * 2 * outputs + place;
                    var row = T.Of((double)(place / y.Shape[3]) * window.Strides[0] - window.PadBegin[0] + (double)(t / w.Shape[3]) * window.Dilations[0]) + ov[from];
                    var column = T.Of((double)(place % y.Shape[3]) * window.Strides[1] - window.PadBegin[1] + (double)(t % w.Shape[3]) * window.Dilations[1]) + ov[from + outputs];
                    var value = Bilinear(xv, (n * x.Shape[1] + channel) * height * width, height, width, row, column);
                    if (mask is not null)
                        value *= mv[(part * kernel + t) * outputs + place];
                    acc = T.Fma(value, wv[(m * each + c) * kernel + t], acc);
                }
            }
            T.Store(y, i, bias is null ? acc : acc + bv[m]);
        }
    }

    /// <summary>Elements beside the image are +0.</summary>
    private static T Bilinear<T>(Reals<T> x, int plane, int height, int width, T row, T column) where T : unmanaged, IReal<T>
    {
        if (!(row > T.Of(-1)) || !(row < T.Of(height)) || !(column > T.Of(-1)) || !(column < T.Of(width)))
            return T.Zero;
        T top = Whole.Floor(row), left = Whole.Floor(column), dy = row - top, dx = column - left;
        int r = (int)T.ToDouble(top), c = (int)T.ToDouble(left);
        var upper = T.Fma(dx, At(x, plane, height, width, r, c + 1), T.Fma(T.One - dx, At(x, plane, height, width, r, c), T.Zero));
        var lower = T.Fma(dx, At(x, plane, height, width, r + 1, c + 1), T.Fma(T.One - dx, At(x, plane, height, width, r + 1, c), T.Zero));
        return T.Fma(dy, lower, T.Fma(T.One - dy, upper, T.Zero));
    }

    private static T At<T>(Reals<T> x, int plane, int height, int width, int r, int c) where T : unmanaged, IReal<T> =>
        r >= 0 && r < height && c >= 0 && c < width ? x[plane + r * width + c] : T.Zero;

    /// <summary>The plain sum, windows ascending within each kernel element, of the columns' elements that fall on each place (7.9).</summary>
    public static void Col2Im<T>(Attributes a, Tensor x, int[] block, Tensor y) where T : unmanaged, IReal<T>
    {
        var image = y.Shape.Dims[2..];
        var taps = new Taps(Window.Of(a, image.AsSpan(), block), image.AsSpan());
        var plane = Shape.Of(image.AsSpan()).Count;
        var values = new Reals<T>(x);
        var sums = new T[plane];
        for (var channel = 0; channel < y.Shape[0] * y.Shape[1]; channel++)
        {
            Array.Clear(sums);
            for (var t = 0; t < taps.Count; t++)
                for (var place = 0; place < taps.Windows; place++)
                    if (taps.At(place, t) is var at && at != Taps.Padding)
                        sums[at] += values[(channel * taps.Count + t) * taps.Windows + place];
            for (var i = 0; i < plane; i++)
                T.Store(y, channel * plane + i, sums[i]);
        }
    }
}
