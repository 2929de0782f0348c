using Assay.Engine.Language;
using Assay.Engine.Language.Reference;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models;
using Assay.Engine.Tests.Models.Gguf;

namespace Assay.Engine.Tests.Language;

/// <summary>
/// The scores after a token are a function of the tokens up to it: the fast session gives the reference's bits at every instruction set
/// and number of threads, however the tokens are cut into calls, whoever goes through the weights beside them.
/// </summary>
public sealed class PrefillDecodeTests
{
    // More than one page of 64 positions, and more than any window.
    private const int Length = 75;

    private static readonly (int Threads, int Chunk)[] Ways = [(1, 16), (2, 1), (2, Length), (7, 3)];

    public static TheoryData<string> Families => [.. TinyModels.Families];

    public static TheoryData<WeightType> Types => [.. TinyModels.Types];

    [Theory, MemberData(nameof(Families))]
    public void Every_family_gives_the_reference_bits_however_its_tokens_are_cut(string family) => Compare(family, WeightType.F32, Length);

    [Theory, MemberData(nameof(Families))]
    public void So_does_every_family_with_quantised_weights(string family) => Compare(family, WeightType.Q8_0, Length);

    [Fact]
    public void So_does_a_file_that_mixes_types_as_published_ones_do()
    {
        WeightType[] types = [WeightType.Q5_0, WeightType.Q8_0, WeightType.Q4_1, WeightType.Q5_1, WeightType.F16, WeightType.Q4_0];
        using var model = LanguageModel.Read(TinyModels.Write("llama", name => types[name.Sum(c => c) / 3 % types.Length], 32, 5));
        var layers = model.Weights.Layers;
        Assert.Equal(types.Length, layers.SelectMany(l => new[] { l.Query, l.Key, l.Value, l.AttentionOutput, l.Gate!, l.Up!, l.Down! }).Select(w => w.Type).Distinct().Count());
        Compare(model.Architecture, model.Weights, 20);
    }

    [Theory, MemberData(nameof(Types))]
    public void So_does_every_weight_type(WeightType type)
    {
        foreach (var family in (string[])["llama", "gemma2", "qwen3moe"])
            Compare(family, type, 20);
    }

    [Fact]
    public void So_does_a_rotation_of_only_some_elements()
    {
        using var model = Open("phi3", WeightType.F32);
        var rotary = model.Architecture.Rotary with { Dimensions = 6, Magnitude = 1.19f, Factors = [1, 1.5f, 4] };
        Compare(model.Architecture with { Rotary = rotary }, model.Weights, 20);
    }

    [Theory, InlineData("qwen3"), InlineData("gemma3"), InlineData("mixtral")]
    public void Strangers_in_the_same_call_change_nothing(string family)
    {
        using var model = Open(family, WeightType.Q8_0);
        var noise = new Noise(5);
        // Of each sequence its tokens, and their scores alone.
        var tokens = Enumerable.Range(0, 5).Select(i => Tokens(model.Architecture, (ulong)i, 20 + (17 * i))).ToArray();
        var expected = Array.ConvertAll(tokens, t => ReferenceLanguage.Scores(model.Architecture, model.Weights, t));
        foreach (var isa in Isas.Supported)
        {
            using var session = new LanguageSession(model, new() { Isa = isa, Threads = 2, BatchTokens = 24 });
            var steps = tokens.Select(_ => new LanguageStep(session.NewSequence())).ToArray();
            while (steps.Where((s, i) => s.Sequence.Length < tokens[i].Length).Any())
            {
                // Some prefill, some decode, some are not there.
                var together = new List<(LanguageStep Step, int Index)>();
                for (var i = 0; i < steps.Length; i++)
                    if (tokens[i].Length - steps[i].Sequence.Length is > 0 and var left && noise.Below(4) > 0)
                    {
                        steps[i].Tokens = tokens[i].AsMemory(steps[i].Sequence.Length, Math.Min(left, noise.Below(2) == 0 ? 1 : 1 + noise.Below(20)));
                        steps[i].Scored = noise.Below(steps[i].Tokens.Length + 1);
                        together.Add((steps[i], i));
                    }
                session.Evaluate([.. together.Select(t => t.Step)]);
                foreach (var (step, index) in together)
                    for (var i = 0; i < step.Scored; i++)
                        AssertSame(expected[index][step.Sequence.Length - step.Scored + i], step.Scores(i), $"{isa.Name()}, sequence {index}, length {step.Sequence.Length}");
            }
            foreach (var step in steps)
                step.Sequence.Dispose();
            Assert.Equal(session.Pages, session.FreePages);
        }
    }

    [Theory, InlineData("llama"), InlineData("gemma2")]
    public void A_fork_goes_on_from_the_prefix_that_it_shares(string family)
    {
        using var model = Open(family, WeightType.Q4_0);
        using var session = new LanguageSession(model, new() { Threads = 2 });
        var tokens = Tokens(model.Architecture, 1, 140);
        var expected = ReferenceLanguage.Scores(model.Architecture, model.Weights, tokens);
        using var first = session.NewSequence();
        Append(session, first, tokens[..130], 50, expected, "the first");
        foreach (var prefix in (int[])[1, 63, 64, 65, 128, 130])
        {
            var other = (int[])[.. tokens[..prefix], .. Tokens(model.Architecture, (ulong)prefix, 20)];
            var own = ReferenceLanguage.Scores(model.Architecture, model.Weights, other);
            var free = session.FreePages;
            using var fork = first.Fork(prefix);
            using var twin = fork.Fork();
            Assert.Equal(free, session.FreePages);
            Append(session, fork, other, 7, own, $"a fork of {prefix}");
            Append(session, twin, other, 20, own, $"the twin of a fork of {prefix}");
        }
        // What the forks wrote stands in pages of their own.
        Append(session, first, tokens, 3, expected, "the first, later");
        first.Truncate(70);
        Append(session, first, tokens, 40, expected, "the first, cut back");
    }

    internal static LanguageModel Open(string family, WeightType type) => LanguageModel.Read(TinyModels.Write(family, type));

    /// <summary>So many tokens of the vocabulary.</summary>
    internal static int[] Tokens(LanguageArchitecture architecture, ulong seed, int count)
    {
        var noise = new Noise(seed);
        return [.. Enumerable.Range(0, count).Select(_ => noise.Below(architecture.VocabularySize))];
    }

    /// <summary>Appends tokens behind those that the sequence has, so many in a call, and compares the scores after each.</summary>
    internal static void Append(LanguageSession session, LanguageSequence sequence, int[] tokens, int chunk, float[][] expected, string label)
    {
        var step = new LanguageStep(sequence);
        while (sequence.Length < tokens.Length)
        {
            var from = sequence.Length;
            step.Tokens = tokens.AsMemory(from, Math.Min(chunk, tokens.Length - from));
            step.Scored = step.Tokens.Length;
            session.Evaluate([step]);
            for (var i = 0; i < step.Scored; i++)
                AssertSame(expected[from + i], step.Scores(i), $"{label}, position {from + i}");
        }
    }

    internal static void AssertSame(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string label)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"{label}, number {i}: {expected[i]:R} expected, {actual[i]:R} computed");
    }

    private static void Compare(string family, WeightType type, int length)
    {
        using var model = Open(family, type);
        Compare(model.Architecture, model.Weights, length);
    }

    private static void Compare(LanguageArchitecture architecture, LanguageWeights weights, int length)
    {
        var tokens = Tokens(architecture, 7, length);
        var expected = ReferenceLanguage.Scores(architecture, weights, tokens);
        Assert.Contains(expected[^1], v => v != expected[^1][0]);
        Assert.All(expected, row => Assert.DoesNotContain(row, v => !float.IsFinite(v)));
        foreach (var isa in Isas.Supported)
            foreach (var (threads, chunk) in Ways)
            {
                // A small batch, so that calls are cut into parts as well.
                using var session = new LanguageSession(architecture, weights, new() { Isa = isa, Threads = threads, BatchTokens = 32, CacheBytes = 1 << 22 });
                using (var sequence = session.NewSequence())
                    Append(session, sequence, tokens, chunk, expected, $"{isa.Name()}, {threads} threads, {chunk} at a time");
                Assert.Equal(session.Pages, session.FreePages);
            }
    }
}
