using System.Runtime.CompilerServices;
using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>float64.</summary>
internal readonly struct Real64(double v) : IReal<Real64>
{
    public readonly double V = v;

    public static Real64 Of(double value) => new(value);

    public static double ToDouble(Real64 a) => a.V;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 operator +(Real64 a, Real64 b) => new(a.V + b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 operator -(Real64 a, Real64 b) => new(a.V - b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 operator *(Real64 a, Real64 b) => new(a.V * b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 operator /(Real64 a, Real64 b) => new(a.V / b.V);

    public static Real64 operator -(Real64 a) => new(-a.V);

    public static bool operator <(Real64 a, Real64 b) => a.V < b.V;

    public static bool operator >(Real64 a, Real64 b) => a.V > b.V;

    public static bool Equal(Real64 a, Real64 b) => a.V == b.V;

    public static bool IsNaN(Real64 a) => double.IsNaN(a.V);

    public static bool IsNegative(Real64 a) => double.IsNegative(a.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Fma(Real64 a, Real64 b, Real64 c) => new(ScalarMath.Fma(a.V, b.V, c.V));

    public static Real64 Apply(Function function, Real64 x) => new(ScalarMath.Apply(function, x.V));

    public static Real64 Pow(Real64 x, Real64 y) => new(ScalarMath.Pow(x.V, y.V));

    public static Real64 Rest(Real64 x, Real64 y) => new(Remainder.Of(x.V, y.V));

    public static void Store(Tensor y, int i, Real64 value)
    {
        Interrupt.Check();
        if (y.Type != DType.Float64)
            throw new ModelException($"a float64 result in a {y.Type.Name()} tensor is not in the profile");
        y.MutableSpan<double>()[i] = ScalarMath.Canonical(value.V);
    }
}
