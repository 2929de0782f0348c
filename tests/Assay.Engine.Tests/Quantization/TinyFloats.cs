using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Quantization;

namespace Assay.Engine.Tests.Quantization;

/// <summary>Small float models with weights by counter, and inputs for them.</summary>
internal sealed class TinyFloats(int opset = 17)
{
    private uint state = 12345;

    public OnnxWriter File { get; } = new(opset);

    /// <summary>A number between −1 and 1.</summary>
    public float Next()
    {
        state = (state * 1664525) + 1013904223;
        return ((state >> 8) / (float)(1 << 23)) - 1;
    }

    public Tensor Random(float size, params int[] dims)
    {
        var tensor = Tensor.Create(DType.Float32, Shape.Of(dims));
        foreach (ref var v in tensor.MutableSpan<float>())
            v = size * Next();
        return tensor;
    }

    public TinyFloats Weights(string name, float size, params int[] dims)
    {
        File.Initialiser(name, Random(size, dims));
        return this;
    }

    public Dictionary<string, Tensor>[] Inputs(int count, string name, params int[] dims) =>
        [.. Enumerable.Range(0, count).Select(_ => new Dictionary<string, Tensor> { [name] = Random(1, dims) })];

    public static Graph Read(OnnxWriter file) => Quantizer.Read(file.ToBytes());

    /// <summary>The operations of a graph, in order.</summary>
    public static string[] Operations(QuantizedModel model) => [.. model.Report.Layers.Select(l => l.Operation)];
}
