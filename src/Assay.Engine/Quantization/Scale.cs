namespace Assay.Engine.Quantization;

/// <summary>What an int8 q stands for: (q − <paramref name="Zero"/>) · <paramref name="Step"/>.</summary>
/// <param name="Step">The distance of two neighbours: finite and above 0.</param>
/// <param name="Zero">The int8 that stands for 0, −128 to 127.</param>
/// <remarks>Source: docs/spec/assay-int8-v1.md, section 1; ONNX's QuantizeLinear.</remarks>
public readonly record struct Scale(float Step, int Zero)
{
    // A step whose inverse is a finite float, and whose square is not lost in a double.
    private const float LeastStep = 1e-30f;

    /// <summary>The scale whose 256 values reach from <paramref name="low"/> to <paramref name="high"/>, 0 among them.</summary>
    public static Scale Of(double low, double high)
    {
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        if (high == low)
            return new(1, 0);
        var step = Math.Max((float)((high - low) / 255), LeastStep);
        return new(step, (int)Math.Clamp(Math.Floor(-128 - (low / step) + 0.5), -128, 127));
    }

    /// <summary>What −128 stands for.</summary>
    public double Least => Real(-128);

    /// <summary>What 127 stands for.</summary>
    public double Greatest => Real(127);

    public double Real(int q) => (q - Zero) * (double)Step;

    /// <summary>The nearest int8, the greater of two; that of 0 for NaN.</summary>
    public sbyte Quantize(double x) => double.IsNaN(x) ? (sbyte)Zero : (sbyte)Math.Clamp(Zero + Math.Floor((x / Step) + 0.5), -128, 127);
}
