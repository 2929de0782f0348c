using System.Collections.Immutable;
using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Numerics;

namespace Assay.Engine.Tests.Execution;

/// <summary>
/// Random graphs whose values come, go, are written over, joined and looked at in other shapes: with everything that a plan does to
/// memory and order, they have the reference's bits.
/// </summary>
public sealed class PlanGraphTests
{
    private static readonly int[] Rows = [1, 2, 8], Columns = [16, 700, 1536];

    [Fact]
    public void Random_graphs_have_the_reference_bits()
    {
        for (var seed = 1ul; seed <= 120; seed++)
        {
            var (graph, inputs) = new Maker(seed).Make();
            using var one = new Session(graph, new() { Threads = 1 });
            using var two = new Session(graph, new() { Threads = 2, Isa = Isas.Supported[(int)(seed % (ulong)Isas.Supported.Count)] });
            for (var run = 0ul; run < 2; run++)
            {
                var fed = inputs.ToDictionary(i => i.Key, i => FastCase.Floats((seed * 100) + run, run == 1, DType.Float32, [.. i.Value.Dims]), StringComparer.Ordinal);
                var expected = Reference.Run(graph, fed);
                foreach (var session in new[] { one, two })
                {
                    var actual = session.Run(fed);
                    for (var o = 0; o < expected.Count; o++)
                        FastEqualityTests.AssertSame(expected[o].Value, actual[o].Value, $"graph {seed}, run {run}, {session.Options.Threads} threads, output {o} of {string.Join(" ", graph.Body.Nodes.Select(n => n.Op))}");
                }
            }
            Assert.Equal(2, one.PlannedRuns);
        }
    }

    [Fact]
    public void What_a_plan_keeps_is_a_fraction_of_all_values()
    {
        // Forty values of 1 MiB, of which two live at a time, and one place is written over.
        var values = Enumerable.Range(0, 41).Select(id => new ValueInfo($"v{id}", DType.Float32, [1 << 18])).ToImmutableArray();
        var nodes = Enumerable.Range(0, 40).Select(i => new Node(i % 2 == 0 ? Primitive.Neg : Primitive.Abs, [i], [i + 1], Attributes.None, [], $"node {i}"));
        var graph = new Graph("chain", [0], new Block([.. nodes], [40]), values, ImmutableDictionary<int, Tensor>.Empty);
        using var session = new Session(graph, new() { Threads = 1 });
        session.Run(new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["v0"] = Tensor.Create(DType.Float32, Shape.Of(1 << 18)) });
        Assert.InRange(session.PlannedBytes, 1 << 20, 3 << 20);
    }

    /// <summary>Twenty to forty nodes over few shapes; the last values that nobody has read are the outputs.</summary>
    private sealed class Maker(ulong seed)
    {
        private readonly List<Shape> shapes = [];
        private readonly List<Node> nodes = [];
        private readonly Dictionary<int, Tensor> constants = [];
        private ulong counter = seed << 24;

        public (Graph Graph, Dictionary<string, Shape> Inputs) Make()
        {
            for (var i = 0; i < 3; i++)
                shapes.Add(Shape.Of(Rows[Next(Rows.Length)], Columns[Next(Columns.Length)]));
            var inputs = shapes.Select((shape, i) => ($"v{i}", shape)).ToDictionary(p => p.Item1, p => p.shape, StringComparer.Ordinal);
            for (var count = 20 + Next(20); count > 0; count--)
                Add();
            var read = nodes.SelectMany(n => n.Inputs).ToHashSet();
            ImmutableArray<int> outputs = [.. Enumerable.Range(0, shapes.Count).Where(id => !read.Contains(id) && !constants.ContainsKey(id)).Append(shapes.Count - 1).Distinct()];
            var values = shapes.Select((shape, id) => new ValueInfo($"v{id}", id < 3 ? DType.Float32 : null, id < 3 ? shape.Dims : default)).ToImmutableArray();
            return (new Graph($"{seed}", [0, 1, 2], new Block([.. nodes], outputs), values, constants.ToImmutableDictionary()), inputs);
        }

        private void Add()
        {
            var x = Pick(_ => true);
            var shape = shapes[x];
            switch (Next(10))
            {
                case 0 or 1:
                    Node(new[] { Primitive.Relu, Primitive.Neg, Primitive.Sigmoid, Primitive.Abs }[Next(4)], shape, x);
                    break;
                case 2 or 3:
                    Node(Binary(), shape, x, Pick(s => s == shape));
                    break;
                case 4:
                    // A row, or one element, for all.
                    var small = Constant(Next(2) == 0 ? Shape.Of(shape[1]) : Shape.Of(1, 1));
                    if (Next(2) == 0)
                        Node(Binary(), shape, x, small);
                    else
                        Node(Binary(), shape, small, x);
                    break;
                case 5 or 6 when shape[0] < 30:
                    var other = Pick(s => s[1] == shape[1]);
                    Node(Primitive.Concat, Shape.Of(shape[0] + shapes[other][0], shape[1]), Attributes.None.With("axis", 0L), x, other);
                    break;
                case 7 when shape[0] > 1:
                    Node(Primitive.Slice, Shape.Of(shape[0] - 1, shape[1]), x, Ints(1), Ints(shape[0]), Ints(0));
                    break;
                case 8:
                    // There and back: a second name for the same memory.
                    Node(Primitive.Reshape, Shape.Of(shape[0], shape[1]), Node(Primitive.Reshape, Shape.Of(shape.Count), x, Ints(-1)), Ints(shape[0], shape[1]));
                    break;
                default:
                    Node(Primitive.Softmax, shape, x);
                    break;
            }
        }

        private Primitive Binary() => new[] { Primitive.Add, Primitive.Mul, Primitive.Sub, Primitive.Max }[Next(4)];

        private int Node(Primitive op, Shape shape, params ReadOnlySpan<int> inputs) => Node(op, shape, Attributes.None, inputs);

        private int Node(Primitive op, Shape shape, Attributes attributes, params ReadOnlySpan<int> inputs)
        {
            shapes.Add(shape);
            nodes.Add(new(op, [.. inputs], [shapes.Count - 1], attributes, [], $"node {nodes.Count} ({op})"));
            return shapes.Count - 1;
        }

        private int Constant(Shape shape)
        {
            constants[shapes.Count] = FastCase.Floats(counter++, shape.Dims.ToArray());
            shapes.Add(shape);
            return shapes.Count - 1;
        }

        private int Ints(params long[] values)
        {
            constants[shapes.Count] = FastCase.Ints(values);
            shapes.Add(Shape.Of(values.Length));
            return shapes.Count - 1;
        }

        // Of the newest eight of rank 2, so that values die.
        private int Pick(Predicate<Shape> fits)
        {
            var ids = Enumerable.Range(0, shapes.Count).Where(id => !constants.ContainsKey(id) && shapes[id].Rank == 2 && fits(shapes[id])).ToArray();
            return ids[Math.Max(0, ids.Length - 8) + Next(Math.Min(8, ids.Length))];
        }

        private int Next(int below) => (int)(Sample.Hash(counter++) % (ulong)below);
    }
}
