using System.Collections.Concurrent;
using System.Numerics;

namespace Assay.Reliability.Statistics;

/// <summary>floor(2^64 ln n!): from the product itself for small n, by Stirling's series above.</summary>
/// <remarks>
/// ln n! = (n + 1/2) ln n - n + c + sum over k of B(2k) / (2k (2k-1) n^(2k-1)), c = ln(2 pi)/2; what is left out is smaller than the
/// first term left out and has its sign (DLMF 5.11(ii)).
/// </remarks>
internal static class LogFactorial
{
    /// <summary>Factorials below this are multiplied out. Above it the series has terms below 2^-2000.</summary>
    private const int Small = 512;

    private static readonly ConcurrentDictionary<int, BigInteger> Constants = new();
    private static readonly Lazy<Int128[]> Table = new(SmallOnes);

    /// <summary>Numerators and denominators of B(2), B(4), ...: B(n) = - sum over j below n of C(n+1, j) B(j) / (n+1).</summary>
    private static readonly Lazy<(BigInteger N, BigInteger D)[]> Bernoulli = new(() => BernoulliNumbers(40));

    public static Int128 Floor(ulong n)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(n, 1UL << 54);
        if (n < Small)
            return Table.Value[n];
        return TryFast(n, out var floor) ? floor : Reference(n);
    }

    /// <summary>By the series in big integers, n at least 512, with more bits until the floor is beyond doubt: n! is rational, see <see cref="ExactFunctions"/>.</summary>
    internal static Int128 Reference(ulong n) =>
        (Int128)ExactFunctions.Floor(192, bits => Stirling(n, bits, Constant(bits)), bits => bits - FixedPoint.Bits);

    private static Int128[] SmallOnes()
    {
        var (table, product) = (new Int128[Small], BigInteger.One);
        for (var n = 2; n < Small; n++)
            table[n] = (Int128)ExactFunctions.Ln(product *= n, 1);
        return table;
    }

    // c is what makes the series right at 1024, whose factorial is multiplied out: no need of pi.
    private static BigInteger Constant(int bits) => Constants.GetOrAdd(bits, static bits =>
    {
        var product = BigInteger.One;
        for (var n = 2; n <= 1024; n++)
            product *= n;
        return ExactFunctions.LnApart(product, 1, bits + 32).Value - Stirling(1024, bits + 32, 0).Value >> 32;
    });

    private static (BigInteger Value, BigInteger Error) Stirling(ulong n, int bits, BigInteger constant)
    {
        var (ln, error) = ExactFunctions.LnApart(n, 1, bits);
        var sum = ((2 * (BigInteger)n + 1) * ln >> 1) - ((BigInteger)n << bits) + constant;
        BigInteger power = n;
        var k = 1;
        for (; k <= Bernoulli.Value.Length; k++, power *= (BigInteger)n * n)
        {
            var (numerator, denominator) = Bernoulli.Value[k - 1];
            var term = (numerator << bits) / (denominator * (2 * k) * (2 * k - 1) * power);
            if (term.IsZero)
                return (sum, (n + 1) * error + 2 * k + 2);
            sum += term;
        }
        throw new InvalidOperationException($"Stirling's series of {n} needs more than {Bernoulli.Value.Length} terms for {bits} bits");
    }

    // The same in 128 bits, for n below 2^31: four terms, the fifth is below 2^-90; ln n is off by 2^-113, so (n + 1/2) ln n by 2^-81.
    private static bool TryFast(ulong n, out Int128 floor)
    {
        const int bits = 88; // (n + 1/2) ln n < 2^36
        floor = 0;
        if (n >= 1UL << 31)
            return false;
        var ln = (UInt128)FastFunctions.Scaled(n);
        var twice = 2 * n + 1;
        // twice ln / 2, from units of 2^-120 to units of 2^-88.
        var product = (Math.BigMul((ulong)(ln >> 64), twice) << 31) + (Math.BigMul((ulong)ln, twice) >> 33);
        var one = UInt128.One << bits;
        var cube = (UInt128)n * n * n;
        var value = (Int128)product - ((Int128)n << bits) + FastConstant.Value
            + (Int128)(one / (12 * (UInt128)n)) - (Int128)(one / (360 * cube))
            + (Int128)(one / (UInt128)1260 / n / n / cube) - (Int128)(one / (UInt128)1680 / cube / cube / n);
        const int error = 1 << 8; // 2^-80
        floor = (value - error) >> (bits - FixedPoint.Bits);
        return floor == (value + error) >> (bits - FixedPoint.Bits);
    }

    private static readonly Lazy<Int128> FastConstant = new(() => (Int128)(Constant(192) >> (192 - 88)));

    private static (BigInteger N, BigInteger D)[] BernoulliNumbers(int count)
    {
        var all = new (BigInteger N, BigInteger D)[2 * count + 1];
        all[0] = (1, 1);
        for (var n = 1; n <= 2 * count; n++)
        {
            var (sum, binomial) = ((N: BigInteger.Zero, D: BigInteger.One), BigInteger.One);
            for (var j = 0; j < n; j++)
            {
                sum = Reduced(sum.N * all[j].D + binomial * all[j].N * sum.D, sum.D * all[j].D);
                binomial = binomial * (n + 1 - j) / (j + 1);
            }
            all[n] = Reduced(-sum.N, sum.D * (n + 1));
        }
        return [.. Enumerable.Range(1, count).Select(k => all[2 * k])];
    }

    private static (BigInteger N, BigInteger D) Reduced(BigInteger n, BigInteger d)
    {
        var common = BigInteger.GreatestCommonDivisor(n, d);
        return (n / common, d / common);
    }
}
