using System.Buffers.Binary;
using System.Collections.Immutable;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Language;

/// <summary>Small random models of every family, held in memory: what is computed does not ask where weights came from.</summary>
internal sealed record TinyLanguage(LanguageArchitecture Architecture, LanguageWeights Weights)
{
    public static readonly string[] Families = ["llama", "llama3", "mixtral", "qwen2", "qwen3", "qwen3moe", "gemma2", "gemma3", "phi3"];

    /// <param name="type">Of all matrices; vectors and routers are F32.</param>
    public static TinyLanguage Make(string family, WeightType type, ulong seed = 1)
    {
        var wide = type.BlockSize == 256;
        var a = Architect(family, wide ? 256 : 64, wide ? 256 : 96);
        var noise = new Noise(seed);
        WeightMatrix Matrix(string name, int rows, int columns) => Stored(noise, name, type, rows, columns, 1.4f / MathF.Sqrt(columns));
        WeightMatrix Floats(string name, int rows, int columns, float scale, float middle) => Stored(noise, name, WeightType.F32, rows, columns, scale, middle);
        WeightMatrix Norm(string name, int columns) => Floats(name, 1, columns, 0.5f, 1);
        WeightMatrix? Bias(string name, int columns) => a.QueryKeyValueBiases ? Floats(name, 1, columns, 0.5f, 0) : null;
        int q = a.Heads * a.HeadSize, kv = a.KvHeads * a.HeadSize, inner = a.Experts?.FeedForward ?? a.FeedForward;
        var layers = ImmutableArray.CreateBuilder<LayerWeights>();
        for (var layer = 0; layer < a.Layers; layer++)
        {
            var dense = a.Experts is null;
            ImmutableArray<WeightMatrix> Each(string name, int rows, int columns) =>
                [.. Enumerable.Range(0, a.Experts?.Count ?? 0).Select(e => Matrix($"{name}.{e}", rows, columns))];
            layers.Add(new LayerWeights
            {
                AttentionNorm = Norm("attn_norm", a.Width),
                Query = Matrix("attn_q", q, a.Width), Key = Matrix("attn_k", kv, a.Width), Value = Matrix("attn_v", kv, a.Width),
                QueryBias = Bias("attn_q.bias", q), KeyBias = Bias("attn_k.bias", kv), ValueBias = Bias("attn_v.bias", kv),
                QueryNorm = a.QueryKeyNorms ? Norm("attn_q_norm", a.HeadSize) : null, KeyNorm = a.QueryKeyNorms ? Norm("attn_k_norm", a.HeadSize) : null,
                AttentionOutput = Matrix("attn_output", a.Width, q),
                PostAttentionNorm = a.PostNorms ? Norm("post_attention_norm", a.Width) : null, PostFfnNorm = a.PostNorms ? Norm("post_ffw_norm", a.Width) : null,
                FfnNorm = Norm("ffn_norm", a.Width),
                Gate = dense ? Matrix("ffn_gate", inner, a.Width) : null, Up = dense ? Matrix("ffn_up", inner, a.Width) : null, Down = dense ? Matrix("ffn_down", a.Width, inner) : null,
                Router = dense ? null : Floats("ffn_gate_inp", a.Experts!.Count, a.Width, 0.2f, 0),
                ExpertGates = Each("ffn_gate_exps", inner, a.Width), ExpertUps = Each("ffn_up_exps", inner, a.Width), ExpertDowns = Each("ffn_down_exps", a.Width, inner),
            });
        }
        var embedding = Matrix("token_embd", a.VocabularySize, a.Width);
        var weights = new LanguageWeights
        {
            TokenEmbedding = embedding, OutputNorm = Norm("output_norm", a.Width), Layers = layers.ToImmutable(),
            Output = family.StartsWith("gemma", StringComparison.Ordinal) ? embedding : Matrix("output", a.VocabularySize, a.Width),
        };
        return new(a, weights);
    }

    /// <summary>So many tokens of a vocabulary.</summary>
    public int[] Tokens(ulong seed, int count)
    {
        var noise = new Noise(seed);
        return [.. Enumerable.Range(0, count).Select(_ => noise.Below(Architecture.VocabularySize))];
    }

    private static LanguageArchitecture Architect(string family, int width, int inner)
    {
        var layers = family == "gemma3" ? 3 : 2;
        var headSize = width == 256 ? 64 : family is "qwen3" or "gemma2" ? 24 : 16;
        // Heads that are no vectors' multiple, and more of them together than the model is wide, where the type allows both.
        var heads = width == 256 ? 4 : family is "qwen3" or "gemma2" ? 4 : width / headSize;
        var halves = family is not ("llama" or "llama3" or "mixtral");
        var rotary = new RotaryEmbedding
        {
            Base = family is "qwen2" or "qwen3" or "qwen3moe" or "gemma3" ? 1_000_000 : 10_000,
            Dimensions = family == "phi3" ? headSize / 2 : headSize,
            Layout = halves ? RotaryLayout.Halves : RotaryLayout.Adjacent,
            PositionScale = family == "gemma3" ? 0.125f : 1,
            Magnitude = family == "phi3" ? 1.19f : 1,
            Factors = family is "llama3" or "phi3" ? [.. Enumerable.Range(0, (family == "phi3" ? headSize / 2 : headSize) / 2).Select(i => 1 + (0.75f * i))] : [],
        };
        return new LanguageArchitecture
        {
            Family = family is "llama3" or "mixtral" ? "llama" : family,
            Width = width, Layers = layers, Heads = heads, KvHeads = family == "phi3" ? heads : heads / 2, HeadSize = headSize, FeedForward = inner, VocabularySize = 97,
            ContextLength = 512, Epsilon = 1e-5f, Rotary = rotary,
            WindowRotary = family == "gemma3" ? rotary with { Base = 10_000, PositionScale = 1 } : null,
            Windows = [.. Enumerable.Range(0, layers).Select(i => family switch { "gemma2" => i % 2 == 0 ? 21 : 0, "gemma3" => i < 2 ? 9 : 0, _ => 0 })],
            AttentionScale = 1 / MathF.Sqrt(headSize), AttentionSoftcap = family == "gemma2" ? 50 : 0, ScoreSoftcap = family == "gemma2" ? 30 : 0,
            EmbeddingScale = family is "gemma2" or "gemma3" ? MathF.Sqrt(width) : 1,
            Gate = family is "gemma2" or "gemma3" ? GateFunction.Gelu : GateFunction.Silu,
            Experts = family switch { "mixtral" => new(4, 2, true, inner), "qwen3moe" => new(6, 3, true, inner), _ => null },
            QueryKeyNorms = family is "qwen3" or "qwen3moe" or "gemma3", PostNorms = family is "gemma2" or "gemma3", QueryKeyValueBiases = family == "qwen2",
        };
    }

    /// <summary>Random numbers about <paramref name="middle"/>, at most <paramref name="scale"/> times the root of three from it, as the type stores them.</summary>
    private static WeightMatrix Stored(Noise noise, string name, WeightType type, int rows, int columns, float scale, float middle = 0)
    {
        var data = new byte[rows * type.RowBytes(columns)];
        scale *= 1.7320508f;
        for (var at = 0; at < data.Length; at += type.BlockBytes)
        {
            var block = data.AsSpan(at, type.BlockBytes);
            for (var i = 0; i < block.Length; i++)
                block[i] = (byte)noise.Next();
            ushort D(float q) => HalfFloat.FromSingle(scale * (1.25f + (noise.Float() / 4)) / q);
            switch (type)
            {
                case WeightType.F32: BinaryPrimitives.WriteSingleLittleEndian(block, middle + (scale * noise.Float())); break;
                case WeightType.F16: BinaryPrimitives.WriteUInt16LittleEndian(block, HalfFloat.FromSingle(middle + (scale * noise.Float()))); break;
                case WeightType.BF16: BinaryPrimitives.WriteUInt16LittleEndian(block, BrainFloat.FromSingle(middle + (scale * noise.Float()))); break;
                case WeightType.Q8_0: BinaryPrimitives.WriteUInt16LittleEndian(block, D(127)); break;
                case WeightType.Q4_0: BinaryPrimitives.WriteUInt16LittleEndian(block, D(8)); break;
                case WeightType.Q6_K: BinaryPrimitives.WriteUInt16LittleEndian(block[208..], D(32 * 127)); break;
                default:
                    // 6 bits times 4 or 5: the minima take away about what the products add.
                    BinaryPrimitives.WriteUInt16LittleEndian(block, D(type == WeightType.Q4_K ? 63 * 7 : 63 * 15));
                    BinaryPrimitives.WriteUInt16LittleEndian(block[2..], D(63));
                    break;
            }
        }
        return new(name, type, rows, columns, data);
    }
}
