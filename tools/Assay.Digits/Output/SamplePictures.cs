using Assay.Digits.Drawing;

namespace Assay.Digits.Output;

/// <summary>The pictures beside the model: one of each digit, of a seed that is neither the training's nor the held-out one.</summary>
internal static class SamplePictures
{
    private const ulong Seed = 11;

    /// <summary>28x28 gray pixels.</summary>
    public static byte[] Pixels(int digit)
    {
        var pixels = new byte[DigitImage.Pixels];
        DigitImage.Draw(Seed, digit, pixels);
        return pixels;
    }

    public static byte[] Png(int digit) => Output.Png.Gray(DigitImage.Side, DigitImage.Side, Pixels(digit));
}
