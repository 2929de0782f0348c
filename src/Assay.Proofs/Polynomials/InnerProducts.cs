using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Assay.Proofs.Field;

namespace Assay.Proofs.Polynomials;

/// <summary>Sums of elements of the extension times integers: products are added up with 64 bits, and reduced once.</summary>
/// <remarks>An integer is h · 2^16 + l with both parts of sixteen bits, so that 2^15 products by each part fit. It makes no difference which way they are added.</remarks>
internal static class InnerProducts
{
    private const int MostTerms = 1 << 15;

    /// <summary>Values that a point's last coordinates choose: their table stays in the nearest cache.</summary>
    private const int LogBlock = 8;

    // 2^-32: takes the product of two forms to a form.
    private static readonly Felt Once = Felt.OfForm(1);

    /// <summary>Σ factors[i] · integers[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Felt4 Of(ReadOnlySpan<Felt4> factors, ReadOnlySpan<int> integers)
    {
        if (integers.Length != factors.Length)
            throw new ArgumentException($"{integers.Length} integers for {factors.Length} factors", nameof(integers));
        var total = Felt4.Zero;
        for (var at = 0; at < factors.Length; at += MostTerms)
        {
            var count = Math.Min(MostTerms, factors.Length - at);
            total += Avx2.IsSupported ? Lanes(factors.Slice(at, count), integers.Slice(at, count)) : Plain(factors.Slice(at, count), integers.Slice(at, count));
        }
        return total;
    }

    /// <summary>Σ factors[i] · values[i].</summary>
    public static Felt4 Of(ReadOnlySpan<Felt4> factors, ReadOnlySpan<Felt> values) => Of(factors, MemoryMarshal.Cast<Felt, int>(values)) * Once;

    /// <summary>The extension of a table of integers at a point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Felt4 At(ReadOnlySpan<int> table, ReadOnlySpan<Felt4> point)
    {
        if (table.Length != 1 << point.Length)
            throw new ArgumentException($"a point of {point.Length} coordinates in a table of {table.Length}", nameof(point));
        var log = Math.Min(point.Length, LogBlock);
        var (eq, weights, sum) = (Multilinear.EqTable(point[^log..]), Multilinear.EqTable(point[..^log]), Felt4.Zero);
        for (var block = 0; block < weights.Length; block++)
            sum += weights[block] * Of(eq, table.Slice(block << log, 1 << log));
        return sum;
    }

    /// <inheritdoc cref="At(ReadOnlySpan{int}, ReadOnlySpan{Felt4})"/>
    public static Felt4 At(ReadOnlySpan<Felt> table, ReadOnlySpan<Felt4> point) => At(MemoryMarshal.Cast<Felt, int>(table), point) * Once;

    /// <summary>Without lanes: the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static Felt4 Plain(ReadOnlySpan<Felt4> factors, ReadOnlySpan<int> integers)
    {
        long l0 = 0, l1 = 0, l2 = 0, l3 = 0, h0 = 0, h1 = 0, h2 = 0, h3 = 0;
        for (var i = 0; i < integers.Length; i++)
        {
            ref readonly var factor = ref factors[i];
            long low = (ushort)integers[i], high = integers[i] >> 16;
            (l0, l1, l2, l3) = (l0 + low * factor.C0.Form, l1 + low * factor.C1.Form, l2 + low * factor.C2.Form, l3 + low * factor.C3.Form);
            (h0, h1, h2, h3) = (h0 + high * factor.C0.Form, h1 + high * factor.C1.Form, h2 + high * factor.C2.Form, h3 + high * factor.C3.Form);
        }
        return new Felt4(Joined(l0, h0), Joined(l1, h1), Joined(l2, h2), Joined(l3, h3));
    }

    // The four coordinates side by side.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Felt4 Lanes(ReadOnlySpan<Felt4> factors, ReadOnlySpan<int> integers)
    {
        var words = MemoryMarshal.Cast<Felt4, uint>(factors);
        ref var first = ref MemoryMarshal.GetReference(words);
        Vector256<long> lows = default, highs = default;
        for (var i = 0; i < integers.Length; i++)
        {
            var factor = Avx2.ConvertToVector256Int64(Vector128.LoadUnsafe(ref first, (nuint)(Felt4.Degree * i))).AsInt32();
            var integer = Vector256.Create(integers[i]);
            lows += Avx2.Multiply(factor, integer & Vector256.Create(0xffff));
            highs += Avx2.Multiply(factor, Vector256.ShiftRightArithmetic(integer, 16));
        }
        return new Felt4(Joined(lows[0], highs[0]), Joined(lows[1], highs[1]), Joined(lows[2], highs[2]), Joined(lows[3], highs[3]));
    }

    private static Felt Joined(long low, long high)
    {
        var sum = (low % Felt.Modulus + (high % Felt.Modulus << 16)) % Felt.Modulus;
        return Felt.OfForm((uint)(sum < 0 ? sum + Felt.Modulus : sum));
    }
}
