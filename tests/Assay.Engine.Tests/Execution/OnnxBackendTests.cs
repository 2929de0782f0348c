using System.Formats.Tar;
using System.IO.Compression;
using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Tests.Execution;

/// <summary>ONNX's own tests of its operators, read packed from the shared data.</summary>
public sealed class OnnxBackendTests
{
    /// <summary>Tests that pass today, by folder. A change that loses one fails here; one that gains some raises the number.</summary>
    [Theory]
    [InlineData("node", 326)]
    [InlineData("simple", 5)]
    [InlineData("pytorch-converted", 66)]
    [InlineData("pytorch-operator", 30)]
    public void Backend_tests_pass_or_are_refused_with_a_reason(string folder, int passing)
    {
        var output = TestContext.Current.TestOutputHelper;
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var reasons = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, files) in Suite().Where(t => t.Name.StartsWith(folder + "/", StringComparison.Ordinal)).OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            var (verdict, reason) = Run(files);
            counts[verdict] = counts.GetValueOrDefault(verdict) + 1;
            if (verdict is "wrong" or "refused late")
                output?.WriteLine($"{verdict}: {name}: {reason}");
            if (verdict == "refused")
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
        }
        foreach (var (reason, n) in reasons.OrderByDescending(p => p.Value).Take(400))
            output?.WriteLine($"{n,5}  {reason}");
        output?.WriteLine($"{folder}: {string.Join(", ", counts.Select(p => $"{p.Value} {p.Key}"))}");
        Assert.Equal(0, counts.GetValueOrDefault("wrong"));
        Assert.True(counts.GetValueOrDefault("passed") >= passing, $"{counts.GetValueOrDefault("passed")} pass where {passing} did");
    }

    /// <summary>Only <see cref="ModelException"/> may say no; anything else is a crash and fails the test.</summary>
    private static (string Verdict, string Reason) Run(Dictionary<string, byte[]> files)
    {
        Graph graph;
        try
        {
            graph = OnnxModel.Read(files["model.onnx"]);
        }
        catch (ModelException e)
        {
            return ("refused", Shorten(e.Message));
        }
        for (var set = 0; files.Keys.Any(f => f.StartsWith($"test_data_set_{set}/", StringComparison.Ordinal)); set++)
        {
            try
            {
                var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
                for (var i = 0; i < graph.Inputs.Length; i++)
                    inputs[graph.Values[graph.Inputs[i]].Name] = TensorFile.Read(files[$"test_data_set_{set}/input_{i}.pb"]).Value;
                var outputs = Reference.Run(graph, inputs);
                using var session = new Session(graph, new() { Threads = 2 });
                foreach (var (fast, reference) in session.Run(inputs).Zip(outputs))
                    if (!fast.Value.Bytes.SequenceEqual(reference.Value.Bytes))
                        return ("wrong", $"the fast path differs from the reference in '{fast.Name}'");
                for (var i = 0; i < outputs.Count; i++)
                    if (Mismatch(outputs[i].Value, TensorFile.Read(files[$"test_data_set_{set}/output_{i}.pb"]).Value) is { } difference)
                        return ("wrong", $"output {i}: {difference}");
            }
            catch (ModelException e)
            {
                return ("refused late", e.Message);
            }
        }
        return ("passed", "");
    }

    private static string? Mismatch(Tensor actual, Tensor expected)
    {
        if (actual.Type != expected.Type || actual.Shape != expected.Shape)
            return $"{actual} where {expected} is expected";
        if (!actual.Type.IsFloat())
            return actual.Bytes.SequenceEqual(expected.Bytes) ? null : "other elements";
        double[] a = Values(actual), e = Values(expected);
        for (var i = 0; i < a.Length; i++)
            if (!(double.IsNaN(a[i]) && double.IsNaN(e[i]) || a[i] == e[i] || Math.Abs(a[i] - e[i]) <= 1e-7 + 1e-3 * Math.Abs(e[i])))
                return $"element {i} is {a[i]}, not {e[i]}";
        return null;
    }

    private static double[] Values(Tensor t) => t.Type == DType.BFloat16
        ? Array.ConvertAll(t.Span<ushort>().ToArray(), v => (double)BitConverter.Int32BitsToSingle(v << 16))
        : Difference.Doubles(t);

    private static string Shorten(string message) => System.Text.RegularExpressions.Regex.Replace(message, @"^node \d+ ('[^']*' )?", "");

    private static IEnumerable<(string Name, Dictionary<string, byte[]> Files)> Suite()
    {
        using var file = File.OpenRead(SharedData.Require("onnx-node", "onnx-backend-tests.tar.gz"));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        var tests = new Dictionary<string, Dictionary<string, byte[]>>(StringComparer.Ordinal);
        while (tar.GetNextEntry() is { } entry)
        {
            var parts = entry.Name.TrimStart('.', '/').Split('/', 3);
            if (parts.Length < 3 || entry.DataStream is null)
                continue;
            using var bytes = new MemoryStream();
            entry.DataStream.CopyTo(bytes);
            var name = $"{parts[0]}/{parts[1]}";
            if (!tests.TryGetValue(name, out var files))
                tests[name] = files = new(StringComparer.Ordinal);
            files[parts[2]] = bytes.ToArray();
        }
        return tests.Select(t => (t.Key, t.Value));
    }
}
