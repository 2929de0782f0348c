namespace Assay.Engine.Numerics;

/// <summary>
/// Discrete Fourier transforms of lines, one item an output of a line: a plain sum in float64, terms ascending, products and sums separate
/// (docs/spec/assay-f32-v1.md, 7.10 and 7.11).
/// </summary>
internal unsafe struct TransformKernel : IKernel
{
    public float* X, Y, Window;

    /// <summary>Cosines and sines of all <see cref="Points"/> parts of a turn.</summary>
    public double* Cos, Sin;

    /// <summary>Points of the transform, elements that a line has, outputs of a line, and floats of an input and of an output: 1 (real) or 2.</summary>
    public int Points, Extent, Outputs, Parts, Made;

    /// <summary>Lines come in groups; floats from one group, line and element to the next.</summary>
    public long LinesPerGroup, GroupStep, LineStep, ElementStep, OutGroupStep, OutLineStep, OutStep;

    /// <summary>The inverse; and it is given one side of a spectrum.</summary>
    public bool IsInverse, IsHalf;

    readonly void IKernel.Run<T>(int part, int from, int to)
    {
        for (long item = from; item < to && !Interrupt.IsRaised; item++)
        {
            var (line, k) = (item / Outputs, item % Outputs);
            var x = X + (line / LinesPerGroup * GroupStep) + (line % LinesPerGroup * LineStep);
            var y = Y + (line / LinesPerGroup * OutGroupStep) + (line % LinesPerGroup * OutLineStep) + (k * OutStep);
            One(x, k, y);
        }
    }

    private readonly void One(float* x, long k, float* y)
    {
        double re = 0, im = 0;
        long j = 0;
        for (var n = 0; n < Points; n++)
        {
            var source = IsHalf && n > Points / 2 ? Points - n : n;
            double real = 0, imaginary = 0;
            if (source < Extent)
            {
                var element = x + (source * ElementStep);
                real = Window is null ? element[0] : element[0] * Window[n];
                if (Parts == 2)
                    imaginary = Window is null ? element[1] : element[1] * Window[n];
                if (source != n)
                    imaginary = -imaginary;
            }
            double c = Cos[j], s = IsInverse ? -Sin[j] : Sin[j];
            re += (real * c) + (imaginary * s);
            im += (imaginary * c) - (real * s);
            j += k;
            if (j >= Points)
                j -= Points;
        }
        y[0] = ScalarMath.Canonical((float)(IsInverse ? re / Points : re));
        if (Made == 2)
            y[1] = ScalarMath.Canonical((float)(IsInverse ? im / Points : im));
    }
}
