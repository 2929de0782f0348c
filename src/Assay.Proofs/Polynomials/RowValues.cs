using System.Runtime.CompilerServices;
using Assay.Proofs.Field;

namespace Assay.Proofs.Polynomials;

/// <summary>The values of a row, as coefficients, at many places: <see cref="Ntt.At"/> of each.</summary>
/// <remarks>A block of coefficients is multiplied by a place's first powers and added up; over blocks it is Horner's rule.</remarks>
internal static class RowValues
{
    private const int MostBlock = 256;

    /// <summary>As many as places, in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Felt4[] At(ReadOnlySpan<Felt4> row, ReadOnlySpan<Felt> places)
    {
        var values = new Felt4[places.Length];
        var block = Math.Min(MostBlock, row.Length);
        if (row.Length % block != 0)
            throw new ArgumentException($"a row of {row.Length}", nameof(row));
        Span<Felt> powers = stackalloc Felt[MostBlock];
        powers = powers[..block];
        for (var i = 0; i < places.Length; i++)
        {
            var power = Felt.One;
            for (var k = 0; k < block; k++, power *= places[i])
                powers[k] = power;
            var sum = Felt4.Zero;
            for (var at = row.Length - block; at >= 0; at -= block)
                sum = sum * power + InnerProducts.Of(row.Slice(at, block), powers);
            values[i] = sum;
        }
        return values;
    }
}
