using System.Collections.Immutable;
using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Numerics;

namespace Assay.Engine.Tests.Execution;

/// <summary>The fast executor gives the reference's bytes: every primitive, odd shapes, every instruction set, 1, 2 and 7 threads.</summary>
public sealed class FastEqualityTests
{
    private static readonly int[] Threads = [1, 2, 7];

    public static TheoryData<string> Names => [.. Groups.Keys];

    private static readonly Dictionary<string, Func<IEnumerable<FastCase>>> Groups = new(StringComparer.Ordinal)
    {
        ["elementwise"] = Unary,
        ["broadcast"] = Binary,
        ["matrix products"] = MatMuls,
        ["convolutions"] = Convs,
        ["pools"] = Pools,
        ["reductions"] = Reductions,
        ["recurrences"] = Lstms,
        ["movement"] = Moves,
        ["integers and bools"] = ElementCases.All,
        ["products of integers"] = ElementCases.Products,
        ["rows"] = AxisCases.Rows,
        ["attention"] = AxisCases.Attention,
        ["linear attention"] = AxisCases.LinearAttention,
        ["attention of wild numbers"] = AxisCases.WildAttention,
    };

    [Theory, MemberData(nameof(Names))]
    public void Every_primitive_has_the_reference_bits(string name)
    {
        foreach (var test in Groups[name]())
            foreach (var constants in new[] { true, false })
                Compare(test, constants);
    }

    /// <summary>All the cases by name of their group.</summary>
    internal static IEnumerable<FastCase> All => Groups.Values.SelectMany(make => make());

    [Fact]
    public void Random_convolutions_have_the_reference_bits()
    {
        for (var i = 0ul; i < 60; i++)
            Compare(RandomConv(i), constants: i % 2 == 0);
    }

    [Fact]
    public void Weights_that_the_graph_turns_about_itself_are_folded_and_still_shown()
    {
        var (x, w) = (FastCase.Floats(1, 2, 3, 9, 9), FastCase.Floats(2, 3, 3, 3, 5));
        ImmutableArray<ValueInfo> values = [new("x", x.Type, x.Shape.Dims), new("w", w.Type, w.Shape.Dims), new("t", null, default), new("c", null, default), new("y", null, default)];
        var graph = new Graph("turned", [0], new Block(
        [
            new(Primitive.Transpose, [1], [2], Ints(("perm", [3, 0, 1, 2])), [], "node 0"),
            new(Primitive.Conv, [0, 2], [3], Attributes.None, [], "node 1"),
            new(Primitive.Relu, [3], [4], Attributes.None, [], "node 2"),
        ], [4, 2]), values, ImmutableDictionary<int, Tensor>.Empty.Add(1, w));
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["x"] = x };
        var expected = new Dictionary<int, Tensor>();
        var outputs = Reference.Run(graph, inputs, (id, tensor) => expected[id] = tensor);
        using var session = new Session(graph);
        var shown = 0;
        session.Run(inputs, (id, tensor) =>
        {
            shown++;
            AssertSame(expected[id], tensor, $"value {id}");
        });
        Assert.Equal(3, shown);
        var untraced = session.Run(inputs);
        for (var o = 0; o < 2; o++)
            AssertSame(outputs[o].Value, untraced[o].Value, $"output {o}");
    }

    internal static void Compare(FastCase test, bool constants)
    {
        var (graph, inputs) = test.Build(constants);
        var expected = Reference.Run(graph, inputs);
        foreach (var isa in Isas.Supported)
            foreach (var threads in Threads)
            {
                // On seven threads, whatever has several outputs is cut into seven shares.
                using var session = new Session(graph, new SessionOptions { Isa = isa, Threads = threads, CutsAll = threads == 7 });
                using var unplanned = new Session(graph, new SessionOptions { Isa = isa, Threads = threads, Plans = false });
                for (var run = 0; run < 3; run++)
                {
                    var actual = (run == 2 ? unplanned : session).Run(inputs);
                    for (var o = 0; o < expected.Count; o++)
                        AssertSame(expected[o].Value, actual[o].Value, $"{test} ({(constants ? "constants" : "inputs")}), output {o}, {isa.Name()}, {threads} threads, run {run}");
                }
            }
    }

    internal static void AssertSame(Tensor expected, Tensor actual, string where)
    {
        Assert.True(expected.Type == actual.Type && expected.Shape == actual.Shape, $"{where}: {actual}, not {expected}");
        var at = expected.Bytes.CommonPrefixLength(actual.Bytes);
        if (at == expected.Bytes.Length)
            return;
        var size = expected.Type.Size();
        at -= at % size;
        Assert.Fail($"{where}: element {at / size} of {expected} is {Convert.ToHexString(actual.Bytes.Slice(at, size))}, not {Convert.ToHexString(expected.Bytes.Slice(at, size))}");
    }

    private static IEnumerable<FastCase> Unary()
    {
        foreach (var op in Enum.GetValues<Primitive>().Where(op => op is Primitive.Relu or Primitive.Neg or Primitive.Abs || op.ToFunction() is not null))
            foreach (var type in new[] { DType.Float32, DType.Float16, DType.BFloat16 })
                foreach (var count in new[] { 0, 1, 15, 33, 3001 })
                    yield return new($"{op} {type} {count}", op, Attributes.None, 1, FastCase.Floats((ulong)count, true, type, count));
        foreach (var (from, to) in new[] { (DType.Float32, DType.Float16), (DType.Float16, DType.Float32), (DType.BFloat16, DType.Float16), (DType.Float32, DType.BFloat16), (DType.Float16, DType.Float16), (DType.Float32, DType.Int32) })
            yield return new($"Cast {from} {to}", Primitive.Cast, Attributes.None.With("to", (long)to), 1, FastCase.Floats(5, true, from, 777));
    }

    private static IEnumerable<FastCase> Binary()
    {
        (int[], int[])[] shapes = [([7], [7]), ([5, 33], [33]), ([5, 33], [5, 1]), ([1], [2, 3, 17]), ([2, 3, 5, 19], [3, 1, 1]), ([4, 1, 6], [5, 1]), ([], [2, 2]), ([2, 0], [1]), ([3, 1, 5, 1], [1, 4, 1, 6]), ([9001], [9001]), ([2, 9001], [1, 1])];
        foreach (var op in new[] { Primitive.Add, Primitive.Sub, Primitive.Mul, Primitive.Div, Primitive.Min, Primitive.Max, Primitive.Pow, Primitive.Less })
            foreach (var (a, b) in shapes)
                yield return new($"{op} {string.Join('x', a)} {string.Join('x', b)}", op, Attributes.None, 1, FastCase.Floats(1, true, DType.Float32, a), FastCase.Floats(2, true, DType.Float32, b));
        yield return new("Pow 2", Primitive.Pow, Attributes.None, 1, FastCase.Floats(3, true, DType.Float32, 100), Tensor.Scalar(2f));
        yield return new("Add float16", Primitive.Add, Attributes.None, 1, FastCase.Floats(3, true, DType.Float16, 9, 11), FastCase.Floats(4, true, DType.Float16, 11));
        yield return new("Add int64", Primitive.Add, Attributes.None, 1, FastCase.Ints(1, 2, 3), FastCase.Ints(4));
    }

    private static IEnumerable<FastCase> MatMuls()
    {
        foreach (var (m, n, k) in new[] { (1, 1, 1), (1, 10, 256), (2, 65, 7), (3, 48, 33), (4, 49, 5), (13, 100, 40), (8, 96, 520), (21, 47, 1100), (5, 3, 0), (70, 200, 3) })
            yield return new($"MatMul {m} {n} {k}", Primitive.MatMul, Attributes.None, 1, FastCase.Floats(1, k < 50, DType.Float32, m, k), FastCase.Floats(2, k, n));
        foreach (var (m, n, k) in new[] { (16, 64, 1030), (9, 33, 8), (24, 47, 513), (12, 17, 9) })
            yield return new($"MatMul {m} {n} {k}", Primitive.MatMul, Attributes.None, 1, FastCase.Floats(1, k < 50, DType.Float32, m, k), FastCase.Floats(2, k, n));
        // Rows that are read where they stand or, their length being what it is, packed; more terms than one block has.
        foreach (var (m, n, k) in new[] { (8, 49, 40), (21, 100, 33), (16, 20, 256), (19, 50, 1100) })
            yield return new($"MatMul {m} by {k}, {n}", Primitive.MatMul, Attributes.None, 1, FastCase.Floats(1, k < 50, DType.Float32, m, k), FastCase.Floats(2, k, n));
        yield return new("MatMul row", Primitive.MatMul, Attributes.None, 1, FastCase.Floats(1, 30), FastCase.Floats(2, 30, 70));
        yield return new("MatMul column", Primitive.MatMul, Attributes.None, 1, FastCase.Floats(1, 9, 30), FastCase.Floats(2, 30));
        yield return new("MatMul batches", Primitive.MatMul, Attributes.None, 1, FastCase.Floats(1, 2, 1, 6, 7), FastCase.Floats(2, 3, 7, 20));
        yield return new("MatMul one right", Primitive.MatMul, Attributes.None, 1, FastCase.Floats(1, 2, 3, 6, 7), FastCase.Floats(2, 7, 50));
        yield return new("MatMul float16", Primitive.MatMul, Attributes.None, 1, FastCase.Floats(1, true, DType.Float16, 9, 40), FastCase.Floats(2, false, DType.Float16, 40, 60));
    }

    private static FastCase Conv(string name, int[] x, int[] w, Attributes? a = null, bool bias = true, DType type = DType.Float32, bool wild = false) => new(
        $"Conv {name}", Primitive.Conv, a ?? Attributes.None, 1, FastCase.Floats(7, wild, type, x), FastCase.Floats(8, wild, type, w), bias ? FastCase.Floats(9, false, type, w[0]) : null);

    private static Attributes Ints(params (string Name, long[] Values)[] lists) =>
        lists.Aggregate(Attributes.None, (a, l) => a.With(l.Name, ImmutableArray.Create(l.Values)));

    private static IEnumerable<FastCase> Convs()
    {
        yield return Conv("1x1", [1, 19, 7, 9], [21, 19, 1, 1]);
        yield return Conv("3x3 padded", [2, 3, 13, 15], [10, 3, 3, 3], Ints(("pads", [1, 1, 1, 1])));
        yield return Conv("3x3 no bias", [1, 5, 13, 50], [9, 5, 3, 3], null, bias: false);
        yield return Conv("strided", [1, 4, 20, 21], [12, 4, 3, 5], Ints(("strides", [2, 3]), ("pads", [1, 0, 2, 3])));
        yield return Conv("dilated", [1, 2, 20, 21], [5, 2, 3, 3], Ints(("dilations", [2, 3]), ("pads", [2, 2, 2, 2])));
        yield return Conv("1-d strided", [1, 1, 640], [40, 1, 256], Ints(("strides", [128])));
        yield return Conv("1-d", [3, 6, 33], [17, 6, 3], Ints(("pads", [1, 1])));
        yield return Conv("3-d", [1, 2, 5, 6, 7], [3, 2, 2, 3, 3], Ints(("pads", [0, 1, 1, 1, 1, 0]), ("strides", [1, 2, 1])));
        yield return Conv("groups", [1, 12, 6, 7], [18, 4, 3, 3], Attributes.None.With("group", 3L));
        yield return Conv("depthwise", [2, 11, 17, 70], [11, 1, 3, 3], Ints(("pads", [1, 1, 1, 1])).With("group", 11L));
        yield return Conv("depthwise by two, strided", [1, 5, 17, 18], [10, 1, 3, 3], Ints(("strides", [2, 2]), ("pads", [1, 1, 1, 1])).With("group", 5L));
        yield return Conv("deep", [1, 130, 5, 6], [13, 130, 3, 3], Ints(("pads", [1, 1, 1, 1])));
        yield return Conv("float16", [1, 6, 9, 9], [20, 6, 3, 3], Ints(("pads", [1, 1, 1, 1])), type: DType.Float16);
        yield return Conv("infinities meet padding", [1, 3, 6, 6], [5, 3, 3, 3], Ints(("pads", [1, 1, 1, 1])), wild: true);
        yield return Conv("depthwise infinities", [1, 3, 6, 6], [3, 1, 3, 3], Ints(("pads", [1, 1, 1, 1])).With("group", 3L), wild: true);
        yield return Conv("same upper", [1, 2, 10, 11], [4, 2, 4, 4], Ints(("strides", [3, 2])).With("auto_pad", "SAME_UPPER"));
        yield return Conv("no output", [0, 2, 10, 11], [4, 2, 4, 4]);
        // Each way to compute a convolution (ConvolutionWay), each width of a panel, rows that are no whole tile.
        foreach (var (channels, inner, height, width) in new[] { (8, 3, 5, 96), (12, 3, 4, 111), (6, 2, 3, 33), (13, 5, 3, 48), (16, 16, 7, 40), (17, 9, 13, 13), (64, 48, 13, 13), (40, 70, 3, 2), (33, 8, 1, 1), (7, 130, 4, 5) })
            yield return Conv($"3x3 {channels} of {inner}, {height}x{width}", [1, inner, height, width], [channels, inner, 3, 3], Ints(("pads", [1, 1, 1, 1])));
        foreach (var (channels, inner, size) in new[] { (6, 7, 1200), (20, 16, 1024), (8, 32, 64), (9, 600, 81), (64, 40, 49) })
            yield return Conv($"1x1 {channels} of {inner}, {size}", [2, inner, size], [channels, inner, 1], bias: channels != 9);
        yield return Conv("strided wide", [1, 3, 9, 200], [10, 3, 3, 3], Ints(("strides", [2, 2]), ("pads", [1, 1, 1, 1])));
        yield return Conv("float16 lines", [1, 6, 5, 100], [20, 6, 3, 3], type: DType.Float16, wild: true);
        yield return Conv("bfloat16 one line", [1, 9, 9, 25], [8, 9, 3, 3], Ints(("pads", [1, 1, 1, 1])), type: DType.BFloat16, wild: true);
        // Depthwise 3 by 3: rows and columns below, at and above a vector; fewer rows than are taken together; strips.
        foreach (var (height, width) in new[] { (1, 4), (3, 5), (8, 10), (15, 20), (5, 33), (4, 47), (60, 161) })
            foreach (var stride in new[] { 1L, 2L })
                yield return Conv($"depthwise {height}x{width} by {stride}", [1, 3, height * (int)stride, width * (int)stride], [3, 1, 3, 3], Ints(("strides", [stride, stride]), ("pads", [1, 1, 1, 1])).With("group", 3L), wild: height == 8);
        foreach (var (height, width) in new[] { (3, 7), (7, 31), (9, 64), (29, 95) })
            yield return Conv($"depthwise {height}x{width}, every other", [2, 2, height, width], [4, 1, 3, 3], Ints(("strides", [2, 2]), ("pads", [1, 1, 1, 1])).With("group", 2L), wild: width > 60);
        yield return Conv("depthwise 1 channel of infinities", [1, 2, 6, 70], [2, 1, 3, 3], Ints(("pads", [1, 1, 1, 1])).With("group", 2L), wild: true);
        yield return Conv("depthwise uneven", [2, 2, 9, 30], [4, 1, 3, 3], Ints(("strides", [1, 2]), ("pads", [0, 2, 1, 0])).With("group", 2L), type: DType.Float16);
        yield return Conv("depthwise 5x5", [1, 3, 12, 50], [3, 1, 5, 5], Ints(("pads", [2, 2, 2, 2])).With("group", 3L));
    }

    private static FastCase RandomConv(ulong seed)
    {
        var counter = seed << 20;
        int Next(int from, int to) => from + (int)(Sample.Hash(counter++) % (ulong)(to - from + 1));
        var group = Next(1, 3);
        var (inner, outer) = (Next(1, 5), Next(1, 7));
        int kh = Next(1, 4), kw = Next(1, 4), dh = Next(1, 2), dw = Next(1, 3);
        var a = Ints(("strides", [Next(1, 3), Next(1, 3)]), ("dilations", [dh, dw]), ("pads", [Next(0, 2), Next(0, 2), Next(0, 2), Next(0, 2)]));
        return Conv($"random {seed}", [Next(1, 2), group * inner, ((kh - 1) * dh) + Next(1, 12), ((kw - 1) * dw) + Next(1, 60)], [group * outer, inner, kh, kw], a.With("group", (long)group), bias: seed % 3 > 0);
    }

    private static IEnumerable<FastCase> Pools()
    {
        foreach (var op in new[] { Primitive.MaxPool, Primitive.AveragePool })
        {
            FastCase Pool(string name, int[] x, Attributes a, DType type = DType.Float32) => new($"{op} {name}", op, a, 1, FastCase.Floats(3, true, type, x));
            yield return Pool("2x2", [1, 3, 8, 10], Ints(("kernel_shape", [2, 2]), ("strides", [2, 2])));
            yield return Pool("3x3 padded", [2, 3, 15, 71], Ints(("kernel_shape", [3, 3]), ("pads", [1, 1, 1, 1])));
            yield return Pool("3x3 ceil", [1, 2, 14, 14], Ints(("kernel_shape", [3, 3]), ("strides", [2, 2])).With("ceil_mode", 1L));
            yield return Pool("3x3 by 2", [1, 2, 31, 71], Ints(("kernel_shape", [3, 3]), ("strides", [2, 2]), ("pads", [0, 1, 1, 0])));
            yield return Pool("2x3 by 3", [1, 3, 11, 13], Ints(("kernel_shape", [2, 3]), ("strides", [1, 3]), ("pads", [1, 2, 0, 0])));
            yield return Pool("2x2 float16", [1, 3, 8, 70], Ints(("kernel_shape", [2, 2]), ("strides", [2, 2])), DType.Float16);
            yield return Pool("1-d", [1, 4, 50], Ints(("kernel_shape", [5]), ("strides", [3]), ("pads", [2, 1])));
            yield return Pool("3-d float16", [1, 2, 4, 5, 6], Ints(("kernel_shape", [2, 2, 3])), DType.Float16);
            yield return Pool("dilated", [1, 2, 14, 15], Ints(("kernel_shape", [3, 2]), ("dilations", [2, 3])));
            if (op == Primitive.AveragePool)
                yield return Pool("counting padding", [1, 2, 14, 15], Ints(("kernel_shape", [3, 3]), ("strides", [2, 2]), ("pads", [1, 1, 2, 1])).With("count_include_pad", 1L).With("ceil_mode", 1L));
        }
    }

    private static IEnumerable<FastCase> Reductions()
    {
        (int[] Shape, long[] Axes)[] cases = [([40], [0]), ([3, 100], [1]), ([100, 3], [0]), ([4, 33, 50], [1]), ([2, 3, 5, 7], [2, 3]), ([2, 3, 5, 7], [0, 2]), ([3, 1, 5], [1]), ([2, 17], [-1]), ([5, 5], [0, 1]), ([1, 16, 1, 19], [0, 1])];
        foreach (var op in new[] { Primitive.ReduceSum, Primitive.ReduceMean, Primitive.ReduceMax, Primitive.ReduceMin })
            foreach (var (shape, axes) in cases)
                foreach (var wild in new[] { false, true })
                    yield return new($"{op} {string.Join('x', shape)} over {string.Join(',', axes)}", op, Attributes.None.With("keepdims", shape.Length % 2L), 1, FastCase.Floats(4, wild, DType.Float32, shape), FastCase.Ints(axes));
        yield return new("ReduceMean float16", Primitive.ReduceMean, Attributes.None, 1, FastCase.Floats(4, false, DType.Float16, 3, 500), FastCase.Ints(1));
        yield return new("ReduceSum all", Primitive.ReduceSum, Attributes.None, 1, FastCase.Floats(4, 3, 50));
        foreach (var (shape, axis) in new[] { (new[] { 7, 2 }, 1L), ([53, 2], 1), ([40, 16], 1), ([19, 17], 1), ([3, 1000], -1), ([2, 5, 33], 1), ([1, 4], 0), ([40], 0) })
            foreach (var wild in new[] { false, true })
                yield return new($"Softmax {string.Join('x', shape)} {axis}", Primitive.Softmax, Attributes.None.With("axis", axis), 1, FastCase.Floats(6, wild, DType.Float32, shape));
        yield return new("Softmax float16", Primitive.Softmax, Attributes.None, 1, FastCase.Floats(6, false, DType.Float16, 4, 1000));
        foreach (var type in new[] { DType.Float32, DType.Float16 })
            yield return new($"BatchNormalization {type}", Primitive.BatchNormalization, Attributes.None.With("epsilon", 0.001f), 1,
                FastCase.Floats(1, true, type, 2, 5, 7, 9), FastCase.Floats(2, false, type, 5), FastCase.Floats(3, false, type, 5), FastCase.Floats(4, false, type, 5), FastCase.Floats(5, false, type, 5));
    }

    private static IEnumerable<FastCase> Lstms()
    {
        foreach (var (direction, directions) in new[] { ("forward", 1), ("reverse", 1), ("bidirectional", 2) })
            foreach (var (steps, batch, inputs, hidden) in new[] { (1, 1, 128, 128), (5, 2, 7, 19), (3, 1, 4, 1) })
                foreach (var full in new[] { true, false })
                    yield return new($"Lstm {direction} {steps} {batch} {inputs} {hidden} {full}", Primitive.Lstm, Attributes.None.With("direction", direction), 3,
                        FastCase.Floats(1, hidden == 19, DType.Float32, steps, batch, inputs), FastCase.Floats(2, directions, 4 * hidden, inputs), FastCase.Floats(3, directions, 4 * hidden, hidden),
                        full ? FastCase.Floats(4, directions, 8 * hidden) : null, null,
                        full ? FastCase.Floats(5, directions, batch, hidden) : null, full ? FastCase.Floats(6, directions, batch, hidden) : null);
        yield return new("Lstm float16", Primitive.Lstm, Attributes.None, 3, FastCase.Floats(1, false, DType.Float16, 4, 2, 6), FastCase.Floats(2, false, DType.Float16, 1, 20, 6), FastCase.Floats(3, false, DType.Float16, 1, 20, 5), FastCase.Floats(4, false, DType.Float16, 1, 40));
    }

    private static IEnumerable<FastCase> Moves()
    {
        foreach (var type in new[] { DType.Float32, DType.Float16 })
        {
            Tensor X(ulong seed, params int[] dims) => FastCase.Floats(seed, true, type, dims);
            yield return new($"Transpose {type}", Primitive.Transpose, Ints(("perm", [0, 2, 3, 1])), 1, X(1, 2, 3, 4, 5));
            yield return new($"Transpose reversed {type}", Primitive.Transpose, Attributes.None, 1, X(1, 7, 30));
            yield return new($"Reshape {type}", Primitive.Reshape, Attributes.None, 1, X(1, 4, 6), FastCase.Ints(3, -1));
            yield return new($"Identity {type}", Primitive.Identity, Attributes.None, 1, X(1, 9));
            yield return new($"Concat {type}", Primitive.Concat, Attributes.None.With("axis", 1L), 1, X(1, 2, 3, 5), X(2, 2, 1, 5), X(3, 2, 0, 5));
            yield return new($"Slice {type}", Primitive.Slice, Attributes.None, 1, X(1, 9, 20), FastCase.Ints(-2, 3), FastCase.Ints(-100, 100), FastCase.Ints(0, 1), FastCase.Ints(-2, 4));
            yield return new($"Expand {type}", Primitive.Expand, Attributes.None, 1, X(1, 3, 1), FastCase.Ints(2, 1, 7));
            yield return new($"Gather {type}", Primitive.Gather, Attributes.None.With("axis", 1L), 1, X(1, 4, 6), FastCase.Ints(5, -6, 2));
            yield return new($"Pad {type}", Primitive.Pad, Attributes.None, 1, X(1, 4, 6), FastCase.Ints(1, 0, 2, 5), X(5));
            yield return new($"Pad reflect {type}", Primitive.Pad, Attributes.None.With("mode", "reflect"), 1, X(1, 4, 6), FastCase.Ints(1, 0, 2, 5));
            yield return new($"Pad negative {type}", Primitive.Pad, Attributes.None, 1, X(1, 4, 6), FastCase.Ints(-1, 2, 0, -3));
        }
    }
}
