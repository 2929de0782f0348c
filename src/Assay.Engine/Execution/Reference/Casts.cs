using System.Numerics;
using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>From one element type to another (section 5, Cast).</summary>
internal static class Casts
{
    /// <param name="a"><c>saturate</c> and <c>round_mode</c>, for the small floats.</param>
    public static void Cast(Attributes a, Tensor x, Tensor y)
    {
        if (x.Type == y.Type)
        {
            x.Bytes.CopyTo(y.MutableBytes);
            return;
        }
        var narrow = x.Type.IsFloat() && x.Type != DType.Float64 ? new Reals<Real32>(x) : default;
        for (var i = 0; i < x.Count; i++)
            if (x.Type.IsFloat())
                FromReal(a, x.Type == DType.Float64 ? x.Span<double>()[i] : narrow[i].V, y, i);
            else if (x.Type.IsSmallFloat())
                FromReal(a, SmallFloats.Load(x.Type, x.Bytes[i]), y, i);
            else
                FromWhole(a, Numbers.LoadWhole(x, i), y, i);
    }

    /// <summary>A float32 is exact as a double, so one path serves all.</summary>
    private static void FromReal(Attributes a, double value, Tensor y, int i)
    {
        if (y.Type == DType.Float64)
            Real64.Store(y, i, new(value));
        else if (y.Type.IsFloat())
            Real32.Store(y, i, Real32.Of(value));
        else if (y.Type.IsSmallFloat())
            y.MutableBytes[i] = SmallFloats.Store(a, y.Type, (float)value);
        else if (y.Type == DType.Bool)
            Numbers.StoreWhole(y, i, value != 0 ? 1 : 0);
        else if (y.Type.IsSmallInteger())
            Numbers.StoreWhole(y, i, NearestWhole(value));
        else
            Numbers.StoreWhole(y, i, Truncate(value, y.Type));
    }

    private static void FromWhole(Attributes a, Int128 value, Tensor y, int i)
    {
        if (y.Type == DType.Float64)
            Real64.Store(y, i, new(Nearest(value, 53)));
        else if (y.Type.IsFloat())
            Real32.Store(y, i, Real32.Of(Nearest(value, 24)));
        else if (y.Type.IsSmallFloat())
            y.MutableBytes[i] = SmallFloats.Store(a, y.Type, (float)Nearest(value, 24));
        else
            Numbers.StoreWhole(y, i, y.Type == DType.Bool ? (value != 0 ? 1 : 0) : value);
    }

    /// <summary>The nearest whole number, ties to even; NaN, infinities and what has no low bits are 0.</summary>
    private static Int128 NearestWhole(double value)
    {
        // From 2^63 on a float's last four bits are zeros.
        if (!(Math.Abs(value) < 9223372036854775808.0))
            return 0;
        var whole = (long)value;
        var rest = Math.Abs(value - whole);
        return whole + (rest > 0.5 || rest == 0.5 && (whole & 1) != 0 ? value < 0 ? -1 : 1 : 0);
    }

    /// <summary>Towards zero; beyond the range, the nearest end of it; NaN is 0.</summary>
    private static Int128 Truncate(double value, DType type)
    {
        if (double.IsNaN(value))
            return 0;
        var (least, greatest) = Numbers.Range(type);
        if (Math.Abs(value) >= 18446744073709551616.0)
            return value < 0 ? least : greatest;
        return Int128.Clamp((Int128)Math.Truncate(value), least, greatest);
    }

    /// <summary>The nearest number of that many significant bits, ties to even.</summary>
    public static double Nearest(Int128 value, int bits)
    {
        var magnitude = (ulong)Int128.Abs(value);
        var excess = Math.Max(64 - BitOperations.LeadingZeroCount(magnitude) - bits, 0);
        var kept = magnitude >> excess;
        var rest = magnitude - (kept << excess);
        if (excess > 0)
        {
            var half = 1UL << (excess - 1);
            if (rest > half || rest == half && (kept & 1) != 0)
                kept++;
        }
        var result = (double)kept * (1UL << excess);
        return value < 0 ? -result : result;
    }
}
