using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Execution;

/// <summary>Fits what a caller sends to what a graph asks for.</summary>
public static class Binding
{
    /// <summary>The inputs in the graph's order.</summary>
    /// <exception cref="ModelException">One is missing, unknown, of another type or shape than the graph declares, or not a tensor.</exception>
    public static NamedTensor[] Check(Graph graph, IReadOnlyDictionary<string, Tensor> inputs) =>
        [.. Bind(graph, inputs).Select((tensor, i) => new NamedTensor(graph.Values[graph.Inputs[i]].Name, tensor))];

    /// <summary>The inputs in the graph's order, of whatever kind.</summary>
    /// <inheritdoc cref="Check"/>
    public static ModelValue[] CheckValues(Graph graph, IReadOnlyDictionary<string, ModelValue> inputs) => Bind(graph, inputs);

    /// <summary>Refuses a graph that takes or gives anything but tensors of numbers: nothing else can be sent, answered or committed to.</summary>
    /// <exception cref="ModelException">It does; the message names the input or output.</exception>
    public static void RequireNumbers(Graph graph)
    {
        foreach (var (ids, what) in new[] { (graph.Inputs, "input"), (graph.Outputs, "output") })
            foreach (var id in ids)
                if (graph.Values[id] is var info && (info.Kind is not (null or ValueKind.Tensor) || info.Type == DType.String))
                    throw new ModelException($"{what} '{OnnxModel.Cut(info.Name)}' is {Describe(info)}; only tensors of numbers are served");
    }

    /// <summary>A run whose inputs and outputs are tensors, by one that takes all kinds.</summary>
    internal static NamedTensor[] Tensors(Graph graph, Func<ModelValue[], IReadOnlyList<NamedValue>> run, NamedTensor[] inputs)
    {
        foreach (var id in graph.Outputs)
            if (graph.Values[id].Kind is { } kind and not ValueKind.Tensor)
                throw new ModelException($"output '{OnnxModel.Cut(graph.Values[id].Name)}' is {kind.Describe(graph.Values[id].Type)}, not a tensor");
        return [.. run(Array.ConvertAll(inputs, i => (ModelValue)i.Value)).Select(o =>
            new NamedTensor(o.Name, o.Value as Tensor ?? throw new ModelException($"output '{OnnxModel.Cut(o.Name)}' is {o.Value}, not a tensor")))];
    }

    private static T[] Bind<T>(Graph graph, IReadOnlyDictionary<string, T> inputs) where T : ModelValue
    {
        var bound = new T[graph.Inputs.Length];
        for (var i = 0; i < bound.Length; i++)
        {
            var info = graph.Values[graph.Inputs[i]];
            if (!inputs.TryGetValue(info.Name, out var value))
                throw new ModelException($"input '{OnnxModel.Cut(info.Name)}' ({Describe(info)}) is missing");
            if (!Fits(info, Fact.Of(value)))
                throw new ModelException($"input '{OnnxModel.Cut(info.Name)}' is {Describe(info)}, not {value}");
            bound[i] = value;
        }
        // Each input's name was found, and no name is found twice.
        if (inputs.Count == bound.Length)
            return bound;
        foreach (var name in inputs.Keys)
            if (!graph.Inputs.Any(id => graph.Values[id].Name == name))
                throw new ModelException($"there is no input '{OnnxModel.Cut(name)}'; the model takes {string.Join(", ", graph.Inputs.Select(id => $"'{OnnxModel.Cut(graph.Values[id].Name)}'"))}");
        return bound;
    }

    /// <summary><c>float32 batchx3x224x224</c>: what a graph says of a value.</summary>
    public static string Describe(ValueInfo info)
    {
        if (info.Kind is { } kind and not ValueKind.Tensor)
            return kind.Describe(info.Type);
        if (info.Dims.IsDefault || info.Dims.Length == 0)
            return $"{info.Type?.Name() ?? "?"} {Fact.Describe(info.Dims)}";
        var dims = info.Dims.Select((d, i) => d >= 0 ? $"{d}" : info.DimNames.IsDefault ? "?" : (info.DimNames[i] is { } name ? OnnxModel.Cut(name) : "?"));
        return $"{info.Type?.Name() ?? "?"} {string.Join('x', dims)}";
    }

    /// <summary>Whether a value is what the graph says of it; of what is unknown, anything is.</summary>
    internal static bool Fits(ValueInfo info, Fact value)
    {
        if ((info.Kind ?? value.Kind) != value.Kind || (info.Type ?? value.Type) != value.Type)
            return false;
        if (value.IsContainer)
            return true;
        if (info.Dims.IsDefault)
            return true;
        if (info.Dims.Length != value.Dims.Length)
            return false;
        for (var i = 0; i < info.Dims.Length; i++)
            if (info.Dims[i] >= 0 && info.Dims[i] != value.Dims[i])
                return false;
        return true;
    }
}
