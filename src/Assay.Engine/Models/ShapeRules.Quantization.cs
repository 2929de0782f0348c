using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <content>Quantisation and products of quantised numbers.</content>
public static partial class ShapeRules
{
    private static Fact Quantize(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var to = CastTarget(a);
        if (!IsQuantized(to) || to == DType.Int32)
            throw new ModelException($"{to.Name()} is nothing to quantise to");
        Require(x[0]!, t => t is DType.Float32 or DType.Float16 or DType.BFloat16 or DType.Int32, "float32, float16, bfloat16 or int32");
        Require(x[1]!, t => t is DType.Float32 or DType.Float16 or DType.BFloat16, "scales of float32, float16 or bfloat16");
        if ((DType)a.Int("precision", (long)DType.Float32) is not (DType.Float32 or DType.Float16 or DType.BFloat16))
            throw new ModelException($"precision {a.Int("precision")} is not that of float32, float16 or bfloat16");
        var zero = x.Length > 2 ? x[2] : null;
        if (zero?.Type is { } type && type != to)
            throw new ModelException($"a zero point of {type.Name()} for {to.Name()}");
        Scales(a, x[0]!, x[1]!, zero);
        return new(to, x[0]!.Dims);
    }

    private static Fact Dequantize(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var to = CastTarget(a);
        if (to is not (DType.Float32 or DType.Float16 or DType.BFloat16))
            throw new ModelException($"numbers are not dequantised to {to.Name()}");
        Require(x[0]!, IsQuantized, "quantised numbers");
        Require(x[1]!, t => t is DType.Float32 or DType.Float16 or DType.BFloat16, "scales of float32, float16 or bfloat16");
        var zero = x.Length > 2 ? x[2] : null;
        if (zero is not null)
            Same(x[0]!, zero);
        Scales(a, x[0]!, x[1]!, zero);
        return new(to, x[0]!.Dims);
    }

    private static bool IsQuantized(DType type) => type is DType.Int8 or DType.UInt8 or DType.Int16 or DType.UInt16 or DType.Int32
        || type.IsSmallInteger() || type.IsSmallFloat() && type != DType.Float8E8M0;

    /// <summary>One scale for all; or one for each place along the axis; or, in blocks, one for each block along the axis. Zero points as the scales.</summary>
    private static void Scales(Attributes a, Fact x, Fact scale, Fact? zero)
    {
        var block = a.Int("block_size", 0);
        if (block is < 0 or > int.MaxValue)
            throw new ModelException($"block_size is {block}");
        if (zero is { HasRank: true } && scale.HasRank)
        {
            var single = MayBeSingle(scale.Dims) && MayBeSingle(zero.Dims);
            if (!single && (scale.Dims.Length != zero.Dims.Length || scale.Dims.Zip(zero.Dims).Any(p => p.First >= 0 && p.Second >= 0 && p.First != p.Second)))
                throw new ModelException($"zero points {Fact.Describe(zero.Dims)} for scales {Fact.Describe(scale.Dims)}");
        }
        if (!scale.HasRank || !x.HasRank || MayBeSingle(scale.Dims))
            return;
        var axis = Axis(a.Int("axis", 1), x.Dims.Length);
        if (block == 0)
        {
            if (scale.Dims.Length != 1)
                throw new ModelException($"scales {Fact.Describe(scale.Dims)}: one, or a list along an axis, is needed without block_size");
            Agree(scale.Dims[0], x.Dims[axis], $"scales and the extent of axis {axis}");
            return;
        }
        if (scale.Dims.Length != x.Dims.Length)
            throw new ModelException($"scales {Fact.Describe(scale.Dims)} for blocks of {Fact.Describe(x.Dims)}");
        for (var i = 0; i < x.Dims.Length; i++)
            Agree(scale.Dims[i], i != axis || x.Dims[i] < 0 ? x.Dims[i] : (int)((x.Dims[i] + block - 1) / block), $"scales and blocks along axis {i}");
    }

    private static bool MayBeSingle(ImmutableArray<int> dims) => IsSingle(dims) || dims is [-1];

    private static bool IsSingle(ImmutableArray<int> dims) => dims.Length == 0 || dims is [1];

    private static Fact MatMulInteger(ReadOnlySpan<Fact?> x)
    {
        foreach (var operand in x)
            if (operand is not null)
                Bytes(operand);
        Fact a = x[0]!, b = x[1]!;
        var product = MatMul(a with { Type = DType.Int32 }, b with { Type = DType.Int32 });
        if (x.Length > 2 && x[2] is { } zeroA)
            ZeroPoints(zeroA, a, summed: a.Dims.IsDefault ? 0 : a.Dims.Length - 1);
        if (x.Length > 3 && x[3] is { } zeroB)
            ZeroPoints(zeroB, b, summed: b.Dims.IsDefault ? 0 : Math.Max(b.Dims.Length - 2, 0));
        return product;
    }

    /// <summary>Zero points broadcast to their operand; along the axis that is summed over there is one.</summary>
    private static void ZeroPoints(Fact zero, Fact operand, int summed)
    {
        Same(operand, zero);
        if (!zero.HasRank || !operand.HasRank)
            return;
        var offset = operand.Dims.Length - zero.Dims.Length;
        for (var i = 0; i < zero.Dims.Length; i++)
            if (offset < 0 || zero.Dims[i] is not (1 or -1) && (i + offset == summed || operand.Dims[i + offset] >= 0 && operand.Dims[i + offset] != zero.Dims[i]))
                throw new ModelException($"zero points {Fact.Describe(zero.Dims)} for an operand {Fact.Describe(operand.Dims)}");
    }

    private static Fact ConvInteger(Attributes a, ReadOnlySpan<Fact?> x)
    {
        foreach (var operand in x)
            if (operand is not null)
                Bytes(operand);
        var y = Conv(a, x[0]! with { Type = DType.Float32 }, x[1]! with { Type = DType.Float32 }, null);
        if (x.Length > 2 && x[2] is { } zero)
        {
            Same(x[0]!, zero);
            if (zero.HasRank && !MayBeSingle(zero.Dims))
                throw new ModelException($"the zero point of the input is {zero}, not one element");
        }
        if (x.Length > 3 && x[3] is { } zeros)
        {
            Same(x[1]!, zeros);
            if (zeros.HasRank && !MayBeSingle(zeros.Dims) && (zeros.Dims.Length != 1 || x[1]!.HasRank && x[1]!.Dims[0] >= 0 && x[1]!.Dims[0] != zeros.Dims[0]))
                throw new ModelException($"the zero points of the weights are {zeros}: one, or one for each channel, is needed");
        }
        return new(DType.Int32, y.Dims);
    }

    private static void Bytes(Fact fact) => Require(fact, t => t is DType.Int8 or DType.UInt8, "int8 or uint8");
}
