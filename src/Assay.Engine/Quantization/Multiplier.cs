using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <summary>A scale group's factor: <paramref name="M"/> / 2^<paramref name="S"/>, with 15 bits of M where the shift allows it.</summary>
/// <remarks>Source: docs/spec/assay-int8-v1.md, section 1: 1 ≤ M &lt; 2^15, 1 ≤ S ≤ 46.</remarks>
internal readonly record struct Multiplier(int M, int S)
{
    private const int Least = 1 << 14, End = 1 << 15, MostShift = 46;

    // Below it the rounding of M is seen in outputs.
    private const int LeastShared = 1 << 9;

    public double Real => M / (double)(1L << S);

    /// <summary>The nearest of the factor's size.</summary>
    /// <param name="factor">Above 0.</param>
    /// <exception cref="ModelException">It is not a number above 0 and below 2^14.</exception>
    public static Multiplier Of(double factor)
    {
        if (!(factor > 0) || factor >= Least)
            throw new ModelException($"a factor of {factor} between two scales is not above 0 and below {Least}");
        var shift = 0;
        for (; factor < Least && shift < MostShift; shift++)
            factor *= 2;
        var m = (int)Math.Floor(factor + 0.5);
        return m == End ? new(Least, shift - 1) : new(Math.Max(m, 1), shift);
    }

    /// <summary>The factors of one layer's groups: with one shift, that of the greatest, wherever that leaves M nine bits. Groups that differ in M alone share a table in a proof.</summary>
    /// <exception cref="ModelException">One is not a number above 0 and below 2^14.</exception>
    public static Multiplier[] Of(double[] factors)
    {
        var all = Array.ConvertAll(factors, Of);
        var shift = all.Length == 0 ? 0 : all.Min(m => m.S);
        for (var i = 0; i < all.Length; i++)
            if (all[i].S > shift && (int)Math.Floor((factors[i] * (1L << shift)) + 0.5) is >= LeastShared and var m)
                all[i] = new(m, shift);
        return all;
    }
}
