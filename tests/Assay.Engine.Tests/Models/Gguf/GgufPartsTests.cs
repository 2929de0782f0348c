using Assay.Engine.Models;
using Assay.Engine.Models.Gguf;
using Assay.Engine.Models.Language;

namespace Assay.Engine.Tests.Models.Gguf;

/// <summary>A model in several files is the model that it was before it was cut; parts that do not go together are refused.</summary>
public sealed class GgufPartsTests
{
    private static readonly byte[] Whole = TinyModels.Write("qwen2", WeightType.Q8_0);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Parts_are_opened_by_any_of_them_as_one_model(int count)
    {
        using var folder = new TemporaryFolder();
        var parts = TinyParts.Cut(Whole, count);
        for (var i = 0; i < count; i++)
            folder.Write(TinyParts.NameOf("big", i + 1, count), parts[i]);
        using var expected = LanguageModel.Read(Whole);
        foreach (var path in Enumerable.Range(1, count).Select(i => folder[TinyParts.NameOf("big", i, count)]).Append(folder[""]))
        {
            using var model = LanguageModel.Open(path);
            Assert.Equal(expected.Digest.AsSpan(), model.Digest.AsSpan());
            Assert.Equal(expected.Weights.Layers[1].Down!.Data.ToArray(), model.Weights.Layers[1].Down!.Data.ToArray());
            Assert.Equal(expected.Tokenizer.Count, model.Tokenizer.Count);
        }
    }

    [Fact]
    public void A_first_part_without_tensors_is_one()
    {
        using var file = GgufFile.Read(Whole);
        var rest = new GgufWriter().Key("split.no", 1u).Key("split.count", 2u).Key("split.tensors.count", (uint)file.Tensors.Length);
        foreach (var tensor in file.Tensors)
            rest.Tensor(tensor.Name, tensor.Type, [.. tensor.Dims], file.Data(tensor).ToArray());
        var first = new GgufWriter();
        foreach (var (key, value) in file.Metadata)
            _ = value.Count is { } elements ? first.Array(key, value.Type, elements, value.Bytes.ToArray()) : first.Key(key, value.Type, value.Bytes.ToArray());
        first.Key("split.no", 0u).Key("split.count", 2u).Key("split.tensors.count", (uint)file.Tensors.Length);
        using var model = Read([first.ToBytes(), rest.ToBytes()]);
        Assert.Equal(2, model.Weights.Layers.Length);
    }

    [Theory]
    [InlineData("'big-00002-of-00003.gguf' is missing", "big-00001-of-00003.gguf", "big-00003-of-00003.gguf")]
    [InlineData("'big-00001-of-00003.gguf' is missing", "big-00002-of-00003.gguf", "big-00003-of-00003.gguf")]
    [InlineData("'big-00003-of-00003.gguf' is missing", "big-00001-of-00003.gguf", "big-00002-of-00003.gguf")]
    [InlineData("are both part 1", "big-00001-of-00002.gguf", "big-00001-of-00002.GGUF")]
    [InlineData("parts of different models", "big-00001-of-00002.gguf", "pig-00002-of-00002.gguf")]
    [InlineData("parts of different models", "big-00001-of-00002.gguf", "big-00002-of-00003.gguf")]
    [InlineData("'b.gguf' is not named as a part is", "a-00001-of-00002.gguf", "b.gguf")]
    [InlineData("'a.gguf' is not named as a part is", "a.gguf", "b.gguf")]
    [InlineData("part 0 of 2", "a-00000-of-00002.gguf", "a-00001-of-00002.gguf")]
    [InlineData("part 3 of 2", "a-00003-of-00002.gguf", "a-00004-of-00002.gguf")]
    [InlineData("at most 1024 parts", "a-00001-of-09999.gguf")]
    public void Names_that_do_not_go_together_are_refused(string reason, params string[] names) =>
        Assert.Contains(reason, GgufFileTests.Refused(() => LanguageModel.Open(names.ToDictionary(n => n, n => "/nowhere/" + n))), StringComparison.Ordinal);

    [Fact]
    public void A_part_that_says_otherwise_of_itself_is_refused()
    {
        using var file = GgufFile.Read(Whole);
        var tensors = file.Tensors.Length;
        void Lies(string reason, byte[][] parts) => Assert.Contains(reason, GgufFileTests.Refused(() => Read(parts)), StringComparison.Ordinal);
        var good = TinyParts.Cut(Whole, 3);
        Read(good).Dispose();
        Lies("part 2 of 3 says that it is part 1", [good[0], good[0], good[2]]);
        Lies("part 2 of 3 says that it is part 3", [good[0], good[2], good[1]]);
        Lies("part 1 of 2 says that there are 3 parts", [good[0], good[1]]);
        Lies("the GGUF file is part 2 of 3: all are needed", [good[1]]);
        Lies("part 3 of 3 says that there are 65535 parts", TinyParts.Cut(Whole, 3, i => (i, i == 2 ? 65535 : 3, tensors)));
        Lies("is of another model: it counts -1 tensors", TinyParts.Cut(Whole, 3, i => (i, 3, i == 1 ? -1 : tensors)));
        Lies($"where they say that there are {tensors + 1}", TinyParts.Cut(Whole, 3, i => (i, 3, tensors + 1)));
        Lies("was not made as a part", [good[0], new GgufWriter().Key("split.no", 1u).ToBytes(), good[2]]);
        Lies("has no 'split.no'", [good[0], Whole, good[2]]);
        // A part of the same model, cut otherwise.
        var other = TinyParts.Cut(Whole, 2, i => (i + 1, 3, tensors));
        Lies("which a part before it has too", [good[0], other[0], good[2]]);
        Lies("metadata of its own: 'general.name'", [good[0], new GgufWriter().Key("split.no", GgufType.UInt16, [1, 0]).Key("split.count", GgufType.UInt16, [3, 0]).Key("split.tensors.count", GgufType.Int32, BitConverter.GetBytes(tensors)).Key("general.name", "x").ToBytes(), good[2]]);
    }

    [Fact]
    public void Mutated_parts_are_read_or_refused()
    {
        var noise = new Noise(41);
        var good = TinyParts.Cut(Whole, 3);
        var read = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1500; i++)
        {
            var parts = (byte[][])good.Clone();
            var at = i % 3;
            var head = at == 0 ? 200 : 160;
            parts[at] = [.. noise.Mutate(parts[at].AsSpan(0, head)), .. parts[at].AsSpan(head)];
            try
            {
                Read(parts).Dispose();
                read++;
            }
            catch (ModelException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
        Assert.InRange(read, 1, 1499);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1500, 0, 3_000_000);
    }

    private static LanguageModel Read(byte[][] parts) => GgufModel.Read([.. parts.Select(p => GgufFile.Read(p))], null);
}
