using System.Collections.Concurrent;
using System.Numerics;

namespace Assay.Reliability.Statistics;

/// <summary>
/// The reference of <see cref="FixedPoint"/>: logarithm and exponential of docs/spec/accounts.md section 2, by series in big
/// integers, with more bits until the floor is beyond doubt.
/// </summary>
/// <remarks>
/// The loop ends: the logarithm of a rational other than 1 and the exponential of a rational other than 0 are transcendental
/// (Lindemann 1882), so 2^64 times one of them is never a whole number, and some precision shows on which side of it they are.
/// </remarks>
internal static class ExactFunctions
{
    private static readonly ConcurrentDictionary<int, BigInteger> TwoLogarithms = new();

    /// <summary>floor(2^64 ln(n/d)).</summary>
    public static BigInteger Ln(BigInteger n, BigInteger d)
    {
        if (n == d)
            return 0;
        return Floor(160, bits => LnApart(n, d, bits), bits => bits - FixedPoint.Bits);
    }

    /// <summary>floor(2^64 e^(x/2^64)).</summary>
    public static BigInteger Exp(BigInteger x)
    {
        if (x.IsZero)
            return BigInteger.One << FixedPoint.Bits;
        // e^x < 2^(2 x): this many bits stand before the point.
        var whole = x.Sign > 0 ? 2 * (int)(x >> FixedPoint.Bits) + 2 : 0;
        var k = 0;
        return Floor(160 + whole, bits => ExpApart(x, bits, out k), bits => bits - FixedPoint.Bits - k);
    }

    /// <summary>
    /// floor(v >> shift(bits)) for the v that <paramref name="value"/> gives at a precision with a bound of its error, both in
    /// units of its last place.
    /// </summary>
    internal static BigInteger Floor(int bits, Func<int, (BigInteger Value, BigInteger Error)> value, Func<int, int> shift)
    {
        for (; ; bits *= 2)
        {
            var (v, error) = value(bits);
            var below = (v - error) >> shift(bits);
            if (below == (v + error) >> shift(bits))
                return below;
        }
    }

    /// <summary>2^bits ln(n/d), and how far it may be off: ln(n/d) = k ln 2 + 2 artanh(z), z = (n - 2^k d)/(n + 2^k d), |z| at most 1/5.</summary>
    internal static (BigInteger Value, BigInteger Error) LnApart(BigInteger n, BigInteger d, int bits)
    {
        var k = (int)(n.GetBitLength() - d.GetBitLength());
        if (k > 0)
            d <<= k;
        else
            n <<= -k;
        // Now 1/2 < n/d < 2: to 2/3 .. 4/3.
        if (3 * n > 4 * d)
            (d, k) = (2 * d, k + 1);
        else if (3 * n < 2 * d)
            (n, k) = (2 * n, k - 1);
        // Each term of a series is off by less than 4 units, and there are fewer than bits / 3 of them: 2 artanh by less than 3 bits.
        return (k * Ln2(bits) + 2 * Artanh(n - d, n + d, bits), (BigInteger)(Math.Abs(k) + 1) * 3 * bits);
    }

    private static BigInteger Ln2(int bits) => TwoLogarithms.GetOrAdd(bits, static bits => 2 * Artanh(1, 3, bits));

    // z + z^3/3 + z^5/5 + ..., |z| at most 1/3.
    private static BigInteger Artanh(BigInteger n, BigInteger d, int bits)
    {
        var power = (BigInteger.Abs(n) << bits) / d;
        var square = (power * power) >> bits;
        var sum = BigInteger.Zero;
        for (var i = 1; !power.IsZero; i += 2)
        {
            sum += power / i;
            power = (power * square) >> bits;
        }
        return n.Sign * sum;
    }

    // e^x = 2^k e^r, 0 <= r < ln 2: 2^bits e^r, and how far it may be off.
    private static (BigInteger Value, BigInteger Error) ExpApart(BigInteger x, int bits, out int k)
    {
        var ln2 = Ln2(bits);
        x <<= bits - FixedPoint.Bits;
        k = (int)((x - (x.Sign < 0 ? ln2 - 1 : 0)) / ln2);
        var r = x - k * ln2;
        var (sum, term) = (BigInteger.Zero, BigInteger.One << bits);
        for (var i = 1; !term.IsZero; i++)
        {
            sum += term;
            term = (term * r >> bits) / i;
        }
        // r is off by |k| times what ln 2 is off, which e^r less than doubles and then some; the terms by 3 units each.
        return (sum, (BigInteger)(Math.Abs(k) + 1) * 8 * bits);
    }
}
