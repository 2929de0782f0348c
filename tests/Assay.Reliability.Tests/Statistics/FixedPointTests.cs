using System.Numerics;
using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>The fast functions are the floors that the reference gives, bit for bit, and the reference is the logarithm.</summary>
public class FixedPointTests
{
    [Fact]
    public void Known_digits()
    {
        // 2^64 times 0.69314718055994530941723212145817656807..., 2.30258509299404568401799145468436420760..., 2.71828182845904523536028747135266249775...
        Assert.Equal(Digits("0.69314718055994530941723212145817656807550013436025"), (BigInteger)FixedPoint.Ln(2, 1));
        Assert.Equal(Digits("2.30258509299404568401799145468436420760110148862877"), (BigInteger)FixedPoint.Ln(10, 1));
        Assert.Equal(-Digits("0.69314718055994530941723212145817656807550013436025") - 1, (BigInteger)FixedPoint.Ln(1, 2));
        Assert.Equal(Digits("2.71828182845904523536028747135266249775724709369995"), (BigInteger)FixedPoint.Exp(FixedPointOne));
        Assert.Equal(Digits("0.36787944117144232159552377016146086744581113103176"), (BigInteger)FixedPoint.Exp(-FixedPointOne));
        Assert.Equal(0, FixedPoint.Ln(7, 7));
        Assert.Equal(FixedPoint.One, FixedPoint.Exp(0));
        Assert.Equal(0, FixedPoint.LnFactorial(0));
        Assert.Equal(0, FixedPoint.LnFactorialUp(1));
        Assert.Equal(FixedPoint.Ln(3628800, 1), FixedPoint.LnFactorial(10));
    }

    [Fact]
    public void The_fast_logarithm_is_the_references()
    {
        var dice = new Dice(1);
        var undecided = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var (n, d) = (Draw(ref dice), i % 3 == 0 ? 1 : Draw(ref dice));
            if (i % 5 == 0)
                d = n ^ (ulong)dice.Below(4); // close neighbours
            if (n == d || d == 0)
                continue;
            if (!FastFunctions.TryLn(n, d, out var fast))
                undecided++;
            else
                Assert.Equal(ExactFunctions.Ln(n, d), (BigInteger)fast);
        }
        Assert.InRange(undecided, 0, 1);
    }

    [Fact]
    public void Every_interval_of_the_fast_logarithm_is_right_at_its_ends()
    {
        // The mantissa's first seven bits choose the table's row: both ends of each row are where the series is longest.
        for (ulong i = 0; i < 128; i++)
            foreach (var m in (ulong[])[(1UL << 63) + (i << 56), (1UL << 63) + (i << 56) + (1UL << 56) - 1])
                Assert.Equal(ExactFunctions.Ln(m, 3), (BigInteger)FixedPoint.Ln(m, 3));
    }

    [Fact]
    public void The_error_of_the_fast_logarithm_is_within_its_bound()
    {
        var dice = new Dice(2);
        for (var i = 0; i < 5_000; i++)
        {
            var a = Draw(ref dice);
            var exact = ExactFunctions.LnApart(a, 1, 200).Value >> 80;
            Assert.InRange((BigInteger)FastFunctions.Scaled(a) - exact, -127, 127);
        }
    }

    [Fact]
    public void The_fast_exponential_is_the_references()
    {
        var dice = new Dice(3);
        var undecided = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var x = ((Int128)(dice.Below(70) - 45) << 64) + dice.Next();
            if (x == 0)
                continue;
            if (!FastFunctions.TryExp(x, out var fast))
                undecided++;
            else
                Assert.Equal(ExactFunctions.Exp((BigInteger)x), (BigInteger)fast);
        }
        Assert.InRange(undecided, 0, 20); // near e^25 one in a thousand is in doubt
    }

    [Fact]
    public void The_exponential_of_large_and_of_tiny_arguments()
    {
        foreach (var x in (Int128[])[FixedPoint.ExpLimit, FixedPoint.ExpLimit - 1, (Int128)30 << 64, 1, -1, 12345, -12345, -((Int128)44 << 64), -((Int128)4436 << 57)])
            Assert.Equal(ExactFunctions.Exp((BigInteger)x), (BigInteger)FixedPoint.Exp(x));
        Assert.Equal(FixedPoint.One, FixedPoint.Exp(1) - 1);
        Assert.Equal(FixedPoint.One - 1, FixedPoint.Exp(-1));
        Assert.Equal(0u, FixedPoint.Exp(Int128.MinValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => FixedPoint.Exp(FixedPoint.ExpLimit + 1));
    }

    [Fact]
    public void Rising_arguments_never_make_falling_logarithms()
    {
        // What the search for the proven bound rests on.
        Int128 last = Int128.MinValue;
        for (ulong n = 999_000; n < 1_003_000; n++)
        {
            var ln = FixedPoint.Ln(n, 1_000_000);
            Assert.True(ln >= last);
            last = ln;
        }
    }

    [Fact]
    public void The_logarithm_of_a_factorial_is_the_logarithm_of_the_product()
    {
        var product = BigInteger.One;
        for (ulong n = 2; n <= 1_500; n++)
        {
            product *= n;
            if (n is < 600 or > 1_450)
                Assert.Equal(ExactFunctions.Ln(product, 1), (BigInteger)FixedPoint.LnFactorial(n));
        }
    }

    [Fact]
    public void The_fast_factorial_is_the_references_and_each_is_its_predecessor_times_n()
    {
        var dice = new Dice(4);
        for (var i = 0; i < 400; i++)
        {
            var n = 512 + (dice.Next() >> (33 + dice.Below(22)));
            Assert.Equal(LogFactorial.Reference(n), FixedPoint.LnFactorial(n));
            var m = 1024 + (dice.Next() >> (11 + dice.Below(30)));
            Assert.InRange(FixedPoint.LnFactorial(m) - FixedPoint.LnFactorial(m - 1) - FixedPoint.Ln(m, 1), -1, 2);
        }
    }

    [Fact]
    public void What_has_no_logarithm_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => FixedPoint.Ln(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => FixedPoint.Ln(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => FixedPoint.LnFactorial(1UL << 54));
    }

    private static Int128 FixedPointOne => (Int128)1 << 64;

    // Of every length, from one bit to 64.
    private static ulong Draw(ref Dice dice) => Math.Max(1, dice.Next() >> dice.Below(64));

    // floor(2^64 times a decimal).
    private static BigInteger Digits(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return (BigInteger.Parse(text.Remove(point, 1)) << 64) / BigInteger.Pow(10, text.Length - point - 1);
    }
}
