using Assay.Engine.Execution;
using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <summary>What the values of a float model are, on inputs that stand for those to come.</summary>
internal static class Calibration
{
    /// <summary>Runs the model on every input, twice.</summary>
    /// <param name="graph">The float model.</param>
    /// <param name="steps">What is to be known.</param>
    /// <param name="inputs">At least one; each names every input of the model.</param>
    /// <exception cref="ModelException">An input does not fit, or a value is not finite; the message says which.</exception>
    public static Dictionary<int, Observed> Observe(Graph graph, StepBuilder steps, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> inputs)
    {
        var seen = new Dictionary<int, Observed>();
        foreach (var id in steps.Steps.SelectMany(s => s.Inputs.Append(s.Root).Append(s.Output)).Concat(steps.Outputs).Distinct())
            if (id < graph.Values.Length || steps.Hidden.ContainsKey(id))
                seen[id] = new();
        var hidden = steps.Hidden.Where(h => seen.ContainsKey(h.Key)).ToLookup(h => h.Value.Shown);
        using var session = new Session(graph);
        foreach (var pass in (Action<Observed, ReadOnlySpan<float>>[])[(o, v) => o.Widen(v), (o, v) => o.Count(v)])
            foreach (var input in inputs)
            {
                foreach (var id in graph.Inputs)
                    if (input.TryGetValue(graph.Values[id].Name, out var tensor) && tensor.Type == DType.Float32)
                        Look(id, tensor);
                session.Run(input, Look);

                void Look(int id, Tensor tensor)
                {
                    if (tensor.Type != DType.Float32)
                        return;
                    StepBuilder.At($"calibration: '{graph.Values[id].Name}'", () =>
                    {
                        if (seen.TryGetValue(id, out var observed))
                            pass(observed, tensor.Span<float>());
                        foreach (var (key, affine) in hidden[id])
                            pass(seen[key], Shown(tensor, affine));
                    });
                }
            }
        return seen.Where(s => s.Value.High >= s.Value.Low).ToDictionary(s => s.Key, s => s.Value);
    }

    /// <summary>The value behind one that a run shows with a gain and an offset; places without a gain say nothing.</summary>
    internal static float[] Shown(Tensor tensor, LastAxisAffine affine)
    {
        var from = tensor.Span<float>();
        var to = new float[from.Length];
        for (var i = 0; i < to.Length; i++)
            if (affine.Gain[i % affine.Gain.Length] is var gain && Math.Abs(gain) > 1e-12)
                to[i] = (float)((from[i] - affine.Offset[i % affine.Gain.Length]) / gain);
        return to;
    }
}
