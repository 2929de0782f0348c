using System.Security.Cryptography;
using Assay.Digits.Drawing;
using Assay.Digits.Output;
using Png = Assay.Digits.Output.Png;

namespace Assay.Digits.Tests;

public class GeneratorTests
{
    [Fact]
    public void The_first_thousand_pictures_of_a_seed_never_change()
    {
        var pixels = new byte[1000 * DigitImage.Pixels];
        for (var i = 0; i < 1000; i++)
            DigitImage.Draw(5, i, pixels.AsSpan(i * DigitImage.Pixels, DigitImage.Pixels));
        Assert.Equal("592220b7810c20173f120e22f4ad4e77", Convert.ToHexStringLower(SHA256.HashData(pixels))[..32]);
    }

    [Fact]
    public void A_picture_depends_on_its_seed_and_index_alone()
    {
        var (alone, after) = (new byte[DigitImage.Pixels], new byte[DigitImage.Pixels]);
        DigitImage.Draw(5, 123, alone);
        DigitImage.Draw(5, 122, after);
        Assert.NotEqual(alone, after);
        DigitImage.Draw(5, 123, after);
        Assert.Equal(alone, after);
        DigitImage.Draw(6, 123, after);
        Assert.NotEqual(alone, after);
    }

    [Fact]
    public void Every_picture_has_ink_and_most_of_it_near_the_middle()
    {
        var pixels = new byte[DigitImage.Pixels];
        for (var i = 0; i < 2000; i++)
        {
            DigitImage.Draw(9, i, pixels);
            var (all, middle) = (0, 0);
            for (var p = 0; p < pixels.Length; p++)
            {
                all += pixels[p];
                if (p / DigitImage.Side is >= 2 and < 26 && p % DigitImage.Side is >= 2 and < 26)
                    middle += pixels[p];
            }
            Assert.True(all > 10 * 255, $"picture {i} is nearly empty");
            Assert.True(middle > all * 3 / 4, $"picture {i} lies at the border");
        }
    }

    [Fact]
    public void Draws_below_ten_spread_evenly()
    {
        var draws = new Draws(1, 2);
        var counts = new int[10];
        for (var i = 0; i < 10_000; i++)
            counts[draws.Below(10)]++;
        Assert.All(counts, c => Assert.InRange(c, 880, 1120));
    }

    [Fact]
    public void A_written_picture_is_read_back_by_the_engine()
    {
        var pixels = SamplePictures.Pixels(8);
        var read = Engine.Models.Formats.Png.Read(Png.Gray(DigitImage.Side, DigitImage.Side, pixels));
        Assert.Equal((DigitImage.Side, DigitImage.Side, 1), (read.Width, read.Height, read.Channels));
        Assert.Equal(pixels, read.Pixels);
    }
}
