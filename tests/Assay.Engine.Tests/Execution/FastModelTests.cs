using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Execution;

/// <summary>The trained models under the fast executor: the bytes of every value that a node makes, and of the outputs untraced.</summary>
public sealed class FastModelTests
{
    [Theory, InlineData("mnist", "digit3_a"), InlineData("silero_vad", "seed2"), InlineData("silero_vad", "seed3"), InlineData("version-RFB-320", "seed1"), InlineData("SqueezeNet_fp16", "fish")]
    public void Every_value_has_the_reference_bits(string model, string name)
    {
        var graph = TrainedModels.Load(model);
        var inputs = TrainedModels.Case(model, name).Inputs;
        var expected = new Dictionary<int, Tensor>();
        var outputs = Reference.Run(graph, inputs, (id, tensor) => expected[id] = tensor);
        // One lane with a software FMA takes seconds on the larger models; one thread count is enough for it there.
        foreach (var isa in Isas.Supported)
            foreach (var threads in isa == Isa.Scalar && model != "mnist" ? new[] { 2 } : [1, 2, 7])
            {
                using var session = new Session(graph, new SessionOptions { Isa = isa, Threads = threads });
                var made = new HashSet<int>();
                session.Run(inputs, (id, tensor) =>
                {
                    made.Add(id);
                    FastEqualityTests.AssertSame(expected[id], tensor, $"{model}/{name}, value {id} '{graph.Values[id].Name}', {isa.Name()}, {threads} threads");
                });
                Assert.Equal(expected.Keys.Order(), made.Order());
                var untraced = session.Run(inputs);
                for (var o = 0; o < outputs.Count; o++)
                    FastEqualityTests.AssertSame(outputs[o].Value, untraced[o].Value, $"{model}/{name}, output {o} untraced, {isa.Name()}, {threads} threads");
            }
    }

    [Fact]
    public void Runs_at_the_same_time_do_not_disturb_each_other()
    {
        var graph = TrainedModels.Load("mnist");
        using var session = new Session(graph, new SessionOptions { Threads = 2 });
        var cases = Enumerable.Range(0, 10).Select(digit => TrainedModels.Case("mnist", $"digit{digit}_a").Inputs).ToArray();
        var expected = cases.Select(inputs => Reference.Run(graph, inputs)[0].Value).ToArray();
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 5 }, i =>
            FastEqualityTests.AssertSame(expected[i % 10], session.Run(cases[i % 10])[0].Value, $"digit {i % 10}"));
    }
}
