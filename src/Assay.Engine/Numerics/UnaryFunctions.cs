using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>A function of one float32.</summary>
internal interface IUnaryFunction
{
    static abstract T Apply<T>(T x) where T : unmanaged, ILanes<T>;
}

internal readonly struct ReluFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Relu(x);
}

internal readonly struct SigmoidFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Sigmoid(x);
}

internal readonly struct TanhFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Tanh(x);
}

internal readonly struct ExpFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Exp(x);
}

internal readonly struct LogFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Log(x);
}

internal readonly struct SqrtFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Canonical(T.Sqrt(x));
}

internal readonly struct NegateFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Canonical(LaneMath.Negate(x));
}

internal readonly struct AbsFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Canonical(LaneMath.Abs(x));
}

/// <summary>The element itself, NaN canonical.</summary>
internal readonly struct CanonicalFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Canonical(x);
}

internal readonly struct ErfFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Erf(x);
}

internal readonly struct RoundFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Round(x);
}

internal readonly struct FloorFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Floor(x);
}

internal readonly struct CeilFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Ceil(x);
}

internal readonly struct SignFunction : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.Sign(x);
}
