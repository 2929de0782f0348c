using System.Numerics;

namespace Assay.Digits.Training;

/// <summary>
/// Convolution, stride 1, no padding: out[o,y,x] = bias[o] + sum of in[c,y+i,x+j]·weight[o,c,i,j] over c, i, j.
/// Channels, rows, columns in that order; weights by output channel, input channel, row, column, as ONNX has them.
/// </summary>
/// <remarks>Four output channels are dealt with at a time, so that each input is read a quarter as often.</remarks>
internal readonly record struct Convolution(int InChannels, int InSide, int OutChannels, int Kernel)
{
    private const int Together = 4;

    public int OutSide => InSide - Kernel + 1;

    public int InCount => InChannels * InSide * InSide;

    public int OutCount => OutChannels * OutSide * OutSide;

    /// <summary>Inputs that one output depends on, and weights of one output channel.</summary>
    public int FanIn => InChannels * Kernel * Kernel;

    public int WeightCount => OutChannels * FanIn;

    public void Forward<TBatch, TScalar>(ReadOnlySpan<TBatch> input, ReadOnlySpan<TScalar> weight, ReadOnlySpan<TScalar> bias, Span<TBatch> output)
        where TBatch : struct, IBatch<TBatch, TScalar>
        where TScalar : struct, INumber<TScalar>
    {
        var (plane, fan) = (OutSide * OutSide, FanIn);
        for (var o = 0; o < OutChannels; o += Together)
            for (var y = 0; y < OutSide; y++)
                for (var x = 0; x < OutSide; x++)
                {
                    var (a0, a1) = (TBatch.Broadcast(bias[o]), TBatch.Broadcast(bias[o + 1]));
                    var (a2, a3) = (TBatch.Broadcast(bias[o + 2]), TBatch.Broadcast(bias[o + 3]));
                    var w = weight.Slice(o * fan, Together * fan);
                    var k = 0;
                    for (var c = 0; c < InChannels; c++)
                        for (var i = 0; i < Kernel; i++)
                            foreach (var v in input.Slice((c * InSide + y + i) * InSide + x, Kernel))
                            {
                                a0 += v * TBatch.Broadcast(w[k]);
                                a1 += v * TBatch.Broadcast(w[k + fan]);
                                a2 += v * TBatch.Broadcast(w[k + 2 * fan]);
                                a3 += v * TBatch.Broadcast(w[k + 3 * fan]);
                                k++;
                            }
                    var at = o * plane + y * OutSide + x;
                    output[at] = a0;
                    output[at + plane] = a1;
                    output[at + 2 * plane] = a2;
                    output[at + 3 * plane] = a3;
                }
    }

    /// <summary>Adds each weight's and bias's part of the loss's slope, given the slope by each output.</summary>
    public void WeightSlopes<TBatch, TScalar>(ReadOnlySpan<TBatch> input, ReadOnlySpan<TBatch> outSlope, Span<TScalar> weightSlope, Span<TScalar> biasSlope)
        where TBatch : struct, IBatch<TBatch, TScalar>
        where TScalar : struct, INumber<TScalar>
    {
        var (plane, fan, zero) = (OutSide * OutSide, FanIn, default(TBatch));
        for (var o = 0; o < OutChannels; o += Together)
        {
            var k = o * fan;
            for (var c = 0; c < InChannels; c++)
                for (var i = 0; i < Kernel; i++)
                    for (var j = 0; j < Kernel; j++, k++)
                    {
                        var (a0, a1, a2, a3) = (zero, zero, zero, zero);
                        for (var y = 0; y < OutSide; y++)
                        {
                            var row = input.Slice((c * InSide + y + i) * InSide + j, OutSide);
                            var s0 = outSlope.Slice(o * plane + y * OutSide, OutSide);
                            var s1 = outSlope.Slice((o + 1) * plane + y * OutSide, OutSide);
                            var s2 = outSlope.Slice((o + 2) * plane + y * OutSide, OutSide);
                            var s3 = outSlope.Slice((o + 3) * plane + y * OutSide, OutSide);
                            for (var x = 0; x < row.Length; x++)
                            {
                                a0 += row[x] * s0[x];
                                a1 += row[x] * s1[x];
                                a2 += row[x] * s2[x];
                                a3 += row[x] * s3[x];
                            }
                        }
                        weightSlope[k] += TBatch.Sum(a0);
                        weightSlope[k + fan] += TBatch.Sum(a1);
                        weightSlope[k + 2 * fan] += TBatch.Sum(a2);
                        weightSlope[k + 3 * fan] += TBatch.Sum(a3);
                    }
        }
        for (var o = 0; o < OutChannels; o++)
        {
            var sum = zero;
            foreach (var s in outSlope.Slice(o * plane, plane))
                sum += s;
            biasSlope[o] += TBatch.Sum(sum);
        }
    }

    /// <summary>The slope of the loss by each input, given the slope by each output.</summary>
    public void InputSlopes<TBatch, TScalar>(ReadOnlySpan<TScalar> weight, ReadOnlySpan<TBatch> outSlope, Span<TBatch> inSlope)
        where TBatch : struct, IBatch<TBatch, TScalar>
        where TScalar : struct, INumber<TScalar>
    {
        inSlope[..InCount].Clear();
        var (plane, fan) = (OutSide * OutSide, FanIn);
        for (var o = 0; o < OutChannels; o += Together)
            for (var y = 0; y < OutSide; y++)
                for (var x = 0; x < OutSide; x++)
                {
                    var at = o * plane + y * OutSide + x;
                    var (s0, s1, s2, s3) = (outSlope[at], outSlope[at + plane], outSlope[at + 2 * plane], outSlope[at + 3 * plane]);
                    var w = weight.Slice(o * fan, Together * fan);
                    var k = 0;
                    for (var c = 0; c < InChannels; c++)
                        for (var i = 0; i < Kernel; i++)
                            foreach (ref var v in inSlope.Slice((c * InSide + y + i) * InSide + x, Kernel))
                            {
                                v += s0 * TBatch.Broadcast(w[k]) + s1 * TBatch.Broadcast(w[k + fan])
                                    + (s2 * TBatch.Broadcast(w[k + 2 * fan]) + s3 * TBatch.Broadcast(w[k + 3 * fan]));
                                k++;
                            }
                }
    }
}
