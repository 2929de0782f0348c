using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Execution;

/// <summary>A run that is called off, or whose time is over, ends within an operator and not after it.</summary>
public sealed unsafe class CancellationTests
{
    /// <summary>Counts what is made and raises the flag after so many outputs.</summary>
    private struct StoppingKernel : IKernel
    {
        public int* Stop;
        public long* Made;
        public long After;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            if (Interlocked.Add(ref *Made, to - from) >= After)
                *Stop = 1;
        }
    }

    [Theory, InlineData(1), InlineData(2), InlineData(7)]
    public void A_kernel_that_is_called_off_leaves_all_pieces_that_have_not_begun(int threads)
    {
        using var workers = new Workers(threads);
        const int Items = 1_000_000, Grain = 10;
        var made = 0L;
        var kernel = new StoppingKernel { Stop = workers.Stop, Made = &made, After = 10_000 };
        Assert.Throws<OperationCanceledException>(() => workers.Run(Isa.Scalar, Items, kernel, Cost.Of(10_000, Grain)));
        // What had to be made, and a piece of 64 grains, rounded up, on each thread.
        Assert.InRange(made, 10_000, 10_000 + ((threads + 1) * 70 * Grain));
        *workers.Stop = 0;
        made = 0;
        workers.Run(Isa.Scalar, Items, kernel with { After = long.MaxValue }, Cost.Of(10_000, Grain));
        Assert.Equal(Items, made);
    }

    /// <summary>Each takes minutes where nobody calls it off.</summary>
    public static TheoryData<string> Long => [.. Graphs.Keys];

    private static readonly Dictionary<string, Func<OnnxWriter>> Graphs = new(StringComparer.Ordinal)
    {
        ["a product"] = () => Filled("a", 3000, 3000).Node("MatMul", ["a", "a"], ["y"]),
        ["a convolution of one channel"] = () => Filled("a", 1, 1, 4000, 4000).Initialiser("wide", Dims(1, 1, 1999, 1999)).Node("ConstantOfShape", ["wide"], ["w"]).Node("Conv", ["a", "w"], ["y"]),
        ["a pool of large windows"] = () => Filled("a", 1, 1, 4000, 4000).Node("AveragePool", ["a"], ["y"], ("kernel_shape", new long[] { 1999, 1999 })),
        ["a pool along one long row"] = () => Filled("a", 1, 1, 1 << 21).Node("AveragePool", ["a"], ["y"], ("kernel_shape", new long[] { 1 << 20 })),
        ["boxes that never overlap"] = () => Filled("a", 1, 1 << 20, 4).Initialiser("scoresOf", Dims(1, 1, 1 << 20)).Node("ConstantOfShape", ["scoresOf"], ["s"])
            .Initialiser("most", Dims(1 << 20)).Node("NonMaxSuppression", ["a", "s", "most"], ["y"]),
        ["slices that are all equal"] = () => Filled("a", 1 << 13, 1 << 13).Node("Unique", ["a"], ["y"], ("axis", 0)),
        ["a resize along many axes"] = () => new OnnxWriter(13).Initialiser("dims", Dims([.. Enumerable.Repeat(1L, 16)]))
            .Node("ConstantOfShape", ["dims"], ["a"], ("value", Tensor.From<double>(Shape.Of(1), [1])))
            .Initialiser("sizes", Dims([.. Enumerable.Repeat(2L, 16)])).Node("Resize", ["a", "", "", "sizes"], ["y"], ("mode", "cubic")),
        ["a region sampled often"] = () => Filled("a", 1, 1, 2, 2).Initialiser("rois", Tensor.From<float>(Shape.Of(1, 4), [0, 0, 1, 1])).Initialiser("b", Dims(0))
            .Node("RoiAlign", ["a", "rois", "b"], ["y"], ("sampling_ratio", 1 << 15)),
        ["a transform of many points"] = () => Filled("a", 1, 1 << 24, 1).Node("DFT", ["a"], ["y"]),
    };

    [Theory, MemberData(nameof(Long))]
    public void One_large_operator_ends_in_the_middle(string name)
    {
        var graph = OnnxModel.Read(Graphs[name]().Output("y").ToBytes());
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        // One lane with a software FMA: what takes others seconds takes it many minutes.
        using var session = new Session(graph, new() { Isa = Isa.Scalar, Threads = 2 });
        foreach (var run in new Action<CancellationToken>[] { cancel => Reference.Run(graph, inputs, cancel: cancel), cancel => session.Run(inputs, cancel: cancel) })
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
            Assert.ThrowsAny<OperationCanceledException>(() => run(source.Token));
        }
    }

    [Fact]
    public void A_run_that_takes_too_long_is_refused_in_one_line()
    {
        var graph = OnnxModel.Read(Graphs["a product"]().Output("y").ToBytes());
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var limits = new RunLimits { Time = TimeSpan.FromMilliseconds(30) };
        using var session = new Session(graph, new() { Isa = Isa.Scalar, Limits = limits });
        foreach (var run in new Action[] { () => Reference.Run(graph, inputs, limits: limits), () => session.Run(inputs) })
            Assert.Equal("the run takes longer than 0.03 s", Assert.Throws<ModelException>(run).Message);
    }

    [Fact]
    public void Outputs_that_are_too_large_are_refused_in_one_line()
    {
        var graph = OnnxModel.Read(Filled("a", 10).Node("Relu", ["a"], ["y"]).Node("Neg", ["a"], ["z"]).Output("y").Output("z").ToBytes());
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var plans in new[] { false, true })
        {
            using var fits = new Session(graph, new() { Plans = plans, Limits = new() { OutputBytes = 80 } });
            Assert.Equal(2, fits.Run(inputs).Count);
            using var session = new Session(graph, new() { Plans = plans, Limits = new() { OutputBytes = 79 } });
            foreach (var run in new Action[] { () => Reference.Run(graph, inputs, limits: new() { OutputBytes = 79 }), () => session.Run(inputs) })
                Assert.Equal("an output of 40 bytes would bring the outputs above 79 bytes", Assert.Throws<ModelException>(run).Message);
        }
    }

    [Fact]
    public void A_session_that_was_called_off_gives_the_same_bits_afterwards()
    {
        var graph = OnnxModel.Read(new OnnxWriter(13).Input("x", DType.Float32, 40, 40).Node("MatMul", ["x", "x"], ["p"]).Node("Sigmoid", ["p"], ["y"]).Output("y").ToBytes());
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["x"] = FastCase.Floats(1, 40, 40) };
        using var session = new Session(graph, new() { Threads = 2 });
        var expected = Reference.Run(graph, inputs)[0].Value;
        for (var i = 0; i < 20; i++)
        {
            using var source = new CancellationTokenSource();
            source.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => session.Run(inputs, cancel: source.Token));
            FastEqualityTests.AssertSame(expected, session.Run(inputs)[0].Value, $"turn {i}");
        }
    }

    private static OnnxWriter Filled(string name, params long[] dims) =>
        new OnnxWriter(17).Initialiser("dims", Dims(dims)).Node("ConstantOfShape", ["dims"], [name]);

    private static Tensor Dims(params long[] dims) => Tensor.From<long>(Shape.Of(dims.Length), dims);
}
