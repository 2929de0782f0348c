using System.Collections.Immutable;
using System.Text.Json;
using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Language;

/// <summary>The architecture that a folder's config.json describes.</summary>
/// <remarks>Source: transformers, src/transformers/models/*/configuration_*.py (names, defaults) and modeling_rope_utils.py (scaling).</remarks>
internal sealed class ConfigArchitecture(JsonFile config, WeightTable table)
{
    private readonly string kind = config.Text("model_type") ?? throw new ModelException("config.json: 'model_type' is missing");

    private string Family => kind switch
    {
        "llama" or "mistral" or "mixtral" => "llama",
        "qwen2" or "qwen3" or "gemma2" or "phi3" => kind,
        "qwen3_moe" => "qwen3moe",
        "gemma3_text" => "gemma3",
        _ => throw new ModelException($"the model type '{ShownName.Of(kind)}' is not supported: llama, mistral, mixtral, qwen2, qwen3, qwen3_moe, gemma2, gemma3_text and phi3 are"),
    };

    private bool Gemma => kind is "gemma2" or "gemma3_text";

    /// <summary>Whether the output matrix is the embedding matrix.</summary>
    public bool Tied => config.Bool("tie_word_embeddings", Gemma);

    /// <inheritdoc cref="GgufArchitecture.Read"/>
    public LanguageArchitecture Read(int? contextLength)
    {
        var family = Family;
        var (width, layers, heads) = (config.Size("hidden_size"), config.Size("num_hidden_layers"), config.Size("num_attention_heads"));
        var headSize = config.Size("head_dim", Gemma ? 256 : Math.Max(1, width / heads));
        ArchitectureCheck.Counts(layers, headSize);
        var made = config.Size("max_position_embeddings");
        var experts = Experts();
        var rotary = Rotary(headSize, contextLength ?? made, made);
        var act = config.Text("hidden_activation") ?? config.Text("hidden_act") ?? "";
        if (act != (Gemma ? "gelu_pytorch_tanh" : "silu") && !(Gemma && act == ""))
            throw new ModelException($"config.json: the activation '{ShownName.Of(act)}' is not what '{kind}' is supported with");
        if (config.Bool("mlp_bias", false))
            throw new ModelException("config.json: 'mlp_bias' is not supported");
        return new LanguageArchitecture
        {
            Family = family,
            Width = width,
            Layers = layers,
            Heads = heads,
            KvHeads = config.Size("num_key_value_heads", heads),
            HeadSize = headSize,
            FeedForward = experts is null ? config.Size("intermediate_size") : 0,
            VocabularySize = config.Size("vocab_size"),
            ContextLength = contextLength is { } asked ? Math.Min(asked, made) : made,
            Epsilon = config.Float("rms_norm_eps"),
            Rotary = rotary,
            WindowRotary = family == "gemma3" ? rotary with { Base = config.Float("rope_local_base_freq", 10_000), PositionScale = 1 } : null,
            Windows = Windows(layers),
            AttentionScale = 1 / MathF.Sqrt(Gemma ? config.Float("query_pre_attn_scalar", 256) : headSize),
            AttentionSoftcap = Gemma ? config.Float("attn_logit_softcapping", 0) : 0,
            ScoreSoftcap = Gemma ? config.Float("final_logit_softcapping", 0) : 0,
            EmbeddingScale = Gemma ? MathF.Sqrt(width) : 1,
            Gate = Gemma ? GateFunction.Gelu : GateFunction.Silu,
            Experts = experts,
            QueryKeyNorms = family is "qwen3" or "qwen3moe" or "gemma3",
            PostNorms = Gemma,
            QueryKeyValueBiases = table.Has("model.layers.0.self_attn.q_proj.bias"),
            AttentionOutputBias = table.Has("model.layers.0.self_attn.o_proj.bias"),
        }.Checked();
    }

    private ExpertLayout? Experts()
    {
        if (kind == "mixtral")
            return new ExpertLayout(config.Size("num_local_experts"), config.Size("num_experts_per_tok"), Normalized: true, config.Size("intermediate_size"));
        if (kind != "qwen3_moe")
            return null;
        if (config.Size("decoder_sparse_step", 1) != 1 || config.Find("mlp_only_layers") is { } dense && (dense.ValueKind != JsonValueKind.Array || dense.GetArrayLength() > 0))
            throw new ModelException("config.json: experts in some layers only are not supported");
        return new ExpertLayout(config.Size("num_experts"), config.Size("num_experts_per_tok"), config.Bool("norm_topk_prob", false), config.Size("moe_intermediate_size"));
    }

    private ImmutableArray<int> Windows(int layers)
    {
        var window = config.Size("sliding_window", 0);
        if (config.Texts("layer_types") is { } types)
            return types.Length == layers && types.All(t => t is "full_attention" or "sliding_attention")
                ? [.. types.Select(t => t == "sliding_attention" ? window : 0)]
                : throw config.Wrong("layer_types", $"full_attention or sliding_attention for each of {layers} layers");
        if (kind is "qwen2" or "qwen3" or "qwen3_moe")
        {
            var first = config.Bool("use_sliding_window", false) ? config.Size("max_window_layers", 28) : layers;
            return [.. Enumerable.Range(0, layers).Select(i => i >= first ? window : 0)];
        }
        var period = kind switch { "gemma2" => 2, "gemma3_text" => config.Size("sliding_window_pattern", 6), _ => 0 };
        return [.. Enumerable.Range(0, layers).Select(i => period == 0 || i % period < period - 1 ? window : 0)];
    }

    private RotaryEmbedding Rotary(int headSize, int contextLength, int made)
    {
        if (config.Find("rope_parameters") is not null)
            throw new ModelException("config.json: 'rope_parameters' is not supported: 'rope_theta' and 'rope_scaling' are");
        var rotary = new RotaryEmbedding
        {
            Base = config.Float("rope_theta", kind == "gemma3_text" ? 1_000_000 : kind == "mixtral" ? 1_000_000 : 10_000),
            Dimensions = (int)(headSize * config.Float("partial_rotary_factor", 1)),
            Layout = RotaryLayout.Halves,
        };
        ArchitectureCheck.Rotated(rotary.Dimensions, headSize);
        if (config.Object("rope_scaling") is not { } scaling)
            return rotary;
        var type = scaling.Text("rope_type") ?? scaling.Text("type") ?? "default";
        return type switch
        {
            "default" => rotary,
            "linear" => rotary with { PositionScale = 1 / scaling.Float("factor") },
            "llama3" => rotary with { Factors = Llama3(rotary, scaling) },
            "yarn" => Yarn(rotary, scaling, made),
            "longrope" or "su" => LongRope(rotary, scaling, contextLength, made),
            _ => throw new ModelException($"config.json: the scaling of positions '{ShownName.Of(type)}' is not supported: linear, llama3, longrope and yarn are"),
        };
    }

    private RotaryEmbedding Yarn(RotaryEmbedding rotary, JsonFile scaling, int made)
    {
        if (scaling.Find("mscale") is not null || scaling.Find("mscale_all_dim") is not null || !scaling.Bool("truncate", true))
            throw new ModelException("config.json: 'yarn' with 'mscale' or without 'truncate' is not supported");
        var scaled = YarnScaling.Scaled(
            rotary, scaling.Float("factor"), scaling.Size("original_max_position_embeddings", config.Size("original_max_position_embeddings", made)),
            scaling.Float("beta_fast", 0), scaling.Float("beta_slow", 0), magnitude: 1);
        return scaled with { Magnitude = scaling.Float("attention_factor", scaled.Magnitude) };
    }

    // Slow pairs are slowed further by the factor, fast ones not at all, those between in part.
    private static ImmutableArray<float> Llama3(RotaryEmbedding rotary, JsonFile scaling)
    {
        double factor = scaling.Float("factor"), low = scaling.Float("low_freq_factor"), high = scaling.Float("high_freq_factor");
        double made = scaling.Size("original_max_position_embeddings");
        return [.. Enumerable.Range(0, rotary.Dimensions / 2).Select(i =>
        {
            var wavelength = 2 * Math.PI * ScalarMath.Pow(rotary.Base, 2.0 * i / rotary.Dimensions);
            if (wavelength < made / high)
                return 1f;
            if (wavelength > made / low)
                return (float)factor;
            var smooth = (made / wavelength - low) / (high - low);
            return (float)(1 / ((1 - smooth) / factor + smooth));
        })];
    }

    private RotaryEmbedding LongRope(RotaryEmbedding rotary, JsonFile scaling, int contextLength, int made)
    {
        var original = scaling.Size("original_max_position_embeddings", config.Size("original_max_position_embeddings", made));
        var longer = scaling.Floats("long_factor") ?? throw scaling.Wrong("long_factor", "there");
        var shorter = scaling.Floats("short_factor") ?? throw scaling.Wrong("short_factor", "there");
        var scale = (double)made / original;
        var magnitude = scale <= 1 || original < 2 ? 1 : Math.Sqrt(1 + ScalarMath.Apply(Function.Log, scale) / ScalarMath.Apply(Function.Log, (double)original));
        return rotary with
        {
            Factors = [.. Math.Min(contextLength, made) > original ? longer : shorter],
            Magnitude = scaling.Float("attention_factor", (float)magnitude),
        };
    }
}
