using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Quantization;

/// <summary>
/// Turns a float model into one of the integer profile (docs/spec/assay-int8-v1.md), after training and without labels: the ranges of
/// its values come from calibration inputs, or from the file where it is quantised already.
/// </summary>
/// <remarks>Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR 2018.</remarks>
public static class Quantizer
{
    // Inputs of which every layer is compared.
    private const int MostCompared = 64;

    /// <summary>Reads an ONNX file for <see cref="Quantize"/>: as <see cref="OnnxModel.Read(ReadOnlySpan{byte}, ModelFiles?, ReadLimits?)"/>, but so that the scales of quantised operators show, ONNX Runtime's own among them.</summary>
    /// <inheritdoc cref="OnnxModel.Read(ReadOnlySpan{byte}, ModelFiles?, ReadLimits?)"/>
    public static Graph Read(ReadOnlySpan<byte> bytes, ModelFiles? files = null, ReadLimits? limits = null) => OnnxModel.Read(bytes, files, limits, unfolds: true);

    /// <summary>Reads an ONNX file for <see cref="Quantize"/>; tensors kept outside it are read from its folder.</summary>
    /// <inheritdoc cref="Read"/>
    public static Graph ReadFile(string path, ReadLimits? limits = null) => OnnxModel.ReadFile(path, limits, unfolds: true);

    /// <summary>Quantises a model. The result depends on the model, the calibration inputs, their order and the options alone, on every machine.</summary>
    /// <param name="model">A float32 model, or one that holds QuantizeLinear and DequantizeLinear.</param>
    /// <param name="calibration">Inputs such as it is going to see, by name; may be empty where the file says every scale.</param>
    /// <param name="options">What may be chosen.</param>
    /// <exception cref="ModelException">The model holds something that the profile does not have: the message names the node.</exception>
    public static QuantizedModel Quantize(Graph model, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> calibration, QuantizerOptions? options = null)
    {
        options ??= QuantizerOptions.Default;
        options.Check();
        if (Int8Graphs.Is(model))
            throw new ModelException("it is of whole numbers already, those of assay-int8-v1: import it as it is");
        var steps = new StepBuilder(model, options);
        var seen = calibration.Count == 0 ? [] : Calibration.Observe(model, steps, calibration);
        var scales = new ScalePlan(steps, seen, options);
        var writer = new StepWriter(model, steps, scales, options);
        var file = writer.ToBytes();
        return new(file, Comparison.Of(model, steps, writer.Layers, file, [.. calibration.Take(MostCompared)]));
    }
}
