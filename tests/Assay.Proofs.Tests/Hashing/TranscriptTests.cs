using Assay.Proofs.Field;
using Assay.Proofs.Hashing;

namespace Assay.Proofs.Tests.Hashing;

public sealed class TranscriptTests
{
    [Fact]
    public void Every_bit_that_was_absorbed_changes_what_comes_after_it()
    {
        byte[] message = [.. Enumerable.Range(0, 40).Select(i => (byte)i)];
        var seen = new HashSet<Felt4> { Play(1, message, 2) };
        for (var bit = 0; bit < 8 * message.Length; bit++)
        {
            message[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.True(seen.Add(Play(1, message, 2)));
            message[bit / 8] ^= (byte)(1 << bit % 8);
        }
        // So do its length, its tag, the challenge's tag, and that there was a challenge before.
        Assert.True(seen.Add(Play(1, message[..39], 2)));
        Assert.True(seen.Add(Play(1, [.. message, 0], 2)));
        Assert.True(seen.Add(Play(3, message, 2)));
        Assert.True(seen.Add(Play(1, message, 4)));
        var twice = new Transcript();
        twice.Absorb(1, message);
        twice.Challenge(2);
        Assert.True(seen.Add(twice.Challenge(2)));
    }

    [Fact]
    public void Two_messages_are_not_one_that_is_longer()
    {
        Transcript one = new(), two = new();
        one.Absorb(1, [1, 2, 3, 4]);
        two.Absorb(1, [1, 2]);
        two.Absorb(1, [3, 4]);
        Assert.NotEqual(one.Challenge(2), two.Challenge(2));
    }

    [Fact]
    public void Challenges_are_elements_and_more_of_them_begin_with_the_same()
    {
        var many = new Transcript().Challenges(1, 1000);
        Assert.Equal(many[..10], new Transcript().Challenges(1, 10));
        Assert.Equal(1000, many.Distinct().Count());
        Assert.All(many, c => Assert.InRange(c.C3.Value, 0u, Felt.Modulus - 1));
        // The mean of 4,000 words lies within five standard errors of the middle.
        var mean = many.SelectMany(c => (uint[])[c.C0.Value, c.C1.Value, c.C2.Value, c.C3.Value]).Average(v => (double)v / Felt.Modulus);
        Assert.InRange(mean, 0.5 - 0.023, 0.5 + 0.023);
    }

    [Fact]
    public void Indices_are_below_their_power_of_two_and_reach_all_of_it()
    {
        var indices = new Transcript().Indices(1, 4000, 5);
        Assert.Equal(Enumerable.Range(0, 32), indices.Distinct().Order());
    }

    private static Felt4 Play(byte tag, byte[] message, byte challenge)
    {
        var transcript = new Transcript();
        transcript.Absorb(tag, message);
        return transcript.Challenge(challenge);
    }
}
