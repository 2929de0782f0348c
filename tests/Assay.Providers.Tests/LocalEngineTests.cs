using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Tests.Models.Int8;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Providers.Tests;

public sealed class LocalEngineTests : IDisposable
{
    private readonly LocalEngine engine = new(new SessionOptions { Threads = 2 });

    public void Dispose() => engine.Dispose();

    [Fact]
    public async Task Runs_at_once_each_get_their_own_answer_while_models_come_and_go()
    {
        var models = new[] { Adds(1), Adds(2), Adds(3) };
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(async () =>
        {
            var run = await engine.InvokeAsync(new Invocation(models[i % 3], Input(i)), default);
            Assert.Equal(i + i % 3 + 1, run.Outputs[0].Value.Span<float>()[0]);
            if (i % 5 == 0)
                engine.Forget(models[(i + 1) % 3].GraphDigest);
        })));
    }

    [Fact]
    public async Task Claim_names_profile_engine_and_graph()
    {
        var model = Adds(1);
        var claim = (await engine.InvokeAsync(new Invocation(model, Input(1)), default)).Execution;
        Assert.Equal((LocalEngine.Profile, "assay", model.GraphDigest), (claim.Profile, claim.Engine.Name, claim.Graph));
        Assert.Matches("^[0-9a-f]{64}$", claim.Profile);
        Assert.Matches(@"^\d+\.\d+\.\d+$", claim.Engine.Version);
    }

    [Fact]
    public async Task Model_of_whole_numbers_follows_its_own_profile()
    {
        var graph = OnnxModel.Read(TinyInt8.Classifier());
        var model = new RunnableModel(new ModelClaim("m", "1", Sha256.Of([1]), "onnx"), graph, Hash.From(GraphDigest.Of(graph)));
        var claim = (await engine.InvokeAsync(new Invocation(model, new Dictionary<string, Tensor> { ["image"] = TinyInt8.Picture(1) }), default)).Execution;
        Assert.Equal(LocalEngine.Int8Profile, claim.Profile);
        Assert.NotEqual(LocalEngine.Profile, claim.Profile);
    }

    [Fact]
    public async Task Inputs_that_do_not_fit_are_refused()
    {
        await Assert.ThrowsAsync<ModelException>(() => engine.InvokeAsync(new Invocation(Adds(1), new Dictionary<string, Tensor>()), default));
        // And the turn was given back.
        await engine.InvokeAsync(new Invocation(Adds(1), Input(1)), default);
    }

    [Fact]
    public async Task Caller_that_gives_up_is_let_go()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.InvokeAsync(new Invocation(Adds(1), Input(1)), new CancellationToken(canceled: true)));
        await engine.InvokeAsync(new Invocation(Adds(1), Input(1)), default);
    }

    private static Dictionary<string, Tensor> Input(float x) => new() { ["x"] = Tensor.From<float>(Shape.Of(1), [x]) };

    private static RunnableModel Adds(float c)
    {
        var graph = OnnxModel.Read(new OnnxWriter(13)
            .Input("x", DType.Float32, 1).Output("y", DType.Float32, 1)
            .Initialiser("c", Tensor.From<float>(Shape.Of(1), [c])).Node("Add", ["x", "c"], ["y"]).ToBytes());
        return new RunnableModel(new ModelClaim("m", "1", Sha256.Of([1]), "onnx"), graph, Hash.From(GraphDigest.Of(graph)));
    }
}
