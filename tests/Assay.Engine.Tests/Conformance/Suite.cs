using Assay.Engine.Conformance;
using Assay.Engine.Models.Onnx.Wire;

namespace Assay.Engine.Tests.Conformance;

/// <summary>ONNX's backend suite of the shared data, read once and run once for all tests of this process.</summary>
internal static class Suite
{
    private static readonly Lazy<IReadOnlyList<SuiteTest>> tests = new(() => SuiteArchive.ReadFile(Archive));

    private static readonly Lazy<SuiteReport> report = new(() =>
        new([.. tests.Value.Select(t => SuiteRunner.Run(t, t.IsLarge ? Executors.Fast : Executors.Both, new() { Threads = 2 }))]));

    private static string Archive => SharedData.Require("onnx-node", "onnx-backend-tests.tar.gz");

    /// <summary>Skips the test where the archive is absent.</summary>
    public static IReadOnlyList<SuiteTest> Tests => Archive.Length > 0 ? tests.Value : [];

    /// <inheritdoc cref="Tests"/>
    public static SuiteReport Report => Archive.Length > 0 ? report.Value : throw new InvalidOperationException();

    /// <summary>The operators that a test's model uses, of all its graphs and functions: <c>Abs</c>, <c>ai.onnx.ml.Binarizer</c>.</summary>
    public static IReadOnlySet<string> Operators(SuiteTest test)
    {
        var model = ModelProto.Parser.ParseFrom(test.Model);
        var found = new SortedSet<string>(StringComparer.Ordinal);
        Collect(model.Graph.Node, found);
        foreach (var function in model.Functions)
            Collect(function.Node, found);
        return found;
    }

    private static void Collect(IEnumerable<NodeProto> nodes, SortedSet<string> found)
    {
        foreach (var node in nodes)
        {
            found.Add(node.Domain is "" or "ai.onnx" ? node.OpType : $"{node.Domain}.{node.OpType}");
            foreach (var attribute in node.Attribute)
                Collect(attribute.G?.Node ?? [], found);
        }
    }
}
