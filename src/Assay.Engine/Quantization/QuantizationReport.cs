using System.Collections.Immutable;

namespace Assay.Engine.Quantization;

/// <summary>One operation of a quantised model.</summary>
/// <param name="Name">Its output, by the float model's name.</param>
/// <param name="Source">The node of the float model that it came from.</param>
/// <param name="Operation">The operation of docs/spec/assay-int8-v1.md, and what had to follow it.</param>
/// <param name="Scale">The scale of its output.</param>
/// <param name="WeightGroups">Scales of its weights; 0 where it has none.</param>
/// <param name="MultiplierError">The largest relative error of a multiplier against the quotient of scales that it stands for.</param>
/// <param name="WeightError">The largest error of a weight, in steps of its scale: 0 where the file's own integers were taken over.</param>
public sealed record QuantizedLayer(string Name, string Source, string Operation, Scale Scale, int WeightGroups, double MultiplierError, double WeightError)
{
    /// <summary>Of the elements seen in comparing, the share that lies outside what the output can stand for; null where nothing was compared.</summary>
    public double? Saturated { get; init; }

    /// <summary>The mean distance to the given model's value, in the model's own units.</summary>
    public double? MeanError { get; init; }

    /// <summary>The largest distance to the given model's value, in steps of the output's scale.</summary>
    public double? LargestSteps { get; init; }
}

/// <summary>How far apart the outputs of two models are on the same inputs.</summary>
/// <param name="Name">The output.</param>
/// <param name="MeanError">Mean distance.</param>
/// <param name="LargestError">Largest distance.</param>
public sealed record OutputDifference(string Name, double MeanError, double LargestError);

/// <summary>What a quantisation did, and how far the result is from the model that it was given.</summary>
/// <param name="Layers">In the order in which they run.</param>
/// <param name="Notes">What was read or written otherwise than one would think, a line each.</param>
/// <param name="Outputs">Differences of the outputs on the inputs that were compared.</param>
/// <param name="Compared">How many inputs were compared.</param>
/// <param name="TakenOver">How many scales were the file's own.</param>
public sealed record QuantizationReport(
    ImmutableArray<QuantizedLayer> Layers, ImmutableArray<string> Notes, ImmutableArray<OutputDifference> Outputs, int Compared, int TakenOver);

/// <summary>A quantised model: an ONNX file of the domain <c>assay.int8</c>, and what was done.</summary>
public sealed record QuantizedModel(byte[] Onnx, QuantizationReport Report);
