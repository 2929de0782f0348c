using Assay.Engine.Models;
using Assay.Engine.Tests.Models;
using Assay.Engine.Tests.Numerics;

namespace Assay.Engine.Tests.Execution;

/// <summary>The same kernels in float64: chains, lanes and roundings of section 1.6.</summary>
public sealed class Float64Tests
{
    [Fact]
    public void Matrix_products_are_chains_of_binary64_fma()
    {
        double[] a = Noise(1, 6), b = Noise(2, 12);
        var y = OpsetTests.Run(18, "MatMul", [Of(a, 2, 3), Of(b, 3, 4)]).Span<double>();
        for (var m = 0; m < 2; m++)
            for (var n = 0; n < 4; n++)
            {
                var acc = 0.0;
                for (var k = 0; k < 3; k++)
                    acc = Math.FusedMultiplyAdd(a[(m * 3) + k], b[(k * 4) + n], acc);
                Assert.Equal(acc, y[(m * 4) + n]);
            }
    }

    [Fact]
    public void Convolutions_and_pools_work_in_binary64()
    {
        double[] x = Noise(3, 9), w = Noise(4, 4);
        var y = OpsetTests.Run(18, "Conv", [Of(x, 1, 1, 3, 3), Of(w, 1, 1, 2, 2), Of([0.1], 1)]).Span<double>();
        var acc = 0.0;
        foreach (var (i, j) in new[] { (4, 0), (5, 1), (7, 2), (8, 3) })
            acc = Math.FusedMultiplyAdd(x[i], w[j], acc);
        Assert.Equal(acc + 0.1, y[3]);
        Assert.Equal(x.Max(), OpsetTests.Run(18, "MaxPool", [Of(x, 1, 1, 3, 3)], ("kernel_shape", new long[] { 3, 3 })).Span<double>()[0]);
        Assert.Equal((((x[0] + x[1]) + x[3]) + x[4]) / 4, OpsetTests.Run(18, "AveragePool", [Of(x, 1, 1, 3, 3)], ("kernel_shape", new long[] { 2, 2 })).Span<double>()[0]);
    }

    [Fact]
    public void Sums_run_in_sixteen_lanes_of_binary64()
    {
        var x = Noise(5, 101);
        var lanes = new double[16];
        for (var i = 0; i < x.Length; i++)
            lanes[i % 16] += x[i];
        for (var half = 8; half > 0; half /= 2)
            for (var j = 0; j < half; j++)
                lanes[j] += lanes[j + half];
        Assert.Equal(lanes[0], OpsetTests.Run(18, "ReduceSum", [Of(x, 101)]).Span<double>()[0]);
        Assert.Equal(lanes[0] / 101, OpsetTests.Run(18, "ReduceMean", [Of(x, 101)]).Span<double>()[0]);
    }

    [Fact]
    public void NaN_is_canonical_and_types_do_not_mix()
    {
        var odd = Tensor.Wrap(DType.Float64, Shape.Of(1), BitConverter.GetBytes(0xFFF8123456789ABC));
        Assert.Equal(0x7FF8000000000000, OpsetTests.Run(18, "Relu", [odd]).Span<long>()[0]);
        Assert.Equal(double.BitIncrement(0), OpsetTests.Run(18, "Abs", [Of([-double.Epsilon], 1)]).Span<double>()[0]);
        Assert.Contains("different types", OpsetTests.Refused(18, "Add", [odd, Tensor.Scalar(1f)]), StringComparison.Ordinal);
    }

    private static Tensor Of(double[] values, params int[] dims) => Tensor.From<double>(Shape.Of(dims), values);

    private static double[] Noise(ulong seed, int count) =>
        [.. Enumerable.Range(0, count).Select(i => ((long)(Sample.Hash((seed << 32) + (ulong)i) >> 11) - (1L << 52)) / (double)(1L << 52))];
}
