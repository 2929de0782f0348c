using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models;
using Assay.Engine.Tests.Models.Int8;

namespace Assay.Engine.Tests.Execution;

/// <summary>The fast executor gives the reference's bytes for every operation of assay-int8-v1: odd shapes, every instruction set, 1, 2 and 7 threads, planned and not.</summary>
public sealed class Int8EqualityTests
{
    [Theory, InlineData(true), InlineData(false)]
    public void Every_operation_has_the_reference_bits(bool constants)
    {
        foreach (var test in Int8Cases.All())
            FastEqualityTests.Compare(test, constants);
    }

    [Fact]
    public void Whole_models_have_the_reference_bits()
    {
        foreach (var (bytes, input) in new[] { (TinyInt8.Classifier(), TinyInt8.Picture(3)), (TinyInt8.Everything(), Tensor.From<float>(Shape.Of(1, 6, 8, 8), new Noise(8).Floats(384))) })
        {
            var graph = OnnxModel.Read(bytes);
            var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal) { [graph.Values[graph.Inputs[0]].Name] = input };
            var expected = Reference.Run(graph, inputs)[0].Value;
            Assert.True(expected.Span<float>().ToArray().Distinct().Count() > 5, "a model that says the same of everything");
            foreach (var isa in Isas.Supported)
            {
                using var session = new Session(graph, new SessionOptions { Isa = isa });
                for (var run = 0; run < 2; run++)
                    FastEqualityTests.AssertSame(expected, session.Run(inputs)[0].Value, $"{graph.Name}, {isa.Name()}, run {run}");
            }
        }
    }
}
