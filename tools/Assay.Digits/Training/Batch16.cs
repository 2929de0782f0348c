using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Assay.Engine.Numerics;

namespace Assay.Digits.Training;

/// <summary>Sixteen samples in float32. Where a machine has no registers of 512 bits, the runtime uses several smaller ones: lane by lane it is the same.</summary>
internal readonly struct Batch16(Vector512<float> v) : IBatch<Batch16, float>
{
    private readonly Vector512<float> v = v;

    public static int Width => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Batch16 Broadcast(float value) => new(Vector512.Create(value));

    public static Batch16 Load(ReadOnlySpan<float> lanes) => new(Vector512.Create(lanes));

    public static void Store(Batch16 value, Span<float> lanes) => value.v.CopyTo(lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Batch16 operator +(Batch16 a, Batch16 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Batch16 operator -(Batch16 a, Batch16 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Batch16 operator *(Batch16 a, Batch16 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Batch16 Max(Batch16 a, Batch16 b) => new(Vector512.ConditionalSelect(Vector512.GreaterThan(a.v, b.v), a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Batch16 WhereEqual(Batch16 a, Batch16 b, Batch16 value) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(a.v, b.v), value.v, Vector512<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Batch16 WherePositive(Batch16 a, Batch16 value) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThan(a.v, Vector512<float>.Zero), value.v, Vector512<float>.Zero));

    /// <summary>Halves are added until one number is left: lane i + lane i+8, then +4, +2, +1.</summary>
    public static float Sum(Batch16 value)
    {
        var eight = value.v.GetLower() + value.v.GetUpper();
        var four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    public static float Exp(float x) => ScalarMath.Exp(x);

    public static float Log(float x) => ScalarMath.Log(x);
}
