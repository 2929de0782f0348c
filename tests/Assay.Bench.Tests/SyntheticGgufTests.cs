using Assay.Engine.Language;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics.Language;

namespace Assay.Bench.Tests;

public sealed class SyntheticGgufTests
{
    internal static readonly SyntheticModel Tiny = new("tiny", 256, 2, 4, 2, 512, 512, Tied: true);

    // As with the small model, no row is whole blocks of 256.
    private static readonly SyntheticModel Narrow = Tiny with { Width = 192, Heads = 3, KvHeads = 1, Tied = false };

    [Theory]
    [InlineData(WeightType.F16), InlineData(WeightType.Q8_0), InlineData(WeightType.Q4_0), InlineData(WeightType.Q4_K)]
    public void A_made_up_model_opens_and_its_scores_are_of_the_size_that_a_models_are(WeightType type)
    {
        using var model = LanguageModel.Read(Bytes(Tiny, type));
        Assert.Equal(type, model.Weights.TokenEmbedding.Type);
        Assert.Equal(512, model.Tokenizer.Count);
        using var session = new LanguageSession(model, new LanguageSessionOptions { Threads = 1 });
        using var sequence = session.NewSequence();
        var step = new LanguageStep(sequence) { Tokens = Tiny.Tokens(0, 20), Scored = 1 };
        session.Evaluate([step]);
        var size = Math.Sqrt(step.Scores(0).ToArray().Average(s => (double)s * s));
        Assert.InRange(size, 0.5, 2);
    }

    [Fact]
    public void A_matrix_that_the_blocks_do_not_fit_is_stored_in_smaller_ones()
    {
        using var model = LanguageModel.Read(Bytes(Narrow, WeightType.Q4_K));
        Assert.Equal(WeightType.Q4_0, model.Weights.TokenEmbedding.Type);
        Assert.Equal(WeightType.Q4_K, model.Weights.Layers[0].Down!.Type);
        Assert.NotSame(model.Weights.TokenEmbedding, model.Weights.Output);
    }

    [Fact]
    public void It_is_the_same_every_time() => Assert.Equal(Bytes(Tiny, WeightType.Q8_0), Bytes(Tiny, WeightType.Q8_0));

    [Fact]
    public void The_shapes_have_the_weights_that_their_names_say()
    {
        Assert.Equal(134_479_872, Weights(SyntheticModel.Small));
        Assert.Equal(1_099_956_224, Weights(SyntheticModel.Large));

        static long Weights(SyntheticModel m) => m.Matrices().Sum(t => (long)t.Rows * t.Columns);
    }

    [Fact]
    public void Tokens_are_of_the_vocabulary_and_no_bytes()
    {
        Assert.All(SyntheticModel.Small.Tokens(0, 1000), t => Assert.InRange(t, 259, SyntheticModel.Small.Vocabulary - 1));
        Assert.Equal(SyntheticModel.Small.Tokens(0, 8)[5..], SyntheticModel.Small.Tokens(5, 3));
    }

    internal static byte[] Bytes(SyntheticModel model, WeightType type)
    {
        using var stream = new MemoryStream();
        SyntheticGguf.Write(model, type, stream);
        return stream.ToArray();
    }
}
