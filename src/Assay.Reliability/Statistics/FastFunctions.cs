using System.Numerics;

namespace Assay.Reliability.Statistics;

/// <summary>
/// The fast path of <see cref="FixedPoint"/>: 120 fractional bits in 128, with a bound of the error. Where the floor is in doubt
/// within that bound (once in about 2^48 arguments) it says so, and <see cref="ExactFunctions"/> decides.
/// </summary>
internal static class FastFunctions
{
    private const int Q = 120;

    /// <summary>Of <see cref="Scaled"/>, in units of 2^-120: 2^-118 for a mantissa twice, and 2^-121 for ln 2 up to 64 times.</summary>
    private static readonly Int128 LnError = (Int128)1 << 8;

    private static readonly UInt128 One = UInt128.One << Q;
    private static readonly Int128 Ln2 = Rounded(2, 1);

    // Reciprocals of the middles of 128 intervals of [1, 2), in units of 2^-16, and minus their logarithms.
    private static readonly uint[] Reciprocals = [.. Enumerable.Range(0, 128).Select(i => (uint)(((1 << 25) / (2 * i + 257) + 1) / 2))];
    private static readonly Int128[] Logarithms = [.. Reciprocals.Select(c => Rounded(1 << 16, c))];
    private static readonly UInt128[] Inverses = [.. Enumerable.Range(1, 15).Select(k => One / (UInt128)k)];

    // e^(i/128) up to ln 2, and 1/k!.
    private static readonly UInt128[] Exponentials = [.. Enumerable.Range(0, 90).Select(i => Exponential(i))];
    private static readonly UInt128[] InverseFactorials = [.. Enumerable.Range(0, 14).Select(k => One / Factorial(k))];

    /// <summary>floor(2^64 ln(n/d)), unless it is in doubt.</summary>
    public static bool TryLn(ulong n, ulong d, out Int128 floor)
    {
        var value = Scaled(n) - Scaled(d);
        floor = (value - LnError) >> (Q - FixedPoint.Bits);
        return floor == (value + LnError) >> (Q - FixedPoint.Bits);
    }

    /// <summary>2^120 ln(a), off by less than 2^7 units.</summary>
    public static Int128 Scaled(ulong a)
    {
        var zeros = BitOperations.LeadingZeroCount(a);
        var m = a << zeros;                                     // the mantissa, in units of 2^-63
        var i = (int)(m >> 56) & 127;
        var e = (Int128)Math.BigMul(m, (ulong)Reciprocals[i]) - ((Int128)1 << 79); // mantissa times reciprocal, less 1: exact, |e| < 2^-7.9
        var negative = e < 0;
        var z = (UInt128)(negative ? -e : e) << (Q - 79);
        // ln(1 + e) = e - e^2/2 + ... - e^14/14 + e^15/15; the rest is below 2^-130.
        var p = Inverses[14];
        for (var k = 13; k >= 0; k--)
        {
            var step = Product(z, p);
            p = negative ? Inverses[k] + step : Inverses[k] - step;
        }
        var ln = (Int128)Product(z, p);
        return (63 - zeros) * Ln2 + Logarithms[i] + (negative ? -ln : ln);
    }

    /// <summary>floor(2^64 e^(x/2^64)), unless it is in doubt or x is above 25.</summary>
    public static bool TryExp(Int128 x, out UInt128 floor)
    {
        floor = 0;
        if (x > (Int128)25 << FixedPoint.Bits || x < -((Int128)60 << FixedPoint.Bits))
            return false;
        var scaled = x << (Q - FixedPoint.Bits);
        var k = (int)(scaled / Ln2);
        var r = scaled - k * Ln2;
        if (r < 0)
            (r, k) = (r + Ln2, k - 1);
        var i = (int)(r >> (Q - 7));
        var s = (UInt128)r & ((UInt128.One << (Q - 7)) - 1);
        // e^s = 1 + s + ... + s^13/13!, s < 2^-7; the rest is below 2^-134.
        var p = InverseFactorials[13];
        for (var j = 12; j >= 0; j--)
            p = InverseFactorials[j] + Product(s, p);
        var y = Product(Exponentials[i], p);                    // below 2.02, off by less than 2^8 units: k ln 2 is off by 2^6
        var shift = Q - FixedPoint.Bits - k;
        const int error = 1 << 9;
        floor = (y - error) >> Math.Min(shift, 127);
        return floor == (y + error) >> Math.Min(shift, 127);
    }

    /// <summary>floor(a b / 2^120), for a and b below 2^124.</summary>
    public static UInt128 Product(UInt128 a, UInt128 b)
    {
        var (a1, a0, b1, b0) = ((ulong)(a >> 64), (ulong)a, (ulong)(b >> 64), (ulong)b);
        var middle = Math.BigMul(a1, b0) + Math.BigMul(a0, b1) + (Math.BigMul(a0, b0) >> 64);
        return (Math.BigMul(a1, b1) << (128 - Q)) + (middle >> (Q - 64));
    }

    // The nearest whole number to 2^120 ln(n/d): off by at most half, which the error bound above counts as one.
    private static Int128 Rounded(BigInteger n, BigInteger d) =>
        n == d ? 0 : (Int128)(ExactFunctions.Floor(256, bits => ExactFunctions.LnApart(n, d, bits), bits => bits - Q - 1) + 1 >> 1);

    // floor(2^120 e^(i/128)), by its series in 160 bits.
    private static UInt128 Exponential(int i)
    {
        var (sum, term) = (BigInteger.Zero, BigInteger.One << 160);
        for (var k = 1; !term.IsZero; k++)
        {
            sum += term;
            term = term * i / (128 * k);
        }
        return (UInt128)(sum >> (160 - Q));
    }

    private static UInt128 Factorial(int k) => k < 2 ? 1 : (UInt128)k * Factorial(k - 1);
}
