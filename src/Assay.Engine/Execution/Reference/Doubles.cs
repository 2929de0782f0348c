using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>The few operations that the profile has in binary64 (1.6): each rounds at most once.</summary>
internal static class Doubles
{
    public static void Unary(Primitive op, Tensor x, Tensor y)
    {
        var values = x.Span<double>();
        for (var i = 0; i < values.Length; i++)
            Store(y, i, op switch
            {
                Primitive.Relu => values[i] > 0 || double.IsNaN(values[i]) ? values[i] : 0,
                Primitive.Sqrt => Math.Sqrt(values[i]),
                Primitive.Neg => -values[i],
                Primitive.Abs => Math.Abs(values[i]),
                _ => throw new ModelException($"{op} of float64 is not in the profile"),
            });
    }

    public static void Binary(Primitive op, Tensor a, IndexMap left, Tensor b, IndexMap right, Tensor y)
    {
        for (var i = 0; i < y.Count; i++)
        {
            double p = a.Span<double>()[left[i]], q = b.Span<double>()[right[i]];
            Store(y, i, op switch
            {
                Primitive.Add => p + q,
                Primitive.Sub => p - q,
                Primitive.Mul => p * q,
                Primitive.Div => p / q,
                Primitive.Min => -Greatest(-p, -q),
                Primitive.Max => Greatest(p, q),
                _ => throw new ModelException($"{op} of float64 is not in the profile"),
            });
        }
    }

    public static void Compare(Primitive op, Tensor a, IndexMap left, Tensor b, IndexMap right, Tensor y)
    {
        for (var i = 0; i < y.Count; i++)
        {
            double p = a.Span<double>()[left[i]], q = b.Span<double>()[right[i]];
            y.MutableBytes[i] = Elementwise.Holds(op, p < q, p == q, p > q) ? (byte)1 : (byte)0;
        }
    }

    public static void Store(Tensor y, int i, double value) =>
        y.MutableSpan<ulong>()[i] = double.IsNaN(value) ? 0x7FF8000000000000 : BitConverter.DoubleToUInt64Bits(value);

    private static double Greatest(double a, double b) =>
        double.IsNaN(a) || double.IsNaN(b) ? double.NaN : a > b || a == b && double.IsNegative(b) ? a : b;
}
