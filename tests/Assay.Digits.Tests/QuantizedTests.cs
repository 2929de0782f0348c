using Assay.Digits.Output;
using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Onnx;

namespace Assay.Digits.Tests;

/// <summary>The digit model in whole numbers: how it is made, and what that costs.</summary>
public class QuantizedTests
{
    [Fact]
    public void The_committed_model_in_whole_numbers_is_remade_byte_for_byte() =>
        Assert.Equal(Committed.Bytes(Int8Export.File), Int8Export.Quantize(Committed.Bytes("model.onnx")).Onnx);

    [Fact]
    [Trait("speed", "slow")]
    public void On_ten_thousand_generated_digits_it_loses_at_most_half_a_point()
    {
        var accuracy = Int8Export.Compare(Committed.Bytes("model.onnx"), Committed.Bytes(Int8Export.File), 10_000);
        Assert.Equal(10_000, accuracy.Count);
        Assert.True(accuracy.FloatRight > 9_800 && accuracy.PointsLost <= 0.5, $"{accuracy}");
    }

    [Fact]
    public void Every_layer_is_near_the_float_models_and_hardly_any_value_is_cut()
    {
        var report = Int8Export.Quantize(Committed.Bytes("model.onnx")).Report;
        Assert.Equal(["Conv", "MaxPool", "Conv", "MaxPool", "Reshape", "Dense", "Dense"], report.Layers.Select(l => l.Operation));
        Assert.All(report.Layers, l => Assert.InRange(l.MeanError!.Value, 0, 2 * l.Scale.Step));
        Assert.All(report.Layers, l => Assert.InRange(l.Saturated!.Value, 0, 0.01));
        Assert.All(report.Layers, l => Assert.InRange(l.MultiplierError, 0, 1.0 / (1 << 15)));
        Assert.Equal("logits", Assert.Single(report.Outputs).Name);
    }

    [Fact]
    public void The_cards_figure_for_twenty_handwritten_digits_is_true_of_it_too()
    {
        var folder = TestData.Require("models/mnist/reference");
        var model = OnnxModel.Read(Committed.Bytes(Int8Export.File));
        using var session = new Session(model);
        var (right, wrong) = (0, new List<string>());
        foreach (var path in Directory.GetDirectories(folder, "digit*_*").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            var input = Int8Export.Input(Npy.Read(File.ReadAllBytes(Path.Combine(path, "in.Input3.npy"))).Span<float>().ToArray());
            var logits = session.Run(input)[0].Value;
            Assert.Equal(Reference.Run(model, input)[0].Value.Bytes, logits.Bytes);
            if (Committed.Greatest(logits.Span<float>()) == name[5] - '0')
                right++;
            else
                wrong.Add(name);
        }
        Assert.True(right == ModelCard.MnistRightInt8, $"{right} right, not {string.Join(", ", wrong)}");
    }
}
