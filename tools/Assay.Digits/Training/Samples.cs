using Assay.Digits.Drawing;

namespace Assay.Digits.Training;

/// <summary>Generated digits as the network takes them.</summary>
internal static class Samples
{
    /// <summary>A pixel's value is (pixel - Mean) * Scale; the model file says so too, in its metadata.</summary>
    public const float Mean = 0, Scale = 0.003921569f;

    /// <summary>Draws samples first, first + 1, ..., one to a lane.</summary>
    public static void Fill(ulong seed, long first, Span<Batch16> input, Span<int> labels)
    {
        Span<byte> pixels = stackalloc byte[Batch16.Width * DigitImage.Pixels];
        for (var lane = 0; lane < Batch16.Width; lane++)
        {
            DigitImage.Draw(seed, first + lane, pixels.Slice(lane * DigitImage.Pixels, DigitImage.Pixels));
            labels[lane] = DigitImage.LabelOf(first + lane);
        }
        Load(pixels, input);
    }

    /// <summary>Sixteen pictures, one after another, one to a lane.</summary>
    public static void Load(ReadOnlySpan<byte> pixels, Span<Batch16> input)
    {
        Span<float> lanes = stackalloc float[Batch16.Width];
        for (var p = 0; p < DigitImage.Pixels; p++)
        {
            for (var lane = 0; lane < lanes.Length; lane++)
                lanes[lane] = (pixels[lane * DigitImage.Pixels + p] - Mean) * Scale;
            input[p] = Batch16.Load(lanes);
        }
    }
}
