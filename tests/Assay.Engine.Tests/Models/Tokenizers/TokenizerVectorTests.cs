using System.Text;
using Assay.Engine.Models.Gguf;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Tests.Models.Tokenizers;

/// <summary>The published conformance cases of three vocabularies: 46 texts each.</summary>
public sealed class TokenizerVectorTests
{
    private const string Separator = "\n__ggml_vocab_test__\n";

    [Theory]
    [InlineData("gpt-2")]
    [InlineData("llama-bpe")]
    [InlineData("phi-3")]
    public void Texts_become_the_published_tokens_and_the_tokens_the_text(string name)
    {
        var path = SharedData.Require("llm", "tokenizers", $"ggml-vocab-{name}.gguf");
        using var file = GgufFile.Open(path);
        var tokenizer = GgufTokenizer.Read(file.Metadata);
        var texts = File.ReadAllText(path + ".inp").Split(Separator);
        var lines = File.ReadAllLines(path + ".out");
        Assert.Equal(46, lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            var expected = lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);
            var ids = tokenizer.Encode(texts[i], special: false);
            Assert.Equal(expected, ids);
            var spelled = Encoding.UTF8.GetString([.. ids.SelectMany(id => tokenizer.Bytes(id).ToArray())]);
            Assert.Equal(name == "phi-3" && texts[i].Length > 0 ? " " + texts[i] : texts[i], spelled);
        }
    }
}
