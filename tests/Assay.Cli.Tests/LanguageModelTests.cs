using Assay.Engine.Models.Formats;
using Assay.Engine.Tests.Models.Gguf;

namespace Assay.Cli.Tests;

public sealed class LanguageModelTests
{
    [Fact]
    public void A_gguf_file_is_imported_and_shown()
    {
        using var assay = new Assay();
        var imported = assay.Run("import", assay.Write("tiny.gguf", TinyModels.Write("mixtral", WeightType.Q4_0)), "--json");
        Assert.True(imported.ExitCode == 0, imported.Error);
        Assert.Equal("gguf", imported.Json.GetProperty("format").GetString());
        var language = assay.Run("show", "tiny", "--json").Json.GetProperty("language");
        Assert.Equal(("llama", 2, 4, 2, 256), (language.GetProperty("family").GetString(), language.GetProperty("layers").GetInt32(), language.GetProperty("experts").GetInt32(), language.GetProperty("usedExperts").GetInt32(), language.GetProperty("context").GetInt32()));
        Assert.Equal(["Q4_0", "F32"], language.GetProperty("types").EnumerateArray().Select(t => t.GetString()));
        var text = assay.Run("show", "tiny").Output;
        Assert.Contains("2 of 4 experts", text, StringComparison.Ordinal);
        Assert.Contains("no template in the files", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_run_is_refused_in_one_line_that_names_it()
    {
        using var assay = new Assay();
        var bytes = TinyModels.Write("llama", WeightType.F16);
        "\u0005\0\0\0\0\0\0\0mamba"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("\u0005\0\0\0\0\0\0\0llama"u8)));
        var refused = assay.Run("import", assay.Write("tiny.gguf", bytes));
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("the architecture 'mamba' is not supported", refused.OneLine, StringComparison.Ordinal);
        var run = assay.Run("import", assay.Write("whole.gguf", TinyModels.Write("llama", WeightType.F16)));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("is a language model", assay.Run("run", "whole", assay.Write("x.npy", [])).OneLine, StringComparison.Ordinal);
    }
    [Fact]
    public void Texts_are_embedded_and_the_receipt_is_verified_and_reproduced()
    {
        using var assay = new Assay();
        Assert.Equal(0, assay.Run("import", assay.Write("tiny.gguf", TinyModels.Write("qwen3", WeightType.F16))).ExitCode);
        var folder = Path.Combine(assay.Folder, "out");
        var made = assay.Run("embed", "tiny", "once upon", "a time", "--dimensions", "16", "-o", folder, "--json");
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Equal(("last", 16), (made.Json.GetProperty("pooling").GetString(), made.Json.GetProperty("dimensions").GetInt32()));
        var numbers = made.Json.GetProperty("embeddings").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(n => n.GetSingle())).ToArray();
        Assert.Equal(32, numbers.Length);
        var written = Npy.Read(File.ReadAllBytes(Path.Combine(folder, "out.embedding.npy")));
        Assert.Equal(numbers, written.Span<float>().ToArray());
        var receipt = made.Json.GetProperty("receiptFile").GetString()!;
        Assert.Equal(0, assay.Run("verify", receipt).ExitCode);
        var replay = assay.Run("replay", receipt);
        Assert.True(replay.ExitCode == 0, replay.Output + replay.Error);
        Assert.StartsWith("reproduced: 2 embeddings of 16 numbers are the same", replay.Output, StringComparison.Ordinal);
        var shown = assay.Run("embed", "tiny", "once upon", "-o", folder);
        Assert.Contains("text 0   64 numbers, pooled by last: [", shown.Output, StringComparison.Ordinal);
        var wide = assay.Run("embed", "tiny", "a", "--dimensions", "65");
        Assert.Contains("--dimensions 65: a whole number from 1 to 64, which is what tiny gives", wide.OneLine, StringComparison.Ordinal);
        Assert.Equal(2, wide.ExitCode);
    }
}
