using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Models.Onnx.Wire;
using Assay.Engine.Tests.Models;
using Google.Protobuf;

namespace Assay.Engine.Tests.Execution;

/// <summary>Well-formed models that make no sense, under both executors: the same bytes, or the same refusal, and never a crash.</summary>
public sealed class NonsenseTests
{
    [Fact]
    public void The_fast_path_refuses_what_the_reference_refuses_and_equals_it_elsewhere()
    {
        var seed = ModelProto.Parser.ParseFrom(OnnxFuzzTests.Everything());
        var operators = Operators.Names.Order(StringComparer.Ordinal).ToArray();
        var noise = new Noise(21);
        var limits = new RunLimits { Bytes = 4_000_000 };
        var same = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var model = seed.Clone();
            for (var n = 1 + noise.Below(4); n > 0; n--)
                OnnxFuzzTests.Bend(model, noise, operators);
            Graph graph;
            Dictionary<string, Tensor> inputs;
            try
            {
                graph = OnnxModel.Read(model.ToByteArray());
                inputs = OnnxFuzzTests.SomeInputs(graph);
            }
            catch (ModelException)
            {
                continue;
            }
            var slow = Run(() => Reference.Run(graph, inputs, limits: limits));
            var fast = Run(() =>
            {
                using var session = new Session(graph, new() { Threads = 1, Limits = limits });
                return session.Run(inputs);
            });
            Assert.Equal(slow.Refusal, fast.Refusal);
            Assert.Equal(slow.Outputs, fast.Outputs);
            same += slow.Outputs is null ? 0 : 1;
        }
        Assert.InRange(same, 500, 20_000);
    }

    private static (byte[]? Outputs, string? Refusal) Run(Func<IReadOnlyList<NamedTensor>> run)
    {
        try
        {
            return (TensorEncoding.Encode(run()), null);
        }
        catch (ModelException e)
        {
            return (null, e.Message);
        }
    }
}
