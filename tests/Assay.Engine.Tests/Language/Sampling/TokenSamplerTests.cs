using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Language.Sampling;

public class TokenSamplerTests
{
    private static readonly byte[] Seed = SHA256.HashData("a seed"u8);

    [Fact]
    public void The_fast_form_equals_the_reference_at_every_instruction_set()
    {
        var random = new Numbers("equal");
        foreach (var size in new[] { 1, 2, 15, 16, 17, 63, 64, 65, 300, 1000 })
        {
            var samplers = Isas.Supported.Select(isa => new TokenSampler(size, isa)).ToList();
            for (var round = 0; round < 120; round++)
            {
                var (scores, options, counts, allowed) = (random.Scores(size), random.Options(size), random.Counts(size), random.Mask(size));
                var (choice, position) = (random.Below(3), random.Below(1000));
                var expected = ReferenceSampler.Pick(scores, options, Seed, choice, position, counts, allowed);
                foreach (var sampler in samplers)
                    Assert.Equal(expected, sampler.Pick(scores, options, Seed, choice, position, counts, allowed));
            }
        }
    }

    [Fact]
    public void A_large_vocabulary_equals_the_reference()
    {
        var random = new Numbers("large");
        const int size = 128_256;
        var samplers = Isas.Supported.Select(isa => new TokenSampler(size, isa)).ToList();
        foreach (var spread in new[] { 0f, 0.001f, 1, 4, 30 })
            foreach (var options in new SamplerOptions[] { new(), new() { TopP = 0.9f, Temperature = 0.8f }, new() { TopK = 40 }, new() { MinP = 0.05f, TopP = 0.5f, TopK = 30_000 } })
            {
                var scores = Enumerable.Range(0, size).Select(_ => spread * random.Normal()).ToArray();
                var expected = ReferenceSampler.Pick(scores, options, Seed, 0, 1);
                foreach (var sampler in samplers)
                    Assert.Equal(expected, sampler.Pick(scores, options, Seed, 0, 1));
            }
    }

    [Fact]
    public void Frequencies_are_the_probabilities()
    {
        // Chi-square over twelve tokens, 60,000 draws each way: 11 degrees of freedom exceed 31.3 once in a thousand.
        float[] scores = [0, -1, -2, 0.5f, -0.3f, -3, 1, 0.2f, -1.5f, -0.7f, -2.5f, 0.9f];
        foreach (var temperature in new[] { 0.7f, 1f, 1.7f })
        {
            var probability = scores.Select(x => Math.Exp(x / temperature)).ToArray();
            var sum = probability.Sum();
            var seen = new int[scores.Length];
            var sampler = new TokenSampler(scores.Length);
            const int draws = 60_000;
            for (var i = 0; i < draws; i++)
                seen[sampler.Pick(scores, new() { Temperature = temperature }, Seed, i / 10_000, i)]++;
            var chi = Enumerable.Range(0, scores.Length).Sum(i => Square(seen[i] - (draws * probability[i] / sum)) / (draws * probability[i] / sum));
            Assert.InRange(chi, 0, 31.3);
        }

        static double Square(double x) => x * x;
    }

    [Fact]
    public void Kept_tokens_are_those_that_each_parameter_says()
    {
        // Probabilities 0.5, 0.25, 0.125, 0.125 in the order 2, 0, 1, 3.
        float[] scores = [-MathF.Log(4), -MathF.Log(8), -MathF.Log(2), -MathF.Log(8)];
        Assert.Equal([2], Seen(scores, new() { TopK = 1 }));
        Assert.Equal([0, 1, 2], Seen(scores, new() { TopK = 3 }));
        Assert.Equal([2], Seen(scores, new() { TopP = 0 }));
        Assert.Equal([2], Seen(scores, new() { TopP = 0.4f }));
        Assert.Equal([0, 2], Seen(scores, new() { TopP = 0.6f }));
        Assert.Equal([0, 1, 2], Seen(scores, new() { TopP = 0.8f }));
        Assert.Equal([0, 1, 2, 3], Seen(scores, new() { TopP = 0.9f }));
        Assert.Equal([0, 2], Seen(scores, new() { MinP = 0.3f }));
        Assert.Equal([0, 1, 2, 3], Seen(scores, new() { MinP = 0.2f }));
        Assert.Equal([0, 1, 3], Seen(scores, new(), allowed: [0b1011]));
        Assert.Equal([0, 1, 2, 3], Seen([0, 0, 0, 0], new()));
        Assert.Equal([0, 1], Seen([0, 0, 0, 0], new() { TopK = 2 }));
        Assert.Equal([0, 1], Seen([0, 0, 0, 0], new() { TopP = 0.5f }));
    }

    [Fact]
    public void Bias_and_penalties_change_scores()
    {
        var sampler = new TokenSampler(3);
        var counts = new TokenCounts();
        float[] scores = [1, 0.5f, 0];
        Assert.Equal(0, sampler.Pick(scores, SamplerOptions.Greedy, [], 0, 0));
        Assert.Equal(2, sampler.Pick(scores, SamplerOptions.Greedy with { LogitBias = Bias((2, 1.5f)) }, [], 0, 0));
        counts.Add(0);
        Assert.Equal(1, sampler.Pick(scores, SamplerOptions.Greedy with { PresencePenalty = 0.6f }, [], 0, 0, counts));
        Assert.Equal(0, sampler.Pick(scores, SamplerOptions.Greedy with { FrequencyPenalty = 0.4f }, [], 0, 0, counts));
        counts.Add(0);
        Assert.Equal(1, sampler.Pick(scores, SamplerOptions.Greedy with { FrequencyPenalty = 0.4f }, [], 0, 0, counts));
    }

    [Fact]
    public void Greedy_ties_go_to_the_least_id_and_NaN_is_below_all()
    {
        var sampler = new TokenSampler(4);
        Assert.Equal(1, sampler.Pick([float.NaN, 3, 3, -1], SamplerOptions.Greedy, [], 0, 0));
        Assert.Equal(2, sampler.Pick([float.NaN, float.NegativeInfinity, float.PositiveInfinity, float.MaxValue], SamplerOptions.Greedy, [], 0, 0));
        Assert.Equal(0, sampler.Pick([float.NaN, float.NaN, float.NaN, float.NaN], SamplerOptions.Greedy, [], 0, 0));
    }

    [Fact]
    public void No_allowed_token_and_wrong_lengths_are_errors_of_the_caller()
    {
        var sampler = new TokenSampler(3);
        Assert.Throws<ArgumentException>(() => sampler.Pick([0, 0, 0], new(), Seed, 0, 0, allowed: [0ul]));
        Assert.Throws<ArgumentException>(() => sampler.Pick([0, 0], new(), Seed, 0, 0));
    }

    [Fact]
    public void Log_probabilities_equal_the_reference_and_the_top_is_in_order()
    {
        var random = new Numbers("log");
        foreach (var size in new[] { 1, 5, 16, 33, 500 })
            for (var round = 0; round < 40; round++)
            {
                var scores = random.Scores(size);
                var expected = ReferenceSampler.LogProbabilities(scores);
                foreach (var isa in Isas.Supported)
                {
                    var (chosen, top) = new TokenSampler(size, isa).LogProbabilities(scores, size / 2, 7);
                    Assert.Equal(Bits(expected[size / 2]), Bits(chosen.LogProbability));
                    Assert.Equal(Enumerable.Range(0, size).OrderByDescending(i => scores[i]).ThenBy(i => i).Take(7), top.Select(t => t.Token));
                    Assert.All(top, t => Assert.Equal(Bits(expected[t.Token]), Bits(t.LogProbability)));
                }
            }

        static int Bits(float x) => BitConverter.SingleToInt32Bits(x);
    }

    private static int[] Seen(float[] scores, SamplerOptions options, ulong[]? allowed = null)
    {
        var sampler = new TokenSampler(scores.Length);
        return [.. Enumerable.Range(0, 400).Select(t => sampler.Pick(scores, options, Seed, 0, t, null, allowed)).Distinct().Order()];
    }

    private static ImmutableSortedDictionary<int, float> Bias(params (int, float)[] pairs) => pairs.ToImmutableSortedDictionary(p => p.Item1, p => p.Item2);

    /// <summary>Numbers from SHA-256 of a name and a count.</summary>
    private sealed class Numbers(string name)
    {
        private readonly Queue<uint> words = [];
        private int block;

        public uint Next()
        {
            if (words.Count == 0)
                foreach (var word in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(SHA256.HashData(Encoding.UTF8.GetBytes($"{name} {block++}"))))
                    words.Enqueue(word);
            return words.Dequeue();
        }

        public int Below(int n) => (int)(Next() % (uint)n);

        public float Normal() => Enumerable.Range(0, 4).Sum(_ => Next() / 4294967296f - 0.5f) * 1.732f;

        public float[] Scores(int size)
        {
            var (kind, spread) = (Below(5), new[] { 0.5f, 3, 20 }[Below(3)]);
            var scores = Enumerable.Range(0, size).Select(_ => kind == 0 ? MathF.Round(spread * Normal()) : spread * Normal()).ToArray();
            if (kind == 1)
                for (var i = 0; i < 1 + size / 8; i++)
                    scores[Below(size)] = new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, -0f, 1e-45f }[Below(7)];
            return scores;
        }

        public SamplerOptions Options(int size) => new()
        {
            Temperature = new[] { 0, 0.1f, 0.8f, 1, 2, 1e-40f }[Below(6)],
            TopK = new[] { 0, 0, 1, 3, 40, size }[Below(6)],
            TopP = new[] { 1, 1, 0.9f, 0.5f, 0, 1e-9f, 0.99999994f }[Below(7)],
            MinP = new[] { 0, 0, 0.05f, 1, 1e-20f }[Below(5)],
            PresencePenalty = new[] { 0, 0.5f, -2 }[Below(3)],
            FrequencyPenalty = new[] { 0, 0.3f, 2 }[Below(3)],
            LogitBias = Enumerable.Range(0, Below(4)).Select(_ => Below(size)).Distinct().ToImmutableSortedDictionary(i => i, _ => (float)Below(201) - 100),
        };

        public TokenCounts Counts(int size)
        {
            var counts = new TokenCounts();
            for (var i = Below(20); i > 0; i--)
                counts.Add(Below(size));
            return counts;
        }

        public ulong[] Mask(int size)
        {
            if (Below(2) == 0)
                return [];
            var mask = new ulong[(size + 63) / 64];
            var kind = Below(3);
            for (var i = 0; i < mask.Length; i++)
                mask[i] = kind switch { 0 => Next() & Next(), 1 => ulong.MaxValue, _ => ((ulong)Next() << 32) | Next() };
            var one = Below(size);
            mask[one / 64] |= 1ul << (one % 64);
            return mask;
        }
    }
}
