using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Sums of products: for each output one chain <c>acc = fma(a, b, acc)</c> from +0, in ascending order.</summary>
internal static class Contractions
{
    public static void MatMul<T>(Tensor a, Tensor b, Tensor y) where T : unmanaged, IReal<T>
    {
        var left = a.Shape.Rank == 1 ? Shape.Of(1, a.Shape[0]) : a.Shape;
        var right = b.Shape.Rank == 1 ? Shape.Of(b.Shape[0], 1) : b.Shape;
        int m = left[left.Rank - 2], inner = left[left.Rank - 1], n = right[right.Rank - 1];
        var batch = Shape.Of(ShapeRules.Broadcast(left.Dims[..^2], right.Dims[..^2]).AsSpan());
        var p = IndexMap.Broadcast(Shape.Of(left.Dims[..^2].AsSpan()), batch);
        var q = IndexMap.Broadcast(Shape.Of(right.Dims[..^2].AsSpan()), batch);
        Reals<T> av = new(a), bv = new(b);
        for (var s = 0; s < batch.Count; s++)
        {
            int inA = p[s] * m * inner, inB = q[s] * inner * n;
            for (var row = 0; row < m; row++)
                for (var column = 0; column < n; column++)
                {
                    var acc = T.Zero;
                    for (var k = 0; k < inner; k++)
                    {
                        Interrupt.Check(k);
                        acc = T.Fma(av[inA + row * inner + k], bv[inB + k * n + column], acc);
                    }
                    T.Store(y, (s * m + row) * n + column, acc);
                }
        }
    }

    /// <summary>The chain runs over channel, then the kernel's rows, then its columns; padding is an operand of +0; the bias is added last.</summary>
    public static void Conv<T>(Attributes a, Tensor x, Tensor w, Tensor? bias, Tensor y) where T : unmanaged, IReal<T>
    {
        var spatial = x.Shape.Dims[2..].AsSpan();
        var taps = new Taps(Window.Of(a, spatial, w.Shape.Dims[2..].AsSpan()), spatial);
        var group = (int)a.Int("group", 1);
        int channels = w.Shape[1], outputs = w.Shape[0], plane = Shape.Of(spatial).Count;
        Reals<T> xv = new(x), wv = new(w), bv = bias is null ? default : new(bias);
        var window = new int[channels == 0 ? 0 : taps.Count];
        for (var place = 0; place < taps.Windows; place++)
        {
            for (var t = 0; t < window.Length; t++)
                window[t] = taps.At(place, t);
            for (var n = 0; n < x.Shape[0]; n++)
                for (var o = 0; o < outputs; o++)
                {
                    var acc = T.Zero;
                    for (var c = 0; c < channels; c++)
                    {
                        Interrupt.Check(c);
                        var from = (n * x.Shape[1] + o / (outputs / group) * channels + c) * plane;
                        var weight = (o * channels + c) * window.Length;
                        for (var t = 0; t < window.Length; t++)
                        {
                            Interrupt.Check(t);
                            acc = T.Fma(window[t] == Taps.Padding ? T.Zero : xv[from + window[t]], wv[weight + t], acc);
                        }
                    }
                    if (bias is not null)
                        acc += bv[o];
                    T.Store(y, (n * outputs + o) * taps.Windows + place, acc);
                }
        }
    }
}
