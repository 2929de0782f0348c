using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;

namespace Assay.Engine.Conformance;

/// <summary>
/// The suite's rule: type and shape equal, and numbers within <c>|actual - expected| &lt;= 1e-7 + 1e-3 |expected|</c>, NaN equal to
/// NaN. Whoever else is measured by the suite is measured by this.
/// </summary>
/// <remarks>Source: github.com/onnx/onnx, onnx/backend/test/runner: numpy's assert_allclose with these tolerances.</remarks>
public static class Agreement
{
    public const double Absolute = 1e-7;
    public const double Relative = 1e-3;

    /// <summary>Where the two part, or null where they agree.</summary>
    public static string? Difference(ModelValue actual, ModelValue expected)
    {
        if (actual is Tensor a && expected is Tensor e)
            return Difference(a, e);
        Tensor[] these = [.. actual.Tensors], those = [.. expected.Tensors];
        if (actual.Kind != expected.Kind || actual.Type != expected.Type || these.Length != those.Length)
            return $"{actual} where {expected} is expected";
        for (var i = 0; i < these.Length; i++)
            if (Difference(these[i], those[i]) is { } difference)
                return $"tensor {i}: {difference}";
        return null;
    }

    /// <inheritdoc cref="Difference(ModelValue, ModelValue)"/>
    public static string? Difference(Tensor actual, Tensor expected)
    {
        if (actual.Type != expected.Type || actual.Shape != expected.Shape)
            return $"{actual} where {expected} is expected";
        if (actual.Type == DType.String)
            return actual.Texts.SequenceEqual(expected.Texts) ? null : "other strings";
        for (var i = 0; i < actual.Count; i++)
        {
            double a = Element(actual, i), e = Element(expected, i);
            // An infinity is near nothing but itself.
            var near = double.IsFinite(e) && Math.Abs(a - e) <= Absolute + (Relative * Math.Abs(e));
            if (!near && a != e && !(double.IsNaN(a) && double.IsNaN(e)))
                return $"element {i} is {a:R}, not {e:R}";
        }
        return null;
    }

    private static double Element(Tensor t, int i) => t.Type switch
    {
        DType.Float32 => t.Span<float>()[i],
        DType.Float64 => t.Span<double>()[i],
        DType.Float16 => (double)t.Span<Half>()[i],
        DType.BFloat16 => BitConverter.Int32BitsToSingle(t.Span<ushort>()[i] << 16),
        DType.Int8 => t.Span<sbyte>()[i],
        DType.Int16 => t.Span<short>()[i],
        DType.UInt16 => t.Span<ushort>()[i],
        DType.Int32 => t.Span<int>()[i],
        DType.UInt32 => t.Span<uint>()[i],
        DType.Int64 => t.Span<long>()[i],
        DType.UInt64 => t.Span<ulong>()[i],
        DType.Int4 or DType.Int2 => (sbyte)t.Bytes[i],
        DType.Bool or DType.UInt8 or DType.UInt4 or DType.UInt2 => t.Bytes[i],
        _ => SmallFloats.Load(t.Type, t.Bytes[i]),
    };
}
