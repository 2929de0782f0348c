using System.Security.Cryptography;
using Assay.Engine.Conformance;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Tests.Execution;
using Assay.Engine.Tests.Models.Int8;

namespace Assay.Engine.Tests.Conformance;

/// <summary>One run of the matrix: a graph with inputs, in the row that it counts for.</summary>
internal sealed record MatrixItem(string Row, string Name, Graph Graph, IReadOnlyDictionary<string, ModelValue> Inputs)
{
    public MatrixItem(string row, string name, Graph graph, IReadOnlyDictionary<string, Tensor> inputs)
        : this(row, name, graph, inputs.ToDictionary(p => p.Key, ModelValue (p) => p.Value, StringComparer.Ordinal)) { }
}

/// <summary>What one configuration made of an item. Refusals are compared as well: by their one line.</summary>
/// <param name="Values">Digest of the trace of all intermediate values.</param>
/// <param name="Outputs">Digest of the outputs of a run that nobody watched, which may fuse what a watched one may not.</param>
internal readonly record struct MatrixCell(string Row, string Name, string Values, string Outputs);

/// <summary>Everything that is run in every configuration.</summary>
internal static class MatrixWork
{
    private static readonly (string Model, string Case)[] trained =
        [("mnist", "digit3_a"), ("silero_vad", "seed2"), ("silero_vad", "seed3"), ("version-RFB-320", "seed1"), ("SqueezeNet_fp16", "fish")];

    public static IEnumerable<MatrixItem> Items()
    {
        yield return Digits();
        // They are thousands, and compiled without optimisation some take a second: every eighth.
        foreach (var (number, test) in FastEqualityTests.All.Index().Where(t => t.Index % 8 == 0))
        {
            var (graph, inputs) = test.Build(constants: number % 16 == 0);
            yield return new("made: one node", $"{number} {test.Name}", graph, inputs);
        }
        foreach (var (number, test) in Int8Cases.All().Index().Where(t => t.Index % 3 == 0))
        {
            var (graph, inputs) = test.Build(constants: number % 2 == 0);
            yield return new("made: whole numbers", $"{number} {test.Name}", graph, inputs);
        }
        yield return new("made: whole numbers", "classifier", OnnxModel.Read(TinyInt8.Classifier()), new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["image"] = TinyInt8.Picture(3) });
        foreach (var name in ExportedModels.Names)
            yield return ExportedModelTests.Item(name);
        if (SharedData.Root is null)
            yield break;
        foreach (var (model, name) in trained)
            yield return new(model, name, TrainedModels.Load(model), TrainedModels.Case(model, name).Inputs);
        foreach (var test in SuiteArchive.ReadFile(SharedData.Require("onnx-node", "onnx-backend-tests.tar.gz")).Where(t => !t.IsLarge))
            foreach (var item in OfSuite(test))
                yield return item;
    }

    /// <summary>One item by the reference, whose bits all others have to have.</summary>
    public static MatrixCell ByReference(MatrixItem item)
    {
        var trace = Attempt(() => Trace.Of(item.Graph, item.Inputs));
        return Cell(item, trace.Trace, trace.Trace?.Outputs, trace.Refusal);
    }

    /// <summary>One item by the fast path: once watched, once not.</summary>
    public static MatrixCell Fast(MatrixItem item, int threads)
    {
        using var session = new Session(item.Graph, new() { Threads = threads, CutsAll = threads > Environment.ProcessorCount });
        var (trace, refusal) = Attempt(() => Trace.Of(item.Graph, session, item.Inputs));
        if (trace is null)
            return Cell(item, null, null, refusal);
        var outputs = session.RunValues(item.Inputs);
        // A graph may run another way once the shapes have been seen; the trained models take too long for a third run.
        return Cell(item, trace, item.Row.Contains(':', StringComparison.Ordinal) ? session.RunValues(item.Inputs) : outputs, null);
    }

    private static MatrixCell Cell(MatrixItem item, Trace? trace, IReadOnlyList<NamedValue>? outputs, string? refusal) => new(item.Row, item.Name,
        trace is null ? $"refused: {refusal}" : Convert.ToHexStringLower(trace.Digest.AsSpan()),
        outputs is null ? "" : Digest(outputs));

    // The kind of each output, and every tensor in it.
    public static string Digest(IReadOnlyList<NamedValue> outputs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, value) in outputs)
        {
            hash.AppendData([(byte)value.Kind]);
            foreach (var tensor in value.Tensors)
                hash.AppendData(TensorEncoding.Encode([new(name, tensor)]));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static (Trace? Trace, string? Refusal) Attempt(Func<Trace> run)
    {
        try
        {
            return (run(), null);
        }
        catch (ModelException e)
        {
            return (null, e.Message.Replace('\t', ' '));
        }
    }

    private static IEnumerable<MatrixItem> OfSuite(SuiteTest test)
    {
        Graph graph;
        List<Dictionary<string, ModelValue>> sets;
        try
        {
            graph = OnnxModel.Read(test.Model);
            sets = [.. Enumerable.Range(0, Math.Max(test.Sets, 1)).Select(set => SuiteRunner.Inputs(test, set, graph))];
        }
        catch (ModelException)
        {
            yield break;
        }
        for (var set = 0; set < sets.Count; set++)
            yield return new($"suite: {test.Folder}", $"{test.Name}/{set}", graph, sets[set]);
    }

    private static MatrixItem Digits()
    {
        var folder = Path.Combine(MadeHere.Repository, "models", "digits");
        var graph = OnnxModel.ReadFile(Path.Combine(folder, "model.onnx"));
        var info = graph.Values[graph.Inputs[0]];
        var image = ImageInput.ToTensor(Png.Read(File.ReadAllBytes(Path.Combine(folder, "samples", "3.png"))), info, new ImageOptions(null, [0], 1f / 255));
        return new("digits", "3", graph, new Dictionary<string, Tensor>(StringComparer.Ordinal) { [info.Name] = image });
    }
}
