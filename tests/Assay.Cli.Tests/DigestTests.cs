using System.Text.Json;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Onnx;

namespace Assay.Cli.Tests;

/// <summary><c>assay digest</c> and <c>assay conformance</c>, as someone who compares two machines uses them.</summary>
public class DigestTests
{
    private static readonly string Model = Path.Combine(Assay.Repository, "models/digits/model.onnx");
    private static readonly string Image = Path.Combine(Assay.Repository, "models/digits/samples/3.png");

    [Fact]
    public void Every_instruction_set_thread_count_and_runtime_switch_gives_the_digests_of_the_reference()
    {
        using var assay = new Assay();
        var reference = assay.Run("digest", Model, Image, "--by", "reference", "--json").Json;
        Assert.True(reference.GetProperty("values").GetArrayLength() > 5);
        foreach (var (name, value) in ((string, string)[])[("ASSAY_ISA", "avx512"), ("ASSAY_ISA", "avx2"), ("ASSAY_ISA", "v128"), ("ASSAY_ISA", "scalar"), ("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX2", "0"), ("DOTNET_EnableHWIntrinsic", "0")])
        {
            var outcome = assay.RunWith([(name, value)], "digest", Model, Image, "--threads", "3", "--json");
            if (outcome.ExitCode == 2)
            {
                // A machine without that instruction set says so, and nothing else may stop it.
                Assert.Contains("this machine has", outcome.Error, StringComparison.Ordinal);
                continue;
            }
            Assert.Equal(reference.GetProperty("digest").GetString(), outcome.Json.GetProperty("digest").GetString());
            Assert.Equal(reference.GetProperty("values").GetRawText(), outcome.Json.GetProperty("values").GetRawText());
        }
    }

    [Fact]
    public void The_text_names_each_value_and_ends_with_the_total()
    {
        using var assay = new Assay();
        var total = assay.Run("digest", Model, Image, "--json").Json.GetProperty("digest").GetString()!;
        var lines = assay.Run("digest", Model, Image, "--by", "reference").Output.Trim().Split('\n');
        Assert.StartsWith(total, lines[^1], StringComparison.Ordinal);
        Assert.Contains("probabilities", lines[^2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "--by slow", "--by", "slow")]
    [InlineData(2, "--threads 65", "--threads", "65")]
    public void Wrong_options_are_refused(int exitCode, string line, params string[] options)
    {
        using var assay = new Assay();
        var outcome = assay.Run(["digest", Model, Image, .. options]);
        Assert.Contains(line, outcome.OneLine, StringComparison.Ordinal);
        Assert.Equal(exitCode, outcome.ExitCode);
    }

    [Fact]
    public void The_suite_is_counted_and_a_wrong_answer_gives_exit_code_10()
    {
        using var assay = new Assay();
        var archive = Path.Combine(assay.Folder, "suite.tar.gz");
        WriteSuite(archive, wrong: true);
        var outcome = assay.Run("conformance", archive, "--json");
        Assert.Equal(10, outcome.ExitCode);
        Assert.Equal((1, 1, 1, 3), Counts(outcome.Json));
        Assert.Equal("node/test_wrong", outcome.Json.GetProperty("failures")[0].GetProperty("test").GetString());
        Assert.Equal(1, outcome.Json.GetProperty("unsupportedByOperator").GetProperty("NoSuchOperator").GetProperty("tests").GetInt32());
        WriteSuite(archive, wrong: false);
        outcome = assay.Run("conformance", archive);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("1 of 2 passed", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("NoSuchOperator", outcome.Output, StringComparison.Ordinal);
        File.WriteAllBytes(archive, [1, 2, 3]);
        Assert.Equal(3, assay.Run("conformance", archive).ExitCode);
        Assert.Equal(4, assay.Run("conformance", archive + "x").ExitCode);
    }

    private static (int, int, int, int) Counts(JsonElement json) =>
        (json.GetProperty("passed").GetInt32(), json.GetProperty("failed").GetInt32(), json.GetProperty("unsupported").GetInt32(), json.GetProperty("total").GetInt32());

    private static void WriteSuite(string path, bool wrong)
    {
        using var file = File.Create(path);
        using var gzip = new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionLevel.Fastest);
        using var tar = new System.Formats.Tar.TarWriter(gzip, System.Formats.Tar.TarEntryFormat.Ustar);
        foreach (var (name, op) in ((string, string)[])[("test_right", "Relu"), ("test_unknown", "NoSuchOperator"), .. wrong ? [("test_wrong", "Neg")] : ((string, string)[])[]])
        {
            Add($"node/{name}/model.onnx", new OnnxWriter(16).Input("x", DType.Float32, 2).Node(op, ["x"], ["y"]).Output("y").ToBytes());
            Add($"node/{name}/test_data_set_0/input_0.pb", TensorFile.Write(new("x", Tensor.From<float>(Shape.Of(2), [-1, 2]))));
            Add($"node/{name}/test_data_set_0/output_0.pb", TensorFile.Write(new("y", Tensor.From<float>(Shape.Of(2), [0, 2]))));
        }

        void Add(string entry, byte[] bytes) =>
            tar.WriteEntry(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, entry) { DataStream = new MemoryStream(bytes) });
    }
}
