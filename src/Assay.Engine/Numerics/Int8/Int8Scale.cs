using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Engine.Numerics.Int8;

/// <summary>
/// Accumulators to activations (section 1 of docs/spec/assay-int8-v1.md) in float64: acc · m · 2^−s has at most 45 significant bits, so the product, the half that is
/// added and the floor are exact, and one factor m · 2^−s stands for both figures.
/// </summary>
internal unsafe struct Int8Scale
{
    public int ZeroPoint, Low, High;

    /// <summary>256 entries, or null.</summary>
    public sbyte* Table;

    /// <summary>The factor of a scale group.</summary>
    public static double Factor(int multiplier, int shift) => multiplier / (double)(1L << shift);

    /// <summary>Makes <paramref name="count"/> activations, and up to fifteen more beyond them, of as many accumulators.</summary>
    /// <param name="factors">One for all, or where <paramref name="each"/> one for each.</param>
    public readonly void Run<T>(int* accumulators, int count, double* factors, bool each, sbyte* y) where T : unmanaged, ILanes<T>
    {
        if (T.Width == 16)
            Sixteen(accumulators, count, factors, each, y);
        else if (T.Width == 8)
            Eight(accumulators, count, factors, each, y);
        else if (T.Width == 4 && Sse41.IsSupported)
            Four(accumulators, count, factors, each, y);
        else
            for (var i = 0; i < count; i++)
                y[i] = (sbyte)(ZeroPoint + (int)Math.Clamp(Math.Floor((accumulators[i] * factors[each ? i : 0]) + 0.5), Low - ZeroPoint, High - ZeroPoint));
        if (Table is not null)
            for (var i = 0; i < count; i++)
                y[i] = Table[y[i] + 128];
    }

    private readonly void Sixteen(int* accumulators, int count, double* factors, bool each, sbyte* y)
    {
        Vector512<double> half = Vector512.Create(0.5), least = Vector512.Create((double)(Low - ZeroPoint)), most = Vector512.Create((double)(High - ZeroPoint)), all = Vector512.Create(*factors);
        var zero = Vector512.Create(ZeroPoint);
        for (var i = 0; i < count; i += 16)
        {
            var acc = Vector512.Load(accumulators + i);
            var low = Scaled(acc.GetLower(), each ? Vector512.Load(factors + i) : all);
            var high = Scaled(acc.GetUpper(), each ? Vector512.Load(factors + i + 8) : all);
            Avx512F.ConvertToVector128SByte(Vector512.Create(low, high) + zero).Store(y + i);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector256<int> Scaled(Vector256<int> acc, Vector512<double> factor) => Avx512F.ConvertToVector256Int32WithTruncation(
            Vector512.MinNative(Vector512.MaxNative(Vector512.Floor((Avx512F.ConvertToVector512Double(acc) * factor) + half), least), most));
    }

    private readonly void Eight(int* accumulators, int count, double* factors, bool each, sbyte* y)
    {
        Vector256<double> half = Vector256.Create(0.5), least = Vector256.Create((double)(Low - ZeroPoint)), most = Vector256.Create((double)(High - ZeroPoint)), all = Vector256.Create(*factors);
        var zero = Vector128.Create(ZeroPoint);
        for (var i = 0; i < count; i += 8)
        {
            var low = Scaled(Vector128.Load(accumulators + i), each ? Vector256.Load(factors + i) : all);
            var high = Scaled(Vector128.Load(accumulators + i + 4), each ? Vector256.Load(factors + i + 4) : all);
            var shorts = Vector128.Narrow(low, high);
            *(long*)(y + i) = Vector128.Narrow(shorts, shorts).AsInt64().ToScalar();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector128<int> Scaled(Vector128<int> acc, Vector256<double> factor) => zero + Avx.ConvertToVector128Int32WithTruncation(
            Vector256.MinNative(Vector256.MaxNative(Vector256.Floor((Avx.ConvertToVector256Double(acc) * factor) + half), least), most));
    }

    private readonly void Four(int* accumulators, int count, double* factors, bool each, sbyte* y)
    {
        Vector128<double> half = Vector128.Create(0.5), least = Vector128.Create((double)(Low - ZeroPoint)), most = Vector128.Create((double)(High - ZeroPoint)), all = Vector128.Create(*factors);
        for (var i = 0; i < count; i += 2)
        {
            var product = Sse2.ConvertToVector128Double(Vector128.CreateScalarUnsafe(*(long*)(accumulators + i)).AsInt32()) * (each ? Vector128.Load(factors + i) : all);
            var v = Sse2.ConvertToVector128Int32WithTruncation(Vector128.MinNative(Vector128.MaxNative(Vector128.Floor(product + half), least), most));
            y[i] = (sbyte)(v[0] + ZeroPoint);
            y[i + 1] = (sbyte)(v[1] + ZeroPoint);
        }
    }
}
