using System.Numerics;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

/// <summary>The float64 FMA against whole numbers of any length, in which a·b + c is exact.</summary>
public sealed class Fma64Tests
{
    [Fact]
    public void Random_bits_round_once()
    {
        for (var i = 0ul; i < 300_000; i++)
            Check(Any(3 * i), Any((3 * i) + 1), Any((3 * i) + 2));
    }

    [Fact]
    public void Addends_that_nearly_cancel_or_halve_the_last_place_round_once()
    {
        for (var i = 0ul; i < 150_000; i++)
        {
            var h = Sample.Hash(i);
            var scale = i % 3 == 0 ? -1000 : (int)(h & 63) - 32;
            var a = Scaled(Sample.Hash(2 * i), scale);
            var b = Scaled(Sample.Hash((2 * i) + 1), (int)((h >> 6) & 127) - 64);
            // Few significant bits make exact ties common.
            if (i % 2 == 0)
                (a, b) = (Short(a), Short(b));
            var c = Scaled(h >> 20, scale + (int)((h >> 12) & 127) - 64);
            Check(a, b, c);
            Check(a, b, -(a * b));
            Check(a, b, Math.BitIncrement(-(a * b)));
            Check(a, b, BitConverter.Int64BitsToDouble((long)(h >> 60)));
        }
    }

    [Fact]
    public void Edges_round_once()
    {
        double[] edges = [.. Edges()];
        foreach (var a in edges)
            foreach (var b in edges)
                foreach (var c in edges)
                    Check(a, b, c);
    }

    [Fact]
    public void Signs_of_zero_and_invalid_operations_follow_the_standard()
    {
        foreach (var fma in new Func<double, double, double, double>[] { ScalarMath.Fma, SoftwareFma64.Exact })
        {
            Assert.True(double.IsNegative(fma(-1, 0, -0.0)));
            Assert.False(double.IsNegative(fma(-1, 0, 0.0)));
            Assert.False(double.IsNegative(fma(1, 1, -1)));
            Assert.True(double.IsNegative(fma(-1e-200, 1e-200, 0)));
            Assert.True(double.IsNaN(fma(double.PositiveInfinity, 0, 1)));
            Assert.True(double.IsNaN(fma(double.PositiveInfinity, 1, double.NegativeInfinity)));
            Assert.Equal(double.NegativeInfinity, fma(1e200, 1e200, double.NegativeInfinity));
        }
    }

    private static void Check(double a, double b, double c)
    {
        var expected = Expected(a, b, c);
        foreach (var actual in new[] { SoftwareFma64.Exact(a, b, c), ScalarMath.Fma(a, b, c) })
            if (BitConverter.DoubleToInt64Bits(expected) != BitConverter.DoubleToInt64Bits(actual) && !(double.IsNaN(expected) && double.IsNaN(actual)))
                Assert.Fail($"fma({a:R}, {b:R}, {c:R}) is {expected:R}, not {actual:R}");
    }

    private static double Expected(double a, double b, double c)
    {
        if (!double.IsFinite(a) || !double.IsFinite(b) || !double.IsFinite(c))
            return double.IsFinite(a) && double.IsFinite(b) ? c : (a * b) + c;
        if (a == 0 || b == 0)
            return (a * b) + c;
        // In units of 2^-2148, the least product of two subnormals.
        var sum = (Units(a, 1074) * Units(b, 1074)) + (Units(c, 1074) << 1074);
        if (sum.IsZero)
            return c == 0 ? a * b : 0;
        return sum.Sign * Nearest(BigInteger.Abs(sum), -2148);
    }

    private static BigInteger Units(double x, int places)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) & 0x7FF;
        var magnitude = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
        return (BigInteger)(bits < 0 ? -magnitude : magnitude) << (Math.Max(exponent, 1) - 1075 + places);
    }

    /// <summary>The nearest float64 to value · 2^exponent, ties to even.</summary>
    private static double Nearest(BigInteger value, int exponent)
    {
        var drop = Math.Max((int)value.GetBitLength() - 53, -1074 - exponent);
        if (drop <= 0)
            return Math.ScaleB((double)(long)(value << -drop), exponent + drop);
        var kept = value >> drop;
        var rest = value - (kept << drop);
        var half = BigInteger.One << (drop - 1);
        if (rest > half || (rest == half && !kept.IsEven))
            kept++;
        return exponent + drop > 971 || (exponent + drop == 971 && kept.GetBitLength() > 53) ? double.PositiveInfinity : Math.ScaleB((double)(long)kept, exponent + drop);
    }

    private static double Any(ulong counter) => BitConverter.UInt64BitsToDouble(Sample.Hash(counter));

    private static double Short(double x) => BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(x) & ~0x3FFFFFFL);

    private static double Scaled(ulong h, int exponent) =>
        Math.ScaleB((h & 1) == 0 ? 1 : -1, exponent) * BitConverter.Int64BitsToDouble(0x3FF0000000000000 | (long)(h >> 12));

    private static IEnumerable<double> Edges()
    {
        foreach (var exponent in new[] { 0, 1, 2, 52, 53, 500, 970, 1000, 1022, 1023, 1024, 1075, 1076, 1500, 2045, 2046, 2047 })
            foreach (var mantissa in new[] { 0, 1, 0x8000000000000, 0xFFFFFFFFFFFFF })
                foreach (var sign in new[] { 0, long.MinValue })
                    yield return BitConverter.Int64BitsToDouble(sign | ((long)exponent << 52) | mantissa);
    }
}
