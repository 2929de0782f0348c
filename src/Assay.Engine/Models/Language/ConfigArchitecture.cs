using System.Collections.Immutable;
using System.Text.Json;

namespace Assay.Engine.Models.Language;

/// <summary>The architecture that a folder's config.json describes.</summary>
/// <remarks>Source: transformers, src/transformers/models/*/configuration_*.py (names, defaults).</remarks>
internal sealed class ConfigArchitecture(JsonFile config, WeightTable table)
{
    private readonly string kind = KindOf(config);

    private static string KindOf(JsonFile config) => config.Text("model_type") ?? throw new ModelException("config.json: 'model_type' is missing");

    private static string FamilyOf(string kind) => kind switch
    {
        "llama" or "mistral" or "mixtral" => "llama",
        "qwen2" or "qwen3" or "gemma2" or "phi3" => kind,
        "qwen3_moe" => "qwen3moe",
        "gemma3_text" => "gemma3",
        _ => throw new ModelException($"the model type '{ShownName.Of(kind)}' is not supported: llama, mistral, mixtral, qwen2, qwen3, qwen3_moe, gemma2, gemma3_text and phi3 are") { IsUnsupported = true },
    };

    /// <exception cref="ModelException">The model is of no family that is here.</exception>
    public static void RequireFamily(JsonFile config) => FamilyOf(KindOf(config));

    private bool Gemma => kind is "gemma2" or "gemma3_text";

    /// <summary>Whether the output matrix is the embedding matrix.</summary>
    public bool Tied => config.Bool("tie_word_embeddings", Gemma);

    /// <inheritdoc cref="GgufArchitecture.Read"/>
    public LanguageArchitecture Read(int? contextLength)
    {
        var family = FamilyOf(kind);
        var (width, layers, heads) = (config.Size("hidden_size"), config.Size("num_hidden_layers"), config.Size("num_attention_heads"));
        var headSize = config.Size("head_dim", Gemma ? 256 : Math.Max(1, width / heads));
        ArchitectureCheck.Counts(layers, headSize);
        var made = config.Size("max_position_embeddings");
        var experts = Experts();
        var rotaries = new ConfigRotary(config, kind, headSize, contextLength ?? made, made);
        var rotary = rotaries.Read();
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
            WindowRotary = family == "gemma3" ? rotaries.ReadWindow(rotary) : null,
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
}
