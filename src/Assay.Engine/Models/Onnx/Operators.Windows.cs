namespace Assay.Engine.Models.Onnx;

/// <content>Windows beyond convolution and plain pooling.</content>
internal static partial class Operators
{
    private static Rule[] Blocks =>
    [
        new("ConvTranspose", 2, 3, ConvTranspose),
        new("DeformConv", 3, 5, DeformConv),
        new("Col2Im", 3, 3, Col2Im),
        new("LpPool", 1, 1, LpPool),
        new("GlobalLpPool", 1, 1, GlobalLpPool),
        new("MaxUnpool", 2, 3, MaxUnpool),
    ];

    private static void ConvTranspose(OnnxNode n)
    {
        var a = WithInt(Windows(n, pool: false), "group", n.Int("group", 1), 1);
        a = WithInts(n, WithInts(n, a, "output_padding", 0), "output_shape");
        n.Output(0, n.Emit(Primitive.ConvTranspose, a, n.Input(0), n.Input(1), n.Optional(2)));
    }

    private static void DeformConv(OnnxNode n)
    {
        var a = WithInt(Windows(n, pool: false), "group", n.Int("group", 1), 1);
        a = WithInt(a, "offset_group", n.Int("offset_group", 1), 1);
        n.Output(0, n.Emit(Primitive.DeformConv, a, n.Input(0), n.Input(1), n.Input(2), n.Optional(3), n.Optional(4)));
    }

    private static void Col2Im(OnnxNode n)
    {
        var a = WithInts(n, WithInts(n, WithInts(n, Attributes.None, "strides", 1), "dilations", 1), "pads", 0);
        n.Output(0, n.Emit(Primitive.Col2Im, a, n.Input(0), n.Input(1), n.Input(2)));
    }

    private static void LpPool(OnnxNode n)
    {
        if (n.Opset < 2)
            throw new ModelException("a power that is a fraction, of before operator set 2, is not supported");
        var a = WithInt(Windows(n, pool: true), "ceil_mode", n.Int("ceil_mode", 0), 0);
        n.Output(0, n.Emit(Primitive.LpPool, WithInt(a, "p", n.Int("p", 2), 2), n.Input(0)));
    }

    /// <summary>The root of order p of the sum of the elements' magnitudes to the power p.</summary>
    private static void GlobalLpPool(OnnxNode n)
    {
        if (n.Opset < 2)
            throw new ModelException("a power that is a fraction, of before operator set 2, is not supported");
        var (x, p) = (n.Input(0), n.Int("p", 2));
        if (n.FactOf(x) is not { HasRank: true, Type: { } type } fact || !type.IsFloat())
            throw new ModelException($"the input is {n.FactOf(x)}; floating-point numbers of known rank are needed");
        if (fact.Dims.Length < 3 || p < 1)
            throw new ModelException($"p = {p} over {fact}: rank 3 or more, and p of 1 or more, is needed");
        // 16-bit numbers are widened, so that only the result is rounded to them.
        var wide = type == DType.Float64 ? DType.Float64 : DType.Float32;
        if (wide != type)
            x = n.Emit(Primitive.Cast, To(wide), x);
        var axes = n.Constant([.. Enumerable.Range(2, fact.Dims.Length - 2).Select(i => (long)i)]);
        x = n.Emit(Primitive.Abs, Attributes.None, x);
        if (p != 1)
            x = n.Emit(Primitive.Pow, Attributes.None, x, Number(p));
        x = n.Emit(Primitive.ReduceSum, Attributes.None, x, axes);
        if (p != 1)
            x = p == 2 ? n.Emit(Primitive.Sqrt, Attributes.None, x) : n.Emit(Primitive.Pow, Attributes.None, x, Number(1.0 / p));
        n.Output(0, wide == type ? x : n.Emit(Primitive.Cast, To(type), x));

        int Number(double value) => n.Constant(wide == DType.Float64 ? Tensor.Scalar(value) : Tensor.Scalar((float)value));
    }

    /// <summary>Zeros, and the elements at the places that the pooling said, in a tensor of the pooled input's shape.</summary>
    private static void MaxUnpool(OnnxNode n)
    {
        int x = n.Input(0), places = n.Input(1), wanted = n.Optional(2);
        var a = Windows(n, pool: true);
        if (n.FactOf(x) is not { HasRank: true, Type: { } type } fact)
            throw new ModelException($"the input is {n.FactOf(x)}; a known type and rank is needed");
        var kernel = ShapeRules.PoolKernel(a);
        if (kernel.Length != fact.Dims.Length - 2)
            throw new ModelException($"a kernel of {kernel.Length} axes over {fact}");
        var strides = Window.List(a, "strides", kernel.Length, 1, 1);
        var pads = Window.List(a, "pads", 2 * kernel.Length, 0, 0);
        var extents = new int[fact.Dims.Length];
        for (var i = 0; i < extents.Length; i++)
            extents[i] = i < 2 ? Extent(n, x, i) : Plus(n, Times(n, Extent(n, x, i), strides[i - 2]), kernel[i - 2] - (long)strides[i - 2] - pads[i - 2] - pads[kernel.Length + i - 2]);
        var shape = n.Emit(Primitive.Concat, Attributes.None.With("axis", 0L), extents);
        int all = n.Constant([-1]), zeros = n.Emit(Primitive.ConstantOfShape, Attributes.None, shape, n.Constant(Tensor.Create(type, Shape.Scalar)));
        var flat = n.Emit(Primitive.ScatterElements, Attributes.None,
            n.Emit(Primitive.Reshape, Attributes.None, zeros, all), n.Emit(Primitive.Reshape, Attributes.None, places, all), n.Emit(Primitive.Reshape, Attributes.None, x, all));
        var y = n.Emit(Primitive.Reshape, Attributes.None.With("allowzero", 1L), flat, shape);
        if (wanted >= 0)
        {
            var missing = n.Emit(Primitive.Sub, Attributes.None, wanted, shape);
            var none = n.Constant(new long[extents.Length]);
            y = n.Emit(Primitive.Pad, Attributes.None, y, n.Emit(Primitive.Concat, Attributes.None.With("axis", 0L), none, missing));
        }
        n.Output(0, y);
    }

    private static int Plus(OnnxNode n, int extent, long term) => n.FactOf(extent).Value is { } known
        ? n.Constant([known.Span<long>()[0] + term])
        : n.Emit(Primitive.Add, Attributes.None, extent, n.Constant([term]));
}
