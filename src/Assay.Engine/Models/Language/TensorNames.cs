namespace Assay.Engine.Models.Language;

/// <summary>What a format calls the tensors of a language model. <c>{0}</c> is the layer, <c>{1}</c> the expert.</summary>
/// <remarks>Sources: llama.cpp, src/llama-arch.cpp (GGUF); transformers, src/transformers/models/*/modeling_*.py (safetensors).</remarks>
internal sealed record TensorNames
{
    public required string TokenEmbedding { get; init; }
    public required string OutputNorm { get; init; }
    public required string Output { get; init; }
    public required string AttentionNorm { get; init; }
    public required string Query { get; init; }
    public required string Key { get; init; }
    public required string Value { get; init; }

    /// <summary>Query, key and value in one.</summary>
    public required string Fused { get; init; }
    public required string QueryNorm { get; init; }
    public required string KeyNorm { get; init; }
    public required string AttentionOutput { get; init; }
    public required string PostAttentionNorm { get; init; }
    public required string FfnNorm { get; init; }
    public required string Gate { get; init; }
    public required string Up { get; init; }
    public required string Down { get; init; }

    /// <summary>Gate and up in one.</summary>
    public required string GateUp { get; init; }
    public required string PostFfnNorm { get; init; }
    public required string Router { get; init; }
    public required string ExpertGate { get; init; }
    public required string ExpertUp { get; init; }
    public required string ExpertDown { get; init; }

    /// <summary>All experts in one; null where the format has no such form.</summary>
    public (string Gate, string Up, string Down)? StackedExperts { get; init; }

    /// <summary>Whether scales of norms are stored less 1 (Gemma as safetensors).</summary>
    public bool NormsLessOne { get; init; }

    /// <summary>Whether the output matrix may be missing, and the embedding matrix stands for it.</summary>
    public bool OutputMayBeMissing { get; init; }

    public static readonly TensorNames Gguf = new()
    {
        TokenEmbedding = "token_embd.weight",
        OutputNorm = "output_norm.weight",
        Output = "output.weight",
        OutputMayBeMissing = true,
        AttentionNorm = "blk.{0}.attn_norm.weight",
        Query = "blk.{0}.attn_q",
        Key = "blk.{0}.attn_k",
        Value = "blk.{0}.attn_v",
        Fused = "blk.{0}.attn_qkv.weight",
        QueryNorm = "blk.{0}.attn_q_norm.weight",
        KeyNorm = "blk.{0}.attn_k_norm.weight",
        AttentionOutput = "blk.{0}.attn_output",
        PostAttentionNorm = "blk.{0}.post_attention_norm.weight",
        FfnNorm = "blk.{0}.ffn_norm.weight",
        Gate = "blk.{0}.ffn_gate.weight",
        Up = "blk.{0}.ffn_up.weight",
        Down = "blk.{0}.ffn_down.weight",
        GateUp = "blk.{0}.ffn_up.weight",
        PostFfnNorm = "blk.{0}.post_ffw_norm.weight",
        Router = "blk.{0}.ffn_gate_inp.weight",
        ExpertGate = "blk.{0}.ffn_gate.{1}.weight",
        ExpertUp = "blk.{0}.ffn_up.{1}.weight",
        ExpertDown = "blk.{0}.ffn_down.{1}.weight",
        StackedExperts = ("blk.{0}.ffn_gate_exps.weight", "blk.{0}.ffn_up_exps.weight", "blk.{0}.ffn_down_exps.weight"),
    };

    private static readonly TensorNames Hugging = new()
    {
        TokenEmbedding = "model.embed_tokens.weight",
        OutputNorm = "model.norm.weight",
        Output = "lm_head.weight",
        AttentionNorm = "model.layers.{0}.input_layernorm.weight",
        Query = "model.layers.{0}.self_attn.q_proj",
        Key = "model.layers.{0}.self_attn.k_proj",
        Value = "model.layers.{0}.self_attn.v_proj",
        Fused = "model.layers.{0}.self_attn.qkv_proj.weight",
        QueryNorm = "model.layers.{0}.self_attn.q_norm.weight",
        KeyNorm = "model.layers.{0}.self_attn.k_norm.weight",
        AttentionOutput = "model.layers.{0}.self_attn.o_proj",
        PostAttentionNorm = "",
        FfnNorm = "model.layers.{0}.post_attention_layernorm.weight",
        Gate = "model.layers.{0}.mlp.gate_proj.weight",
        Up = "model.layers.{0}.mlp.up_proj.weight",
        Down = "model.layers.{0}.mlp.down_proj.weight",
        GateUp = "model.layers.{0}.mlp.gate_up_proj.weight",
        PostFfnNorm = "",
        Router = "model.layers.{0}.mlp.gate.weight",
        ExpertGate = "model.layers.{0}.mlp.experts.{1}.gate_proj.weight",
        ExpertUp = "model.layers.{0}.mlp.experts.{1}.up_proj.weight",
        ExpertDown = "model.layers.{0}.mlp.experts.{1}.down_proj.weight",
    };

    /// <summary>The names in safetensors of an architecture.</summary>
    /// <param name="tied">Whether the output matrix is the embedding matrix, whatever else is stored.</param>
    public static TensorNames Safetensors(LanguageArchitecture architecture, bool tied)
    {
        var names = Safetensors(architecture);
        return tied ? names with { Output = names.TokenEmbedding } : names;
    }

    private static TensorNames Safetensors(LanguageArchitecture architecture) => architecture switch
    {
        { Family: "gemma2" or "gemma3" } => Hugging with
        {
            PostAttentionNorm = "model.layers.{0}.post_attention_layernorm.weight",
            FfnNorm = "model.layers.{0}.pre_feedforward_layernorm.weight",
            PostFfnNorm = "model.layers.{0}.post_feedforward_layernorm.weight",
            NormsLessOne = true,
        },
        { Family: "llama", Experts: not null } => Hugging with
        {
            Router = "model.layers.{0}.block_sparse_moe.gate.weight",
            ExpertGate = "model.layers.{0}.block_sparse_moe.experts.{1}.w1.weight",
            ExpertUp = "model.layers.{0}.block_sparse_moe.experts.{1}.w3.weight",
            ExpertDown = "model.layers.{0}.block_sparse_moe.experts.{1}.w2.weight",
        },
        _ => Hugging,
    };
}
