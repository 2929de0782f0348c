using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Verify.Crypto;

namespace Assay.Store.Tests;

public sealed class LanguageModelStoreTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder folder = new();
    private readonly ModelStore store;

    public LanguageModelStoreTests() => store = new ModelStore(folder["store"]);

    public void Dispose() => folder.Dispose();

    private StoredModel Import(string path) => store.Import(path, null, null, Noon);

    [Fact]
    public void A_gguf_file_is_imported_with_its_architectures_digest_and_opened_in_place()
    {
        var bytes = TinyModels.Write("llama", WeightType.Q4_0);
        var model = Import(folder.Write("tiny.gguf", bytes));
        Assert.Equal(("tiny@1", "gguf", true), (model.Reference, model.Format, model.IsLanguage));
        using var expected = LanguageModel.Read(bytes);
        Assert.Equal(Hash.From(expected.Digest.AsSpan()), model.Graph);
        Assert.Equal(model, store.Find("tiny") with { Files = model.Files });
        using var opened = store.OpenLanguage(store.Find("tiny"));
        Assert.Equal(expected.Weights.TokenEmbedding.Data.ToArray(), opened.Weights.TokenEmbedding.Data.ToArray());
        using var shorter = store.OpenLanguage(model, contextLength: 16);
        Assert.Equal(16, shorter.Architecture.ContextLength);
    }

    [Fact]
    public void A_gguf_in_parts_is_imported_by_any_of_them_and_its_digest_is_over_all_in_order()
    {
        var parts = TinyParts.Cut(TinyModels.Write("llama", WeightType.Q4_0), 2);
        folder.Write("big-00001-of-00002.gguf", parts[0]);
        Assert.Contains("'big-00002-of-00002.gguf' is missing", Assert.Throws<ModelException>(() => Import(folder["big-00001-of-00002.gguf"])).Message, StringComparison.Ordinal);
        folder.Write("big-00002-of-00002.gguf", parts[1]);
        var model = Import(folder["big-00002-of-00002.gguf"]);
        Assert.Equal(("big@1", "gguf", true), (model.Reference, model.Format, model.IsLanguage));
        Assert.Equal(Sha256.Of([.. parts.SelectMany(p => Sha256.Of(p).ToArray())]), model.Digest);
        Assert.Equal(model.Reference, Import(folder["big-00001-of-00002.gguf"]).Reference);
        store.OpenLanguage(model).Dispose();
    }

    [Fact]
    public void The_same_architecture_with_other_weights_is_another_model_and_the_same_graph()
    {
        var (a, b) = (Import(folder.Write("a.gguf", TinyModels.Write("qwen3", WeightType.Q8_0, 1))), Import(folder.Write("b.gguf", TinyModels.Write("qwen3", WeightType.Q8_0, 2))));
        Assert.Equal(a.Graph, b.Graph);
        Assert.NotEqual(a.Digest, b.Digest);
    }

    [Fact]
    public void A_file_that_lies_is_refused_before_anything_is_copied()
    {
        var bytes = TinyModels.Write("llama", WeightType.F16);
        Assert.Throws<ModelException>(() => Import(folder.Write("cut.gguf", bytes[..^100])));
        Assert.Throws<ModelException>(() => Import(folder.Write("text.gguf", "not a model"u8.ToArray())));
        folder.Write("folder/config.json", "{}"u8.ToArray());
        folder.Write("folder/model.safetensors", [1, 2, 3]);
        Assert.Throws<ModelException>(() => Import(folder["folder"]));
        Assert.Empty(store.Blobs.All());
        Assert.Empty(store.List());
    }

    [Fact]
    public void What_is_damaged_on_disk_is_not_opened()
    {
        var model = Import(folder.Write("tiny.gguf", TinyModels.Write("gemma2", WeightType.Q4_0)));
        var blob = store.Blobs.PathOf(model.Files[0].Sha256);
        var bytes = File.ReadAllBytes(blob);
        bytes[^1] ^= 1;
        File.WriteAllBytes(blob, bytes);
        Assert.Equal(StoreFault.Corrupt, Assert.Throws<StoreException>(() => store.OpenLanguage(model)).Fault);
        File.Delete(blob);
        Assert.Equal(StoreFault.NotFound, Assert.Throws<StoreException>(() => store.OpenLanguage(model)).Fault);
    }

    [Fact]
    public void A_language_model_has_no_graph_of_tensors_and_a_graph_no_tokens()
    {
        var language = Import(folder.Write("tiny.gguf", TinyModels.Write("phi3", WeightType.F16)));
        Assert.Contains("is a language model", Assert.Throws<ModelException>(() => store.Load(language)).Message, StringComparison.Ordinal);
        var graph = Import(folder.Write("adder.onnx", Models.Adds(1)));
        Assert.Contains("is no language model", Assert.Throws<ModelException>(() => store.OpenLanguage(graph)).Message, StringComparison.Ordinal);
    }
}
