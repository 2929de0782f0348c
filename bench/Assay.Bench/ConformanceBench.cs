using Assay.Engine.Conformance;

namespace Assay.Bench;

/// <summary>ONNX's backend suite by us and by libonnxruntime: the same archive, the same rule, the same run.</summary>
/// <remarks>
/// Options: <c>--archive</c> (the suite's file), <c>--onnxruntime</c> (the library's), <c>--list</c> (a file for one line a test: who passes, and
/// why the other does not). A test whose model a side refuses is not passed by it.
/// </remarks>
internal static class ConformanceBench
{
    private const string Peer = "onnxruntime";

    public static Task<List<Row>> RunAsync(Arguments arguments)
    {
        var archive = arguments.Text("--archive", Places.Data(Path.Combine("onnx-node", "onnx-backend-tests.tar.gz")) ?? "");
        var library = arguments.Text("--onnxruntime", Places.OnnxRuntime() ?? "");
        var list = arguments.Text("--list", "");
        var from = arguments.Text(PeerSuite.From, "").Length > 0 ? arguments.Number(PeerSuite.From, 1) : 0;
        arguments.RefuseOthers();
        if (archive.Length == 0)
            return Task.FromResult<List<Row>>([Skipped("the suite is absent: set ASSAY_DATA or put shared/data beside the repository")]);
        var tests = SuiteArchive.ReadFile(archive);
        if (from > 0)
        {
            PeerSuite.Here(tests, from, library);
            Environment.Exit(0);
        }
        if (library.Length == 0)
            return Task.FromResult<List<Row>>([Skipped("libonnxruntime is absent: run bench/peers")]);

        string version;
        using (var runtime = new OnnxRuntime(library))
            version = runtime.Version;
        var ours = tests.Select(t => SuiteRunner.Run(t, Executors.Fast, new() { Threads = 1 })).ToArray();
        var theirs = PeerSuite.Run(tests, archive, library);
        if (list.Length > 0)
            File.WriteAllLines(list, ours.Select(r => $"{r.Test.FullName}\t{(r.Verdict == Verdict.Passed ? "" : $"{r.Verdict}: {r.Reason}")}\t{theirs[r.Test.FullName]}"));
        List<Row> rows = [.. SuiteArchive.Folders.Where(f => ours.Any(r => r.Test.Folder == f)).Select(f => Of(f, ours.Where(r => r.Test.Folder == f)))];
        rows.Add(Of("all", ours));
        return Task.FromResult(rows);

        Row Of(string folder, IEnumerable<SuiteResult> results)
        {
            var all = results.ToArray();
            return new Row($"suite/{folder}", "tests", Row.Higher)
            {
                Value = all.Count(r => r.Verdict == Verdict.Passed),
                Total = all.Length,
                Peer = Peer,
                PeerVersion = version,
                PeerValue = all.Count(r => theirs[r.Test.FullName].Length == 0),
            };
        }
    }

    private static Row Skipped(string reason) => new("suite/all", "tests", Row.Higher) { Skipped = reason };
}
