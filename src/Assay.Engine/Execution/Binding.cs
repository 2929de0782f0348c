using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Execution;

/// <summary>Fits what a caller sends to what a graph asks for.</summary>
public static class Binding
{
    /// <summary>The inputs in the graph's order.</summary>
    /// <exception cref="ModelException">One is missing, unknown, or of another type or shape than the graph declares.</exception>
    public static NamedTensor[] Check(Graph graph, IReadOnlyDictionary<string, Tensor> inputs)
    {
        var bound = new NamedTensor[graph.Inputs.Length];
        for (var i = 0; i < bound.Length; i++)
        {
            var info = graph.Values[graph.Inputs[i]];
            if (!inputs.TryGetValue(info.Name, out var tensor))
                throw new ModelException($"input '{OnnxModel.Cut(info.Name)}' ({Describe(info)}) is missing");
            if (!Fits(info, tensor))
                throw new ModelException($"input '{OnnxModel.Cut(info.Name)}' is {Describe(info)}, not {tensor}");
            bound[i] = new(info.Name, tensor);
        }
        foreach (var name in inputs.Keys)
            if (!Array.Exists(bound, b => b.Name == name))
                throw new ModelException($"there is no input '{OnnxModel.Cut(name)}'; the model takes {string.Join(", ", bound.Select(b => $"'{OnnxModel.Cut(b.Name)}'"))}");
        return bound;
    }

    /// <summary><c>float32 batchx3x224x224</c>: what a graph says of a value.</summary>
    public static string Describe(ValueInfo info)
    {
        if (info.Dims.IsDefault || info.Dims.Length == 0)
            return $"{info.Type?.Name() ?? "?"} {Fact.Describe(info.Dims)}";
        var dims = info.Dims.Select((d, i) => d >= 0 ? $"{d}" : info.DimNames.IsDefault ? "?" : info.DimNames[i] ?? "?");
        return $"{info.Type?.Name() ?? "?"} {string.Join('x', dims)}";
    }

    private static bool Fits(ValueInfo info, Tensor tensor)
    {
        if (info.Type != tensor.Type)
            return false;
        if (info.Dims.IsDefault)
            return true;
        if (info.Dims.Length != tensor.Shape.Rank)
            return false;
        for (var i = 0; i < info.Dims.Length; i++)
            if (info.Dims[i] >= 0 && info.Dims[i] != tensor.Shape[i])
                return false;
        return true;
    }
}
