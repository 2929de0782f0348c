using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Onnx;

namespace Assay.Cli.Tests;

/// <summary><c>assay quantize</c>, from a float model to one that runs and gives receipts.</summary>
public class QuantizeTests
{
    private static readonly string Model = Path.Combine(Assay.Repository, "models/digits/model.onnx");
    private static readonly string Samples = Path.Combine(Assay.Repository, "models/digits/samples");

    [Fact]
    public void A_model_is_quantised_counted_imported_and_run()
    {
        using var assay = new Assay();
        var file = Path.Combine(assay.Folder, "digits.int8.onnx");
        var labels = Path.Combine(assay.Folder, "labels.txt");
        File.WriteAllLines(labels, ["# picture label", .. Enumerable.Range(0, 10).Select(d => $"{Path.GetRelativePath(assay.Folder, Path.Combine(Samples, d + ".png"))} {d}")]);
        var outcome = assay.Run("quantize", Model, "--calibration", Samples, "--out", file, "--labels", labels, "--logits", "--json");
        Assert.Equal(0, outcome.ExitCode);
        var accuracy = outcome.Json.GetProperty("accuracy");
        Assert.Equal((10, 10), (accuracy.GetProperty("count").GetInt32(), accuracy.GetProperty("after").GetInt32()));
        Assert.Equal(7, outcome.Json.GetProperty("layers").GetArrayLength());
        Assert.Equal("logits", outcome.Json.GetProperty("outputs")[0].GetProperty("name").GetString());
        Assert.True(outcome.Json.GetProperty("layers")[0].GetProperty("meanError").GetDouble() > 0);
        Assert.Equal(0, assay.Run("import", file, "--name", "digits8").ExitCode);
        var run = assay.Run("run", "digits8", Path.Combine(Samples, "7.png"), "--json");
        Assert.Equal(0, run.ExitCode);
        var logits = run.Json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(v => v.GetSingle()).ToArray();
        Assert.Equal(7, Array.IndexOf(logits, logits.Max()));
    }

    [Fact]
    public void The_text_has_a_line_a_layer_and_says_what_comes_next()
    {
        using var assay = new Assay();
        var file = Path.Combine(assay.Folder, "q.onnx");
        var outcome = assay.Run("quantize", Model, "--calibration", Path.Combine(Samples, "1.png"), Path.Combine(Samples, "2.png"), "--out", file);
        Assert.Equal(0, outcome.ExitCode);
        var lines = outcome.Output.Trim().Split('\n');
        Assert.StartsWith("layer", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.StartsWith("probabilities", StringComparison.Ordinal) && l.Contains("Softmax", StringComparison.Ordinal));
        Assert.Contains($"import {file}", lines[^1], StringComparison.Ordinal);
        Assert.NotEmpty(OnnxModel.ReadFile(file).Outputs);
    }

    [Fact]
    public void A_tensor_of_many_inputs_is_cut_into_them()
    {
        using var assay = new Assay();
        var many = Tensor.Create(DType.Float32, Shape.Of(3, 1, 28, 28));
        many.MutableSpan<float>().Fill(0.5f);
        var path = Path.Combine(assay.Folder, "many.npy");
        File.WriteAllBytes(path, Npy.Write(many));
        var outcome = assay.Run("quantize", Model, "--calibration", path, "--out", Path.Combine(assay.Folder, "q.onnx"), "--json");
        Assert.Equal(3, outcome.Json.GetProperty("compared").GetInt32());
    }

    [Fact]
    public void What_cannot_be_is_one_line_and_leaves_no_file()
    {
        using var assay = new Assay();
        var file = Path.Combine(assay.Folder, "q.onnx");
        var bad = Path.Combine(assay.Folder, "bad.txt");
        File.WriteAllText(bad, "only-a-path\n");
        var empty = Directory.CreateDirectory(Path.Combine(assay.Folder, "empty")).FullName;
        foreach (var (code, line, arguments) in (ReadOnlySpan<(int, string, string[])>)
        [
            (3, "calibration inputs are needed", [Model]),
            (4, "there is no file", [Model + "x"]),
            (2, "one of minmax", [Model, "--ranges", "all"]),
            (2, "weight-groups", [Model, "--weight-groups", "5000"]),
            (3, "line 1: not a path and a label", [Model, "--calibration", Samples, "--labels", bad]),
            (3, "holds no .npy", [Model, "--calibration", empty]),
            (4, "there is no file", [Model, "--calibration", Path.Combine(empty, "x.npy")]),
        ])
        {
            var outcome = assay.Run(["quantize", .. arguments, "--out", file]);
            Assert.Contains(line, outcome.OneLine, StringComparison.Ordinal);
            Assert.Equal(code, outcome.ExitCode);
            Assert.False(File.Exists(file));
        }
    }
}
