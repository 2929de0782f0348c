using System.Text;
using Assay.Engine.Models;
using Assay.Engine.Models.Gguf;
using Assay.Engine.Models.Language;
using Assay.Engine.Models.Tokenizers;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Engine.Tests.Models.Safetensors;

namespace Assay.Engine.Tests.Models.Tokenizers;

/// <summary>A tokenizer.model gives the tokens that the same vocabulary gives in a GGUF file; what it cannot be is refused.</summary>
public sealed class SentencePieceFileTests
{
    private static readonly string[] Texts = ["once upon a time", " the little girl said:\n\nHAPPY 1234", "é<|im_end|><|im_start|>day  two", "", "<s>the end</s>"];

    private static readonly byte[] Gguf = TinyModels.Write("llama", WeightType.F16);

    [Fact]
    public void Its_tokens_are_those_of_a_gguf_file_with_the_same_vocabulary()
    {
        using var expected = LanguageModel.Read(Gguf);
        var found = SentencePieceFile.Read(Written(), null, [3], 0);
        Assert.Equal((expected.Tokenizer.Count, expected.Tokenizer.Bos, expected.Tokenizer.Eos, expected.Tokenizer.AddBos), (found.Count, found.Bos, found.Eos, found.AddBos));
        Assert.True(found.IsEndOfGeneration(3) && found.IsEndOfGeneration(2));
        foreach (var text in Texts)
            foreach (var special in (bool[])[false, true])
                Assert.Equal(expected.Tokenizer.Encode(text, special), found.Encode(text, special));
        Assert.All(Enumerable.Range(0, found.Count), id => Assert.Equal(expected.Tokenizer.Bytes(id).ToArray(), found.Bytes(id).ToArray()));
    }

    [Fact]
    public void A_folder_without_tokenizer_json_is_opened_with_it()
    {
        using var folder = new TemporaryFolder();
        using var expected = LanguageModel.Read(Gguf);
        foreach (var (name, bytes) in TinyFolder.Files(Gguf, "llama").Where(f => f.Key != "tokenizer.json").Append(new("tokenizer.model", Written())))
            folder.Write(name, bytes);
        using var model = LanguageModel.Open(folder.Path);
        Assert.Equal(expected.Tokenizer.Encode(Texts[0], special: false), model.Tokenizer.Encode(Texts[0], special: false));
    }

    [Fact]
    public void Settings_add_tokens_and_say_where_spaces_go()
    {
        JsonFile Settings(string json) => JsonFile.Parse("tokenizer_config.json", Encoding.UTF8.GetBytes(json));
        var count = SentencePieceFile.Read(Written(), null, [], 0).Count;
        var found = SentencePieceFile.Read(Written(), Settings($$$"""{"added_tokens_decoder":{"0":{"content":"<unk>","special":true},"{{{count}}}":{"content":"<|call|>","special":true,"rstrip":true},"{{{count + 1}}}":{"content":"=>","special":false}},"eos_token":"<|call|>","add_bos_token":false,"add_prefix_space":false}"""), [], 0);
        Assert.Equal((count + 2, count, false), (found.Count, found.Eos, found.AddBos));
        Assert.Equal([count, .. found.Encode("once", special: false), count + 1], found.Encode("<|call|>  once=>", special: true));
        Assert.Equal("once", Text(found, "once"));
        Assert.Equal(" once", Text(SentencePieceFile.Read(Written(), Settings("""{"legacy":true}"""), [], 0), "once"));
        var first = SentencePieceFile.Read(Written(), Settings("""{"legacy":false}"""), [], 0);
        Assert.Equal(" oncetime", Text(first, "once<s>time", special: true));
        Assert.Equal(" once time", Text(SentencePieceFile.Read(Written(), null, [], 0), "once<s>time", special: true));
        Assert.Contains("the added token 9999", GgufFileTests.Refused(() => SentencePieceFile.Read(Written(), Settings("""{"added_tokens_decoder":{"9999":{"content":"x"}}}"""), [], 0)), StringComparison.Ordinal);
        Assert.Contains("objects by tokens' numbers", GgufFileTests.Refused(() => SentencePieceFile.Read(Written(), Settings("""{"added_tokens_decoder":{"-1":{"content":"x"}}}"""), [], 0)), StringComparison.Ordinal);
    }

    private static string Text(Tokenizer tokenizer, string text, bool special = false) => TinyTokenizers.Spell(tokenizer, tokenizer.Encode(text, special));

    [Fact]
    public void Kinds_that_would_give_other_tokens_are_refused()
    {
        void Refused(string reason, byte[] file) => Assert.Contains(reason, GgufFileTests.Refused(() => SentencePieceFile.Read(file, null, [], 0)), StringComparison.Ordinal);
        Refused("kind 1 is not supported", Written(kind: 1));
        Refused("kind 1 is not supported", []);
        Refused("texts that are normalised", Written(normalizer: [.. Field(2, [1, 2, 3]), .. Number(4, 0)]));
        Refused("texts that are normalised", Written(normalizer: []));
        Refused("texts that are normalised", Written(normalizer: [.. Number(4, 0), .. Number(5, 0)]));
        Refused("is not finite", [.. Field(1, [.. Field(1, "a"u8), (2 << 3) | 5, 0, 0, 0x80, 0x7F]), .. Written()]);
        Refused("the tokenizer has the token 'the' twice", [.. Written(), .. Field(1, Field(1, "the"u8))]);
        Refused("no token for the byte 0x00", Written(pieces: [("a", 0, 1)]));
        Refused("bytes announced", Written()[..^1]);
        Refused("wire type 7", [.. Written(), 0xFF, 0x7F]);
        Refused("more than ten bytes", [.. Enumerable.Repeat((byte)0xFF, 12)]);
    }

    [Fact]
    public void Truncated_and_mutated_files_are_read_or_refused()
    {
        var (noise, good, read) = (new Noise(51), Written(), 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        const int Times = 3000;
        for (var i = 0; i < Times; i++)
            try
            {
                var tokenizer = SentencePieceFile.Read(i % 3 == 0 ? good[..noise.Below(good.Length)] : noise.Mutate(good), null, [2], 0);
                Assert.All(tokenizer.Encode("once upon <|im_end|> é", special: true), id => Assert.InRange(tokenizer.Bytes(id).Length, 0, 10_000));
                read++;
            }
            catch (ModelException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.InRange(e.Message.Length, 1, 500);
            }
        Assert.InRange(read, 1, Times - 1);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Times, 0, 3_000_000);
    }

    [Fact]
    public void Empty_tokens_without_end_are_refused_in_bounded_memory()
    {
        var file = new byte[4 << 20];
        for (var i = 0; i < file.Length; i += 2)
            file[i] = 1 << 3 | 2;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("more than 1048576 tokens", GgufFileTests.Refused(() => SentencePieceFile.Read(file, null, [], 0)), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
    }

    /// <summary>The tiny model's vocabulary as SentencePiece would write it.</summary>
    private static byte[] Written(uint kind = 2, byte[]? normalizer = null, (string Text, float Score, int Kind)[]? pieces = null)
    {
        using var file = GgufFile.Read(Gguf);
        var (scores, kinds) = (file.Metadata["tokenizer.ggml.scores"], file.Metadata["tokenizer.ggml.token_type"]);
        pieces ??= [.. file.Metadata["tokenizer.ggml.tokens"].Strings()!.Select((t, i) => (Encoding.UTF8.GetString(t.Span), scores.FloatAt(i)!.Value, (int)kinds.WholeAt(i)!.Value))];
        var written = pieces.SelectMany(p => Field(1, [.. Field(1, Encoding.UTF8.GetBytes(p.Text)), (2 << 3) | 5, .. BitConverter.GetBytes(p.Score), .. Number(3, (uint)p.Kind)]));
        return [.. written, .. Field(2, [.. Number(3, kind), .. Number(35, 1), .. Number(41, 1), .. Number(42, 2)]), .. Field(3, normalizer ?? [.. Field(1, "identity"u8), .. Number(3, 1), .. Number(4, 0)])];
    }

    private static byte[] Field(uint field, ReadOnlySpan<byte> bytes) => [.. Varint((field << 3) | 2), .. Varint((uint)bytes.Length), .. bytes];

    private static byte[] Number(uint field, uint value) => [.. Varint(field << 3), .. Varint(value)];

    private static byte[] Varint(uint value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
