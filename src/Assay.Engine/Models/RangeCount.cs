using Assay.Engine.Numerics;

namespace Assay.Engine.Models;

/// <summary>How many elements a Range has: docs/spec/assay-f32-v1.md, section 10.</summary>
public static class RangeCount
{
    /// <summary>ceil((limit - start) / delta), at least 0.</summary>
    /// <exception cref="ModelException">The step is 0, a bound is no number, or there are more elements than a tensor may have.</exception>
    public static int Of(Tensor start, Tensor limit, Tensor delta)
    {
        foreach (var bound in new[] { start, limit, delta })
            if (bound.Count != 1)
                throw new ModelException($"a bound is {bound}, not one element");
        return start.Type.IsFloat() ? Reals(Real(start), Real(limit), Real(delta)) : Integers(Whole(start), Whole(limit), Whole(delta));
    }

    private static int Reals(double start, double limit, double delta)
    {
        // Each operation is rounded to binary64.
        var steps = (limit - start) / delta;
        if (delta == 0 || double.IsNaN(steps))
            throw new ModelException($"a range from {start} to {limit} in steps of {delta}");
        return Checked(steps <= 0 ? 0 : steps > int.MaxValue ? (Int128)int.MaxValue + 1 : (Int128)Math.Ceiling(steps));
    }

    private static int Integers(Int128 start, Int128 limit, Int128 delta)
    {
        if (delta == 0)
            throw new ModelException($"a range from {start} to {limit} in steps of 0");
        var (distance, step) = delta < 0 ? (start - limit, -delta) : (limit - start, delta);
        return Checked(distance <= 0 ? 0 : (distance + step - 1) / step);
    }

    private static int Checked(Int128 count) =>
        count <= int.MaxValue ? (int)count : throw new ModelException($"a range of more than {int.MaxValue} elements");

    private static double Real(Tensor x) => x.Type switch
    {
        DType.Float64 => x.Span<double>()[0],
        DType.Float32 => x.Span<float>()[0],
        DType.Float16 => HalfFloat.ToSingle(x.Span<ushort>()[0]),
        _ => BrainFloat.ToSingle(x.Span<ushort>()[0]),
    };

    private static Int128 Whole(Tensor x) => x.Type switch
    {
        DType.Int64 => x.Span<long>()[0],
        DType.Int32 => x.Span<int>()[0],
        DType.Int16 => x.Span<short>()[0],
        DType.Int8 => x.Span<sbyte>()[0],
        DType.UInt64 => x.Span<ulong>()[0],
        DType.UInt32 => x.Span<uint>()[0],
        DType.UInt16 => x.Span<ushort>()[0],
        _ => x.Span<byte>()[0],
    };
}
