using Assay.Engine.Models.Gguf;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Models.Language;

/// <summary>A language model out of a GGUF file.</summary>
internal static class GgufModel
{
    /// <summary>The model; it owns the file.</summary>
    public static LanguageModel Read(GgufFile file, int? contextLength)
    {
        if (file.Metadata.TryGetValue("split.count", out var split) && split.Whole is > 1 and var parts)
            throw new ModelException($"the GGUF file is one of {parts} parts: join them first (llama.cpp's gguf-split --merge does)");
        // GGUF counts dimensions from the inside.
        var table = new WeightTable(file.Tensors.Select(t => new StoredTensor(t.Name, t.Type, [.. t.Dims.Reverse()], file.Data(t))));
        var keys = new GgufKeys(file.Metadata);
        var architecture = new GgufArchitecture(keys, table).Read(contextLength);
        var weights = WeightReader.Read(architecture, TensorNames.Gguf, table, AddsNothing);
        var tokenizer = GgufTokenizer.Read(file.Metadata, architecture.VocabularySize);
        if (tokenizer.Count > architecture.VocabularySize)
            throw new ModelException($"the tokenizer has {tokenizer.Count} tokens, where the embedding matrix has {architecture.VocabularySize} rows");
        var template = file.Metadata.TryGetValue("tokenizer.chat_template", out var text) ? text.String : null;
        return new LanguageModel(architecture, weights, tokenizer, template, ArchitectureDigest.Of(architecture, table.Used), [file])
        {
            Pooling = keys.Has("pooling_type") ? PoolingNames.OfGguf(keys.Size("pooling_type", 0)) : Pooling.Last,
        };
    }

    // Old converters wrote the angles of the rotation, which follow from its base.
    private static bool AddsNothing(string name) => name.EndsWith(".attn_rot_embd.weight", StringComparison.Ordinal) || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal);
}
