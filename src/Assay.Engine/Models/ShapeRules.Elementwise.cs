namespace Assay.Engine.Models;

/// <content>Elementwise operations beyond arithmetic, and Range.</content>
public static partial class ShapeRules
{
    private static Fact Cast(Attributes a, Fact x)
    {
        var mode = a.Text("round_mode", "up");
        return mode is "up" or "down" or "nearest" ? new(CastTarget(a), x.Dims) : throw new ModelException($"round_mode '{mode}' is not up, down or nearest");
    }

    private static Fact BitCast(Attributes a, Fact x)
    {
        var to = CastTarget(a);
        return x.Type is not { } type || type.Bits() == to.Bits()
            ? new(to, x.Dims)
            : throw new ModelException($"the bits of {type.Name()}, {type.Bits()} an element, as {to.Name()}, which has {to.Bits()}");
    }

    /// <summary>Types whose bits And, Or, Xor and Not work on.</summary>
    private static DType? Bits(DType? type) => Require(type, t => t == DType.Bool || t.IsInteger(), "bools or integers");

    private static Fact Mod(Attributes a, Fact x, Fact y)
    {
        var type = Require(Same(x, y), t => t.IsNumber(), "numbers");
        if (type is { } t && t.IsFloat() && a.Int("fmod", 0) == 0)
            throw new ModelException($"fmod is 0, which {t.Name()} does not have");
        return new(type, Broadcast(x.Dims, y.Dims));
    }

    private static Fact BitShift(Attributes a, Fact x, Fact y)
    {
        if (a.Text("direction", "") is not ("LEFT" or "RIGHT") and var direction)
            throw new ModelException($"direction '{direction}' is not LEFT or RIGHT");
        return new(Require(Same(x, y), t => t.IsInteger() && !t.IsSigned(), "unsigned integers"), Broadcast(x.Dims, y.Dims));
    }

    private static Fact PRelu(Fact x, Fact slope)
    {
        var type = Require(Same(x, slope), t => t.IsNumber(), "numbers");
        var dims = Broadcast(x.Dims, slope.Dims);
        if (!dims.IsDefault && (dims.Length != x.Dims.Length || dims.Zip(x.Dims).Any(p => p.Second >= 0 && p.First != p.Second)))
            throw new ModelException($"a slope {Fact.Describe(slope.Dims)} does not broadcast to {Fact.Describe(x.Dims)}");
        return new(type, x.Dims);
    }

    private static Fact Where(Fact condition, Fact x, Fact y)
    {
        Require(condition.Type, t => t == DType.Bool, "a bool as the condition");
        return new(Same(x, y), Broadcast(condition.Dims, Broadcast(x.Dims, y.Dims)));
    }

    private static Fact Range(Fact start, Fact limit, Fact delta)
    {
        var type = Require(Same(start with { Type = Same(start, limit) }, delta), t => t.IsNumber(), "numbers");
        foreach (var bound in new[] { start, limit, delta })
            if (bound.HasRank && bound.Dims.Any(d => d is not (1 or -1)))
                throw new ModelException($"a bound is {bound}, not one element");
        return new(type, [start.Value is { } s && limit.Value is { } l && delta.Value is { } d ? RangeCount.Of(s, l, d) : -1]);
    }
}
