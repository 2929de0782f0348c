using System.Collections.Immutable;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Quantization;

/// <summary>Writes steps and scales as an ONNX file of the domain <c>assay.int8</c> (docs/spec/assay-int8-v1.md).</summary>
internal sealed partial class StepWriter
{
    private readonly Graph graph;
    private readonly StepBuilder steps;
    private readonly ScalePlan scales;
    private readonly QuantizerOptions options;
    private readonly Int8Writer file;
    private readonly Dictionary<int, string> names = [];
    private readonly HashSet<string> taken = [];

    public StepWriter(Graph graph, StepBuilder steps, ScalePlan scales, QuantizerOptions options)
    {
        (this.graph, this.steps, this.scales, this.options) = (graph, steps, scales, options);
        file = new(graph.Name);
        foreach (var name in graph.Inputs.Concat(graph.Outputs).Select(id => graph.Values[id].Name).Concat(steps.Renamed.Values))
            taken.Add(name);
        foreach (var (key, value) in graph.Metadata)
            file.File.Metadata(key, value);
        foreach (var id in graph.Inputs)
            WriteInput(id);
        foreach (var step in steps.Steps)
            StepBuilder.At(step.Source, () => Write(step));
        for (var i = 0; i < steps.Outputs.Count; i++)
            WriteOutput(steps.Outputs[i], graph.Values[graph.Outputs[i]] is var info && steps.Renamed.TryGetValue(i, out var name) ? info with { Name = name } : graph.Values[graph.Outputs[i]]);
    }

    /// <summary>What each step became.</summary>
    public List<WrittenLayer> Layers { get; } = [];

    public byte[] ToBytes() => file.ToBytes();

    private void WriteInput(int id)
    {
        var info = graph.Values[id];
        file.Input(info.Name, info.Dims.IsDefault ? throw new ModelException($"the rank of input '{info.Name}' is not known") : info.Dims.AsSpan());
        if (steps.Steps.Exists(s => s.Inputs.Contains(id)) || steps.Outputs.Contains(id))
            As(id).Quantize(info.Name, 1 / scales[id].Step, scales[id].Zero);
    }

    private void WriteOutput(int id, ValueInfo info) => file.Dequantize(names[id], scales[id].Step, scales[id].Zero, info.Name,
        info.Dims.IsDefault ? throw new ModelException($"the rank of output '{info.Name}' is not known") : info.Dims.AsSpan());

    /// <summary>The writer, whose next value is the one of that number: by the float model's name, marked.</summary>
    private Int8Writer As(int id) => file.As(names[id] = Fresh(steps.Values[id].Name is { Length: > 0 } own ? own : $"value{id}"));

    private string Fresh(string name)
    {
        var marked = name + ".q";
        for (var i = 2; !taken.Add(marked); i++)
            marked = $"{name}.q{i}";
        return marked;
    }

    private void Write(Step step)
    {
        switch (step.Kind)
        {
            case StepKind.Dense or StepKind.Conv: WriteLinear(step); break;
            case StepKind.Add: WriteAdd(step); break;
            case StepKind.MatMul: WriteProduct(step); break;
            case StepKind.AveragePool: WriteAverage(step); break;
            case StepKind.Table: WriteTable(step); break;
            case StepKind.Softmax: WriteSoftmax(step); break;
            case StepKind.Normalize: WriteNormalize(step); break;
            case StepKind.MaxPool: Keep(step, (to, input) => to.MaxPool(input, [.. step.Window!.Kernel], [.. step.Window.Strides], Pads(step))); break;
            case StepKind.Reshape: Keep(step, (to, input) => to.Reshape(input, Target(step))); break;
            case StepKind.Transpose: Keep(step, (to, input) => to.Transpose(input, [.. step.Axes.Select(a => (long)a)])); break;
            case StepKind.Concat:
                var inputs = step.Inputs.Select(input => Rescale(file, names[input], scales[input], scales[step.Output])).ToArray();
                As(step.Output).Concat(step.Axes[0], inputs);
                Done(step, "Concat");
                break;
            default: throw new ModelException($"{step.Kind} is not written");
        }
    }

    /// <summary>A step whose output has its input's scale; where the file says another one, a table follows.</summary>
    private void Keep(Step step, Func<Int8Writer, string, string> write)
    {
        var (before, after) = (scales[step.Inputs[0]], scales[step.Output]);
        var input = names[step.Inputs[0]];
        if (before == after)
            write(As(step.Output), input);
        else
        {
            var moved = write(file, input);
            Rescale(As(step.Output), moved, before, after);
        }
        Done(step, before == after ? step.Kind.ToString() : $"{step.Kind}, Table");
    }

    private string Rescale(Int8Writer to, string value, Scale before, Scale after) => before == after ? value : to.Table(value, TableOf(before, after, null));

    /// <summary>The extents that a reshape asks for: at most one of them is not known.</summary>
    private long[] Target(Step step) => step.Dims.IsDefault || step.Dims.Count(d => d < 0) > 1
        ? throw new ModelException($"the extents of '{steps.Values[step.Output].Name}' are not known")
        : [.. step.Dims.Select(d => (long)d)];

    /// <summary>The padding, at the end as wide as the number of windows needs it.</summary>
    private static int[] Pads(Step step)
    {
        var w = step.Window!;
        var pads = new int[4];
        for (var i = 0; i < 2; i++)
        {
            pads[i] = w.PadBegin[i];
            pads[2 + i] = w.PadEnd[i];
            if (w.Output[i] > 0 && step.Dims[2 + i] > 0)
                pads[2 + i] = Math.Max(w.PadEnd[i], ((w.Output[i] - 1) * w.Strides[i]) + ((w.Kernel[i] - 1) * w.Dilations[i]) + 1 - step.Dims[2 + i] - w.PadBegin[i]);
        }
        return pads;
    }

    private void Done(Step step, string operation, int groups = 0, double multiplierError = 0, double weightError = 0) =>
        Layers.Add(new(step, operation, scales[step.Output], names[step.Output], groups, multiplierError, weightError));
}

/// <summary>A step as it was written.</summary>
/// <param name="Step">The step.</param>
/// <param name="Operation">The operation's name, and those of what had to follow it.</param>
/// <param name="Scale">The output's scale.</param>
/// <param name="Name">The output's name in the file.</param>
/// <param name="Groups">Scale groups of the weights; 0 where there are none.</param>
/// <param name="MultiplierError">The largest relative error of a multiplier.</param>
/// <param name="WeightError">The largest error of a weight, in steps of its group.</param>
internal sealed record WrittenLayer(Step Step, string Operation, Scale Scale, string Name, int Groups, double MultiplierError, double WeightError);
