using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Discrete Fourier transforms as plain sums in binary64, terms ascending, rounded at the end (7.10, 7.11).</summary>
internal static class Signals
{
    public static void Dft<T>(Attributes a, Tensor x, Tensor y, int axis, int points) where T : unmanaged, IReal<T>
    {
        bool isInverse = a.Int("inverse", 0) != 0, isHalf = isInverse && a.Int("onesided", 0) != 0;
        int parts = x.Shape[x.Shape.Rank - 1], made = y.Shape[y.Shape.Rank - 1];
        var (outer, extent, inner) = Places.Around(x.Shape, axis);
        inner /= parts;
        var transform = new Transform(points, isInverse);
        var values = new Reals<T>(x);
        for (var o = 0; o < outer; o++)
            for (var i = 0; i < inner; i++)
            {
                transform.Clear();
                // Of one side of a spectrum the other is made: equal real, opposite imaginary parts.
                for (var n = 0; n < points; n++)
                    if ((isHalf && n > points / 2 ? points - n : n) is var source && source < extent)
                    {
                        var from = ((o * extent + source) * inner + i) * parts;
                        var imaginary = parts == 2 ? T.ToDouble(values[from + 1]) : 0;
                        transform.Set(n, T.ToDouble(values[from]), source == n ? imaginary : -imaginary);
                    }
                for (var k = 0; k < y.Shape[axis]; k++)
                {
                    var (real, imaginary) = transform.At(k);
                    var to = ((o * y.Shape[axis] + k) * inner + i) * made;
                    T.Store(y, to, T.Of(real));
                    if (made == 2)
                        T.Store(y, to + 1, T.Of(imaginary));
                }
            }
    }

    /// <summary>Frames of a signal, each element times its window's, transformed.</summary>
    public static void Stft<T>(Tensor x, int step, Tensor? window, Tensor y, int points) where T : unmanaged, IReal<T>
    {
        int length = x.Shape[1], parts = x.Shape[2], frames = y.Shape[1], bins = y.Shape[2];
        Reals<T> values = new(x), factors = window is null ? default : new(window);
        var transform = new Transform(points, isInverse: false);
        for (var b = 0; b < x.Shape[0]; b++)
            for (var f = 0; f < frames; f++)
            {
                for (var n = 0; n < points; n++)
                {
                    var from = (b * length + f * step + n) * parts;
                    T real = values[from], imaginary = parts == 2 ? values[from + 1] : T.Zero;
                    if (window is not null)
                        (real, imaginary) = (real * factors[n], parts == 2 ? imaginary * factors[n] : imaginary);
                    transform.Set(n, T.ToDouble(real), T.ToDouble(imaginary));
                }
                for (var k = 0; k < bins; k++)
                {
                    var (real, imaginary) = transform.At(k);
                    var to = ((b * frames + f) * bins + k) * 2;
                    T.Store(y, to, T.Of(real));
                    T.Store(y, to + 1, T.Of(imaginary));
                }
            }
    }

    private sealed class Transform
    {
        private readonly int points;
        private readonly bool isInverse;
        private readonly double[] cos, sin, real, imaginary;

        public Transform(int points, bool isInverse)
        {
            (this.points, this.isInverse) = (points, isInverse);
            (cos, sin, real, imaginary) = (new double[points], new double[points], new double[points], new double[points]);
            for (var j = 0; j < points; j++)
            {
                Interrupt.Check();
                (cos[j], sin[j]) = Twiddle.At(j, points);
            }
        }

        public void Clear()
        {
            Array.Clear(real);
            Array.Clear(imaginary);
        }

        public void Set(int n, double re, double im) => (real[n], imaginary[n]) = (re, im);

        public (double Real, double Imaginary) At(int k)
        {
            double re = 0, im = 0;
            for (int n = 0, j = 0; n < points; n++)
            {
                double c = cos[j], s = isInverse ? -sin[j] : sin[j];
                re += (real[n] * c) + (imaginary[n] * s);
                im += (imaginary[n] * c) - (real[n] * s);
                j = (int)(((long)j + k) % points);
            }
            return isInverse ? (re / points, im / points) : (re, im);
        }
    }
}
