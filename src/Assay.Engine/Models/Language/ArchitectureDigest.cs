using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Engine.Models.Language;

/// <summary>The SHA-256 that names what a language model computes: docs/spec/assay-llm-v1.md, section 4.</summary>
internal static class ArchitectureDigest
{
    public static ImmutableArray<byte> Of(LanguageArchitecture architecture, IEnumerable<StoredTensor> tensors) =>
        [.. SHA256.HashData(Encoding.UTF8.GetBytes(Text(architecture, tensors)))];

    /// <summary>The text that is hashed.</summary>
    internal static string Text(LanguageArchitecture architecture, IEnumerable<StoredTensor> tensors)
    {
        var text = new StringBuilder("assay/language-graph/v1\n");
        foreach (var (name, value) in Numbers(architecture).OrderBy(n => n.Name, StringComparer.Ordinal))
            text.Append($"{name} {value}\n");
        foreach (var tensor in tensors.OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            var columns = tensor.Dims[^1];
            text.Append($"tensor {tensor.Name} {tensor.Type} {tensor.Dims.Aggregate(1L, (a, b) => a * b) / columns} {columns}\n");
        }
        return text.ToString();
    }

    private static IEnumerable<(string Name, string Value)> Numbers(LanguageArchitecture a)
    {
        (string, string)[] numbers =
        [
            ("attention_output_bias", Whole(a.AttentionOutputBias)),
            ("attention_scale", Bits(a.AttentionScale)),
            ("attention_softcap", Bits(a.AttentionSoftcap)),
            ("context_length", Whole(a.ContextLength)),
            ("embedding_scale", Bits(a.EmbeddingScale)),
            ("epsilon", Bits(a.Epsilon)),
            ("expert_count", Whole(a.Experts?.Count ?? 0)),
            ("expert_feed_forward", Whole(a.Experts?.FeedForward ?? 0)),
            ("expert_normalized", Whole(a.Experts?.Normalized ?? false)),
            ("expert_used", Whole(a.Experts?.Used ?? 0)),
            ("feed_forward", Whole(a.FeedForward)),
            ("gate", a.Gate == GateFunction.Silu ? "silu" : "gelu"),
            ("head_size", Whole(a.HeadSize)),
            ("heads", Whole(a.Heads)),
            ("kv_heads", Whole(a.KvHeads)),
            ("layers", Whole(a.Layers)),
            ("post_norms", Whole(a.PostNorms)),
            ("query_key_norms", Whole(a.QueryKeyNorms)),
            ("query_key_value_biases", Whole(a.QueryKeyValueBiases)),
            ("score_softcap", Bits(a.ScoreSoftcap)),
            ("vocabulary_size", Whole(a.VocabularySize)),
            ("width", Whole(a.Width)),
            ("windows", string.Join(',', a.Windows)),
        ];
        return numbers.Concat(Rotary("rotary", a.Rotary)).Concat(Rotary("window_rotary", a.WindowRotary ?? a.Rotary));
    }

    private static (string, string)[] Rotary(string prefix, RotaryEmbedding r) =>
    [
        (prefix + "_base", Bits(r.Base)),
        (prefix + "_dimensions", Whole(r.Dimensions)),
        (prefix + "_factors", string.Join(',', r.Factors.Select(Bits))),
        (prefix + "_layout", r.Layout == RotaryLayout.Adjacent ? "adjacent" : "halves"),
        (prefix + "_magnitude", Bits(r.Magnitude)),
        (prefix + "_position_scale", Bits(r.PositionScale)),
    ];

    private static string Whole(int value) => value.ToString();

    private static string Whole(bool value) => value ? "1" : "0";

    private static string Bits(float value) => BitConverter.SingleToUInt32Bits(value).ToString("x8");
}
