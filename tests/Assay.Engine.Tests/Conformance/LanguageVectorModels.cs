using Assay.Engine.Tests.Models;
using Assay.Engine.Tests.Models.Gguf;

namespace Assay.Engine.Tests.Conformance;

/// <summary>Language models of a few kilobytes, one for each form of section 2 of the profile: random weights of 32 columns, and a vocabulary of bytes.</summary>
internal static class LanguageVectorModels
{
    private const int Width = 32, Heads = 4, KvHeads = 2, Inner = 64;

    /// <summary>The form's name, and its file.</summary>
    public static IEnumerable<(string Name, byte[] Gguf)> All()
    {
        yield return ("llama, Q4_0", Write("llama", WeightType.Q4_0, 8, (_, _) => { }));
        yield return ("llama, Q8_0, window, linear scaling", Write("llama", WeightType.Q8_0, 8, (w, _) =>
            w.Key("llama.attention.sliding_window", 5u).Key("llama.rope.scaling.type", "linear").Key("llama.rope.scaling.factor", 4f)));
        yield return ("llama, Q5_1, factors", Write("llama", WeightType.Q5_1, 8, (w, n) => Vector(w, "rope_freqs.weight", 4, 1, 0.5f, n)));
        yield return ("mixtral, Q4_1", Write("llama", WeightType.Q4_1, 8, (w, _) => w.Key("llama.expert_count", 4u).Key("llama.expert_used_count", 2u), experts: true));
        yield return ("qwen2, F16", Write("qwen2", WeightType.F16, 8, (_, _) => { }));
        yield return ("qwen3, Q5_0, yarn", Write("qwen3", WeightType.Q5_0, 16, (w, _) =>
            w.Key("qwen3.rope.scaling.type", "yarn").Key("qwen3.rope.scaling.factor", 4f).Key("qwen3.rope.scaling.original_context_length", 64u)));
        yield return ("gemma2, BF16", Write("gemma2", WeightType.BF16, 16, (w, _) => w.Key("gemma2.attention.sliding_window", 6u)));
        yield return ("gemma3, Q8_0", Write("gemma3", WeightType.Q8_0, 8, (w, _) =>
            w.Key("gemma3.attention.sliding_window", 6u).Key("gemma3.attention.sliding_window_pattern", 2u).Key("gemma3.rope.scaling.type", "linear").Key("gemma3.rope.scaling.factor", 8f)));
        yield return ("phi3, F32, two sets of factors", Write("phi3", WeightType.F32, 8, (w, n) =>
        {
            w.Key("phi3.rope.scaling.original_context_length", 64u).Key("phi3.rope.scaling.attn_factor", 1.19f);
            Vector(w, "rope_factors_long.weight", 4, 3, 2, n);
            Vector(w, "rope_factors_short.weight", 4, 1, 0.2f, n);
        }));
    }

    private static byte[] Write(string family, WeightType type, int headSize, Action<GgufWriter, Noise> form, bool experts = false)
    {
        var (writer, noise) = (new GgufWriter(), new Noise((ulong)type + (ulong)family.Length));
        var gemma = family.StartsWith("gemma", StringComparison.Ordinal);
        writer.Key("general.architecture", family);
        foreach (var (key, value) in ((string, int)[])
        [
            ("embedding_length", Width), ("block_count", 2), ("attention.head_count", Heads), ("attention.head_count_kv", KvHeads), ("context_length", 256),
            ("feed_forward_length", Inner), ("attention.key_length", headSize), ("attention.value_length", headSize), ("rope.dimension_count", headSize),
        ])
            writer.Key($"{family}.{key}", (uint)value);
        writer.Key($"{family}.attention.layer_norm_rms_epsilon", 1e-5f);
        form(writer, noise);
        var count = Vocabulary(writer);
        void Matrix(string name, int columns, int rows) => writer.Tensor(name, type, [columns, rows], TinyWeights.Rows(type, rows, columns, noise));
        void Norm(string name, int length) => writer.Tensor(name, WeightType.F32, [length], TinyWeights.Scale(length, noise));
        Matrix("token_embd.weight", Width, count);
        Norm("output_norm.weight", Width);
        if (family is "llama" or "phi3")
            Matrix("output.weight", Width, count);
        var (queries, keys) = (Heads * headSize, KvHeads * headSize);
        for (var i = 0; i < 2; i++)
        {
            var at = $"blk.{i}.";
            Norm(at + "attn_norm.weight", Width);
            if (family == "phi3")
                Matrix(at + "attn_qkv.weight", Width, queries + 2 * keys);
            else
                foreach (var (name, rows) in ((string, int)[])[("attn_q", queries), ("attn_k", keys), ("attn_v", keys)])
                {
                    Matrix(at + name + ".weight", Width, rows);
                    if (family == "qwen2")
                        Vector(writer, at + name + ".bias", rows, 0, 0.5f, noise);
                }
            if (family is "qwen3" or "gemma3")
            {
                Norm(at + "attn_q_norm.weight", headSize);
                Norm(at + "attn_k_norm.weight", headSize);
            }
            Matrix(at + "attn_output.weight", queries, Width);
            Norm(at + "ffn_norm.weight", Width);
            if (gemma)
            {
                Norm(at + "post_attention_norm.weight", Width);
                Norm(at + "post_ffw_norm.weight", Width);
            }
            if (experts)
            {
                writer.Tensor(at + "ffn_gate_inp.weight", WeightType.F32, [Width, 4], TinyWeights.Rows(WeightType.F32, 4, Width, noise));
                foreach (var (name, columns, rows) in ((string, int, int)[])[("ffn_gate_exps", Width, Inner), ("ffn_up_exps", Width, Inner), ("ffn_down_exps", Inner, Width)])
                    writer.Tensor(at + name + ".weight", type, [columns, rows, 4], TinyWeights.Rows(type, 4 * rows, columns, noise));
                continue;
            }
            if (family != "phi3")
                Matrix(at + "ffn_gate.weight", Width, Inner);
            Matrix(at + "ffn_up.weight", Width, family == "phi3" ? 2 * Inner : Inner);
            Matrix(at + "ffn_down.weight", Inner, Width);
        }
        return writer.ToBytes();
    }

    // SentencePiece's kind with nothing but bytes: unknown, beginning, end, 256 bytes.
    private static int Vocabulary(GgufWriter writer)
    {
        string[] texts = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")];
        writer.Key("tokenizer.ggml.model", "llama").Key("tokenizer.ggml.tokens", texts).Key("tokenizer.ggml.scores", new float[texts.Length])
            .Key("tokenizer.ggml.token_type", (int[])[2, 3, 3, .. Enumerable.Repeat(6, 256)]);
        return texts.Length;
    }

    private static void Vector(GgufWriter writer, string name, int length, float middle, float spread, Noise noise) =>
        writer.Tensor(name, WeightType.F32, [length], [.. Enumerable.Range(0, length).SelectMany(_ => BitConverter.GetBytes(middle + spread * noise.Float()))]);
}
