using System.Numerics;

namespace Assay.Digits.Training;

/// <summary>A dense layer: out[o] = bias[o] + sum of in[i]·weight[o,i]; ONNX's Gemm with transB = 1.</summary>
internal readonly record struct Dense(int InCount, int OutCount)
{
    public int WeightCount => InCount * OutCount;

    public void Forward<TBatch, TScalar>(ReadOnlySpan<TBatch> input, ReadOnlySpan<TScalar> weight, ReadOnlySpan<TScalar> bias, Span<TBatch> output)
        where TBatch : struct, IBatch<TBatch, TScalar>
        where TScalar : struct, INumber<TScalar>
    {
        for (var o = 0; o < OutCount; o++)
        {
            var sum = TBatch.Broadcast(bias[o]);
            var w = weight.Slice(o * InCount, InCount);
            for (var i = 0; i < w.Length; i++)
                sum += input[i] * TBatch.Broadcast(w[i]);
            output[o] = sum;
        }
    }

    /// <summary>Adds each weight's and bias's part of the loss's slope, and gives the slope by each input.</summary>
    public void Backward<TBatch, TScalar>(
        ReadOnlySpan<TBatch> input, ReadOnlySpan<TScalar> weight, ReadOnlySpan<TBatch> outSlope,
        Span<TScalar> weightSlope, Span<TScalar> biasSlope, Span<TBatch> inSlope)
        where TBatch : struct, IBatch<TBatch, TScalar>
        where TScalar : struct, INumber<TScalar>
    {
        inSlope[..InCount].Clear();
        for (var o = 0; o < OutCount; o++)
        {
            var slope = outSlope[o];
            biasSlope[o] += TBatch.Sum(slope);
            for (var i = 0; i < InCount; i++)
            {
                weightSlope[o * InCount + i] += TBatch.Sum(input[i] * slope);
                inSlope[i] += slope * TBatch.Broadcast(weight[o * InCount + i]);
            }
        }
    }
}
