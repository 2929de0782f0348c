using System.Runtime.CompilerServices;
using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>float32 with the software FMA.</summary>
internal readonly struct Real32(float v) : IReal<Real32>
{
    public readonly float V = v;

    public static Real32 Of(double value) => new((float)value);

    public static double ToDouble(Real32 a) => a.V;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 operator +(Real32 a, Real32 b) => new(a.V + b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 operator -(Real32 a, Real32 b) => new(a.V - b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 operator *(Real32 a, Real32 b) => new(a.V * b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 operator /(Real32 a, Real32 b) => new(a.V / b.V);

    public static Real32 operator -(Real32 a) => new(-a.V);

    public static bool operator <(Real32 a, Real32 b) => a.V < b.V;

    public static bool operator >(Real32 a, Real32 b) => a.V > b.V;

    public static bool Equal(Real32 a, Real32 b) => a.V == b.V;

    public static bool IsNaN(Real32 a) => float.IsNaN(a.V);

    public static bool IsNegative(Real32 a) => float.IsNegative(a.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Fma(Real32 a, Real32 b, Real32 c) => new(ScalarMath.Fma(a.V, b.V, c.V));

    public static Real32 Apply(Function function, Real32 x) => new(ScalarMath.Apply(function, x.V));

    public static Real32 Pow(Real32 x, Real32 y) => new(ScalarMath.Pow(x.V, y.V));

    public static Real32 Rest(Real32 x, Real32 y) => new((float)Remainder.Of(x.V, y.V));

    public static void Store(Tensor y, int i, Real32 value)
    {
        Interrupt.Check();
        switch (y.Type)
        {
            case DType.Float32: y.MutableSpan<float>()[i] = ScalarMath.Canonical(value.V); break;
            case DType.Float16: y.MutableSpan<ushort>()[i] = HalfFloat.FromSingle(value.V); break;
            case DType.BFloat16: y.MutableSpan<ushort>()[i] = BrainFloat.FromSingle(value.V); break;
            default: throw new ModelException($"arithmetic on {y.Type.Name()} is not in the profile");
        }
    }
}
