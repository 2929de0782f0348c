using Assay.Digits.Drawing;
using Assay.Digits.Training;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Quantization;

namespace Assay.Digits.Output;

/// <summary>The network in whole numbers (docs/spec/assay-int8-v1.md), its ranges found on generated digits that nothing else uses.</summary>
internal static class Int8Export
{
    /// <summary>Where it stands, seen from the float model: in a folder of its own, as a folder is one model.</summary>
    public const string File = "../digits-int8/model.onnx";

    public const ulong CalibrationSeed = 13;

    public const int CalibrationCount = 512;

    /// <summary>The softmax is left out: what comes out are the numbers that go into it.</summary>
    public static QuantizedModel Quantize(byte[] model, QuantizerOptions? options = null) => Quantizer.Quantize(
        Quantizer.Read(model), [.. Digits(CalibrationSeed, CalibrationCount).Select(d => d.Inputs)], options ?? new() { Logits = true });

    /// <summary>How both models do on the digits that the card's figures come from.</summary>
    public static AccuracyReport Compare(byte[] model, byte[] quantized, int count) =>
        AccuracyReport.Of(OnnxModel.Read(model), OnnxModel.Read(quantized), Digits(ModelCard.HeldOutSeed, count));

    /// <summary>The first pictures of a seed, as the model takes them.</summary>
    public static IEnumerable<LabelledInput> Digits(ulong seed, int count)
    {
        var pixels = new byte[DigitImage.Pixels];
        for (var i = 0; i < count; i++)
        {
            DigitImage.Draw(seed, i, pixels);
            yield return new(Input(Array.ConvertAll(pixels, p => (float)p)), DigitImage.LabelOf(i));
        }
    }

    /// <summary>784 pixels from 0 to 255 as the model takes them.</summary>
    public static Dictionary<string, Tensor> Input(float[] pixels) => new(StringComparer.Ordinal)
    {
        [OnnxExport.Input] = Tensor.From<float>(Shape.Of(1, 1, DigitImage.Side, DigitImage.Side), Array.ConvertAll(pixels, p => (p - Samples.Mean) * Samples.Scale)),
    };
}
