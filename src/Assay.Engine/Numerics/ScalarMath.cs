namespace Assay.Engine.Numerics;

/// <summary>
/// The profile's functions for one float32, with the software FMA: what docs/spec/assay-f32-v1.md defines, and what every
/// vector form equals bit for bit. NaN results are 0x7FC00000.
/// </summary>
public static class ScalarMath
{
    /// <summary>a·b + c, rounded once to nearest even.</summary>
    public static float Fma(float a, float b, float c) => SoftwareFma.Fma(a, b, c);

    /// <inheritdoc cref="Fma(float, float, float)"/>
    public static double Fma(double a, double b, double c) => SoftwareFma64.Fma(a, b, c);

    /// <summary>The function's value at x.</summary>
    public static float Apply(Function function, float x) => function switch
    {
        Function.Sqrt => Sqrt(x),
        Function.Exp => Exp(x),
        Function.Log => Log(x),
        Function.Tanh => Tanh(x),
        Function.Sigmoid => Sigmoid(x),
        Function.Erf => Erf(x),
        Function.Sin => Wide<SinFunction>.Apply(new Lane1(x)).V,
        Function.Cos => Wide<CosFunction>.Apply(new Lane1(x)).V,
        Function.Tan => Wide<TanFunction>.Apply(new Lane1(x)).V,
        Function.Asin => Wide<AsinFunction>.Apply(new Lane1(x)).V,
        Function.Acos => Wide<AcosFunction>.Apply(new Lane1(x)).V,
        Function.Atan => Wide<AtanFunction>.Apply(new Lane1(x)).V,
        Function.Sinh => Wide<SinhFunction>.Apply(new Lane1(x)).V,
        Function.Cosh => Wide<CoshFunction>.Apply(new Lane1(x)).V,
        Function.Asinh => Wide<AsinhFunction>.Apply(new Lane1(x)).V,
        Function.Acosh => Wide<AcoshFunction>.Apply(new Lane1(x)).V,
        Function.Atanh => Wide<AtanhFunction>.Apply(new Lane1(x)).V,
        Function.Softplus => Wide<SoftplusFunction>.Apply(new Lane1(x)).V,
        Function.Round => Round(x),
        Function.Floor => Floor(x),
        Function.Ceil => Ceil(x),
        Function.Sign => LaneMath.Sign(new Lane1(x)).V,
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "unknown function"),
    };

    /// <inheritdoc cref="Apply(Function, float)"/>
    public static double Apply(Function function, double x) => Canonical(Functions64.Apply(function, x));

    /// <inheritdoc cref="Power.Pow"/>
    public static double Pow(double x, double y) => Canonical(Functions64.Pow(x, y));

    public static float Exp(float x) => LaneMath.Exp(new Lane1(x)).V;

    public static float Log(float x) => LaneMath.Log(new Lane1(x)).V;

    public static float Tanh(float x) => LaneMath.Tanh(new Lane1(x)).V;

    /// <summary>1/(1 + exp(-x)).</summary>
    public static float Sigmoid(float x) => LaneMath.Sigmoid(new Lane1(x)).V;

    public static float Erf(float x) => LaneMath.Erf(new Lane1(x)).V;

    /// <summary>The nearest whole number, ties to even.</summary>
    public static float Round(float x) => LaneMath.Round(new Lane1(x)).V;

    public static float Floor(float x) => LaneMath.Floor(new Lane1(x)).V;

    public static float Ceil(float x) => LaneMath.Ceil(new Lane1(x)).V;

    /// <summary>x without its fraction.</summary>
    public static float Truncate(float x) => LaneMath.Truncate(new Lane1(x)).V;

    /// <summary>The correctly rounded square root.</summary>
    public static float Sqrt(float x) => Canonical(MathF.Sqrt(x));

    /// <inheritdoc cref="Power.Pow"/>
    public static float Pow(float x, float y) => Power.Pow(x, y);

    /// <summary>x, with every NaN replaced by 0x7FC00000.</summary>
    public static float Canonical(float x) => float.IsNaN(x) ? BitConverter.Int32BitsToSingle(0x7FC00000) : x;

    /// <summary>x, with every NaN replaced by 0x7FF8000000000000.</summary>
    public static double Canonical(double x) => double.IsNaN(x) ? BitConverter.Int64BitsToDouble(0x7FF8000000000000) : x;
}
