using System.Numerics;
using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>One element from one of each operand.</summary>
internal interface IPair<TIn, TOut>
{
    static abstract TOut Apply(TIn a, TIn b);
}

/// <summary>A row of pairs.</summary>
internal readonly struct Pairs<TPair, TIn, TOut> : IRowFunction where TPair : unmanaged, IPair<TIn, TOut> where TIn : unmanaged where TOut : unmanaged
{
    public static (int A, int B, int C, int Y) Sizes => (Unsafe.SizeOf<TIn>(), Unsafe.SizeOf<TIn>(), 0, Unsafe.SizeOf<TOut>());

    public static unsafe void Row(byte* a, int stepA, byte* b, int stepB, byte* c, int stepC, byte* y, int count)
    {
        TIn* p = (TIn*)a, q = (TIn*)b;
        var z = (TOut*)y;
        if (stepA == 1 && stepB == 1)
            for (var i = 0; i < count; i++)
                z[i] = TPair.Apply(p[i], q[i]);
        else
            for (var i = 0; i < count; i++)
                z[i] = TPair.Apply(p[i * stepA], q[i * stepB]);
    }
}

/// <summary>a's element where it is not 0 gives b's, else c's: bits are moved.</summary>
internal readonly struct Choices<T> : IRowFunction where T : unmanaged
{
    public static (int A, int B, int C, int Y) Sizes => (1, Unsafe.SizeOf<T>(), Unsafe.SizeOf<T>(), Unsafe.SizeOf<T>());

    public static unsafe void Row(byte* a, int stepA, byte* b, int stepB, byte* c, int stepC, byte* y, int count)
    {
        T* p = (T*)b, q = (T*)c, z = (T*)y;
        for (var i = 0; i < count; i++)
            z[i] = a[i * stepA] != 0 ? p[i * stepB] : q[i * stepC];
    }
}

/// <summary>a's elements as another type; b and c are not read.</summary>
internal readonly struct Conversions<TConversion, TIn, TOut> : IRowFunction where TConversion : unmanaged, IPair<TIn, TOut> where TIn : unmanaged where TOut : unmanaged
{
    public static (int A, int B, int C, int Y) Sizes => (Unsafe.SizeOf<TIn>(), 0, 0, Unsafe.SizeOf<TOut>());

    public static unsafe void Row(byte* a, int stepA, byte* b, int stepB, byte* c, int stepC, byte* y, int count)
    {
        for (var i = 0; i < count; i++)
            ((TOut*)y)[i] = TConversion.Apply(((TIn*)a)[i * stepA], default);
    }
}

internal readonly struct AddPair<T> : IPair<T, T> where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => unchecked(a + b);
}

internal readonly struct SubtractPair<T> : IPair<T, T> where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => unchecked(a - b);
}

internal readonly struct MultiplyPair<T> : IPair<T, T> where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => unchecked(a * b);
}

internal readonly struct MinPair<T> : IPair<T, T> where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => a < b ? a : b;
}

internal readonly struct MaxPair<T> : IPair<T, T> where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => a > b ? a : b;
}

internal readonly struct AndPair<T> : IPair<T, T> where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => a & b;
}

internal readonly struct OrPair<T> : IPair<T, T> where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => a | b;
}

internal readonly struct XorPair<T> : IPair<T, T> where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => a ^ b;
}

/// <summary>The other bool.</summary>
internal readonly struct NotBool : IPair<byte, byte>
{
    public static byte Apply(byte a, byte b) => (byte)(1 - a);
}

internal readonly struct EqualPair<T> : IPair<T, byte> where T : INumber<T>
{
    public static byte Apply(T a, T b) => a == b ? (byte)1 : (byte)0;
}

internal readonly struct LessPair<T> : IPair<T, byte> where T : INumber<T>
{
    public static byte Apply(T a, T b) => a < b ? (byte)1 : (byte)0;
}

internal readonly struct GreaterPair<T> : IPair<T, byte> where T : INumber<T>
{
    public static byte Apply(T a, T b) => a > b ? (byte)1 : (byte)0;
}

/// <summary>An integer or bool as the nearest float32, ties to even.</summary>
internal readonly struct ToSingle<T> : IPair<T, float> where T : IBinaryInteger<T>
{
    public static float Apply(T a, T b)
    {
        var value = long.CreateTruncating(a);
        // Exact as a double, so one rounding remains. Further out, eleven bits less are as good, as long as the last says whether they were all zeros.
        return value is > -(1L << 53) and < 1L << 53 ? (float)(double)value : (float)(double)((value >> 11) | ((value & 0x7FF) != 0 ? 1L : 0)) * 2048f;
    }
}

/// <summary>The low bits, or the value with its sign.</summary>
internal readonly struct ToInteger<TIn, TOut> : IPair<TIn, TOut> where TIn : IBinaryInteger<TIn> where TOut : IBinaryInteger<TOut>
{
    public static TOut Apply(TIn a, TIn b) => TOut.CreateTruncating(a);
}

/// <summary>A float towards zero, limited to the range of the integer; NaN is 0.</summary>
internal readonly struct Truncated<T> : IPair<float, T> where T : IBinaryInteger<T>
{
    public static T Apply(float a, float b) => T.CreateSaturating(a);
}

/// <summary>Whether a number is not 0.</summary>
internal readonly struct ToBool<T> : IPair<T, byte> where T : INumber<T>
{
    public static byte Apply(T a, T b) => a == T.Zero ? (byte)0 : (byte)1;
}
