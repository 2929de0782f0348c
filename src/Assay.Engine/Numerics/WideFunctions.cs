using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Engine.Numerics;

/// <summary>A function of one float32 that is computed in float64.</summary>
internal interface IWideFunction
{
    static abstract D Apply<D>(D x) where D : unmanaged, IDoubles<D>;
}

/// <summary>The function over lanes of float32: widened, computed, rounded once, NaN canonical.</summary>
internal readonly struct Wide<TFunction> : IUnaryFunction where TFunction : unmanaged, IWideFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T>
    {
        if (typeof(T) == typeof(Lane16))
        {
            var (low, high) = Vector512.Widen(Unsafe.BitCast<T, Lane16>(x).V);
            return Unsafe.BitCast<Lane16, T>(new(Vector512.Narrow(One(new Double8(low)).V, One(new Double8(high)).V)));
        }
        if (typeof(T) == typeof(Lane8))
        {
            var (low, high) = Vector256.Widen(Unsafe.BitCast<T, Lane8>(x).V);
            return Unsafe.BitCast<Lane8, T>(new(Vector256.Narrow(One(new Double4(low)).V, One(new Double4(high)).V)));
        }
        if (typeof(T) == typeof(Lane4))
        {
            var (low, high) = Vector128.Widen(Unsafe.BitCast<T, Lane4>(x).V);
            return Unsafe.BitCast<Lane4, T>(new(Vector128.Narrow(One(new Double2(low)).V, One(new Double2(high)).V)));
        }
        return Unsafe.BitCast<Lane1, T>(new((float)One(new Double1(Unsafe.BitCast<T, Lane1>(x).V)).V));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D One<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Canonical(x, TFunction.Apply(x));
}

internal readonly struct SinFunction : IWideFunction
{
    public static D Apply<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Sin(x);
}

internal readonly struct CosFunction : IWideFunction
{
    public static D Apply<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Cos(x);
}

internal readonly struct TanFunction : IWideFunction
{
    public static D Apply<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Tan(x);
}

internal readonly struct AsinFunction : IWideFunction
{
    public static D Apply<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Asin(x);
}

internal readonly struct AcosFunction : IWideFunction
{
    public static D Apply<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Acos(x);
}

internal readonly struct AtanFunction : IWideFunction
{
    public static D Apply<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Atan(x);
}

internal readonly struct SinhFunction : IWideFunction
{
    public static D Apply<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Sinh(x);
}

internal readonly struct CoshFunction : IWideFunction
{
    public static D Apply<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Cosh(x);
}

internal readonly struct AsinhFunction : IWideFunction
{
    public static D Apply<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Asinh(x);
}

internal readonly struct AcoshFunction : IWideFunction
{
    public static D Apply<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Acosh(x);
}

internal readonly struct AtanhFunction : IWideFunction
{
    public static D Apply<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Atanh(x);
}

internal readonly struct SoftplusFunction : IWideFunction
{
    public static D Apply<D>(D x) where D : unmanaged, IDoubles<D> => DoubleMath.Softplus(x);
}
