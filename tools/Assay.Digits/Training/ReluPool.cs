using System.Numerics;

namespace Assay.Digits.Training;

/// <summary>Relu, and the greatest of each 2x2 square of a plane of even side.</summary>
internal static class ReluPool
{
    public static void Relu<TBatch, TScalar>(Span<TBatch> values)
        where TBatch : struct, IBatch<TBatch, TScalar>
        where TScalar : struct, INumber<TScalar>
    {
        foreach (ref var v in values)
            v = TBatch.WherePositive(v, v);
    }

    /// <summary>Stops the slope where Relu's output, hence its input, was not above 0.</summary>
    public static void ReluSlopes<TBatch, TScalar>(ReadOnlySpan<TBatch> outputs, Span<TBatch> slopes)
        where TBatch : struct, IBatch<TBatch, TScalar>
        where TScalar : struct, INumber<TScalar>
    {
        for (var i = 0; i < outputs.Length; i++)
            slopes[i] = TBatch.WherePositive(outputs[i], slopes[i]);
    }

    public static void Pool<TBatch, TScalar>(int channels, int side, ReadOnlySpan<TBatch> input, Span<TBatch> output)
        where TBatch : struct, IBatch<TBatch, TScalar>
        where TScalar : struct, INumber<TScalar>
    {
        var to = 0;
        for (var c = 0; c < channels; c++)
            for (var y = 0; y < side; y += 2)
                for (var x = 0; x < side; x += 2)
                {
                    var at = (c * side + y) * side + x;
                    output[to++] = TBatch.Max(TBatch.Max(input[at], input[at + 1]), TBatch.Max(input[at + side], input[at + side + 1]));
                }
    }

    /// <summary>The slope goes to the first of the four, in reading order, that is the greatest.</summary>
    public static void PoolSlopes<TBatch, TScalar>(
        int channels, int side, ReadOnlySpan<TBatch> input, ReadOnlySpan<TBatch> output, ReadOnlySpan<TBatch> outSlope, Span<TBatch> inSlope)
        where TBatch : struct, IBatch<TBatch, TScalar>
        where TScalar : struct, INumber<TScalar>
    {
        var from = 0;
        for (var c = 0; c < channels; c++)
            for (var y = 0; y < side; y += 2)
                for (var x = 0; x < side; x += 2, from++)
                {
                    var at = (c * side + y) * side + x;
                    var rest = outSlope[from];
                    foreach (var place in (ReadOnlySpan<int>)[at, at + 1, at + side, at + side + 1])
                    {
                        var here = TBatch.WhereEqual(input[place], output[from], rest);
                        inSlope[place] = here;
                        rest -= here;
                    }
                }
    }
}
