using Assay.Engine.Models.Gguf;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Models.Language;

/// <summary>A language model out of a GGUF file.</summary>
internal static class GgufModel
{
    /// <summary>The model; it owns the files.</summary>
    /// <param name="parts">One file, or all parts of one in order.</param>
    public static LanguageModel Read(IReadOnlyList<GgufFile> parts, int? contextLength)
    {
        GgufParts.Check(parts);
        // GGUF counts dimensions from the inside.
        var table = new WeightTable(parts.SelectMany(file => file.Tensors.Select(t => new StoredTensor(t.Name, t.Type, [.. t.Dims.Reverse()], file.Data(t)))));
        var metadata = parts[0].Metadata;
        var keys = new GgufKeys(metadata);
        var architecture = new GgufArchitecture(keys, table).Read(contextLength);
        var weights = WeightReader.Read(architecture, TensorNames.Gguf, table, AddsNothing);
        var tokenizer = GgufTokenizer.Read(metadata, architecture.VocabularySize);
        if (tokenizer.Count > architecture.VocabularySize)
            throw new ModelException($"the tokenizer has {tokenizer.Count} tokens, where the embedding matrix has {architecture.VocabularySize} rows");
        string? Template(string key) => metadata.TryGetValue(key, out var text) ? text.String ?? throw new ModelException($"metadata '{key}' is no text") : null;
        return new LanguageModel(architecture, weights, tokenizer, Template("tokenizer.chat_template"), ArchitectureDigest.Of(architecture, table.Used), [.. parts])
        {
            ToolTemplate = Template("tokenizer.chat_template.tool_use"),
            Pooling = keys.Has("pooling_type") ? PoolingNames.OfGguf(keys.Size("pooling_type", 0)) : Pooling.Last,
        };
    }

    // Old converters wrote the angles of the rotation, which follow from its base.
    private static bool AddsNothing(string name) => name.EndsWith(".attn_rot_embd.weight", StringComparison.Ordinal) || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal);
}
