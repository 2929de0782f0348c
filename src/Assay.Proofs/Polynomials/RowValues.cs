using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Assay.Proofs.Field;

namespace Assay.Proofs.Polynomials;

/// <summary>The values of a row, as coefficients, at many places: <see cref="Ntt.At"/> of each, eight places at a time where the machine has AVX2.</summary>
/// <remarks>An element's four words stand in the lower halves of four 64-bit lanes, where they are multiplied; what is in the upper halves is never read.</remarks>
internal static class RowValues
{
    private const int Together = 8;

    /// <summary>As many as places, in their order.</summary>
    public static Felt4[] At(ReadOnlySpan<Felt4> row, ReadOnlySpan<Felt> places)
    {
        var values = new Felt4[places.Length];
        var done = Avx2.IsSupported ? places.Length / Together * Together : 0;
        for (var i = 0; i < done; i += Together)
            Eight(row, places.Slice(i, Together), values.AsSpan(i, Together));
        for (var i = done; i < places.Length; i++)
            values[i] = Ntt.At(row, places[i]);
        return values;
    }

    // Horner's rule for eight places: none waits for another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(ReadOnlySpan<Felt4> row, ReadOnlySpan<Felt> places, Span<Felt4> values)
    {
        var words = MemoryMarshal.Cast<Felt4, uint>(row);
        Vector256<uint> x0 = Same(places[0]), x1 = Same(places[1]), x2 = Same(places[2]), x3 = Same(places[3]),
            x4 = Same(places[4]), x5 = Same(places[5]), x6 = Same(places[6]), x7 = Same(places[7]);
        Vector256<uint> v0 = default, v1 = default, v2 = default, v3 = default, v4 = default, v5 = default, v6 = default, v7 = default;
        for (var at = words.Length - Felt4.Degree; at >= 0; at -= Felt4.Degree)
        {
            var coefficient = Avx2.ConvertToVector256Int64(Vector128.Create(words.Slice(at, Felt4.Degree))).AsUInt32();
            (v0, v1, v2, v3) = (Next(v0, x0, coefficient), Next(v1, x1, coefficient), Next(v2, x2, coefficient), Next(v3, x3, coefficient));
            (v4, v5, v6, v7) = (Next(v4, x4, coefficient), Next(v5, x5, coefficient), Next(v6, x6, coefficient), Next(v7, x7, coefficient));
        }
        (values[0], values[1], values[2], values[3]) = (Element(v0), Element(v1), Element(v2), Element(v3));
        (values[4], values[5], values[6], values[7]) = (Element(v4), Element(v5), Element(v6), Element(v7));
    }

    // value · x + coefficient: Felt's own reduction, in lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Next(Vector256<uint> value, Vector256<uint> x, Vector256<uint> coefficient)
    {
        var modulus = Vector256.Create(Felt.Modulus);
        var product = Avx2.Multiply(value, x);
        var multiple = Avx2.Multiply(Avx2.Multiply(product.AsUInt32(), Vector256.Create(Felt.InverseOfModulus)).AsUInt32(), modulus);
        var high = Vector256.ShiftRightLogical(product - multiple, 32).AsUInt32();
        var sum = Vector256.Min(high, high + modulus) + coefficient;
        return Vector256.Min(sum, sum - modulus);
    }

    private static Vector256<uint> Same(Felt place) => Vector256.Create((ulong)place.Form).AsUInt32();

    private static Felt4 Element(Vector256<uint> value) =>
        new(Felt.OfForm(value[0]), Felt.OfForm(value[2]), Felt.OfForm(value[4]), Felt.OfForm(value[6]));
}
