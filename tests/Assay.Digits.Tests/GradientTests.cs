using Assay.Digits.Drawing;
using Assay.Digits.Training;

namespace Assay.Digits.Tests;

public class GradientTests
{
    [Fact]
    public void Slopes_of_every_parameter_tensor_are_those_that_finite_differences_give()
    {
        var draws = new Draws(1, 0);
        var parameters = new double[Network.ParameterCount];
        foreach (var p in Network.Parameters)
            foreach (ref var w in parameters.AsSpan(p.Offset, p.Count))
                w = 0.5 * draws.Bell() / Math.Sqrt(Math.Max(1, p.FanIn));
        var space = new Workspace<Batch1>();
        var pixels = new byte[DigitImage.Pixels];
        DigitImage.Draw(1, 3, pixels);
        for (var i = 0; i < pixels.Length; i++)
            space.Input[i] = new(pixels[i] / 255.0);
        int[] labels = [3];

        Loss(parameters);
        var slopes = new double[parameters.Length];
        Network.Backward<Batch1, double>(parameters, space, slopes);

        foreach (var p in Network.Parameters)
            for (var n = 0; n < 12; n++)
            {
                var i = p.Offset + draws.Below(p.Count);
                const double step = 1e-6;
                var kept = parameters[i];
                parameters[i] = kept + step;
                var above = Loss(parameters);
                parameters[i] = kept - step;
                var below = Loss(parameters);
                parameters[i] = kept;
                Assert.True(
                    Math.Abs((above - below) / (2 * step) - slopes[i]) <= 1e-6 * (1 + Math.Abs(slopes[i])),
                    $"{p.Name}[{i - p.Offset}]: {slopes[i]}, by differences {(above - below) / (2 * step)}");
            }
        Assert.All(Network.Parameters, p => Assert.Contains(slopes[p.Offset..(p.Offset + p.Count)], s => s != 0));

        double Loss(double[] at)
        {
            Network.Forward<Batch1, double>(at, space);
            return CrossEntropy.Of<Batch1, double>(labels, space);
        }
    }

    [Fact]
    public void Slopes_of_sixteen_lanes_are_the_sum_of_sixteen_samples()
    {
        var draws = new Draws(2, 0);
        var parameters = new float[Network.ParameterCount];
        foreach (ref var w in parameters.AsSpan())
            w = (float)(0.05 * draws.Bell());
        var wide = new Workspace<Batch16>();
        var labels = new int[16];
        Samples.Fill(3, 0, wide.Input, labels);
        Network.Forward<Batch16, float>(parameters, wide);
        var loss = CrossEntropy.Of<Batch16, float>(labels, wide);
        var slopes = new float[parameters.Length];
        Network.Backward<Batch16, float>(parameters, wide, slopes);

        var one = new Workspace<Batch1>();
        var wanted = new double[parameters.Length];
        var wantedLoss = 0.0;
        var pixels = new byte[DigitImage.Pixels];
        for (var lane = 0; lane < 16; lane++)
        {
            DigitImage.Draw(3, lane, pixels);
            for (var i = 0; i < pixels.Length; i++)
                one.Input[i] = new((pixels[i] - Samples.Mean) * Samples.Scale);
            var exact = Array.ConvertAll(parameters, w => (double)w);
            Network.Forward<Batch1, double>(exact, one);
            wantedLoss += CrossEntropy.Of<Batch1, double>([labels[lane]], one);
            Network.Backward<Batch1, double>(exact, one, wanted);
        }

        Assert.Equal(wantedLoss, loss, 1e-3);
        for (var i = 0; i < slopes.Length; i++)
            Assert.True(Math.Abs(slopes[i] - wanted[i]) <= 1e-3 * (1 + Math.Abs(wanted[i])), $"{i}: {slopes[i]}, not {wanted[i]}");
    }
}
