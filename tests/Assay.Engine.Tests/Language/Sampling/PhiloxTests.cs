using Assay.Engine.Language.Sampling;

namespace Assay.Engine.Tests.Language.Sampling;

public class PhiloxTests
{
    // The known answers of philox4x32 with 10 rounds in Random123's kat_vectors.
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void It_gives_the_known_answers(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint r0, uint r1, uint r2, uint r3)
    {
        Assert.Equal((r0, r1, r2, r3), Philox4x32.At((c0, c1, c2, c3), k0, k1));
    }

    [Fact]
    public void Every_width_gives_the_words_of_one()
    {
        var key = NoiseKey.Of(new byte[32], 3, 4);
        var ids = Enumerable.Range(0, 16).Select(i => i * 0x01234567).ToArray();
        uint[] ones = new uint[16], wide = new uint[16];
        Philox4x32.First16OfOnes(ids, key, ones);
        Assert.Equal(ids.Select(key.Word), ones);
        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
        {
            Philox4x32.First16OfFours(ids, key, wide);
            Assert.Equal(ones, wide);
        }
        if (System.Runtime.Intrinsics.X86.Avx512F.IsSupported)
        {
            Philox4x32.First16(ids, key, wide);
            Assert.Equal(ones, wide);
        }
    }

    [Fact]
    public void The_noise_lies_within_its_bounds()
    {
        Assert.InRange(-MathF.Log(-MathF.Log(5.9604645e-8f)), NoiseKey.Least, -2.81f);
        Assert.InRange(-MathF.Log(-MathF.Log(1 - 5.9604645e-8f)), 16.6f, NoiseKey.Most);
        var key = NoiseKey.Of(new byte[32], 0, 0);
        for (var id = 0; id < 100_000; id++)
            Assert.InRange(key.Noise(id), NoiseKey.Least, NoiseKey.Most);
    }

    [Fact]
    public void Seed_choice_and_position_each_change_the_key()
    {
        var seed = new byte[32];
        var keys = new[] { NoiseKey.Of(seed, 0, 0), NoiseKey.Of(seed, 1, 0), NoiseKey.Of(seed, 0, 1), NoiseKey.Of([1, .. seed.AsSpan(1)], 0, 0) };
        Assert.Equal(4, keys.Distinct().Count());
        Assert.Throws<ArgumentException>(() => NoiseKey.Of(new byte[31], 0, 0));
    }
}
