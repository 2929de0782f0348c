using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Models.Onnx.Wire;
using Google.Protobuf;

namespace Assay.Engine.Tests.Models;

/// <summary>Models with loops, sequences, optionals, strings, recurrence and functions, bent: read or refused, run or refused, alike by both executors.</summary>
public sealed class ContainerFuzzTests
{
    private static readonly RunLimits Small = new() { Bytes = 4_000_000, Iterations = 2_000 };

    private static byte[] Everything()
    {
        var axis = Tensor.From<long>(Shape.Of(1), [0]);
        var loop = new OnnxWriter(20).Input("i", DType.Int64).Input("go", DType.Bool).InputOfAnyRank("v", DType.Float32).InputOfAnyRank("s", DType.Float32).Initialiser("half", Tensor.Scalar(0.5f))
            .Node("Mul", ["v", "half"], ["u"]).Node("Less", ["i", "two"], ["on"]).Node("Identity", ["s"], ["t"]).Node("ReduceSum", ["u"], ["sum"], ("keepdims", 0))
            .Output("on").Output("u").Output("t").Output("sum");
        var scan = new OnnxWriter(20).InputOfAnyRank("a", DType.Float32).InputOfAnyRank("e", DType.Float32).Initialiser("k", Tensor.Scalar(2f))
            .Node("Add", ["a", "e"], ["b"]).Node("Mul", ["b", "k"], ["d"]).Output("b").Output("d");
        var map = new OnnxWriter(20).InputOfAnyRank("p", DType.Float32).Initialiser("q", Tensor.Scalar(1f)).Node("Add", ["p", "q"], ["r"]).Output("r");
        var writer = new OnnxWriter(20).Input("x", DType.Float32, 4, 3)
            .Initialiser("two", Tensor.Scalar(2L)).Initialiser("many", Tensor.Scalar(9L)).Initialiser("axis", axis).Initialiser("row", Tensor.Create(DType.Float32, Shape.Of(3)))
            .Initialiser("w", Tensor.From<float>(Shape.Of(1, 6, 3), new Noise(1).Floats(18))).Initialiser("r", Tensor.From<float>(Shape.Of(1, 6, 2), new Noise(2).Floats(12)))
            .Initialiser("lengths", Tensor.From<int>(Shape.Of(1), [3])).Initialiser("words", Tensor.OfTexts(Shape.Of(3), "a b", "c", "a"))
            .Node("Loop", ["many", "", "x", "row"], ["l0", "l1", "l2"], ("body", loop))
            .Node("Scan", ["row", "l0"], ["s0", "s1"], ("body", scan), ("num_scan_inputs", 1L), ("scan_input_directions", new long[] { 1 }))
            .Node("SplitToSequence", ["s1", "two"], ["seq"], ("axis", 0)).Node("SequenceMap", ["seq"], ["mapped"], ("body", map))
            .Node("SequenceInsert", ["mapped", "x", "axis"], ["longer"]).Node("SequenceErase", ["longer"], ["erased"]).Node("SequenceLength", ["erased"], ["length"])
            .Node("ConcatFromSequence", ["longer"], ["joined"], ("axis", 0)).Node("Optional", ["joined"], ["maybe"]).Node("OptionalHasElement", ["maybe"], ["has"]).Node("OptionalGetElement", ["maybe"], ["got"])
            .Node("Unsqueeze", ["x", "one"], ["steps"]).Initialiser("one", Tensor.From<long>(Shape.Of(1), [1]))
            .Node("GRU", ["steps", "w", "r", "", "lengths"], ["y", "yh"], ("hidden_size", 2), ("linear_before_reset", 1))
            .Node("StringSplit", ["words"], ["parts", "counts"]).Node("StringConcat", ["parts", "parts"], ["doubled"]).Node("StringNormalizer", ["words"], ["plain"], ("case_change_action", "UPPER"), ("stopwords", new[] { "c" }))
            .Node("TfIdfVectorizer", ["words"], ["grams"], ("pool_strings", new[] { "a", "c" }), ("ngram_counts", new long[] { 0 }), ("ngram_indexes", new long[] { 1, 0 }), ("mode", "TF"), ("min_gram_length", 1L), ("max_gram_length", 1L), ("max_skip_count", 0L))
            .Output("got").Output("yh").Output("length").Output("has").Output("doubled").Output("plain").Output("grams").Output("l2").Output("s0").Output("longer");
        var function = new FunctionProto { Name = "F", Domain = "f", Input = { "a", "b" }, Output = { "c" }, OpsetImport = { new OperatorSetIdProto { Version = 20 } } };
        function.Node.Add(new NodeProto { OpType = "Add", Input = { "a", "a" }, Output = { "c" } });
        writer.Message.Functions.Add(function);
        writer.Message.OpsetImport.Add(new OperatorSetIdProto { Domain = "f", Version = 1 });
        writer.Message.Graph.Node.Add(new NodeProto { OpType = "F", Domain = "f", Input = { "x" }, Output = { "called" } });
        writer.Output("called");
        return writer.ToBytes();
    }

    [Fact]
    public void The_seed_runs()
    {
        var outputs = Run(OnnxModel.Read(Everything()));
        Assert.Equal(11, outputs.Count);
    }

    [Fact]
    public void Bent_models_are_read_or_refused_and_both_executors_give_the_same()
    {
        var seed = ModelProto.Parser.ParseFrom(Everything());
        var bytes = Everything();
        var operators = Operators.Names.Order(StringComparer.Ordinal).ToArray();
        var noise = new Noise(17);
        int read = 0, ran = 0;
        for (var i = 0; i < 6_000; i++)
            try
            {
                byte[] file;
                if (i % 3 == 0)
                    file = noise.Mutate(bytes);
                else
                {
                    var model = seed.Clone();
                    for (var n = 1 + noise.Below(3); n > 0; n--)
                        OnnxFuzzTests.Bend(Somewhere(model, noise), noise, operators);
                    file = model.ToByteArray();
                }
                var graph = OnnxModel.Read(file);
                read++;
                GraphDigest.Of(graph);
                Run(graph);
                ran++;
            }
            catch (ModelException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        Assert.InRange(read, 500, 6_000);
        Assert.InRange(ran, 100, read);
    }

    /// <summary>The model, or one whose graph is a body of the model's.</summary>
    private static ModelProto Somewhere(ModelProto model, Noise noise)
    {
        var bodies = model.Graph.Node.SelectMany(n => n.Attribute).Where(a => a.G is not null).Select(a => a.G).ToArray();
        var which = noise.Below(bodies.Length + 3);
        var bent = which >= bodies.Length ? model : new ModelProto { Graph = bodies[which], OpsetImport = { new OperatorSetIdProto() } };
        return bent.Graph.Node.Count > 0 && bent.Graph.Initializer.Count > 0 ? bent : model;
    }

    private static IReadOnlyList<NamedValue> Run(Graph graph)
    {
        var inputs = OnnxFuzzTests.SomeInputs(graph).ToDictionary(p => p.Key, p => (ModelValue)p.Value, StringComparer.Ordinal);
        IReadOnlyList<NamedValue>? slow = null;
        string? refusal = null;
        try
        {
            slow = Reference.RunValues(graph, inputs, limits: Small);
        }
        catch (ModelException e)
        {
            refusal = e.Message;
        }
        using var session = new Session(graph, new() { Threads = 1, Limits = Small });
        if (refusal is not null)
            throw new ModelException(Assert.Throws<ModelException>(() => session.RunValues(inputs)).Message);
        var quick = session.RunValues(inputs);
        for (var i = 0; i < quick.Count; i++)
            Assert.Equal(slow![i].Value.Tensors.Select(t => $"{t} {Convert.ToHexString(t.Bytes)}"), quick[i].Value.Tensors.Select(t => $"{t} {Convert.ToHexString(t.Bytes)}"));
        return slow!;
    }
}
