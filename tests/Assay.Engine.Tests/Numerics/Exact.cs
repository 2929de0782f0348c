using System.Numerics;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

/// <summary>
/// The functions in fixed point, 1,300 binary digits after the point: series in whole numbers, written from the definitions and not from
/// the profile. Each step is off by a few units of 2^-1300 at most and no value is multiplied up by more than 2^64 on its way, so results
/// are good to 2^-1200 or, above 1, to as many bits in all: far beyond the 2^-1128 that half a last place of a float64 may weigh.
/// </summary>
internal static class Exact
{
    private const int Places = 1300;

    private static readonly BigInteger One = BigInteger.One << Places;

    private static readonly BigInteger Ln2 = 2 * Artanh(One / 3);

    /// <summary>pi to 2,400 places (Machin).</summary>
    private static readonly BigInteger LongPi = 4 * ((4 * ArctanInverse(5)) - ArctanInverse(239));

    private static readonly BigInteger Pi = LongPi >> (LongPlaces - Places);

    private const int LongPlaces = 2400;

    /// <summary>The distance of <paramref name="actual"/> from the function's true value, in units of the last place of the float64 nearest to that value.</summary>
    public static double Error(Function function, double x, double actual) => Distance(actual, Value(function, Fixed(x)));

    public static double PowError(double x, double y, double actual)
    {
        // x^y = exp(y log x); the logarithm's error grows by y, which is below 2^64 wherever the power is finite.
        var t = (Log(Fixed(x)) * Fixed(y)) >> Places;
        return Distance(actual, Exp(t));
    }

    public static BigInteger Fixed(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) & 0x7FF;
        var magnitude = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
        return (BigInteger)(bits < 0 ? -magnitude : magnitude) << (Math.Max(exponent, 1) - 1075 + Places);
    }

    private static double Distance(double actual, BigInteger expected)
    {
        var magnitude = BigInteger.Abs(expected);
        var lead = (int)magnitude.GetBitLength() - 1 - Places;
        if (double.IsInfinity(actual))
            return lead >= 1024 || magnitude >= Fixed(double.MaxValue) + (BigInteger.One << (Places + 970)) ? 0 : double.PositiveInfinity;
        var place = Math.Max(lead, -1022) - 52 + Places;
        return (double)(BigInteger.Abs(Fixed(actual) - expected) >> (place - 60)) / (1L << 60);
    }

    private static BigInteger Value(Function function, BigInteger x) => function switch
    {
        Function.Sqrt => Sqrt(x),
        Function.Exp => Exp(x),
        Function.Log => Log(x),
        Function.Sigmoid => Quotient(One, One + Exp(-x)),
        Function.Softplus => x > One * 1500 ? x : Log(One + Exp(x)),
        Function.Tanh => Quotient(Exp(x) - Exp(-x), Exp(x) + Exp(-x)),
        Function.Sinh => (Exp(x) - Exp(-x)) / 2,
        Function.Cosh => (Exp(x) + Exp(-x)) / 2,
        Function.Asinh => x.Sign * Log(BigInteger.Abs(x) + Sqrt(Square(x) + One)),
        Function.Acosh => Log(x + Sqrt(Square(x) - One)),
        Function.Atanh => Log(Quotient(One + x, One - x)) / 2,
        Function.Erf => Erf(x),
        Function.Atan => Atan(x),
        Function.Asin => Asin(x),
        Function.Acos => (Pi / 2) - Asin(x),
        Function.Sin => Circle(x).Sine,
        Function.Cos => Circle(x).Cosine,
        Function.Tan => Circle(x) is var (sine, cosine) ? Quotient(sine, cosine) : 0,
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "not a function with an error"),
    };

    private static BigInteger Product(BigInteger a, BigInteger b) => (a * b) >> Places;

    private static BigInteger Quotient(BigInteger a, BigInteger b) => (a << Places) / b;

    private static BigInteger Square(BigInteger a) => Product(a, a);

    private static BigInteger Sqrt(BigInteger a)
    {
        var n = a << Places;
        if (n.IsZero)
            return n;
        // Newton, from above.
        var root = BigInteger.One << (int)((n.GetBitLength() + 1) / 2);
        for (; ; )
        {
            var next = (root + (n / root)) >> 1;
            if (next >= root)
                return root;
            root = next;
        }
    }

    private static BigInteger Exp(BigInteger x)
    {
        // Beyond these the result is 0 or above every float64.
        if (x < -(One * 1500))
            return 0;
        x = BigInteger.Min(x, One * 1500);
        var n = (int)(x / Ln2);
        BigInteger r = x - (n * Ln2), term = One, sum = One;
        for (var k = 1; !term.IsZero; k++)
        {
            term = Product(term, r) / k;
            sum += term;
        }
        return n >= 0 ? sum << n : sum >> -n;
    }

    private static BigInteger Log(BigInteger x)
    {
        var e = (int)x.GetBitLength() - 1 - Places;
        var m = e >= 0 ? x >> e : x << -e;
        return (e * Ln2) + (2 * Artanh(Quotient(m - One, m + One)));
    }

    private static BigInteger Artanh(BigInteger s)
    {
        BigInteger z = Square(s), power = s, sum = 0;
        for (var k = 1; !power.IsZero && power != -1; k += 2)
        {
            sum += power / k;
            power = Product(power, z);
        }
        return sum;
    }

    private static BigInteger Erf(BigInteger x)
    {
        if (BigInteger.Abs(x) >= 7 * One)
            return x.Sign * One;
        BigInteger w = 2 * Square(x), term = BigInteger.Abs(x), sum = 0;
        for (var n = 1; !term.IsZero; n++)
        {
            sum += term;
            term = Product(term, w) / ((2 * n) + 1);
        }
        return x.Sign * Quotient(2 * Product(sum, Exp(-Square(x))), Sqrt(Pi));
    }

    private static BigInteger Atan(BigInteger x)
    {
        // The angle is halved five times.
        for (var i = 0; i < 5; i++)
            x = Quotient(x, One + Sqrt(One + Square(x)));
        BigInteger z = Square(x), power = BigInteger.Abs(x), sum = 0;
        for (var k = 1; !power.IsZero; k += 2)
        {
            sum += k % 4 == 1 ? power / k : -(power / k);
            power = Product(power, z);
        }
        return x.Sign * (sum << 5);
    }

    private static BigInteger Asin(BigInteger x) =>
        BigInteger.Abs(x) == One ? x.Sign * (Pi / 2) : Atan(Quotient(x, Sqrt(One - Square(x))));

    private static (BigInteger Sine, BigInteger Cosine) Circle(BigInteger x)
    {
        // Modulo pi/2, with the places of pi that a number of 2^1024 takes up.
        var wide = x << (LongPlaces - Places);
        var n = wide * 2 / LongPi;
        var r = (wide - (n * LongPi / 2)) >> (LongPlaces - Places);
        BigInteger sine = 0, cosine = 0, term = One;
        for (var k = 0; !term.IsZero && term != -1; k++)
        {
            if (k % 2 == 0)
                cosine += k % 4 == 0 ? term : -term;
            else
                sine += k % 4 == 1 ? term : -term;
            term = Product(term, r) / (k + 1);
        }
        return (int)(((n % 4) + 4) % 4) switch { 0 => (sine, cosine), 1 => (cosine, -sine), 2 => (-sine, -cosine), _ => (-cosine, sine) };
    }

    private static BigInteger ArctanInverse(int n)
    {
        BigInteger power = (BigInteger.One << LongPlaces) / n, sum = 0;
        for (var k = 1; !power.IsZero; k += 2)
        {
            sum += k % 4 == 1 ? power / k : -(power / k);
            power /= n * n;
        }
        return sum;
    }
}
