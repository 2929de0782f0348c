using Assay.Engine.Models;
using Assay.Engine.Tests.Execution;
using Assay.Engine.Tests.Numerics;

namespace Assay.Engine.Tests.Conformance;

/// <summary>What the profile's test vectors are about: the small cases that executors are compared by, and of functions, casts and chains every edge.</summary>
internal static class VectorCases
{
    /// <summary>Bytes of operands at most, of a case taken over from the tests of executors.</summary>
    private const int MostBytes = 3_000;

    /// <summary>Cases of one primitive taken over, at most.</summary>
    private const int MostOfOne = 14;

    public static IEnumerable<FastCase> All()
    {
        foreach (var test in Functions().Concat(Powers()).Concat(Casts()).Concat(Chains()).Concat(PlaceVectors.All()).Concat(ElementVectors.All()))
            yield return test;
        var taken = new Dictionary<Primitive, int>();
        foreach (var test in FastEqualityTests.All)
            if (test.Op.ToFunction() is null && test.Operands.Sum(x => x?.Bytes.Length ?? 0) is > 0 and <= MostBytes && (taken[test.Op] = taken.GetValueOrDefault(test.Op) + 1) <= MostOfOne)
                yield return test;
    }

    private static IEnumerable<FastCase> Functions()
    {
        float[] floats =
        [
            .. Sample.Edges.Where((_, i) => i % 61 == 0), 0, -0f, 1, -1, 0.1f, 2.5f, -3.7f, 10, 88.5f, -87.9f, -100, 1e-40f, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
            .. Enumerable.Range(0, 60).Select(i => 4 * Sample.Unit((ulong)i)), .. Enumerable.Range(0, 30).Select(i => 90 * Sample.Unit((ulong)i)),
            .. Enumerable.Range(0, 40).Select(i => Sample.Any((ulong)i)), .. Enumerable.Range(1, 20).Select(i => (float)(i * i * i * 1.5707963267948966)),
        ];
        double[] doubles =
        [
            0, -0.0, 1, -1, 0.1, 2.5, -3.7, 10, 709.5, -708.2, -745, 1e-310, double.Epsilon, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e-9, 1e-160, 5.9, 0.9999999,
            .. Enumerable.Range(0, 40).Select(i => 4.0 * Sample.Unit((ulong)i) + (1e-9 * Sample.Unit((ulong)i + 99))), .. Enumerable.Range(0, 20).Select(i => 600.0 * Sample.Unit((ulong)i)),
            .. Enumerable.Range(0, 30).Select(i => BitConverter.UInt64BitsToDouble(Sample.Hash((ulong)i))),
        ];
        foreach (var op in Enum.GetValues<Primitive>().Where(op => op is Primitive.Relu or Primitive.Neg or Primitive.Abs || op.ToFunction() is not null))
        {
            yield return new($"{op} float32", op, Attributes.None, 1, Of(floats));
            yield return new($"{op} float64", op, Attributes.None, 1, Of(doubles));
            foreach (var type in new[] { DType.Float16, DType.BFloat16 })
                yield return new($"{op} {type.Name()}", op, Attributes.None, 1, FastCase.Floats(21, true, type, 50));
        }
    }

    private static IEnumerable<FastCase> Powers()
    {
        float[] edges = [0, -0f, 1, -1, 2, -2, 3, -3, 0.5f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1e-40f, float.MaxValue, 16777215, 1.1f, 0.7f, -41.3f];
        yield return new("Pow float32", Primitive.Pow, Attributes.None, 1, Tensor.From<float>(Shape.Of(edges.Length, 1), edges), Of(edges));
        double[] wide = [.. edges.Select(e => (double)e), 9007199254740991, 1e300, 1.0000000001];
        yield return new("Pow float64", Primitive.Pow, Attributes.None, 1, Tensor.From<double>(Shape.Of(wide.Length, 1), wide), Of(wide));
    }

    private static IEnumerable<FastCase> Casts()
    {
        float[] x =
        [
            0, -0f, 1.00048828f, 1.00146484f, 65519, 65520, 2.98023224e-08f, 2.98023259e-08f, 1e-40f, 1.00390625f, 1.01171875f, float.MaxValue, float.NaN, float.PositiveInfinity, float.NegativeInfinity,
            -1.9f, 1.9f, 127.5f, 255.5f, -129, 65535.9f, 3e9f, -3e9f, 1e30f, 5.9604645e-08f, 6.1e-05f, 0.5f, 1.5f, 2.5f, 16777217,
        ];
        foreach (var to in new[] { DType.Float16, DType.BFloat16, DType.Float64, DType.Int8, DType.UInt8, DType.Int16, DType.Int32, DType.Int64, DType.UInt64, DType.Bool })
            yield return new($"Cast float32 to {to.Name()}", Primitive.Cast, Attributes.None.With("to", (long)to), 1, Of(x));
        double[] wide = [.. x.Select(v => (double)v), 1.0000000596046448, 1e300, 9.3e18, -1e19, 1.0000000001];
        foreach (var to in new[] { DType.Float32, DType.Float16, DType.BFloat16, DType.Int32, DType.UInt64 })
            yield return new($"Cast float64 to {to.Name()}", Primitive.Cast, Attributes.None.With("to", (long)to), 1, Of(wide));
        long[] whole = [0, 1, -1, 16777217, 16777219, -33554435, long.MaxValue, long.MinValue, 9007199254740993, 300, -129];
        foreach (var to in new[] { DType.Float32, DType.Float64, DType.Float16, DType.Int8, DType.UInt32, DType.Bool })
            yield return new($"Cast int64 to {to.Name()}", Primitive.Cast, Attributes.None.With("to", (long)to), 1, FastCase.Ints(whole));
    }

    /// <summary>fma(a, b, c) as the product of (c, a) and (1, b), and longer chains in every type.</summary>
    private static IEnumerable<FastCase> Chains()
    {
        const int Count = 150;
        float[] left = new float[2 * Count], right = new float[2 * Count];
        double[] wideLeft = new double[2 * Count], wideRight = new double[2 * Count];
        for (var i = 0; i < Count; i++)
        {
            var h = Sample.Hash((ulong)i);
            float a = Scaled(h, (int)(h >> 58) - 32), b = Scaled(h >> 13, (int)((h >> 52) & 63) - 32);
            // A third nearly cancels, a third halves a last place, a third is anything.
            var c = i % 3 == 0 ? -(a * b) : i % 3 == 1 ? Scaled(h >> 29, (int)(h >> 58) - 56) : Sample.Any((ulong)i);
            (left[2 * i], left[(2 * i) + 1], right[2 * i], right[(2 * i) + 1]) = (c, a, 1, b);
            double wa = a + (1e-9 * a), wb = b + (1e-10 * b);
            (wideLeft[2 * i], wideLeft[(2 * i) + 1], wideRight[2 * i], wideRight[(2 * i) + 1]) = (i % 3 == 0 ? -(wa * wb) : c, wa, 1, wb);
        }
        yield return new("fma float32", Primitive.MatMul, Attributes.None, 1, Tensor.From<float>(Shape.Of(Count, 1, 2), left), Tensor.From<float>(Shape.Of(Count, 2, 1), right));
        yield return new("fma float64", Primitive.MatMul, Attributes.None, 1, Tensor.From<double>(Shape.Of(Count, 1, 2), wideLeft), Tensor.From<double>(Shape.Of(Count, 2, 1), wideRight));
        foreach (var type in new[] { DType.Float32, DType.Float16, DType.BFloat16 })
            yield return new($"chains {type.Name()}", Primitive.MatMul, Attributes.None, 1, FastCase.Floats(31, false, type, 3, 150), FastCase.Floats(32, false, type, 150, 5));
        yield return new("chains float64", Primitive.MatMul, Attributes.None, 1, Doubles(33, 3, 40), Doubles(34, 40, 5));
        yield return new("Conv float64", Primitive.Conv, Attributes.None, 1, Doubles(35, 1, 2, 5, 6), Doubles(36, 3, 2, 2, 3), Doubles(37, 3));
        yield return new("ReduceSum float64", Primitive.ReduceSum, Attributes.None, 1, Doubles(38, 3, 70), FastCase.Ints(1));
        yield return new("Softmax float64", Primitive.Softmax, Attributes.None, 1, Doubles(39, 3, 21));
        yield return new("Lstm float64", Primitive.Lstm, Attributes.None, 3, Doubles(40, 2, 1, 3), Doubles(41, 1, 8, 3), Doubles(42, 1, 8, 2), Doubles(43, 1, 16));
        yield return new("BatchNormalization float64", Primitive.BatchNormalization, Attributes.None.With("epsilon", 1e-3f), 1, Doubles(44, 2, 3, 4), Doubles(45, 3), Doubles(46, 3), Doubles(47, 3), Of(0.5, 1.25, 2));
    }

    private static float Scaled(ulong h, int exponent) => MathF.ScaleB((h & 1) == 0 ? 1 : -1, exponent) * BitConverter.Int32BitsToSingle(0x3F800000 | (int)((h >> 1) & 0x7FFFFF));

    internal static Tensor Doubles(ulong seed, params int[] dims)
    {
        var tensor = Tensor.Create(DType.Float64, Shape.Of(dims));
        for (var i = 0; i < tensor.Count; i++)
            tensor.MutableSpan<double>()[i] = ((long)(Sample.Hash((seed << 32) + (ulong)i) >> 10) - (1L << 53)) / (double)(1L << 52);
        return tensor;
    }

    private static Tensor Of(params float[] values) => Tensor.From<float>(Shape.Of(values.Length), values);

    private static Tensor Of(params double[] values) => Tensor.From<double>(Shape.Of(values.Length), values);
}
