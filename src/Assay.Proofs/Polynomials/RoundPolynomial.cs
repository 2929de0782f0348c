using System.Runtime.CompilerServices;
using Assay.Proofs.Field;

namespace Assay.Proofs.Polynomials;

/// <summary>What a prover says in a round of a sumcheck: a polynomial g of degree D by its values, of which g(1) is left out, as g(0) + g(1) is the claim.</summary>
public static class RoundPolynomial
{
    // Of the degrees that there are.
    private static readonly Felt[][] weights = [.. Enumerable.Range(0, 8).Select(degree => Enumerable.Range(0, degree + 1).Select(j => Compute(degree, j)).ToArray())];

    /// <summary>g at a point.</summary>
    /// <param name="message">g(0), g(2), … g(D).</param>
    /// <param name="claim">g(0) + g(1).</param>
    // Lagrange over 0 … D: the product of all (x − i) over each (x − j), times 1/(j! (D − j)! (−1)^(D − j)).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Felt4 Evaluate(ReadOnlySpan<Felt4> message, Felt4 claim, Felt4 x)
    {
        var degree = message.Length;
        Span<Felt4> before = stackalloc Felt4[degree + 2];
        Span<Felt4> after = stackalloc Felt4[degree + 2];
        before[0] = after[degree + 1] = Felt4.One;
        for (var i = 0; i <= degree; i++)
            before[i + 1] = before[i] * (x - Felt4.From(i));
        for (var i = degree; i >= 0; i--)
            after[i] = after[i + 1] * (x - Felt4.From(i));
        var sum = Felt4.Zero;
        for (var j = 0; j <= degree; j++)
        {
            var value = j switch { 0 => message[0], 1 => claim - message[0], _ => message[j - 1] };
            sum += value * (before[j] * after[j + 1]) * Weight(degree, j);
        }
        return sum;
    }

    private static Felt Weight(int degree, int j) => degree < weights.Length ? weights[degree][j] : Compute(degree, j);

    private static Felt Compute(int degree, int j)
    {
        var product = 1L;
        for (var i = 0; i <= degree; i++)
            product *= i == j ? 1 : j - i;
        return Felt.From(product).Invert();
    }
}
