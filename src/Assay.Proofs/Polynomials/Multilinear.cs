using System.Runtime.CompilerServices;
using Assay.Proofs.Field;

namespace Assay.Proofs.Polynomials;

/// <summary>Multilinear extensions of tables of 2^k values: a point's first coordinate stands for the most significant bit of an index (docs/spec/proofs.md section 1).</summary>
public static class Multilinear
{
    /// <summary>eq(a, b) = Π (1 − a_i − b_i + 2 a_i b_i): 1 where two corners are one, 0 where they are two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Felt4 Eq(ReadOnlySpan<Felt4> a, ReadOnlySpan<Felt4> b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException("points of different lengths", nameof(b));
        var product = Felt4.One;
        for (var i = 0; i < a.Length; i++)
        {
            var both = a[i] * b[i];
            product *= Felt4.One - a[i] - b[i] + both + both;
        }
        return product;
    }

    /// <summary>eq(point, i) of every corner i: 2^k values, which add up to 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Felt4[] EqTable(ReadOnlySpan<Felt4> point)
    {
        var table = new Felt4[1 << point.Length];
        table[0] = Felt4.One;
        for (var (i, size) = (0, 1); i < point.Length; i++, size *= 2)
            // From above, since 2j and 2j + 1 are not yet read where they are written.
            for (var j = size - 1; j >= 0; j--)
            {
                var high = table[j] * point[i];
                (table[2 * j], table[2 * j + 1]) = (table[j] - high, high);
            }
        return table;
    }

    /// <summary>The extension of a table at a point.</summary>
    public static Felt4 Evaluate(ReadOnlySpan<Felt> table, ReadOnlySpan<Felt4> point) => InnerProducts.At(table, point);

    /// <inheritdoc cref="Evaluate(ReadOnlySpan{Felt}, ReadOnlySpan{Felt4})"/>
    public static Felt4 Evaluate(ReadOnlySpan<Felt4> table, ReadOnlySpan<Felt4> point) => EvaluateInPlace(table.ToArray(), point);

    /// <summary>Sets the first variable: of 2^k values the first 2^(k − 1) are what is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Bind(Span<Felt4> table, Felt4 value)
    {
        var half = table.Length / 2;
        for (var i = 0; i < half; i++)
            table[i] += value * (table[half + i] - table[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Felt4 EvaluateInPlace(Span<Felt4> values, ReadOnlySpan<Felt4> point)
    {
        if (values.Length != 1 << point.Length)
            throw new ArgumentException($"a point of {point.Length} coordinates in a table of {values.Length}", nameof(point));
        foreach (var coordinate in point)
        {
            Bind(values, coordinate);
            values = values[..(values.Length / 2)];
        }
        return values[0];
    }
}
