using System.Diagnostics;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Engine.Models.Onnx;

namespace Assay.Bench;

/// <summary>
/// Models of assay-int8-v1 beside float32 models of the same layers, both by our own engine in one process, turn by turn. The weights are noise: what is measured is
/// the arithmetic and not what a quantised model is worth.
/// </summary>
/// <remarks>Options: <c>--runs</c> (turns of each), <c>--turn-ms</c>, <c>--threads</c> (the most).</remarks>
internal static class Int8Bench
{
    private const string Peer = "the same layers in float32";

    private static readonly (string Name, Func<(byte[] Whole, byte[] Float, Tensor Input)> Make)[] models =
    [
        ("cnn-28x28", Small), ("conv-3x3-64x56x56", () => Convolution(64, 56, 3)), ("conv-1x1-256x28x28", () => Convolution(256, 28, 1)),
        ("dense-4m", () => Dense(1)), ("dense-4m-rows-64", () => Dense(64)),
    ];

    public static Task<List<Row>> RunAsync(Arguments arguments)
    {
        int runs = arguments.Number("--runs", 9), turn = arguments.Number("--turn-ms", 60), most = arguments.Number("--threads", 2);
        arguments.RefuseOthers();
        List<Row> rows = [];
        foreach (var (name, make) in models)
            foreach (var threads in Enumerable.Range(1, most))
                rows.Add(Measure(name, make(), threads, runs, TimeSpan.FromMilliseconds(turn)));
        return Task.FromResult(rows);
    }

    private static Row Measure(string name, (byte[] Whole, byte[] Float, Tensor Input) model, int threads, int runs, TimeSpan turn)
    {
        using Session whole = new(OnnxModel.Read(model.Whole), new() { Threads = threads }), real = new(OnnxModel.Read(model.Float), new() { Threads = threads });
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["x"] = model.Input };
        List<double> ours = [], theirs = [];
        for (var i = -4; i < runs; i++)
            foreach (var isOurs in i % 2 == 0 ? new[] { true, false } : [false, true])
            {
                var speed = Speed(isOurs ? whole : real, inputs, turn);
                // The first turns are the compiler's.
                if (i >= 0)
                    (isOurs ? ours : theirs).Add(speed);
            }
        return (Row.Of($"int8-{name}/{threads}", "runs/s", Row.Higher, ours) with { Threads = threads }).Beside(Peer, "this", theirs);
    }

    private static double Speed(Session session, Dictionary<string, Tensor> inputs, TimeSpan turn)
    {
        session.Run(inputs);
        var count = 0;
        var start = Stopwatch.GetTimestamp();
        do
        {
            session.Run(inputs);
            count++;
        }
        while (Stopwatch.GetElapsedTime(start) < turn);
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>28 × 28 pictures, two convolutions of 5 × 5 with pools, two dense layers: 44 thousand weights.</summary>
    private static (byte[], byte[], Tensor) Small()
    {
        var whole = new Int8Writer();
        var x = whole.Quantize(whole.Input("x", 1, 1, 28, 28), 127, 0);
        x = whole.MaxPool(whole.Conv(x, Whole(8, 1, 5, 5), Biases(8), 0, 1000, To(8)), [2, 2], [2, 2]);
        x = whole.MaxPool(whole.Conv(x, Whole(16, 8, 5, 5), Biases(16), 0, 1000, To(16)), [2, 2], [2, 2]);
        x = whole.Dense(whole.Flatten(x), Whole(128, 256), Biases(128), 0, 1000, To(128));
        whole.Dequantize(whole.Dense(x, Whole(10, 128), Biases(10), 0, 1000, To(10)), 1, 0, "y", 1, 10);
        var real = new OnnxWriter(13).Input("x", DType.Float32, 1, 1, 28, 28).Output("y", DType.Float32, 1, 10)
            .Initialiser("a", Real(8, 1, 5, 5)).Initialiser("b", Real(8)).Initialiser("c", Real(16, 8, 5, 5)).Initialiser("d", Real(16))
            .Initialiser("e", Real(128, 256)).Initialiser("f", Real(128)).Initialiser("g", Real(10, 128)).Initialiser("h", Real(10))
            .Node("Conv", ["x", "a", "b"], ["1"]).Node("Relu", ["1"], ["2"]).Node("MaxPool", ["2"], ["3"], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }))
            .Node("Conv", ["3", "c", "d"], ["4"]).Node("Relu", ["4"], ["5"]).Node("MaxPool", ["5"], ["6"], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }))
            .Node("Flatten", ["6"], ["7"]).Node("Gemm", ["7", "e", "f"], ["8"], ("transB", 1)).Node("Relu", ["8"], ["9"]).Node("Gemm", ["9", "g", "h"], ["y"], ("transB", 1));
        return (whole.ToBytes(), real.ToBytes(), Real(1, 1, 28, 28));
    }

    private static (byte[], byte[], Tensor) Convolution(int channels, int size, int kernel)
    {
        int[] pads = [kernel / 2, kernel / 2, kernel / 2, kernel / 2];
        var whole = new Int8Writer();
        var x = whole.Quantize(whole.Input("x", 1, channels, size, size), 127, 0);
        whole.Dequantize(whole.Conv(x, Whole(channels, channels, kernel, kernel), Biases(channels), 0, 1000, To(channels), pads: pads), 1, 0, "y", 1, channels, size, size);
        var real = new OnnxWriter(13).Input("x", DType.Float32, 1, channels, size, size).Output("y", DType.Float32, 1, channels, size, size)
            .Initialiser("w", Real(channels, channels, kernel, kernel)).Initialiser("b", Real(channels)).Node("Conv", ["x", "w", "b"], ["c"], ("pads", pads)).Node("Relu", ["c"], ["y"]);
        return (whole.ToBytes(), real.ToBytes(), Real(1, channels, size, size));
    }

    private static (byte[], byte[], Tensor) Dense(int rows)
    {
        var whole = new Int8Writer();
        var x = whole.Quantize(whole.Input("x", rows, 2048), 127, 0);
        whole.Dequantize(whole.Dense(x, Whole(2048, 2048), Biases(2048), 0, 1000, To(2048)), 1, 0, "y", rows, 2048);
        var real = new OnnxWriter(13).Input("x", DType.Float32, rows, 2048).Output("y", DType.Float32, rows, 2048)
            .Initialiser("w", Real(2048, 2048)).Initialiser("b", Real(2048)).Node("Gemm", ["x", "w", "b"], ["c"]).Node("Relu", ["c"], ["y"]);
        return (whole.ToBytes(), real.ToBytes(), Real(rows, 2048));
    }

    private static Requantisation To(int channels) =>
        new([.. Enumerable.Range(300, channels)], [.. Enumerable.Repeat(19, channels)], [.. Enumerable.Range(0, channels)], 0, 0, 127, []);

    private static Tensor Whole(params int[] dims)
    {
        var random = new Random(1);
        var tensor = Tensor.Create(DType.Int8, Shape.Of(dims));
        foreach (ref var value in tensor.MutableSpan<sbyte>())
            value = (sbyte)random.Next(-127, 128);
        return tensor;
    }

    private static Tensor Biases(int count) => Tensor.From<int>(Shape.Of(count), [.. Enumerable.Range(-5, count)]);

    private static Tensor Real(params int[] dims)
    {
        var random = new Random(2);
        var tensor = Tensor.Create(DType.Float32, Shape.Of(dims));
        foreach (ref var value in tensor.MutableSpan<float>())
            value = (2 * random.NextSingle()) - 1;
        return tensor;
    }
}
