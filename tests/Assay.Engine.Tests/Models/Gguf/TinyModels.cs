namespace Assay.Engine.Tests.Models.Gguf;

/// <summary>Small random language models of every family, as GGUF files: the same bytes for the same arguments, everywhere.</summary>
internal static class TinyModels
{
    /// <summary>Every family and form; a name after a dash is a form of the family before it.</summary>
    public static readonly string[] Families =
        ["llama", "llama-factors", "llama-window", "mixtral", "mixtral-split", "qwen2", "qwen3", "qwen3moe", "gemma2", "gemma3", "phi3", "phi3-long"];

    public static readonly WeightType[] Types =
    [
        WeightType.F32, WeightType.F16, WeightType.BF16, WeightType.Q8_0, WeightType.Q4_0, WeightType.Q4_1, WeightType.Q5_0, WeightType.Q5_1,
        WeightType.Q2_K, WeightType.Q3_K, WeightType.Q4_K, WeightType.Q5_K, WeightType.Q6_K,
    ];

    /// <summary>A model whose matrices all have one type. Norms and biases are float32.</summary>
    public static byte[] Write(string family, WeightType type, ulong seed = 1, string? template = null, int context = 256, Action<GgufWriter>? keys = null) =>
        Write(family, _ => type, type.BlockSize, seed, template, context, keys);

    /// <param name="types">The type of a matrix by its name, such as <c>blk.0.ffn_down.weight</c>.</param>
    /// <param name="block">What every row's length is a multiple of.</param>
    /// <param name="template">Its chat template, or null for none.</param>
    /// <param name="keys">Writes more metadata.</param>
    public static byte[] Write(string family, Func<string, WeightType> types, int block, ulong seed, string? template = null, int context = 256, Action<GgufWriter>? keys = null)
    {
        var tiny = new Tiny(family, types, block, new Noise(seed), template, context, keys);
        return tiny.Write();
    }

    private sealed class Tiny(string form, Func<string, WeightType> types, int block, Noise noise, string? template, int context, Action<GgufWriter>? keys)
    {
        private readonly string family = form.Split('-')[0] switch { "mixtral" => "llama", var name => name };
        private readonly bool wide = block > 32;
        private readonly GgufWriter writer = new();

        private bool Gemma => family is "gemma2" or "gemma3";

        private bool Mixture => form.StartsWith("mixtral", StringComparison.Ordinal) || family == "qwen3moe";

        // Heads times their size need not be the width, and is not where a family allows it.
        private int Heads => 4;

        private int KvHeads => form == "llama-factors" ? 4 : 2;

        private int HeadSize => wide ? 64 : Free ? 24 : 16;

        private bool Free => family is "qwen3" or "qwen3moe" or "gemma2" or "gemma3";

        private int Queries => wide ? 256 : Heads * HeadSize;

        private int Width => wide ? 256 : 64;

        private int Inner => wide ? 256 : 96;

        private int Layers => family == "gemma3" ? 7 : family == "gemma2" ? 4 : 2;

        public byte[] Write()
        {
            // Not phi3: llama.cpp knows Phi-3 by its name, and then wants the tokens that Phi-3 has.
            writer.Key("general.architecture", family).Key("general.name", "tiny " + form.Replace("phi3", "phi", StringComparison.Ordinal));
            Number("embedding_length", Width);
            Number("block_count", Layers);
            Number("attention.head_count", Heads);
            Number("attention.head_count_kv", KvHeads);
            Number("context_length", context);
            Number("feed_forward_length", Inner);
            Float("attention.layer_norm_rms_epsilon", 1e-5f);
            if (Free || wide)
            {
                Number("attention.key_length", HeadSize);
                Number("attention.value_length", HeadSize);
            }
            if (!Free)
                Number("rope.dimension_count", HeadSize);
            Float("rope.freq_base", family == "gemma3" ? 1e6f : 10_000);
            Family();
            keys?.Invoke(writer);
            if (template is not null)
                writer.Key("tokenizer.chat_template", template);
            var count = 0;
            _ = family switch
            {
                "qwen2" or "qwen3" or "qwen3moe" => TinyTokenizers.WriteByteLevel(writer, "qwen2", out count),
                _ when form == "llama-factors" => TinyTokenizers.WriteByteLevel(writer, "llama-bpe", out count),
                _ => TinyTokenizers.WriteSentencePiece(writer, Gemma, out count),
            };
            Matrix("token_embd.weight", Width, count);
            Norm("output_norm.weight", Width);
            // Some have an output matrix of their own, some use the embedding.
            if (family is "llama" or "phi3" or "qwen3moe")
                Matrix("output.weight", Width, count);
            for (var i = 0; i < Layers; i++)
                Layer($"blk.{i}.");
            return writer.ToBytes();
        }

        private void Family()
        {
            switch (form)
            {
                case "llama-factors": Vector("rope_freqs.weight", HeadSize / 2, 1, 0.75f); break;
                case "llama-window": Number("attention.sliding_window", 5); break;
                case "gemma2":
                    Number("attention.sliding_window", 6);
                    Float("attn_logit_softcapping", 50);
                    Float("final_logit_softcapping", 30);
                    break;
                case "gemma3":
                    Number("attention.sliding_window", 6);
                    writer.Key("gemma3.rope.scaling.type", "linear");
                    Float("rope.scaling.factor", 8);
                    break;
                case "phi3-long":
                    Number("rope.scaling.original_context_length", 64);
                    Float("rope.scaling.attn_factor", 1.19f);
                    Vector("rope_factors_long.weight", HeadSize / 2, 3, 2);
                    Vector("rope_factors_short.weight", HeadSize / 2, 1, 0.2f);
                    break;
            }
            if (Mixture)
            {
                Number("expert_count", 4);
                Number("expert_used_count", 2);
            }
            if (family == "qwen3moe")
                Number("expert_feed_forward_length", Inner);
        }

        private void Layer(string at)
        {
            var (keys, queries) = (KvHeads * HeadSize, Queries);
            Norm(at + "attn_norm.weight", Width);
            if (family == "phi3")
                Matrix(at + "attn_qkv.weight", Width, queries + 2 * keys);
            else
                foreach (var (name, rows) in ((string, int)[])[("attn_q", queries), ("attn_k", keys), ("attn_v", keys)])
                {
                    Matrix(at + name + ".weight", Width, rows);
                    if (family == "qwen2")
                        Vector(at + name + ".bias", rows, 0, 0.5f);
                }
            if (family is "qwen3" or "qwen3moe" or "gemma3")
            {
                Norm(at + "attn_q_norm.weight", HeadSize);
                Norm(at + "attn_k_norm.weight", HeadSize);
            }
            Matrix(at + "attn_output.weight", queries, Width);
            if (Gemma)
                Norm(at + "post_attention_norm.weight", Width);
            Norm(at + "ffn_norm.weight", Width);
            if (Mixture)
                Experts(at);
            else
            {
                if (family != "phi3")
                    Matrix(at + "ffn_gate.weight", Width, Inner);
                Matrix(at + "ffn_up.weight", Width, family == "phi3" ? 2 * Inner : Inner);
                Matrix(at + "ffn_down.weight", Inner, Width);
            }
            if (Gemma)
                Norm(at + "post_ffw_norm.weight", Width);
        }

        private void Experts(string at)
        {
            writer.Tensor(at + "ffn_gate_inp.weight", WeightType.F32, [Width, 4], TinyWeights.Rows(WeightType.F32, 4, Width, noise));
            foreach (var (name, columns, rows) in ((string, int, int)[])[("ffn_gate", Width, Inner), ("ffn_up", Width, Inner), ("ffn_down", Inner, Width)])
                if (form == "mixtral-split")
                    for (var e = 0; e < 4; e++)
                        Matrix($"{at}{name}.{e}.weight", columns, rows);
                else
                {
                    var type = types($"{at}{name}_exps.weight");
                    writer.Tensor($"{at}{name}_exps.weight", type, [columns, rows, 4], TinyWeights.Rows(type, 4 * rows, columns, noise));
                }
        }

        private void Matrix(string name, int columns, int rows) => writer.Tensor(name, types(name), [columns, rows], TinyWeights.Rows(types(name), rows, columns, noise));

        private void Norm(string name, int length) => writer.Tensor(name, WeightType.F32, [length], TinyWeights.Scale(length, noise));

        private void Vector(string name, int length, float middle, float spread)
        {
            var values = Enumerable.Range(0, length).SelectMany(_ => BitConverter.GetBytes(middle + spread * noise.Float()));
            writer.Tensor(name, WeightType.F32, [length], [.. values]);
        }

        private void Number(string key, int value) => writer.Key($"{family}.{key}", (uint)value);

        private void Float(string key, float value) => writer.Key($"{family}.{key}", value);
    }
}
