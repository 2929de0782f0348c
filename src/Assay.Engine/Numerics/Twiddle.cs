namespace Assay.Engine.Numerics;

/// <summary>
/// Cosine and sine of whole parts of a turn, in float64 arithmetic with separate multiplications and additions: the eighth of the turn is
/// found in whole numbers, so quarter turns are exact and opposite points have the same magnitudes (docs/spec/assay-f32-v1.md, 7.10).
/// </summary>
internal static class Twiddle
{
    private const double QuarterPi = 0.7853981633974483;

    /// <summary>cos and sin of 2π·<paramref name="part"/>/<paramref name="whole"/>, for 0 ≤ part &lt; whole &lt; 2^31.</summary>
    public static (double Cos, double Sin) At(long part, long whole)
    {
        var octant = 8 * part / whole;
        var rest = 8 * part % whole;
        // Odd eighths are measured backwards from the next quarter turn.
        var isOdd = octant % 2 != 0;
        var (cos, sin) = Small((double)(isOdd ? whole - rest : rest) / whole * QuarterPi);
        // Both series end within a unit of each other at an eighth of a turn: one stands for both.
        if (isOdd && rest == 0)
            sin = cos;
        if (isOdd)
            sin = -sin;
        return ((octant + 1) / 2 % 4) switch
        {
            0 => (cos, sin),
            1 => (-sin, cos),
            2 => (-cos, -sin),
            _ => (sin, -cos),
        };
    }

    /// <summary>Both series, for an angle between 0 and a quarter of π.</summary>
    private static (double Cos, double Sin) Small(double a)
    {
        var z = a * a;
        var s = -1.0 / 1307674368000;
        s = s * z + 1.0 / 6227020800;
        s = s * z - 1.0 / 39916800;
        s = s * z + 1.0 / 362880;
        s = s * z - 1.0 / 5040;
        s = s * z + 1.0 / 120;
        s = s * z - 1.0 / 6;
        s = s * z + 1;
        var c = 1.0 / 20922789888000;
        c = c * z - 1.0 / 87178291200;
        c = c * z + 1.0 / 479001600;
        c = c * z - 1.0 / 3628800;
        c = c * z + 1.0 / 40320;
        c = c * z - 1.0 / 720;
        c = c * z + 1.0 / 24;
        c = c * z - 1.0 / 2;
        c = c * z + 1;
        return (c, a * s);
    }
}
