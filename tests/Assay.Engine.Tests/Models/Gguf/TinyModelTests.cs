using System.Security.Cryptography;
using Assay.Engine.Models.Language;

namespace Assay.Engine.Tests.Models.Gguf;

public sealed class TinyModelTests
{
    public static TheoryData<string, WeightType> All()
    {
        var all = new TheoryData<string, WeightType>();
        foreach (var family in TinyModels.Families)
            foreach (var type in TinyModels.Types)
                all.Add(family, type);
        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_model_of_every_family_and_type_opens_with_every_weight_in_its_place(string family, WeightType type)
    {
        var file = TinyModels.Write(family, type);
        using var model = LanguageModel.Read(file);
        var (a, w) = (model.Architecture, model.Weights);
        Assert.Equal(family.Split('-')[0].Replace("mixtral", "llama", StringComparison.Ordinal), a.Family);
        Assert.Equal(model.Tokenizer.Count, a.VocabularySize);
        Assert.Equal((a.VocabularySize, a.Width, type), (w.TokenEmbedding.Rows, w.TokenEmbedding.Columns, w.TokenEmbedding.Type));
        Assert.Equal(a.Family is "llama" or "phi3" or "qwen3moe", !ReferenceEquals(w.Output, w.TokenEmbedding));
        Assert.Equal(a.Layers, w.Layers.Length);
        foreach (var layer in w.Layers)
        {
            Assert.Equal((a.Heads * a.HeadSize, a.Width), (layer.Query.Rows, layer.Query.Columns));
            Assert.Equal((a.KvHeads * a.HeadSize, a.Width), (layer.Key.Rows, layer.Key.Columns));
            Assert.Equal((a.KvHeads * a.HeadSize, a.Width), (layer.Value.Rows, layer.Value.Columns));
            Assert.Equal((a.Width, a.Heads * a.HeadSize), (layer.AttentionOutput.Rows, layer.AttentionOutput.Columns));
            Assert.Equal(a.Family == "qwen2", layer.QueryBias is not null && layer.KeyBias is not null && layer.ValueBias is not null);
            Assert.Equal(a.QueryKeyNorms, layer.QueryNorm is not null && layer.KeyNorm is not null);
            Assert.Equal(a.PostNorms, layer.PostAttentionNorm is not null && layer.PostFfnNorm is not null);
            Assert.Equal(a.Experts?.Count ?? 0, layer.ExpertGates.Length);
            Assert.Equal(a.Experts is null, layer.Gate is not null && layer.Up is not null && layer.Down is not null && layer.Router is null);
            foreach (var matrix in Matrices(layer))
                Assert.Equal(matrix.Rows * matrix.Type.RowBytes(matrix.Columns), matrix.Data.Length);
        }
        Assert.Equal(32, model.Digest.Length);
    }

    private static IEnumerable<WeightMatrix> Matrices(LayerWeights l) =>
        ((WeightMatrix?[])[l.AttentionNorm, l.Query, l.Key, l.Value, l.QueryBias, l.QueryNorm, l.AttentionOutput, l.FfnNorm, l.Gate, l.Up, l.Down, l.Router])
            .OfType<WeightMatrix>().Concat(l.ExpertGates).Concat(l.ExpertUps).Concat(l.ExpertDowns);

    [Fact]
    public void A_tiny_model_is_the_same_bytes_everywhere()
    {
        Assert.Equal(TinyModels.Write("llama", WeightType.Q4_K), TinyModels.Write("llama", WeightType.Q4_K));
        Assert.NotEqual(TinyModels.Write("llama", WeightType.Q4_K), TinyModels.Write("llama", WeightType.Q4_K, seed: 2));
    }

    [Fact]
    public void The_cuts_of_fused_matrices_are_rows_of_the_file()
    {
        using var model = LanguageModel.Read(TinyModels.Write("phi3", WeightType.Q8_0));
        var layer = model.Weights.Layers[1];
        Assert.Equal(layer.Query.Name, layer.Value.Name);
        Assert.Equal("blk.1.ffn_up.weight", layer.Gate!.Name);
        Assert.NotEqual(SHA256.HashData(layer.Gate.Data.Span), SHA256.HashData(layer.Up!.Data.Span));
    }
}
