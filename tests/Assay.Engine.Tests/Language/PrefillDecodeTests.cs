using Assay.Engine.Language;
using Assay.Engine.Language.Reference;
using Assay.Engine.Numerics;

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

    public static TheoryData<string> Families => [.. TinyLanguage.Families];

    public static TheoryData<WeightType> Types => [.. Enum.GetValues<WeightType>()];

    [Theory, MemberData(nameof(Families))]
    public void Every_family_gives_the_reference_bits_however_its_tokens_are_cut(string family) => Compare(TinyLanguage.Make(family, WeightType.F32), Length);

    [Theory, MemberData(nameof(Families))]
    public void So_does_every_family_with_quantised_weights(string family) => Compare(TinyLanguage.Make(family, WeightType.Q8_0), Length);

    [Theory, MemberData(nameof(Types))]
    public void So_does_every_weight_type(WeightType type)
    {
        Compare(TinyLanguage.Make("llama", type), 20);
        Compare(TinyLanguage.Make("gemma2", type), 20);
        Compare(TinyLanguage.Make("mixtral", type), 20);
    }

    private static void Compare(TinyLanguage model, int length)
    {
        var tokens = model.Tokens(7, length);
        var expected = ReferenceLanguage.Scores(model.Architecture, model.Weights, tokens);
        Assert.Contains(expected[^1], v => v != expected[^1][0]);
        Assert.All(expected, row => Assert.All(row, v => Assert.True(float.IsFinite(v))));
        foreach (var isa in Isas.Supported)
            foreach (var (threads, chunk) in Ways)
            {
                // A small batch, so that calls are cut into parts as well.
                using var session = new LanguageSession(model.Architecture, model.Weights, new() { Isa = isa, Threads = threads, BatchTokens = 32, CacheBytes = 1 << 22 });
                using (var sequence = session.NewSequence())
                    Append(session, sequence, tokens, chunk, expected, $"{isa.Name()}, {threads} threads, {chunk} at a time");
                Assert.Equal(session.Pages, session.FreePages);
            }
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
                Assert.Fail($"{label}, token {i}: {expected[i]:R} expected, {actual[i]:R} computed");
    }
}
