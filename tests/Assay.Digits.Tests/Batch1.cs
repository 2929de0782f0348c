using Assay.Digits.Training;

namespace Assay.Digits.Tests;

/// <summary>One sample in float64: fine enough for slopes to be compared with differences.</summary>
internal readonly struct Batch1(double v) : IBatch<Batch1, double>
{
    private readonly double v = v;

    public static int Width => 1;

    public static Batch1 Broadcast(double value) => new(value);

    public static Batch1 Load(ReadOnlySpan<double> lanes) => new(lanes[0]);

    public static void Store(Batch1 value, Span<double> lanes) => lanes[0] = value.v;

    public static Batch1 operator +(Batch1 a, Batch1 b) => new(a.v + b.v);

    public static Batch1 operator -(Batch1 a, Batch1 b) => new(a.v - b.v);

    public static Batch1 operator *(Batch1 a, Batch1 b) => new(a.v * b.v);

    public static Batch1 Max(Batch1 a, Batch1 b) => a.v > b.v ? a : b;

    public static Batch1 WhereEqual(Batch1 a, Batch1 b, Batch1 value) => a.v == b.v ? value : default;

    public static Batch1 WherePositive(Batch1 a, Batch1 value) => a.v > 0 ? value : default;

    public static double Sum(Batch1 value) => value.v;

    public static double Exp(double x) => Math.Exp(x);

    public static double Log(double x) => Math.Log(x);
}
