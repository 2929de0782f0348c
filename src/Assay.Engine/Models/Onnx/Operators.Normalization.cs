namespace Assay.Engine.Models.Onnx;

/// <content>Normalisation by stored statistics, by a row's own, and by neighbours.</content>
internal static partial class Operators
{
    private static Rule[] Normalizations =>
    [
        new("BatchNormalization", 5, 5, BatchNormalization),
        new("LayerNormalization", 2, 3, LayerNormalization),
        new("RMSNormalization", 2, 2, RmsNormalization),
        new("InstanceNormalization", 3, 3, InstanceNormalization),
        new("GroupNormalization", 3, 3, GroupNormalization),
        new("MeanVarianceNormalization", 1, 1, MeanVarianceNormalization),
        new("LpNormalization", 1, 1, LpNormalization),
        new("LRN", 1, 1, LocalResponseNormalization),
        new("Det", 1, 1, n => n.Output(0, n.Emit(Primitive.Det, Attributes.None, n.Input(0)))),
    ];

    private static void BatchNormalization(OnnxNode n)
    {
        n.Ignore("consumed_inputs");
        if (n.Opset < 9)
            n.Only("spatial", 1);
        if (n.Opset < 7)
            n.Only("is_test", 1);
        var momentum = n.Float("momentum", 0.9f);
        var a = Attributes.None.With("epsilon", n.Float("epsilon", 1e-5f));
        int x = n.Input(0), scale = n.Input(1), bias = n.Input(2), mean = n.Input(3), variance = n.Input(4);
        DType? type = n.FactOf(x).Type, stored = n.FactOf(mean).Type;
        var training = n.Opset >= 14 && n.Int("training_mode", 0) != 0;
        // Since version 15 the parameters, and the statistics, may be of other types than the input.
        var mixed = type is not null && new[] { scale, bias, mean, variance }.Any(id => n.FactOf(id).Type is { } other && other != type);
        if (!mixed && !training)
        {
            n.Output(0, n.Emit(Primitive.BatchNormalization, a, x, scale, bias, mean, variance));
            return;
        }
        x = Wide(n, x);
        scale = Like(n, scale, x);
        bias = Like(n, bias, x);
        mean = Like(n, mean, x);
        variance = Like(n, variance, x);
        if (training)
        {
            if (!n.FactOf(x).HasRank)
                throw new ModelException("the input's rank is not known");
            var axes = n.Constant([.. Enumerable.Range(0, n.FactOf(x).Dims.Length).Where(i => i != 1).Select(i => (long)i)]);
            var keep = Attributes.None.With("keepdims", 0L);
            var kept = n.Emit(Primitive.ReduceMean, Attributes.None, x, axes);
            int own = n.Emit(Primitive.ReduceMean, keep, x, axes);
            var spread = n.Emit(Primitive.ReduceMean, keep, Square(n, n.Emit(Primitive.Sub, Attributes.None, x, kept)), axes);
            n.Output(1, Running(mean, own));
            n.Output(2, Running(variance, spread));
            (mean, variance) = (own, spread);
        }
        n.Output(0, Narrow(n, n.Emit(Primitive.BatchNormalization, a, x, scale, bias, mean, variance), type));

        int Running(int before, int now)
        {
            var y = n.Emit(Primitive.Add, Attributes.None,
                n.Emit(Primitive.Mul, Attributes.None, before, Number(n, x, momentum)),
                n.Emit(Primitive.Mul, Attributes.None, now, Number(n, x, 1 - momentum)));
            return stored is { } t && t != n.FactOf(y).Type ? n.Emit(Primitive.Cast, To(t), y) : y;
        }
    }

    /// <summary>An operand in the type of another.</summary>
    private static int Like(OnnxNode n, int x, int other) =>
        n.FactOf(other).Type is { } type && n.FactOf(x).Type != type ? n.Emit(Primitive.Cast, To(type), x) : x;

    private static void LayerNormalization(OnnxNode n)
    {
        int x = n.Input(0), scale = n.Input(1), bias = n.Optional(2);
        var stash = Stash(n);
        var outputs = n.EmitAll(Primitive.LayerNormalization, RowAttributes(n), n.HasOutput(1) || n.HasOutput(2) ? 3 : 1, x, Like(n, scale, x), bias < 0 ? -1 : Like(n, bias, x));
        n.Output(0, outputs[0]);
        for (var i = 1; i < outputs.Length; i++)
            n.Output(i, n.FactOf(outputs[i]).Type is { } type && type != stash ? n.Emit(Primitive.Cast, To(stash), outputs[i]) : outputs[i]);
    }

    private static void RmsNormalization(OnnxNode n)
    {
        Stash(n);
        var x = n.Input(0);
        n.Output(0, n.Emit(Primitive.RmsNormalization, RowAttributes(n), x, Like(n, n.Input(1), x)));
    }

    /// <summary>The type that the statistics are shown in. They are computed in float32, or in float64 where the input is that.</summary>
    private static DType Stash(OnnxNode n)
    {
        var type = (DType)Math.Clamp(n.Int("stash_type", 1), 0, 255);
        return type is DType.Float32 or DType.Float16 or DType.BFloat16 or DType.Float64 ? type : throw new ModelException($"stash_type is {n.Int("stash_type", 1)}, no floating-point type");
    }

    private static Attributes RowAttributes(OnnxNode n) =>
        WithInt(Attributes.None, "axis", n.Int("axis", -1), -1).With("epsilon", n.Float("epsilon", 1e-5f));

    /// <summary>[N, C, ...] as [N, C, M]: each channel is a row.</summary>
    private static void InstanceNormalization(OnnxNode n)
    {
        n.Ignore("consumed_inputs");
        var x = n.Input(0);
        var rows = n.Emit(Primitive.Reshape, Attributes.None, x, n.Constant([0, 0, -1]));
        var column = n.Constant([1]);
        var y = n.Emit(Primitive.LayerNormalization, Attributes.None.With("epsilon", n.Float("epsilon", 1e-5f)), rows,
            n.Emit(Primitive.Unsqueeze, Attributes.None, Like(n, n.Input(1), x), column), n.Emit(Primitive.Unsqueeze, Attributes.None, Like(n, n.Input(2), x), column));
        n.Output(0, BackTo(n, y, x));
    }

    private static int BackTo(OnnxNode n, int y, int x) =>
        n.Emit(Primitive.Reshape, Attributes.None.With("allowzero", 1L), y, n.Emit(Primitive.Shape, Attributes.None, x));

    /// <summary>[N, C, ...] as [N, G, C/G, M]: each group is a row. Before version 21 scale and bias were of groups, since then of channels.</summary>
    private static void GroupNormalization(OnnxNode n)
    {
        Stash(n);
        var x = n.Input(0);
        var groups = n.Int("num_groups", 0);
        if (groups is < 1 or > int.MaxValue)
            throw new ModelException($"num_groups is {groups}");
        var fact = n.FactOf(x);
        if (fact.HasRank && (fact.Dims.Length < 3 || fact.Dims[1] >= 0 && fact.Dims[1] % groups != 0))
            throw new ModelException($"{fact} does not divide into {groups} groups of channels");
        var channels = n.Emit(Primitive.Slice, Attributes.None, n.Emit(Primitive.Shape, Attributes.None, x), n.Constant([1]), n.Constant([2]));
        var perGroup = fact.HasRank && fact.Dims[1] >= 0 ? n.Constant([fact.Dims[1] / groups]) : n.Emit(Primitive.Div, Attributes.None, channels, n.Constant([groups]));
        var target = n.Emit(Primitive.Concat, Attributes.None.With("axis", 0L), n.Constant([0, groups]), perGroup, n.Constant([-1]));
        var part = n.Constant(n.Opset >= 21 ? [groups, -1, 1] : [groups, 1, 1]);
        var a = Attributes.None.With("axis", 2L).With("epsilon", n.Float("epsilon", 1e-5f));
        var y = n.Emit(Primitive.LayerNormalization, a, n.Emit(Primitive.Reshape, Attributes.None, x, target),
            n.Emit(Primitive.Reshape, Attributes.None, Like(n, n.Input(1), x), part), n.Emit(Primitive.Reshape, Attributes.None, Like(n, n.Input(2), x), part));
        n.Output(0, BackTo(n, y, x));
    }

    /// <summary>(x - mean) / (sqrt(mean of squared differences) + 1e-9).</summary>
    private static void MeanVarianceNormalization(OnnxNode n)
    {
        var x = n.Input(0);
        var type = n.FactOf(x).Type;
        x = Wide(n, x);
        var axes = n.Constant(n.Has("axes") ? n.Ints("axes").AsSpan() : [0, 2, 3]);
        var d = n.Emit(Primitive.Sub, Attributes.None, x, n.Emit(Primitive.ReduceMean, Attributes.None, x, axes));
        var deviation = n.Emit(Primitive.Sqrt, Attributes.None, n.Emit(Primitive.ReduceMean, Attributes.None, Square(n, d), axes));
        n.Output(0, Narrow(n, n.Emit(Primitive.Div, Attributes.None, d, n.Emit(Primitive.Add, Attributes.None, deviation, Number(n, x, 1e-9))), type));
    }

    /// <summary>x / norm, and 0 where the norm is 0, as all its elements are.</summary>
    private static void LpNormalization(OnnxNode n)
    {
        var p = n.Int("p", 2);
        if (p is not (1 or 2))
            throw new ModelException($"p is {p}, not 1 or 2");
        var x = n.Input(0);
        var type = n.FactOf(x).Type;
        x = Wide(n, x);
        var axes = n.Constant([n.Int("axis", -1)]);
        var terms = p == 1 ? n.Emit(Primitive.Abs, Attributes.None, x) : Square(n, x);
        var norm = n.Emit(Primitive.ReduceSum, Attributes.None, terms, axes);
        if (p == 2)
            norm = n.Emit(Primitive.Sqrt, Attributes.None, norm);
        // A norm that is 0 has the least positive number instead: 0 divided by it is 0.
        var least = n.FactOf(x).Type == DType.Float64 ? double.Epsilon : float.Epsilon;
        n.Output(0, Narrow(n, n.Emit(Primitive.Div, Attributes.None, x, n.Emit(Primitive.Max, Attributes.None, norm, Number(n, x, least))), type));
    }

    /// <summary>x / (bias + alpha · mean of the squares of neighbouring channels)^beta; channels beyond the ends are 0 in the mean.</summary>
    private static void LocalResponseNormalization(OnnxNode n)
    {
        var size = n.Int("size", 0);
        if (size is < 1 or > 1 << 20)
            throw new ModelException($"size is {size}");
        var x = n.Input(0);
        var type = n.FactOf(x).Type;
        x = Wide(n, x);
        var plane = n.Emit(Primitive.Unsqueeze, Attributes.None, n.Emit(Primitive.Reshape, Attributes.None, Square(n, x), n.Constant([0, 0, -1])), n.Constant([1]));
        var a = Attributes.None.With("kernel_shape", System.Collections.Immutable.ImmutableArray.Create(size, 1L)).With("count_include_pad", 1L);
        a = a.With("pads", System.Collections.Immutable.ImmutableArray.Create((size - 1) / 2, 0L, size / 2, 0L));
        var mean = BackTo(n, n.Emit(Primitive.AveragePool, a, plane), x);
        var scaled = n.Emit(Primitive.Mul, Attributes.None, mean, Number(n, x, n.Float("alpha", 1e-4f)));
        var power = n.Emit(Primitive.Pow, Attributes.None, n.Emit(Primitive.Add, Attributes.None, scaled, Number(n, x, n.Float("bias", 1))), Number(n, x, n.Float("beta", 0.75f)));
        n.Output(0, Narrow(n, n.Emit(Primitive.Div, Attributes.None, x, power), type));
    }
}
