using System.Text.Json;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Tests.Execution;

/// <summary>The trained models of the shared data and the outputs that another runtime gave for them.</summary>
internal static class TrainedModels
{
    public static Graph Load(string model) => OnnxModel.ReadFile(SharedData.Require("models", model, "model.onnx"));

    public static (Dictionary<string, Tensor> Inputs, Dictionary<string, Tensor> Outputs) Case(string model, string name)
    {
        var folder = SharedData.Require("models", model, "reference");
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
        var entry = cases.RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        return (Tensors("inputs"), Tensors("outputs"));

        Dictionary<string, Tensor> Tensors(string kind) => entry.GetProperty(kind).EnumerateObject().ToDictionary(
            p => p.Name, p => Npy.Read(File.ReadAllBytes(Path.Combine(folder, p.Value.GetProperty("file").GetString()!))));
    }

    /// <summary>Runs one case under the reference and returns the largest absolute and relative difference over all outputs.</summary>
    public static Difference Run(Graph graph, string model, string name)
    {
        var (inputs, expected) = Case(model, name);
        var outputs = Reference.Run(graph, inputs);
        Assert.Equal(expected.Keys.Order(), outputs.Select(o => o.Name).Order());
        var worst = new Difference();
        foreach (var output in outputs)
            worst = worst.And(Difference.Between(output.Value, expected[output.Name]));
        TestContext.Current.TestOutputHelper?.WriteLine($"{model}/{name}: largest difference {worst}");
        return worst;
    }
}

/// <summary>Largest absolute difference, and largest relative one among expected values above 1e-3.</summary>
internal readonly record struct Difference(double Absolute, double Relative)
{
    public static Difference Between(Tensor actual, Tensor expected)
    {
        Assert.Equal(expected.Type, actual.Type);
        Assert.Equal(expected.Shape, actual.Shape);
        double[] a = Doubles(actual), e = Doubles(expected);
        double absolute = 0, relative = 0;
        for (var i = 0; i < a.Length; i++)
        {
            if (double.IsNaN(a[i]) && double.IsNaN(e[i]) || a[i] == e[i])
                continue;
            var difference = Math.Abs(a[i] - e[i]);
            absolute = Math.Max(absolute, double.IsNaN(difference) ? double.PositiveInfinity : difference);
            if (Math.Abs(e[i]) > 1e-3)
                relative = Math.Max(relative, absolute == double.PositiveInfinity ? absolute : difference / Math.Abs(e[i]));
        }
        return new(absolute, relative);
    }

    public Difference And(Difference other) => new(Math.Max(Absolute, other.Absolute), Math.Max(Relative, other.Relative));

    public static double[] Doubles(Tensor t) => t.Type switch
    {
        DType.Float32 => Array.ConvertAll(t.Span<float>().ToArray(), v => (double)v),
        DType.Float16 => Array.ConvertAll(t.Span<Half>().ToArray(), v => (double)v),
        DType.Float64 => t.Span<double>().ToArray(),
        DType.Int64 => Array.ConvertAll(t.Span<long>().ToArray(), v => (double)v),
        _ => throw new NotSupportedException(t.Type.Name()),
    };

    public override string ToString() => $"{Absolute:E1} absolute, {Relative:E1} relative";
}
