using System.Text;
using System.Text.Json.Nodes;
using Assay.Engine.Language;
using Assay.Engine.Language.Reference;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Engine.Tests.Models.Safetensors;

namespace Assay.Engine.Tests.Language;

/// <summary>A text's embedding has the reference's bits at every instruction set and number of threads, however its tokens are cut into calls and whoever is beside them.</summary>
public sealed class EmbeddingTests
{
    public static TheoryData<Pooling> Kinds => [.. Enum.GetValues<Pooling>()];

    [Theory, MemberData(nameof(Kinds))]
    public void Embeddings_have_the_reference_bits_at_every_instruction_set_and_number_of_threads_and_beside_strangers(Pooling pooling)
    {
        foreach (var (family, type) in ((string, WeightType)[])[("qwen2", WeightType.F16), ("gemma2", WeightType.Q8_0), ("qwen3", WeightType.Q4_0)])
        {
            using var model = PrefillDecodeTests.Open(family, type);
            int[] text = PrefillDecodeTests.Tokens(model.Architecture, 1, 75), other = PrefillDecodeTests.Tokens(model.Architecture, 2, 200);
            var whole = ReferenceLanguage.Embedding(model.Architecture, model.Weights, text, pooling, model.Architecture.Width);
            var shorter = ReferenceLanguage.Embedding(model.Architecture, model.Weights, text, pooling, 7);
            var strangers = ReferenceLanguage.Scores(model.Architecture, model.Weights, other);
            Assert.Equal(1, whole.Sum(v => (double)v * v), 1e-6);
            Assert.Equal(1, shorter.Sum(v => (double)v * v), 1e-6);
            foreach (var isa in Isas.Supported)
                foreach (var (threads, chunk) in ((int, int)[])[(1, 75), (2, 1), (2, 30), (7, 64)])
                {
                    using var session = new LanguageSession(model, new() { Isa = isa, Threads = threads, BatchTokens = 24 });
                    var pooled = Pool(session, text, pooling, chunk, other, strangers);
                    PrefillDecodeTests.AssertSame(whole, pooled.Finish(model.Architecture.Width), $"{family} {type}, {isa.Name()}, {threads} threads, {chunk} tokens a call");
                    PrefillDecodeTests.AssertSame(shorter, pooled.Finish(7), $"{family} {type}, {isa.Name()}, seven dimensions");
                }
        }
    }

    // By the text in calls of so many tokens, beside a sequence whose scores and states are asked for too.
    private static TextPooling Pool(LanguageSession session, int[] text, Pooling pooling, int chunk, int[] other, float[][] strangers)
    {
        var pooled = new TextPooling(pooling);
        using var sequence = session.NewSequence();
        using var beside = session.NewSequence();
        var (step, stranger) = (new LanguageStep(sequence), new LanguageStep(beside));
        var noise = new Noise((ulong)chunk);
        while (sequence.Length < text.Length)
        {
            var count = Math.Min(chunk, text.Length - sequence.Length);
            step.Tokens = text.AsMemory(sequence.Length, count);
            step.Stated = pooled.Needed(count, text.Length - sequence.Length - count);
            stranger.Tokens = other.AsMemory(beside.Length, 1 + noise.Below(2));
            (stranger.Scored, stranger.Stated) = (noise.Below(2), noise.Below(2));
            session.Evaluate(noise.Below(2) == 0 ? [step, stranger] : [stranger, step]);
            for (var i = 0; i < step.Stated; i++)
                pooled.Add(step.State(i));
            if (stranger.Scored == 1)
                PrefillDecodeTests.AssertSame(strangers[beside.Length - 1], stranger.Scores(0), "the stranger's scores");
        }
        return pooled;
    }

    [Fact]
    public void A_state_is_what_the_scores_are_the_product_of()
    {
        using var model = PrefillDecodeTests.Open("qwen3", WeightType.F32);
        var text = PrefillDecodeTests.Tokens(model.Architecture, 3, 20);
        var reference = new ReferenceLanguage(model.Architecture, model.Weights);
        var states = Array.ConvertAll(text, token => reference.Final(reference.Next(token)));
        using var session = new LanguageSession(model, new() { Threads = 2, BatchTokens = 8 });
        using var sequence = session.NewSequence();
        var step = new LanguageStep(sequence) { Tokens = text, Stated = 20, Scored = 3 };
        session.Evaluate([step]);
        for (var i = 0; i < 20; i++)
            PrefillDecodeTests.AssertSame(states[i], step.State(i), $"state {i}");
        var scores = ReferenceLanguage.Scores(model.Architecture, model.Weights, text);
        for (var i = 0; i < 3; i++)
            PrefillDecodeTests.AssertSame(scores[17 + i], step.Scores(i), $"scores {i}");
        step.Stated = 21;
        Assert.Throws<ArgumentException>(() => session.Evaluate([step]));
    }

    [Theory]
    [InlineData(null, Pooling.Last)]
    [InlineData(1, Pooling.Mean)]
    [InlineData(2, Pooling.Cls)]
    [InlineData(3, Pooling.Last)]
    [InlineData(0, null)]
    [InlineData(4, null)]
    [InlineData(77, null)]
    public void The_file_says_how_a_text_is_pooled(int? written, Pooling? expected)
    {
        using var model = LanguageModel.Read(TinyModels.Write("qwen3", WeightType.F32, keys: w =>
        {
            if (written is { } number)
                w.Key("qwen3.pooling_type", (uint)number);
        }));
        Assert.Equal(expected, model.Pooling);
        Assert.Null(model.Tokenizer.Closing);
    }

    [Theory]
    [InlineData("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"<s>","type_id":0}}]}""", null, "<s>")]
    [InlineData("""{"type":"Sequence","processors":[{"type":"ByteLevel"},{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}]}]}""", null, null)]
    [InlineData("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"no such token","type_id":0}}]}""", null, null)]
    [InlineData("""{"type":"TemplateProcessing","single":[]}""", true, "</s>")]
    [InlineData("""{"type":"ByteLevel"}""", false, null)]
    public void So_do_the_files_of_a_safetensors_folder(string postProcessor, bool? adds, string? expected)
    {
        var files = TinyFolder.Files(TinyModels.Write("llama", WeightType.F32), "llama");
        var tokenizer = JsonNode.Parse(files["tokenizer.json"])!;
        tokenizer["post_processor"] = JsonNode.Parse(postProcessor);
        files["tokenizer.json"] = Encoding.UTF8.GetBytes(tokenizer.ToJsonString());
        var settings = JsonNode.Parse(files["tokenizer_config.json"])!;
        if (adds is { } flag)
            settings["add_eos_token"] = flag;
        files["tokenizer_config.json"] = Encoding.UTF8.GetBytes(settings.ToJsonString());
        var folder = Directory.CreateTempSubdirectory("assay-embedding-");
        try
        {
            foreach (var (name, bytes) in files)
                File.WriteAllBytes(Path.Combine(folder.FullName, name), bytes);
            using var model = LanguageModel.Open(folder.FullName);
            Assert.Equal(Pooling.Last, model.Pooling);
            Assert.Equal(expected, model.Tokenizer.Closing is { } id ? model.Tokenizer.Text(id) : null);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_file_says_which_token_closes_a_text()
    {
        using var model = LanguageModel.Read(TinyModels.Write("qwen3", WeightType.F32, keys: w => w.Key("tokenizer.ggml.add_eos_token", true)));
        Assert.NotNull(model.Tokenizer.Closing);
        Assert.Equal(model.Tokenizer.Eos, model.Tokenizer.Closing);
    }
}
