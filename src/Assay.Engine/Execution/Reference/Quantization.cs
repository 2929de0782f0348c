using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Numbers in few bits, and sums of products of them.</summary>
internal static class Quantization
{
    /// <summary>x / scale, rounded to an integer and moved by the zero point, or rounded to a small float.</summary>
    public static void Quantize(Attributes a, Tensor x, Tensor scale, Tensor? zero, Tensor y)
    {
        var places = new BlockMap(a, x.Shape, scale.Shape);
        var zeros = zero is null || y.Type.IsSmallFloat() ? null : new BlockMap(a, x.Shape, zero.Shape);
        RefuseZeroPoints(y.Type, zero);
        var scales = new Reals<Real32>(scale);
        var precision = (DType)a.Int("precision", (long)DType.Float32);
        for (var i = 0; i < x.Count; i++)
        {
            var quotient = Round(precision, Real(x, i) / scales[places[i]].V);
            if (y.Type.IsSmallFloat())
                y.MutableBytes[i] = SmallFloats.Store(a, y.Type, quotient + 0f);      // the zero point, which makes +0 of -0
            else
            {
                var (least, greatest) = Numbers.Range(y.Type);
                Numbers.StoreWhole(y, i, Int128.Clamp(NearestWhole(quotient) + (zeros is null ? 0 : Numbers.LoadWhole(zero!, zeros[i])), least, greatest));
            }
        }
    }

    /// <summary>(x - zero point) * scale: the difference exact, rounded to float32; the product rounded.</summary>
    public static void Dequantize(Attributes a, Tensor x, Tensor scale, Tensor? zero, Tensor y)
    {
        var places = new BlockMap(a, x.Shape, scale.Shape);
        var zeros = zero is null ? null : new BlockMap(a, x.Shape, zero.Shape);
        RefuseZeroPoints(x.Type, zero);
        var scales = new Reals<Real32>(scale);
        for (var i = 0; i < x.Count; i++)
        {
            var difference = x.Type.IsSmallFloat()
                ? SmallFloats.Load(x.Type, x.Bytes[i])
                : (float)Casts.Nearest(Numbers.LoadWhole(x, i) - (zeros is null ? 0 : Numbers.LoadWhole(zero!, zeros[i])), 24);
            Real32.Store(y, i, new(difference * scales[places[i]].V));
        }
    }

    /// <summary>The low 32 bits of the sum of (a - zero) * (b - zero).</summary>
    public static void MatMul(Tensor a, Tensor b, Tensor? zeroA, Tensor? zeroB, Tensor y)
    {
        var left = a.Shape.Rank == 1 ? Shape.Of(1, a.Shape[0]) : a.Shape;
        var right = b.Shape.Rank == 1 ? Shape.Of(b.Shape[0], 1) : b.Shape;
        int m = left[left.Rank - 2], inner = left[left.Rank - 1], n = right[right.Rank - 1];
        var batch = Shape.Of(ShapeRules.Broadcast(left.Dims[..^2], right.Dims[..^2]).AsSpan());
        var p = IndexMap.Broadcast(Shape.Of(left.Dims[..^2].AsSpan()), batch);
        var q = IndexMap.Broadcast(Shape.Of(right.Dims[..^2].AsSpan()), batch);
        var zerosA = IndexMap.Broadcast(zeroA?.Shape ?? Shape.Scalar, a.Shape);
        var zerosB = IndexMap.Broadcast(zeroB?.Shape ?? Shape.Scalar, b.Shape);
        for (var s = 0; s < batch.Count; s++)
        {
            int inA = p[s] * m * inner, inB = q[s] * inner * n;
            for (var row = 0; row < m; row++)
                for (var column = 0; column < n; column++)
                {
                    Int128 sum = 0;
                    for (var k = 0; k < inner; k++)
                    {
                        int i = inA + row * inner + k, j = inB + k * n + column;
                        sum += (Numbers.LoadWhole(a, i) - Zero(zeroA, zerosA, i)) * (Numbers.LoadWhole(b, j) - Zero(zeroB, zerosB, j));
                    }
                    Numbers.StoreWhole(y, (s * m + row) * n + column, sum);
                }
        }
    }

    /// <summary>The low 32 bits of the sum of (x - zero) * (w - zero) over the kernel's elements that lie in the input.</summary>
    public static void Conv(Attributes a, Tensor x, Tensor w, Tensor? zeroX, Tensor? zeroW, Tensor y)
    {
        var spatial = x.Shape.Dims[2..].AsSpan();
        var taps = new Taps(Window.Of(a, spatial, w.Shape.Dims[2..].AsSpan()), spatial);
        var group = (int)a.Int("group", 1);
        int channels = w.Shape[1], outputs = w.Shape[0], plane = Shape.Of(spatial).Count;
        var zero = zeroX is null ? 0 : Numbers.LoadWhole(zeroX, 0);
        var window = new int[channels == 0 ? 0 : taps.Count];
        for (var place = 0; place < taps.Windows; place++)
        {
            for (var t = 0; t < window.Length; t++)
                window[t] = taps.At(place, t);
            for (var n = 0; n < x.Shape[0]; n++)
                for (var o = 0; o < outputs; o++)
                {
                    var zeroO = zeroW is null ? 0 : Numbers.LoadWhole(zeroW, zeroW.Count == 1 ? 0 : o);
                    Int128 sum = 0;
                    for (var c = 0; c < channels; c++)
                    {
                        var from = (n * x.Shape[1] + o / (outputs / group) * channels + c) * plane;
                        var weight = (o * channels + c) * window.Length;
                        for (var t = 0; t < window.Length; t++)
                            if (window[t] != Taps.Padding)
                                sum += (Numbers.LoadWhole(x, from + window[t]) - zero) * (Numbers.LoadWhole(w, weight + t) - zeroO);
                    }
                    Numbers.StoreWhole(y, (n * outputs + o) * taps.Windows + place, sum);
                }
        }
    }

    /// <summary>The nearest whole number, ties to even; NaN is 0. What no zero point brings back into any range is cut off.</summary>
    private static Int128 NearestWhole(float value)
    {
        if (float.IsNaN(value))
            return 0;
        var limited = Math.Clamp(value, -1099511627776f, 1099511627776f);
        var whole = (long)limited;
        var rest = MathF.Abs(limited - whole);
        return whole + (rest > 0.5f || rest == 0.5f && (whole & 1) != 0 ? limited < 0 ? -1 : 1 : 0);
    }

    private static Int128 Zero(Tensor? zero, IndexMap places, int i) => zero is null ? 0 : Numbers.LoadWhole(zero, places[i]);

    private static float Real(Tensor x, int i) => x.Type == DType.Int32 ? x.Span<int>()[i] : new Reals<Real32>(x)[i].V;

    private static float Round(DType precision, float value) => precision switch
    {
        DType.Float16 => HalfFloat.ToSingle(HalfFloat.FromSingle(value)),
        DType.BFloat16 => BrainFloat.ToSingle(BrainFloat.FromSingle(value)),
        _ => value,
    };

    private static void RefuseZeroPoints(DType type, Tensor? zero)
    {
        if (zero is not null && type.IsSmallFloat() && zero.Bytes.ContainsAnyExcept((byte)0))
            throw new ModelException($"a zero point of {type.Name()} that is not 0");
    }

    /// <summary>Which scale, or which zero point, belongs to an element.</summary>
    private sealed class BlockMap
    {
        private readonly Shape shape;
        private readonly int[] steps;
        private readonly int axis, block;

        public BlockMap(Attributes a, Shape x, Shape scales)
        {
            shape = x;
            steps = new int[x.Rank];
            block = 1;
            if (scales.Count == 1 && scales.Rank <= 1)
                return;
            axis = ShapeRules.Axis(a.Int("axis", 1), x.Rank);
            if (a.Int("block_size", 0) is > 0 and var size)
                (block, steps) = ((int)size, Places.Strides(scales));
            else
                steps[axis] = 1;
        }

        public int this[int index]
        {
            get
            {
                Span<int> at = stackalloc int[Shape.MaxRank];
                Places.Coordinates(shape, index, at);
                var place = 0;
                for (var i = 0; i < steps.Length; i++)
                    place += (i == axis ? at[i] / block : at[i]) * steps[i];
                return place;
            }
        }
    }
}
