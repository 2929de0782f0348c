using System.Text;
using Assay.Engine.Models;
using Assay.Engine.Models.Gguf;
using Assay.Engine.Models.Language;
using Assay.Engine.Models.Safetensors;
using Assay.Engine.Models.Tokenizers;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Engine.Tests.Models.Safetensors;

namespace Assay.Engine.Tests.Models.Language;

/// <summary>Files that nobody meant: whatever they are, a model or a <see cref="ModelException"/>, and no memory that their bytes do not pay for.</summary>
public sealed class LanguageFuzzTests
{
    private static (int Read, long Bytes) Try(int times, Action<int> read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var count = 0;
        for (var i = 0; i < times; i++)
            try
            {
                read(i);
                count++;
            }
            catch (ModelException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.InRange(e.Message.Length, 1, 500);
            }
        return (count, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Changes only the part of a file where its structure is.</summary>
    private static byte[] Mutate(Noise noise, byte[] file, int head) => [.. noise.Mutate(file.AsSpan(0, head)), .. file.AsSpan(head)];

    [Fact]
    public void Mutated_gguf_files_are_read_or_refused()
    {
        var noise = new Noise(31);
        foreach (var family in (string[])["llama", "gemma3", "phi3-long", "mixtral-split", "qwen3moe"])
        {
            var seed = TinyModels.Write(family, WeightType.Q4_0);
            using var file = GgufFile.Read(seed);
            var head = (int)file.Tensors.Min(t => t.Offset);
            // Most of a header is vocabulary: half of the mutations go to what stands before it and the table of tensors behind it.
            var tokens = seed.AsSpan().IndexOf("tokenizer.ggml.model"u8);
            var table = seed.AsSpan().IndexOf("token_embd.weight"u8);
            var (read, bytes) = Try(1500, i => LanguageModel.Read((i % 3) switch
            {
                0 => Mutate(noise, seed, head),
                1 => Mutate(noise, seed, tokens),
                _ => [.. seed.AsSpan(0, table - 8), .. Mutate(noise, seed[(table - 8)..], head - table)],
            }).Dispose());
            Assert.InRange(read, 20, 1490);
            Assert.InRange(bytes / 1500, 0, 3_000_000);
        }
    }

    [Fact]
    public void What_a_mutated_gguf_file_gives_is_whole()
    {
        var noise = new Noise(32);
        var seed = TinyModels.Write("qwen2", WeightType.Q8_0);
        var tokens = seed.AsSpan().IndexOf("tokenizer.ggml.model"u8);
        var (read, _) = Try(1500, _ =>
        {
            using var model = LanguageModel.Read(Mutate(noise, seed, tokens));
            var (a, w) = (model.Architecture, model.Weights);
            Assert.Equal(a.VocabularySize, model.Tokenizer.Count);
            foreach (var m in w.Layers.SelectMany(l => (WeightMatrix[])[l.Query, l.AttentionOutput, l.Gate!, l.Down!]))
                Assert.Equal(m.Rows * m.Type.RowBytes(m.Columns), m.Data.Span.Length);
            Assert.True(float.IsFinite(a.AttentionScale) && a.Rotary.Dimensions <= a.HeadSize && a.Windows.Length == a.Layers);
        });
        Assert.InRange(read, 20, 1490);
    }

    [Fact]
    public void Mutated_safetensors_are_read_or_refused()
    {
        var noise = new Noise(33);
        var seed = TinyFolder.Files(TinyModels.Write("qwen2", WeightType.BF16), "qwen2")["model.safetensors"];
        var head = 8 + BitConverter.ToInt32(seed);
        var (read, bytes) = Try(3000, i => SafetensorsFile.Read(i % 2 == 0 ? Mutate(noise, seed, head) : noise.Mutate(seed.AsSpan(0, 400))).Dispose());
        Assert.InRange(read, 1, 2900);
        Assert.InRange(bytes / 3000, 0, 1_000_000);
    }

    [Fact]
    public void Mutated_tokenizers_are_read_or_refused_and_what_is_read_works()
    {
        var noise = new Noise(34);
        foreach (var form in (string[])["llama", "qwen2"])
        {
            var seed = TinyFolder.Files(TinyModels.Write(form, WeightType.F16), form)["tokenizer.json"];
            var (read, bytes) = Try(1500, _ =>
            {
                var tokenizer = JsonTokenizer.Read(JsonFile.Parse("tokenizer.json", noise.Mutate(seed)), null, [2], 0);
                Assert.All(tokenizer.Encode("once upon <|im_end|> é", special: true), id => Assert.InRange(tokenizer.Bytes(id).Length, 0, 1000));
            });
            Assert.InRange(read, 5, 1490);
            Assert.InRange(bytes / 1500, 0, 3_000_000);
        }
    }

    [Fact]
    public void Mutated_configurations_are_read_or_refused()
    {
        var noise = new Noise(35);
        foreach (var form in (string[])["llama", "gemma3", "qwen3moe"])
        {
            var seed = TinyFolder.Files(TinyModels.Write(form, WeightType.F16), form)["config.json"];
            var (read, _) = Try(3000, _ => new ConfigArchitecture(JsonFile.Parse("config.json", noise.Mutate(seed)), new WeightTable([])).Read(null));
            Assert.InRange(read, 5, 2990);
        }
    }

    [Fact]
    public void Vocabularies_with_numbers_beyond_their_size_are_refused_before_they_are_laid_out()
    {
        var json = Encoding.UTF8.GetBytes("""{"model":{"vocab":{"a":16000000},"merges":[]}}""");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("numbers up to 16000000", GgufFileTests.Refused(() => JsonTokenizer.Read(JsonFile.Parse("tokenizer.json", json), null, [], 0)), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    /// <summary>What is seen of a file while it arrives is only ever refused for what is not supported.</summary>
    [Fact]
    public void Beginnings_of_files_are_looked_at_whatever_they_are()
    {
        var noise = new Noise(37);
        var gguf = TinyModels.Write("qwen2", WeightType.BF16);
        var files = TinyFolder.Files(gguf, "qwen2");
        using var file = GgufFile.Read(gguf);
        foreach (var (name, bytes, head) in ((string, byte[], int)[])
            [("tiny.gguf", gguf, (int)file.Tensors[0].Offset), ("config.json", files["config.json"], files["config.json"].Length), ("model.safetensors", files["model.safetensors"], 8 + BitConverter.ToInt32(files["model.safetensors"]))])
        {
            Assert.True(ModelHead.Says(name));
            for (var length = 0; length < head; length += 1 + (head / 500))
                Assert.True(!ModelHead.Check(name, bytes.AsMemory(0, length)) || length > head - 64);
            Assert.True(ModelHead.Check(name, bytes.AsMemory(0, head)) && ModelHead.Check(name, bytes));
            var (read, allocated) = Try(2000, _ =>
            {
                try
                {
                    ModelHead.Check(name, Mutate(noise, bytes, head));
                }
                catch (ModelException e)
                {
                    Assert.True(e.IsUnsupported, e.Message);
                    throw;
                }
            });
            Assert.InRange(read, 1, 2000);
            Assert.InRange(allocated / 2000, 0, 2_000_000);
        }
        Assert.False(ModelHead.Says("README.md"));
    }

    [Fact]
    public void Random_bytes_are_refused()
    {
        var noise = new Noise(36);
        var (read, _) = Try(5000, i =>
        {
            var bytes = new byte[noise.Below(200)];
            for (var j = 0; j < bytes.Length; j++)
                bytes[j] = (byte)noise.Next();
            if (i % 2 == 0 && bytes.Length > 8)
                "GGUF\u0003\0\0\0"u8.CopyTo(bytes);
            if (i % 3 == 0)
                SafetensorsFile.Read(bytes).Dispose();
            else
                LanguageModel.Read(bytes).Dispose();
        });
        Assert.Equal(0, read);
    }
}
