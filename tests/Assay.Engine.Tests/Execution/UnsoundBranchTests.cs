using System.Globalization;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Tests.Execution;

/// <summary>Nodes in a branch that never runs may hold any nonsense: it is not packed, not fused, and does no harm.</summary>
public sealed class UnsoundBranchTests
{
    public static TheoryData<string> Names => [.. Nodes.Keys];

    private static readonly Dictionary<string, Func<OnnxWriter, OnnxWriter>> Nodes = new(StringComparer.Ordinal)
    {
        ["no group"] = w => w.Initialiser("w", FastCase.Floats(1, 4, 2, 3, 3)).Node("Conv", ["x", "w"], ["t"], ("group", 0)),
        ["less than no group"] = w => w.Initialiser("w", FastCase.Floats(1, 4, 2, 3, 3)).Node("Conv", ["x", "w"], ["t"], ("group", -1)),
        ["gates beyond an int"] = w => w.Initialiser("w", Tensor.Create(DType.Float32, Shape.Of(1, 0, 1))).Initialiser("r", Tensor.Create(DType.Float32, Shape.Of(1, 0, 1 << 30)))
            .Node("LSTM", ["x", "w", "r"], ["t"]),
        ["weights of two types"] = w => w.Initialiser("w", FastCase.Floats(1, 1, 256, 3)).Initialiser("r", Tensor.Create(DType.UInt8, Shape.Of(1, 256, 64)))
            .Node("LSTM", ["x", "w", "r"], ["t"]),
        ["statistics of another number"] = w => w.Initialiser("w", FastCase.Floats(1, 4, 2, 3, 3)).Initialiser("s", FastCase.Floats(2, 3))
            .Node("Conv", ["x", "w"], ["c"]).Node("BatchNormalization", ["c", "s", "s", "s", "s"], ["t"]),
        ["a matrix for weights"] = w => w.Initialiser("w", FastCase.Floats(1, 4, 2)).Node("Conv", ["x", "w"], ["c"]).Node("Relu", ["c"], ["t"]),
    };

    [Theory, MemberData(nameof(Names))]
    public void A_branch_that_never_runs_does_no_harm(string name)
    {
        var nonsense = Nodes[name](new OnnxWriter(13, "then")).Output("t");
        var sense = new OnnxWriter(13, "else").Node("Neg", ["x"], ["e"]).Output("e");
        var model = new OnnxWriter(13).Input("x", DType.Float32, 2, 3, 4, 5).Input("c", DType.Bool)
            .Node("If", ["c"], ["y"], ("then_branch", nonsense), ("else_branch", sense)).Output("y");
        var x = FastCase.Floats(3, 2, 3, 4, 5);
        var y = (Tensor)Runs.Both(model, ("x", x), ("c", Tensor.Scalar(false)))[0];
        Assert.Equal(x.Span<float>().ToArray().Select(v => (-v).ToString(CultureInfo.InvariantCulture)), y.Span<float>().ToArray().Select(v => v.ToString(CultureInfo.InvariantCulture)));
        Runs.Refused(model, null, ("x", x), ("c", Tensor.Scalar(true)));
    }

    [Fact]
    public void A_convolution_of_no_group_over_an_input_of_any_rank_is_refused_when_it_runs()
    {
        var model = new OnnxWriter(13).InputOfAnyRank("x", DType.Float32).Initialiser("w", FastCase.Floats(1, 4, 2, 3, 3)).Node("Conv", ["x", "w"], ["y"], ("group", 0)).Output("y");
        Assert.Contains("group", Runs.Refused(model, null, ("x", FastCase.Floats(3, 1, 2, 5, 5))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_great_many_small_products_go_without_a_plan_and_end_when_they_are_empty()
    {
        var model = OnnxModel.Read(new OnnxWriter(13).Input("a", DType.Float32, -1, -1, -1).Input("b", DType.Float32, -1, -1, -1).Node("MatMul", ["a", "b"], ["y"]).Output("y").ToBytes());
        using var session = new Session(model, new() { Threads = 1 });
        foreach (var (a, b) in new[] { ((1 << 28, 0, 2), (1 << 28, 2, 0)), ((150_000, 1, 0), (150_000, 0, 1)) })
        {
            var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal)
            {
                ["a"] = Tensor.Create(DType.Float32, Shape.Of(a.Item1, a.Item2, a.Item3)),
                ["b"] = Tensor.Create(DType.Float32, Shape.Of(b.Item1, b.Item2, b.Item3)),
            };
            Assert.Equal(Shape.Of(a.Item1, a.Item2, b.Item3), session.Run(inputs)[0].Value.Shape);
        }
    }
}
