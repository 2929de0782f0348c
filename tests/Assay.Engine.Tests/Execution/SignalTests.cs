using Assay.Engine.Models;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Execution;

/// <summary>Transforms and windows (7.10 to 7.13 of the profile).</summary>
public sealed class SignalTests
{
    [Fact]
    public void Quarter_turns_are_exact_and_eighths_symmetric()
    {
        Assert.Equal((1.0, 0.0), Twiddle.At(0, 7));
        Assert.Equal((0.0, 1.0), Twiddle.At(1, 4));
        Assert.Equal((-1.0, 0.0), Twiddle.At(50, 100));
        Assert.Equal((0.0, -1.0), Twiddle.At(3, 4));
        for (var j = 1; j < 1000; j++)
        {
            var (cos, sin) = Twiddle.At(j, 1000);
            var (mirrored, opposite) = Twiddle.At(1000 - j, 1000);
            Assert.Equal((cos, -sin), (mirrored, opposite));
            Assert.InRange(cos * cos + sin * sin, 1 - 4e-16, 1 + 4e-16);
        }
        // sqrt(1/2), sin(pi/6), and sin and cos of 2 pi / 360 by published tables.
        Assert.Equal(0.70710678118654752, Twiddle.At(1, 8).Cos, 1e-16);
        Assert.Equal(0.5, Twiddle.At(1, 12).Sin, 1e-16);
        Assert.Equal(0.01745240643728351, Twiddle.At(1, 360).Sin, 1e-17);
        Assert.Equal(0.99984769515639124, Twiddle.At(1, 360).Cos, 2e-16);
    }

    [Fact]
    public void One_side_of_a_spectrum_gives_the_signal_back()
    {
        var x = new Noise(4).Floats(15);
        var signal = Tensor.From<float>(Shape.Of(1, 15, 1), x);
        var spectrum = OpsetTests.Run(20, "DFT", [signal, OpsetTests.Ints(15), OpsetTests.Ints(1)], ("onesided", 1));
        Assert.Equal(Shape.Of(1, 8, 2), spectrum.Shape);
        var back = OpsetTests.Run(20, "DFT", [spectrum, OpsetTests.Ints(15), OpsetTests.Ints(1)], ("onesided", 1), ("inverse", 1));
        Assert.Equal(Shape.Of(1, 15, 1), back.Shape);
        for (var i = 0; i < x.Length; i++)
            Assert.Equal(x[i], back.Span<float>()[i], 2e-7f);
    }

    [Fact]
    public void Frames_are_windowed_and_transformed_one_by_one()
    {
        var signal = Tensor.From<float>(Shape.Of(1, 6, 1), [1, 2, 3, 4, 5, 6]);
        var window = Tensor.From<float>(Shape.Of(4), [1, 2, 0, 0]);
        var y = OpsetTests.Run(17, "STFT", [signal, Tensor.Scalar(2L), window, Tensor.Scalar(4L)]);
        // Frames (1, 4, 0, 0) and (3, 8, 0, 0): sums, and turns by a quarter.
        Assert.Equal([5f, 0, 1, -4, -3, 0, 11, 0, 3, -8, -5, 0], OpsetTests.Floats(y));
        Assert.Contains("a frame of 7 points in a signal of 6", OpsetTests.Refused(17, "STFT", [signal, Tensor.Scalar(2L), Tensor.Create(DType.Float32, Shape.Of(7))]), StringComparison.Ordinal);
        Assert.Contains("a step of 0", OpsetTests.Refused(17, "STFT", [signal, Tensor.Scalar(0L), window]), StringComparison.Ordinal);
        Assert.Contains("points of the window", OpsetTests.Refused(17, "STFT", [signal, Tensor.Scalar(1L), window, Tensor.Scalar(3L)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Transforms_refuse_what_is_no_signal()
    {
        var signal = Tensor.Create(DType.Float32, Shape.Of(1, 6, 1));
        Assert.Contains("the last axis", OpsetTests.Refused(20, "DFT", [signal, OpsetTests.Ints(6), OpsetTests.Ints(2)]), StringComparison.Ordinal);
        Assert.Contains("not 1 (real) or 2 (complex)", OpsetTests.Refused(20, "DFT", [Tensor.Create(DType.Float32, Shape.Of(1, 6, 3))]), StringComparison.Ordinal);
        Assert.Contains("a transform of no point", OpsetTests.Refused(20, "DFT", [signal, OpsetTests.Ints(0)]), StringComparison.Ordinal);
        Assert.Contains("one side of a spectrum is complex", OpsetTests.Refused(20, "DFT", [signal], ("onesided", 1), ("inverse", 1)), StringComparison.Ordinal);
        Assert.Contains("a transform of 1073741824 points", OpsetTests.Refused(20, "DFT", [signal, OpsetTests.Ints(1 << 30)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Windows_rise_from_their_edge_to_one()
    {
        var four = Tensor.Scalar(4L);
        Assert.Equal([0f, 0.5f, 1, 0.5f], OpsetTests.Floats(OpsetTests.Run(17, "HannWindow", [four])));
        Assert.Equal([0f, 0.75f, 0.75f, 0], [.. OpsetTests.Floats(OpsetTests.Run(17, "HannWindow", [four], ("periodic", 0))).Select(v => MathF.Round(v * 1e6f) / 1e6f)]);
        Assert.Equal((float)(4.0 / 46), OpsetTests.Floats(OpsetTests.Run(17, "HammingWindow", [four]))[0], 1e-8f);
        Assert.Equal(1f, OpsetTests.Floats(OpsetTests.Run(17, "BlackmanWindow", [four]))[2]);
        Assert.Equal(Shape.Of(0), OpsetTests.Run(17, "HannWindow", [Tensor.Scalar(0L)]).Shape);
        Assert.Contains("an extent of -1", OpsetTests.Refused(17, "HannWindow", [Tensor.Scalar(-1L)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Mel_bands_refuse_edges_that_are_no_band()
    {
        Tensor[] Operands(float low, float high) => [Tensor.Scalar(8L), Tensor.Scalar(16L), Tensor.Scalar(8192L), Tensor.Scalar(low), Tensor.Scalar(high)];
        Assert.Equal(Shape.Of(9, 8), OpsetTests.Run(17, "MelWeightMatrix", Operands(0, 4096)).Shape);
        Assert.Contains("edges of 5 and 5 hertz", OpsetTests.Refused(17, "MelWeightMatrix", Operands(5, 5)), StringComparison.Ordinal);
        Assert.Contains("hertz", OpsetTests.Refused(17, "MelWeightMatrix", Operands(float.NaN, 5)), StringComparison.Ordinal);
        // Corners beyond the spectrum are left out.
        Assert.Equal(Shape.Of(9, 8), OpsetTests.Run(17, "MelWeightMatrix", Operands(0, 1e30f)).Shape);
    }
}
