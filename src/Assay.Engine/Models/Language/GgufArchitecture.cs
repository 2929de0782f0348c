using System.Collections.Immutable;

namespace Assay.Engine.Models.Language;

/// <summary>The architecture that a GGUF file's metadata describes.</summary>
/// <remarks>
/// Sources: ggml, docs/gguf.md; llama.cpp, src/llama-arch.cpp (keys), src/models/*.cpp (what each family does and its defaults).
/// Unlike llama.cpp, the window of Llama (Mistral) and Phi-3 files is heeded where they name one, as their publishers' code does.
/// </remarks>
internal sealed class GgufArchitecture(GgufKeys keys, WeightTable table)
{
    private string Family => keys.Family;

    /// <param name="contextLength">Positions to prepare for, or null for what the model was made for; chooses among Phi-3's factors.</param>
    /// <exception cref="ModelException">The family is unknown, a number is missing, or a number makes no sense.</exception>
    public LanguageArchitecture Read(int? contextLength)
    {
        RequireFamily(Family);
        var (width, layers, heads) = (keys.Size("embedding_length"), keys.Size("block_count"), keys.Size("attention.head_count"));
        var kvHeads = keys.Size("attention.head_count_kv", heads);
        var headSize = keys.Size("attention.key_length", Math.Max(1, width / heads));
        ArchitectureCheck.Counts(layers, headSize);
        if (keys.Size("attention.value_length", headSize) != headSize)
            throw new ModelException("values whose size is not that of the keys are not supported");
        var made = keys.Size("context_length");
        var gemma = Family is "gemma2" or "gemma3";
        var experts = Experts();
        var inner = keys.Size("feed_forward_length", experts?.FeedForward);
        var windows = Windows(layers);
        var rotary = Rotary(headSize, contextLength ?? made, made);
        RefuseWhatIsNotThere();
        return new LanguageArchitecture
        {
            Family = Family,
            Width = width,
            Layers = layers,
            Heads = heads,
            KvHeads = kvHeads,
            HeadSize = headSize,
            FeedForward = experts is null ? inner : 0,
            VocabularySize = checked((int)Math.Min(int.MaxValue, table.Rows(TensorNames.Gguf.TokenEmbedding) ?? throw new ModelException("tensor 'token_embd.weight' is missing or no matrix"))),
            ContextLength = contextLength is { } asked ? Math.Min(asked, made) : made,
            Epsilon = keys.Float("attention.layer_norm_rms_epsilon"),
            Rotary = rotary,
            WindowRotary = Family == "gemma3" ? rotary with { Base = keys.Float("rope.freq_base_swa", 10_000), PositionScale = 1 } : null,
            Windows = windows,
            AttentionScale = keys.Float("attention.scale", 0) is var given and not 0 ? given : 1 / MathF.Sqrt(Scaled(width, layers, heads, headSize)),
            AttentionSoftcap = Family == "gemma2" ? keys.Float("attn_logit_softcapping", 50) : 0,
            ScoreSoftcap = gemma ? keys.Float("final_logit_softcapping", Family == "gemma2" ? 30 : 0) : 0,
            EmbeddingScale = gemma ? MathF.Sqrt(width) : 1,
            Gate = gemma ? GateFunction.Gelu : GateFunction.Silu,
            Experts = experts,
            QueryKeyNorms = Family is "qwen3" or "qwen3moe" or "gemma3",
            PostNorms = gemma,
            QueryKeyValueBiases = table.Has("blk.0.attn_q.bias"),
            AttentionOutputBias = table.Has("blk.0.attn_output.bias"),
        }.Checked();
    }

    /// <exception cref="ModelException">There is no such family here.</exception>
    public static void RequireFamily(string family)
    {
        if (family is not ("llama" or "qwen2" or "qwen3" or "qwen3moe" or "gemma2" or "gemma3" or "phi3"))
            throw new ModelException($"the architecture '{ShownName.Of(family)}' is not supported: llama, qwen2, qwen3, qwen3moe, gemma2, gemma3 and phi3 are") { IsUnsupported = true };
    }

    /// <summary>What the square root of is taken for the scale of attention: Gemma's largest sizes use the width of a head's share.</summary>
    private int Scaled(int width, int layers, int heads, int headSize) =>
        Family == "gemma2" && layers == 46 || Family == "gemma3" && layers == 62 ? width / heads : headSize;

    private ExpertLayout? Experts()
    {
        var count = keys.Size("expert_count", 0);
        if (count == 0)
            return Family == "qwen3moe" ? throw new ModelException("metadata 'qwen3moe.expert_count' is missing") : null;
        if (Family is not ("llama" or "qwen3moe"))
            throw new ModelException($"experts are not supported in the architecture '{Family}'");
        if (keys.Float("expert_weights_scale", 0) is not (0 or 1) || keys.Size("expert_gating_func", 1) != 1 || keys.Size("expert_shared_count", 0) != 0 || !keys.Bool("expert_weights_norm", true))
            throw new ModelException("experts are supported that are chosen by softmax and weighted by what it gives over their sum, without shared ones");
        return new ExpertLayout(count, keys.Size("expert_used_count"), Normalized: true, keys.Size("expert_feed_forward_length", keys.Size("feed_forward_length")));
    }

    private ImmutableArray<int> Windows(int layers)
    {
        var window = keys.Size("attention.sliding_window", Family == "gemma2" ? 4096 : 0);
        if (Family is not ("gemma2" or "gemma3"))
            return [.. Enumerable.Repeat(Family is "llama" or "phi3" ? window : 0, layers)];
        if (keys.Flags("attention.sliding_window_pattern", layers) is { } windowed)
            return [.. windowed.Select(w => w ? window : 0)];
        // Every sixth layer of Gemma 3 and every second of Gemma 2 sees everything.
        var period = keys.Size("attention.sliding_window_pattern", Family == "gemma2" ? 2 : 6);
        return [.. Enumerable.Range(0, layers).Select(i => period == 0 || i % period < period - 1 ? window : 0)];
    }

    private RotaryEmbedding Rotary(int headSize, int contextLength, int made)
    {
        var dimensions = keys.Size("rope.dimension_count", headSize);
        ArchitectureCheck.Rotated(dimensions, headSize);
        var rotary = new RotaryEmbedding
        {
            Base = keys.Float("rope.freq_base", 10_000),
            Dimensions = dimensions,
            Layout = Family == "llama" ? RotaryLayout.Adjacent : RotaryLayout.Halves,
        };
        var kind = keys.Text("rope.scaling.type") ?? "linear";
        if (kind is not ("none" or "linear" or "longrope" or "yarn"))
            throw new ModelException($"the scaling of positions '{ShownName.Of(kind)}' is not supported: none, linear, longrope and yarn are");
        if (kind == "yarn")
            return YarnScaling.Scaled(
                rotary, keys.Float("rope.scaling.factor"), keys.Size("rope.scaling.original_context_length"),
                keys.Float("rope.scaling.yarn_beta_fast", 0), keys.Float("rope.scaling.yarn_beta_slow", 0), keys.Float("rope.scaling.attn_factor", 1));
        if (kind == "linear" && keys.Float("rope.scaling.factor", keys.Float("rope.scale_linear", 0)) is var factor and not 0)
            rotary = rotary with { PositionScale = 1 / factor };
        if (table.Has("rope_freqs.weight"))
            rotary = rotary with { Factors = table.Numbers("rope_freqs.weight", dimensions / 2) };
        if (table.Has("rope_factors_long.weight") && table.Has("rope_factors_short.weight"))
        {
            var (longer, shorter) = (table.Numbers("rope_factors_long.weight", dimensions / 2), table.Numbers("rope_factors_short.weight", dimensions / 2));
            rotary = rotary with
            {
                Factors = Math.Min(contextLength, made) > keys.Size("rope.scaling.original_context_length", made) ? longer : shorter,
                Magnitude = keys.Float("rope.scaling.attn_factor", 1),
            };
        }
        return rotary;
    }

    private void RefuseWhatIsNotThere()
    {
        foreach (var key in (string[])["attention.max_alibi_bias", "attention.clamp_kqv", "logit_scale", "residual_scale", "embedding_scale"])
            if (keys.Float(key, 0) is not (0 or 1))
                throw new ModelException($"metadata '{Family}.{key}' is not supported");
        if (keys.Bool("use_parallel_residual", false) || !keys.Bool("attention.causal", true))
            throw new ModelException($"a model of the family '{Family}' with parallel residuals, or that is not causal, is not supported");
    }
}
