using System.Text.Json;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Engine.Tests.Models.Gguf;

namespace Assay.Engine.Tests.Models.Language;

public sealed class ArchitectureTests
{
    private static LanguageArchitecture Of(string family)
    {
        using var model = LanguageModel.Read(TinyModels.Write(family, WeightType.F32));
        return model.Architecture;
    }

    private static string Digest(byte[] file)
    {
        using var model = LanguageModel.Read(file);
        return Convert.ToHexString(model.Digest.AsSpan());
    }

    [Fact]
    public void Llama_turns_adjacent_pairs_and_everyone_else_halves()
    {
        foreach (var family in TinyModels.Families)
            Assert.Equal(family.StartsWith("llama", StringComparison.Ordinal) || family.StartsWith("mixtral", StringComparison.Ordinal) ? RotaryLayout.Adjacent : RotaryLayout.Halves, Of(family).Rotary.Layout);
    }

    [Fact]
    public void Gemma_2_alternates_windows_and_caps_scores()
    {
        var a = Of("gemma2");
        Assert.Equal([6, 0, 6, 0], a.Windows);
        Assert.Equal((50f, 30f, 8f, GateFunction.Gelu), (a.AttentionSoftcap, a.ScoreSoftcap, a.EmbeddingScale, a.Gate));
        Assert.Equal(1 / MathF.Sqrt(24), a.AttentionScale);
        Assert.True(a.PostNorms && !a.QueryKeyNorms);
    }

    [Fact]
    public void Gemma_3_sees_everything_in_every_sixth_layer_and_turns_there_more_slowly()
    {
        var a = Of("gemma3");
        Assert.Equal([6, 6, 6, 6, 6, 0, 6], a.Windows);
        Assert.Equal((1e6f, 0.125f), (a.RotaryOf(5).Base, a.RotaryOf(5).PositionScale));
        Assert.Equal((1e4f, 1f), (a.RotaryOf(4).Base, a.RotaryOf(4).PositionScale));
        Assert.True(a.PostNorms && a.QueryKeyNorms);
    }

    [Fact]
    public void Factors_of_the_rotation_are_those_of_the_context_asked_for()
    {
        var file = TinyModels.Write("phi3-long", WeightType.F32);
        using LanguageModel full = LanguageModel.Read(file), part = LanguageModel.Read(file, 64), most = LanguageModel.Read(file, 1_000_000);
        Assert.All(full.Architecture.Rotary.Factors, f => Assert.InRange(f, 1f, 5f));
        Assert.NotEqual(full.Architecture.Rotary.Factors, part.Architecture.Rotary.Factors);
        Assert.All(part.Architecture.Rotary.Factors, f => Assert.InRange(f, 0.8f, 1.2f));
        Assert.Equal((256, 64, 256), (full.Architecture.ContextLength, part.Architecture.ContextLength, most.Architecture.ContextLength));
        Assert.Equal(1.19f, full.Architecture.Rotary.Magnitude);
        Assert.NotEqual(full.Digest, part.Digest);
        Assert.Equal(full.Digest, most.Digest);
        Assert.Equal(8, Of("llama-factors").Rotary.Factors.Length);
    }

    [Fact]
    public void Yarn_leaves_fast_pairs_alone_and_slows_slow_ones_by_its_factor()
    {
        // Base 10000, 128 dimensions, 4096 positions: pair 64·ln(4096/(2 pi n))/ln(10000) turns n times; 20.9 for 32, 45.03 for 1.
        var rotary = new RotaryEmbedding { Base = 10_000, Dimensions = 128, Layout = RotaryLayout.Halves };
        var scaled = YarnScaling.Scaled(rotary, 4, 4096, 0, 0, 1);
        Assert.Equal(64, scaled.Factors.Length);
        Assert.All(scaled.Factors[..21], f => Assert.Equal(1f, f));
        Assert.All(scaled.Factors[46..], f => Assert.Equal(4f, f));
        // Pair 33 is 13 of the 26 from 20 to 46: half slowed, 1/(1/2 + 1/8).
        Assert.Equal(1.6f, scaled.Factors[33]);
        Assert.Equal(1 + 0.1f * 1.3862944f, scaled.Magnitude, 1e-6f);
        Assert.Equal(rotary.PositionScale, scaled.PositionScale);
    }

    [Fact]
    public void Experts_stored_as_one_tensor_or_apart_are_the_same_in_number_and_shape()
    {
        foreach (var family in (string[])["mixtral", "mixtral-split", "qwen3moe"])
        {
            using var model = LanguageModel.Read(TinyModels.Write(family, WeightType.Q4_0));
            Assert.Equal(new ExpertLayout(4, 2, Normalized: true, 96), model.Architecture.Experts);
            foreach (var layer in model.Weights.Layers)
            {
                Assert.All(layer.ExpertGates.Concat(layer.ExpertUps), m => Assert.Equal((96, 64, 96 * 2 * 18), (m.Rows, m.Columns, m.Data.Length)));
                Assert.All(layer.ExpertDowns, m => Assert.Equal((64, 96), (m.Rows, m.Columns)));
                Assert.Equal(4, layer.ExpertUps.Select(m => Convert.ToHexString(m.Data.Span)).Distinct(StringComparer.Ordinal).Count());
            }
        }
    }

    [Fact]
    public void The_digest_is_of_numbers_and_shapes_and_not_of_weights()
    {
        var all = TinyModels.Families.SelectMany(f => TinyModels.Types.Select(t => Digest(TinyModels.Write(f, t)))).ToList();
        Assert.Equal(all.Count, all.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Digest(TinyModels.Write("llama", WeightType.F32, 1)), Digest(TinyModels.Write("llama", WeightType.F32, 2)));
    }

    [Fact]
    public void The_text_that_is_hashed_is_the_specifications()
    {
        var architecture = Of("llama-window") with { Layers = 2 };
        var text = ArchitectureDigest.Text(architecture, [new StoredTensor("z", WeightType.Q8_0, [3, 4, 32], default), new StoredTensor("a", WeightType.F32, [8], default)]);
        Assert.Equal("""
            assay/language-graph/v1
            attention_output_bias 0
            attention_scale 3e800000
            attention_softcap 00000000
            context_length 256
            embedding_scale 3f800000
            epsilon 3727c5ac
            expert_count 0
            expert_feed_forward 0
            expert_normalized 0
            expert_used 0
            feed_forward 96
            gate silu
            head_size 16
            heads 4
            kv_heads 2
            layers 2
            post_norms 0
            query_key_norms 0
            query_key_value_biases 0
            rotary_base 461c4000
            rotary_dimensions 16
            rotary_factors 
            rotary_layout adjacent
            rotary_magnitude 3f800000
            rotary_position_scale 3f800000
            score_softcap 00000000
            vocabulary_size VOCABULARY
            width 64
            window_rotary_base 461c4000
            window_rotary_dimensions 16
            window_rotary_factors 
            window_rotary_layout adjacent
            window_rotary_magnitude 3f800000
            window_rotary_position_scale 3f800000
            windows 5,5
            tensor a F32 1 8
            tensor z Q8_0 12 32

            """.Replace("VOCABULARY", architecture.VocabularySize.ToString(), StringComparison.Ordinal), text);
    }

    public static TheoryData<string, string, string> Wrong() => new()
    {
        // What is wrong, what it is in the file, what is put there: of the same length, so that everything else stays.
        { "the architecture 'lamma' is not supported", "\0llama\x0c", "\0lamma\x0c" },
        { "metadata 'llama.block_count' is missing", "llama.block_count", "llama.block_c0unt" },
        { "metadata 'llama.attention.layer_norm_rms_epsilon' is missing", "rms_epsilon", "rms_epsil0n" },
        { "tensor 'blk.1.ffn_up.weight' is missing", "blk.1.ffn_up", "blk.1.ffn_uq" },
        { "metadata 'tokenizer.ggml.model' is missing", "tokenizer.ggml.model", "tokenizer.ggml.m0del" },
        { "the tokenizer has no token for the byte 0x41", "<0x41>", "<0y41>" },
        { "as 3 and 4", "<0x01>", "<0x00>" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_with_a_file_is_said_in_one_line(string reason, string there, string instead)
    {
        var bytes = TinyModels.Write("llama", WeightType.Q8_0);
        var at = bytes.AsSpan().IndexOf(System.Text.Encoding.Latin1.GetBytes(there.TrimEnd('\x0c')));
        Assert.InRange(at, 0, bytes.Length);
        System.Text.Encoding.Latin1.GetBytes(instead.TrimEnd('\x0c')).CopyTo(bytes, at);
        Assert.Contains(reason, GgufFileTests.Refused(() => LanguageModel.Read(bytes)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_that_does_not_fit_names_the_tensor_and_both_shapes()
    {
        // A wrong count of heads makes every matrix of queries wrong.
        var bytes = TinyModels.Write("llama", WeightType.F32);
        var at = bytes.AsSpan().IndexOf("llama.feed_forward_length"u8) + "llama.feed_forward_length".Length + 4;
        bytes[at] = 97;
        Assert.Equal("tensor 'blk.0.ffn_gate.weight' has the shape [96, 64], where the architecture needs [97, 64]", GgufFileTests.Refused(() => LanguageModel.Read(bytes)));
    }

    [Theory]
    [InlineData("llama.block_count")]
    [InlineData("llama.rope.dimension_count")]
    [InlineData("llama.attention.head_count")]
    [InlineData("llama.attention.head_count_kv")]
    [InlineData("llama.embedding_length")]
    [InlineData("llama.feed_forward_length")]
    [InlineData("llama.context_length")]
    [InlineData("llama.expert_count")]
    [InlineData("llama.expert_used_count")]
    public void A_number_that_is_far_too_great_is_refused_before_anything_is_made_for_it(string key)
    {
        foreach (var form in (string[])["mixtral", "llama"])
            foreach (var number in (int[])[int.MaxValue, int.MaxValue - 1, 1 << 30])
            {
                var bytes = TinyModels.Write(form, WeightType.Q8_0);
                var at = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(key + "\u0004\0\0\0"));
                if (at < 0)
                    continue;
                BitConverter.TryWriteBytes(bytes.AsSpan(at + key.Length + 4), number);
                var before = GC.GetAllocatedBytesForCurrentThread();
                _ = GgufFileTests.Refused(() => LanguageModel.Read(bytes));
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
            }
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("q8_0")]
    public void The_stories_model_opens(string type)
    {
        using var model = LanguageModel.Open(SharedData.Require("llm", "stories260K", $"stories260K-{type}.gguf"));
        var a = model.Architecture;
        Assert.Equal(("llama", 64, 5, 8, 4, 8, 172, 512, 512), (a.Family, a.Width, a.Layers, a.Heads, a.KvHeads, a.HeadSize, a.FeedForward, a.VocabularySize, a.ContextLength));
        Assert.Equal((1, 2, true), (model.Tokenizer.Bos, model.Tokenizer.Eos, model.Tokenizer.AddBos));
        Assert.Equal(type == "f32" ? WeightType.F32 : WeightType.Q8_0, model.Weights.Layers[4].Query.Type);
        Assert.True(model.Tokenizer.IsEndOfGeneration(2));
        Assert.False(model.Tokenizer.IsEndOfGeneration(1));
        using var greedy = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("llm", "stories260K", "greedy-f32.json")));
        foreach (var greedyCase in greedy.RootElement.GetProperty("cases").EnumerateArray())
            Assert.Equal(
                greedyCase.GetProperty("prompt_ids").EnumerateArray().Select(id => id.GetInt32()),
                [1, .. model.Tokenizer.Encode(greedyCase.GetProperty("prompt").GetString()!, special: false)]);
    }
}
