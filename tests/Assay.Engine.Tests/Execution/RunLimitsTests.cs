using Assay.Engine.Execution;
using Assay.Engine.Execution.Fast;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Tests.Execution;

/// <summary>Small files that make large values: a run takes about the memory that it counts, or is refused before it does.</summary>
public sealed class RunLimitsTests
{
    private const int N = 1 << 20;

    // Delegates, a context, tasks of the run: what does not grow with the model.
    private const long Slack = 256 * 1024;

    /// <summary>A name, a model and the bytes that its run counts.</summary>
    public static TheoryData<string> Models => [.. Hostile().Keys];

    private static Dictionary<string, (OnnxWriter Model, long Bytes)> Hostile() => new(StringComparer.Ordinal)
    {
        // The values and the result, float32 and int32 alike.
        ["one sum for each element"] = (Filled(N, 1).Node("Cast", ["f"], ["i"], ("to", 6L)).Node("ReduceSum", ["i", "axis"], ["y"]).Output("y"), 3 * 4L * N),
        ["one mean for each element"] = (Filled(N, 1).Node("ReduceMean", ["f"], ["y"], ("axes", new long[] { 1 })).Output("y"), 2 * 4L * N),
        ["one sum over many axes"] = (Filled(1024, 2, 512).Node("Cast", ["f"], ["i"], ("to", 6L)).Node("ReduceSum", ["i", "ends"], ["y"]).Output("y"), (2 * 4L * N) + 8),
        ["a broadcast of whole numbers"] = (Filled(N, 1).Node("Cast", ["f"], ["i"], ("to", 6L)).Node("Add", ["i", "one"], ["y"]).Output("y"), 3 * 4L * N),
        ["a comparison"] = (Filled(N, 1).Node("Less", ["f", "f"], ["y"]).Output("y"), 5L * N),
        ["casts"] = (Filled(N).Node("Cast", ["f"], ["h"], ("to", 10L)).Node("Cast", ["h"], ["y"], ("to", 3L)).Output("y"), 7L * N),
        ["a gather"] = (Filled(N).Node("Cast", ["f"], ["i"], ("to", 6L)).Node("Gather", ["f", "i"], ["y"]).Output("y"), 3 * 4L * N),
        ["an expansion of bytes"] = (Filled(1).Node("Cast", ["f"], ["i"], ("to", 3L)).Node("Expand", ["i", "many"], ["y"]).Output("y"), 5L + N),
        ["one softmax"] = (Filled(1, N).Node("Softmax", ["f"], ["y"]).Output("y"), 2 * 4L * N),
        ["a kernel far larger than its input"] = (Filled(1, 1, 1, 1).Node("MaxPool", ["f"], ["y"],
            ("kernel_shape", new long[] { 1001, 1001 }), ("pads", new long[] { 500, 500, 500, 500 })).Output("y"), 2 * 4L),
        // What is both input and weights, the places of the taps, one sum.
        ["a convolution by one large kernel"] = (Filled(1, 1, 1024, 1024).Node("Conv", ["f", "f"], ["y"]).Output("y"), (2 * 4L * N) + 4),
        ["a plane of nothing but padding"] = (Filled(1, 1, 1, 1).Node("Conv", ["f", "f"], ["y"],
            ("pads", new long[] { 0, 0, 1 << 14, 1 << 14 }), ("strides", new long[] { 1 << 14, 1 << 14 })).Output("y"), 4L + 16 + 4),
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void A_run_takes_the_bytes_it_counts_and_no_more(string name)
    {
        var (model, bytes) = Hostile()[name];
        var graph = OnnxModel.Read(model.ToBytes());
        var limits = new RunLimits { Bytes = bytes };
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        using var session = new Session(graph, new() { Threads = 1, Limits = limits });
        var (expected, byReference) = Allocated(() => Reference.Run(graph, inputs, limits: limits));
        var (actual, byFast) = Allocated(() => session.Run(inputs));
        Assert.Equal(TensorEncoding.Encode(expected), TensorEncoding.Encode(actual));
        Assert.InRange(byReference, 0, bytes + Slack);
        // Floats that the fast path hands to the reference exist as a tensor too.
        Assert.InRange(byFast, 0, (2 * bytes) + Slack);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_run_that_would_take_one_byte_more_is_refused_in_one_line(string name)
    {
        var (model, bytes) = Hostile()[name];
        var graph = OnnxModel.Read(model.ToBytes());
        var limits = new RunLimits { Bytes = bytes - 1 };
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        using var session = new Session(graph, new() { Threads = 1, Limits = limits });
        var slow = Assert.Throws<ModelException>(() => Reference.Run(graph, inputs, limits: limits));
        var fast = Assert.Throws<ModelException>(() => session.Run(inputs));
        Assert.EndsWith($"would bring the run above {bytes - 1} bytes", slow.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', slow.Message);
        Assert.Equal(slow.Message, fast.Message);
    }

    [Fact]
    public void A_recurrence_counts_its_states_and_gates()
    {
        var graph = OnnxModel.Read(Filled(1, 8, 1).Node("LSTM", ["input", "f", "r"], ["y"], ("hidden_size", 2))
            .Input("input", DType.Float32, 3, 1, 1).Initialiser("r", Tensor.Create(DType.Float32, Shape.Of(1, 8, 2))).Output("y").ToBytes());
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["input"] = Tensor.Create(DType.Float32, Shape.Of(3, 1, 1)) };
        // The weights, Y of six elements, two last states of two, two states and eight gates to work with.
        const long Bytes = 4 * (8 + 6 + (2 * 2) + (2 * 2) + 8);
        Reference.Run(graph, inputs, limits: new() { Bytes = Bytes });
        var refusal = Assert.Throws<ModelException>(() => Reference.Run(graph, inputs, limits: new() { Bytes = Bytes - 1 }));
        Assert.EndsWith($"48 bytes of working memory would bring the run above {Bytes - 1} bytes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sixty_million_sums_are_refused_where_there_is_no_room_for_them()
    {
        var file = Filled(60_000_000, 1).Node("Cast", ["f"], ["i"], ("to", 6L)).Node("ReduceSum", ["i", "axis"], ["y"]).Output("y").ToBytes();
        var graph = OnnxModel.Read(file);
        var (refusal, bytes) = Allocated(() => Assert.Throws<ModelException>(() =>
            Reference.Run(graph, new Dictionary<string, Tensor>(StringComparer.Ordinal), limits: new() { Bytes = 100_000_000 })));
        Assert.Contains("float32 60000000x1 would bring the run above 100000000 bytes", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(bytes, 0, Slack);
    }

    [Fact]
    public void A_shape_operand_of_absurd_length_is_refused()
    {
        var graph = OnnxModel.Read(Filled(N).Node("Cast", ["f"], ["i"], ("to", 7L)).Node("Reshape", ["one", "i"], ["y"]).Output("y").ToBytes());
        var refusal = Assert.Throws<ModelException>(() => Reference.Run(graph, new Dictionary<string, Tensor>(StringComparer.Ordinal)));
        Assert.EndsWith("the target shape has 1048576 elements, more than 65536", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_called_off_stops_before_its_next_node()
    {
        var graph = OnnxModel.Read(Filled(4).Node("Relu", ["f"], ["a"]).Node("Neg", ["a"], ["y"]).Output("y").ToBytes());
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        using var session = new Session(graph, new() { Threads = 1 });
        foreach (var run in new Action<Action<int, Tensor>, CancellationToken>[]
            { (watch, cancel) => Reference.Run(graph, inputs, watch, cancel: cancel), (watch, cancel) => session.Run(inputs, watch, cancel) })
        {
            using var source = new CancellationTokenSource();
            var seen = 0;
            Assert.Throws<OperationCanceledException>(() => run((_, _) =>
            {
                if (++seen == 2)
                    source.Cancel();
            }, source.Token));
            Assert.Equal(2, seen);
            run((_, _) => seen++, CancellationToken.None);
            Assert.Equal(5, seen);
        }
    }

    [Fact]
    public void Memory_kept_from_run_to_run_stays_bounded_when_every_run_is_larger_than_the_last()
    {
        using var pool = new FloatPool();
        var kept = 0;
        for (var size = 1000; size < 1200; size++)
        {
            pool.Rent(size).Release();
            pool.Trim(5000);
            Assert.InRange(pool.Idle, 0, 5000);
            kept += pool.Idle > 0 ? 1 : 0;
        }
        Assert.InRange(kept, 100, 200);
    }

    /// <summary>A model whose value f is that many zeros, made by the run from a few bytes.</summary>
    private static OnnxWriter Filled(params long[] dims) => new OnnxWriter(13)
        .Initialiser("dims", Tensor.From<long>(Shape.Of(dims.Length), dims))
        .Initialiser("axis", Tensor.From<long>(Shape.Of(1), [1])).Initialiser("ends", Tensor.From<long>(Shape.Of(2), [0, 2]))
        .Initialiser("one", Tensor.From<int>(Shape.Of(1), [1])).Initialiser("many", Tensor.From<long>(Shape.Of(1), [N]))
        .Node("ConstantOfShape", ["dims"], ["f"]);

    private static (T Result, long Bytes) Allocated<T>(Func<T> run)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = run();
        return (result, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
