using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Tests.Execution;

/// <summary>Models run by both executors, which have to agree on every value and on every refusal.</summary>
internal static class Runs
{
    /// <summary>The outputs.</summary>
    public static ModelValue[] Both(byte[] model, RunLimits? limits, params (string Name, ModelValue Value)[] inputs)
    {
        var graph = OnnxModel.Read(model);
        var named = inputs.ToDictionary(i => i.Name, i => i.Value, StringComparer.Ordinal);
        List<(int, string)> slow = [], quick = [];
        var expected = Reference.RunValues(graph, named, (id, tensor) => slow.Add((id, Shown(tensor))), limits);
        using var session = new Session(graph, new() { Threads = 2, Limits = limits ?? RunLimits.Default });
        var traced = session.RunValues(named, (id, tensor) => quick.Add((id, Shown(tensor))));
        Assert.Equal(slow, quick);
        for (var run = 0; run < 2; run++)
            Assert.Equal(expected.Select(o => Shown(o.Value)), session.RunValues(named).Select(o => Shown(o.Value)));
        Assert.Equal(expected.Select(o => Shown(o.Value)), traced.Select(o => Shown(o.Value)));
        return [.. expected.Select(o => o.Value)];
    }

    public static ModelValue[] Both(OnnxWriter model, params (string Name, ModelValue Value)[] inputs) => Both(model.ToBytes(), null, inputs);

    /// <summary>The one line with which both refuse.</summary>
    public static string Refused(OnnxWriter model, RunLimits? limits, params (string Name, ModelValue Value)[] inputs)
    {
        var named = inputs.ToDictionary(i => i.Name, i => i.Value, StringComparer.Ordinal);
        Graph graph;
        try
        {
            graph = OnnxModel.Read(model.ToBytes());
        }
        catch (ModelException e)
        {
            return e.Message;
        }
        var slow = Assert.Throws<ModelException>(() => Reference.RunValues(graph, named, limits: limits)).Message;
        using var session = new Session(graph, new() { Threads = 1, Limits = limits ?? RunLimits.Default });
        Assert.Equal(slow, Assert.Throws<ModelException>(() => session.RunValues(named)).Message);
        Assert.DoesNotContain('\n', slow);
        return slow;
    }

    public static float[] Floats(ModelValue value) => ((Tensor)value).Span<float>().ToArray();

    public static long[] Longs(ModelValue value) => ((Tensor)value).Span<long>().ToArray();

    public static Tensor Floats(params float[] values) => Tensor.From<float>(Shape.Of(values.Length), values);

    private static string Shown(ModelValue value) => $"{value.Kind} {value} {string.Join(' ', value.Tensors.Select(t => $"{t} {Convert.ToHexString(t.Bytes)}"))}";
}
