using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Execution;

/// <summary>One session, several callers at once, each with other shapes in turn, runs called off, refused and watched in between.</summary>
public sealed class SharedSessionTests
{
    private static readonly int[] Rows = [0, 1, 2, 5, 16, 33];

    [Theory, InlineData(1), InlineData(2), InlineData(7)]
    public async Task Callers_of_other_shapes_get_the_reference_bits(int threads)
    {
        var writer = new OnnxWriter(17).Input("x", DType.Float32, -1, 24).Input("h", DType.Float16, -1, 24).Input("i", DType.Int64, 3)
            .Initialiser("w", FastCase.Floats(1, 24, 24)).Initialiser("half", FastCase.Floats(2, wild: false, DType.Float16, 24))
            .Node("MatMul", ["x", "w"], ["p"]).Node("Sigmoid", ["p"], ["s"]).Node("Add", ["s", "x"], ["a"]).Node("Relu", ["a"], ["r"])
            .Node("Concat", ["r", "r", "x"], ["c"], ("axis", 0)).Node("Softmax", ["c"], ["y"]).Node("Transpose", ["x"], ["t"], ("perm", new long[] { 1, 0 }))
            .Node("Gather", ["t", "i"], ["g"]).Node("Mul", ["h", "half"], ["m"]).Node("Add", ["m", "m"], ["n"]).Node("Identity", ["x"], ["same"])
            .Output("y").Output("g").Output("n").Output("same").Output("s");
        var graph = OnnxModel.Read(writer.ToBytes());
        var cases = Rows.Select((rows, n) => new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["x"] = FastCase.Floats((ulong)n + 10, rows, 24), ["h"] = FastCase.Floats((ulong)n + 20, wild: true, DType.Float16, rows, 24), ["i"] = FastCase.Ints(n, 23, -1 - n),
        }).ToArray();
        var expected = Array.ConvertAll(cases, inputs => Reference.Run(graph, inputs));
        using var session = new Session(graph, new() { Threads = threads });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(caller => Task.Run(() =>
        {
            for (var turn = 0; turn < 40; turn++)
            {
                var n = ((caller * 7) + (turn / 2 * 5)) % cases.Length;
                using var source = new CancellationTokenSource();
                if ((turn + caller) % 5 == 0)
                    source.CancelAfter(TimeSpan.FromMicroseconds(turn));
                if (turn % 7 == 0)
                {
                    var wrong = new Dictionary<string, Tensor>(cases[n], StringComparer.Ordinal) { ["i"] = FastCase.Ints(0, 24, 0) };
                    Assert.Throws<ModelException>(() => session.Run(wrong));
                }
                try
                {
                    var actual = session.Run(cases[n], turn % 6 == 0 ? (_, _) => { } : null, source.Token);
                    for (var o = 0; o < actual.Count; o++)
                        FastEqualityTests.AssertSame(expected[n][o].Value, actual[o].Value, $"caller {caller}, turn {turn}, {Rows[n]} rows, output {o}");
                }
                catch (OperationCanceledException)
                {
                    Assert.True(source.IsCancellationRequested);
                }
            }
        })));
    }

    /// <summary>
    /// Neighbouring pieces of a convolution reach over the same columns, and rounding to float16 goes over what is stored: no output
    /// may be finished by two threads.
    /// </summary>
    [Theory, InlineData(60), InlineData(169), InlineData(28)]
    public void Pieces_that_reach_over_the_same_outputs_do_not_disturb_one_another(int columns)
    {
        var writer = new OnnxWriter(17).Input("x", DType.Float16, 1, 256, 1, columns)
            .Initialiser("w", FastCase.Floats(1, wild: false, DType.Float16, 512, 256, 1, 1)).Initialiser("b", FastCase.Floats(2, wild: false, DType.Float16, 512))
            .Node("Conv", ["x", "w", "b"], ["c"]).Node("Relu", ["c"], ["y"]).Output("y");
        var graph = OnnxModel.Read(writer.ToBytes());
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["x"] = FastCase.Floats(3, wild: false, DType.Float16, 1, 256, 1, columns) };
        var expected = Reference.Run(graph, inputs)[0].Value;
        foreach (var isa in Isas.Supported)
        {
            using var session = new Session(graph, new() { Threads = 7, Isa = isa, CutsAll = true });
            for (var turn = 0; turn < (isa == Isa.Scalar ? 2 : 400); turn++)
                FastEqualityTests.AssertSame(expected, session.Run(inputs)[0].Value, $"{isa}, turn {turn}");
        }
    }
}
