using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Bench.Tests;

public sealed class AgreementTests
{
    private static readonly float[] values = [1, 2, 3];

    [Fact]
    public void Differences_within_the_tolerance_pass() =>
        Agreement.Check("x", Outputs([1, 2, 3.009f]), Outputs(values), 1e-2);

    [Theory]
    [InlineData(3.02f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void An_answer_that_is_another_one_is_refused(float last)
    {
        var error = Assert.Throws<BenchException>(() => Agreement.Check("x", Outputs([1, 2, last]), Outputs(values), 1e-2));
        Assert.Contains("element 2", error.Message);
    }

    [Fact]
    public void A_missing_output_is_refused() =>
        Assert.Throws<BenchException>(() => Agreement.Check("x", new Dictionary<string, Tensor>(StringComparer.Ordinal), Outputs(values), 1));

    [Fact]
    public void Another_type_or_shape_is_refused()
    {
        var flat = Outputs(values);
        var row = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["y"] = flat["y"].Reshape(Shape.Of(1, 3)) };
        Assert.Throws<BenchException>(() => Agreement.Check("x", row, flat, 1));
        var halves = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["y"] = Tensor.From<Half>(Shape.Of(3), [(Half)1, (Half)2, (Half)3]) };
        Assert.Throws<BenchException>(() => Agreement.Check("x", halves, flat, 1));
    }

    [Theory, InlineData(1), InlineData(2)]
    public void The_digits_model_gives_what_onnxruntime_gives(int threads)
    {
        var library = Places.OnnxRuntime();
        Assert.SkipWhen(library is null, "libonnxruntime is absent: run bench/peers");
        var model = EngineModel.Load(EngineModel.Digits)!;
        using var runtime = new OnnxRuntime(library!);
        using var theirs = runtime.Open(model.File, threads, model.Outputs);
        using var ours = new Session(OnnxModel.Read(model.File), new SessionOptions { Threads = threads });
        foreach (var example in model.Cases)
        {
            theirs.Bind(example.Inputs);
            var mine = ours.Run(example.Inputs).ToDictionary(o => o.Name, o => o.Value, StringComparer.Ordinal);
            Agreement.Check(example.Name, mine, theirs.Outputs(), model.Tolerance);
        }
    }

    [Fact]
    public void A_library_that_is_not_onnxruntime_is_refused_in_one_line()
    {
        var error = Assert.Throws<BenchException>(() => new OnnxRuntime("libc.so.6"));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_model_that_onnxruntime_cannot_read_is_an_error_and_not_a_crash()
    {
        var library = Places.OnnxRuntime();
        Assert.SkipWhen(library is null, "libonnxruntime is absent: run bench/peers");
        using var runtime = new OnnxRuntime(library!);
        Assert.Throws<BenchException>(() => runtime.Open("not a model"u8, 1, ["y"]));
    }

    private static Dictionary<string, Tensor> Outputs(float[] y) =>
        new(StringComparer.Ordinal) { ["y"] = Tensor.From<float>(Shape.Of(y.Length), y) };
}
