using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Quantization;

/// <summary>Runs the given model and the quantised one on the same inputs and says how far apart they are, layer by layer.</summary>
internal static class Comparison
{
    public static QuantizationReport Of(
        Graph model, StepBuilder steps, IReadOnlyList<WrittenLayer> layers, byte[] file, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> inputs)
    {
        var quantised = OnnxModel.Read(file);
        var sums = layers.Select(l => new LayerSum(l.Scale)).ToArray();
        var outputs = model.Outputs.Select(_ => new LayerSum(new(1, 0))).ToArray();
        // Where a layer's value shows in the given model: as the file rounds it, or with a gain and an offset on it.
        var shown = new Dictionary<int, List<int>>();
        for (var i = 0; i < layers.Count; i++)
        {
            var id = layers[i].Step.Output;
            id = steps.Hidden.TryGetValue(id, out var hidden) ? hidden.Shown : steps.Rounded.GetValueOrDefault(id, id);
            if (!shown.TryGetValue(id, out var list))
                shown[id] = list = [];
            list.Add(i);
        }
        var byName = layers.Select((l, i) => (l.Name, i)).ToDictionary(p => p.Name, p => p.i);
        using var first = new Session(model);
        using var second = new Session(quantised);
        foreach (var input in inputs)
        {
            var wanted = new float[layers.Count][];
            var seen = new Dictionary<int, float[]>();
            var made = first.Run(input, (id, tensor) =>
            {
                foreach (var i in steps.Renamed.Keys)
                    if (id == steps.Rounded.GetValueOrDefault(steps.Outputs[i], steps.Outputs[i]))
                        seen[i] = tensor.Span<float>().ToArray();
                if (tensor.Type == DType.Float32 && shown.TryGetValue(id, out var list))
                    foreach (var i in list)
                        wanted[i] = steps.Hidden.TryGetValue(layers[i].Step.Output, out var hidden) ? Calibration.Shown(tensor, hidden) : tensor.Span<float>().ToArray();
            });
            var got = second.Run(input, (id, tensor) =>
            {
                if (tensor.Type == DType.Int8 && byName.TryGetValue(quantised.Values[id].Name, out var i) && wanted[i] is { } values && values.Length == tensor.Count)
                    sums[i].Add(values, tensor.Span<sbyte>());
            });
            for (var i = 0; i < outputs.Length; i++)
                outputs[i].Add(seen.TryGetValue(i, out var before) ? before : made[i].Value.Span<float>(), got[i].Value.Span<float>());
        }
        return new(
            [.. layers.Select((l, i) => new QuantizedLayer(NameOf(steps, l), l.Step.Source, l.Operation, l.Scale, l.Groups, l.MultiplierError, l.WeightError)
            {
                Saturated = sums[i].Share, MeanError = sums[i].Mean, LargestSteps = sums[i].Mean is null ? null : sums[i].Largest / l.Scale.Step,
            })],
            [.. steps.Notes],
            inputs.Count == 0 ? [] : [.. outputs.Select((o, i) => new OutputDifference(quantised.Values[quantised.Outputs[i]].Name, o.Mean ?? 0, o.Largest))],
            inputs.Count, steps.Given.Count(g => steps.Rounded.ContainsKey(g.Key)));
    }

    private static string NameOf(StepBuilder steps, WrittenLayer layer) => steps.Values[layer.Step.Output].Name is { Length: > 0 } own ? own : layer.Name;

    /// <summary>What was seen of one layer.</summary>
    private sealed class LayerSum(Scale scale)
    {
        private double sum;
        private long count, outside;

        public double Largest { get; private set; }

        public double? Mean => count == 0 ? null : sum / count;

        public double? Share => count == 0 ? null : outside / (double)count;

        public void Add(ReadOnlySpan<float> wanted, ReadOnlySpan<sbyte> got)
        {
            var (low, high) = (scale.Least - (scale.Step / 2), scale.Greatest + (scale.Step / 2));
            for (var i = 0; i < wanted.Length; i++)
            {
                Take(wanted[i], scale.Real(got[i]));
                if (wanted[i] < low || wanted[i] > high)
                    outside++;
            }
        }

        public void Add(ReadOnlySpan<float> wanted, ReadOnlySpan<float> got)
        {
            for (var i = 0; i < wanted.Length; i++)
                Take(wanted[i], got[i]);
        }

        private void Take(double wanted, double got)
        {
            var d = Math.Abs(wanted - got);
            sum += d;
            Largest = Math.Max(Largest, d);
            count++;
        }
    }
}
