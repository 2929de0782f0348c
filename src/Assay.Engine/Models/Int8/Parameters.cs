using System.Collections.Immutable;

namespace Assay.Engine.Models.Int8;

/// <summary>The figures of a node of assay-int8-v1, each checked against its range.</summary>
internal static class Parameters
{
    /// <summary>A list of int32, every one in its range.</summary>
    public static ImmutableArray<int> Int32(Fact fact, string name, int least, int most)
    {
        var list = Known(fact, DType.Int32, name);
        if (list.Shape.Rank != 1)
            throw new ModelException($"{name} is {fact}; one axis is needed");
        foreach (var value in list.Span<int>())
            if (value < least || value > most)
                throw new ModelException($"{name} holds {value}, which is not between {least} and {most}");
        return [.. list.Span<int>()];
    }

    /// <summary>T of 256 int8.</summary>
    public static ImmutableArray<sbyte> Table(Fact fact)
    {
        var table = Known(fact, DType.Int8, "table");
        return table.Shape is { Rank: 1, Count: 256 } ? [.. table.Span<sbyte>()] : throw new ModelException($"table is {fact}; 256 entries are needed");
    }

    /// <summary>E of section 3: 256 int32, the first from 1 to 2^11 and the greatest.</summary>
    public static ImmutableArray<int> Exponents(Fact fact)
    {
        var list = Int32(fact, "exponents", 0, 1 << 11);
        return list.Length == 256 && list[0] >= 1 && list.Max() == list[0]
            ? list
            : throw new ModelException($"exponents are {list.Length} numbers up to {(list.IsEmpty ? 0 : list.Max())}; 256 are needed, the first 1 or more and the greatest");
    }

    /// <summary>Weights: int8 from −127 to 127.</summary>
    public static Fact Weights(Fact fact) => Known(fact, DType.Int8, "w").Span<sbyte>().Contains(sbyte.MinValue)
        ? throw new ModelException("w holds -128, which is not between -127 and 127")
        : fact;

    /// <summary>Biases: int32, none above <paramref name="bound"/> in absolute value.</summary>
    public static Fact Biases(Fact fact, int bound)
    {
        foreach (var value in Known(fact, DType.Int32, "b").Span<int>())
            if (value > bound || value < -(long)bound)
                throw new ModelException($"b holds {value}, beyond bias_bound, {bound}");
        return fact;
    }

    /// <summary>An attribute that has to be there.</summary>
    public static int Figure(Attributes a, string name, int least, int most)
    {
        var value = a.Has(name) ? a.Int(name) : throw new ModelException($"{name} is missing");
        return value >= least && value <= most ? (int)value : throw new ModelException($"{name} is {value}, which is not between {least} and {most}");
    }

    /// <summary>An attribute that may be absent.</summary>
    public static int Figure(Attributes a, string name, int least, int most, int otherwise) => a.Has(name) ? Figure(a, name, least, most) : otherwise;

    /// <summary>A factor between real numbers and whole ones: finite and above 0.</summary>
    public static float Scale(Attributes a, string name)
    {
        var value = a.Has(name) ? a.Float(name, 0) : throw new ModelException($"{name} is missing");
        return value > 0 && float.IsFinite(value) ? value : throw new ModelException($"{name} is {value.ToString(System.Globalization.CultureInfo.InvariantCulture)}; a finite number above 0 is needed");
    }

    private static Tensor Known(Fact fact, DType type, string name)
    {
        if (fact.Type is { } t && t != type)
            throw new ModelException($"{name} is {fact}; {type.Name()} is needed");
        return fact.Value ?? throw new ModelException($"{name} is not a constant");
    }
}
