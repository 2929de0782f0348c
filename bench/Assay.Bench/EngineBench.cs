using System.Diagnostics;
using Assay.Engine.Execution;
using Assay.Engine.Models.Onnx;

namespace Assay.Bench;

/// <summary>Whole models, beside libonnxruntime in the same process: ours, theirs, ours, theirs.</summary>
/// <remarks>
/// Options: <c>--runs</c> (turns of each), <c>--turn-ms</c>, <c>--warm-up-ms</c>, <c>--threads</c> (the most),
/// <c>--only</c> (one model), <c>--onnxruntime</c> (the library's file).
/// </remarks>
internal static class EngineBench
{
    private const string Peer = "onnxruntime";
    private const int LoadRuns = 9;

    // A helper thread of either side spins a while after its last run. It is let fall asleep before the other's turn.
    private const int PauseMilliseconds = 20;

    private sealed record Plan(int Runs, TimeSpan Turn, TimeSpan WarmUp, int MostThreads);

    public static Task<List<Row>> RunAsync(Arguments arguments)
    {
        var plan = new Plan(arguments.Number("--runs", 15), Milliseconds("--turn-ms", 100), Milliseconds("--warm-up-ms", 2000), arguments.Number("--threads", 2));
        var library = arguments.Text("--onnxruntime", Places.OnnxRuntime() ?? "");
        var only = arguments.Text("--only", "");
        var peak = arguments.Text("--peak", "");
        arguments.RefuseOthers();
        string[] models = [.. EngineModel.FromData, EngineModel.Digits, .. EngineModel.Products];
        if (only.Length > 0 && !models.Contains(only))
            throw new UsageException($"--only takes one of {string.Join(", ", models)}, not '{only}'");
        if (peak.Length > 0)
            return Task.FromResult<List<Row>>([PeakMemory.Here(peak, library)]);

        using var runtime = library.Length > 0 ? new OnnxRuntime(library) : null;
        List<Row> runs = [], loads = [];
        foreach (var name in models.Where(m => only.Length == 0 || m == only))
            Measure(name, runtime, plan, runs, loads);
        List<Row> rows = [.. runs.OrderBy(r => r.Threads)];
        if (only.Length == 0)
            rows.AddRange(Threads(plan).Select(t => GeometricMean(t, rows)).ToList());
        rows.AddRange(loads);
        if (only.Length == 0)
            rows.Add(PeakMemory.Row(library));
        return Task.FromResult(rows);

        TimeSpan Milliseconds(string name, int otherwise) => TimeSpan.FromMilliseconds(arguments.Number(name, otherwise));
    }

    private static IEnumerable<int> Threads(Plan plan) => Enumerable.Range(1, plan.MostThreads);

    private static void Measure(string name, OnnxRuntime? runtime, Plan plan, List<Row> runs, List<Row> loads)
    {
        var model = EngineModel.Load(name);
        var missing = model is null ? "its files are absent: set ASSAY_DATA or put shared/data beside the repository"
            : runtime is null ? "libonnxruntime is absent: run bench/peers" : null;
        foreach (var threads in Threads(plan))
        {
            var row = new Row($"{name}/{threads}", "runs/s", Row.Higher) { Threads = threads };
            var reason = missing ?? (threads > Environment.ProcessorCount ? $"this machine has {Environment.ProcessorCount} core(s)" : null);
            runs.Add(reason is null ? Speed(row, model!, runtime!, plan) : row with { Skipped = reason });
        }
        if (EngineModel.Products.Contains(name))
            return;
        var load = new Row($"{name}-load-ms", "ms", Row.Lower) { Threads = 1 };
        loads.Add(missing is null ? Load(load, model!, runtime!) : load with { Skipped = missing });
    }

    private static Row Speed(Row row, EngineModel model, OnnxRuntime runtime, Plan plan)
    {
        var threads = row.Threads!.Value;
        using var ours = new Session(OnnxModel.Read(model.File), new SessionOptions { Threads = threads });
        using var theirs = runtime.Open(model.PeerFile, threads, model.Outputs);
        foreach (var example in model.Cases)
            Agree(model, example, ours, theirs);
        var inputs = model.Cases[0].Inputs;
        theirs.Bind(inputs);
        Action runOurs = () => ours.Run(inputs), runTheirs = theirs.Run;
        // Long enough for the compiler's tiers: calls are counted, and the counting starts anew at each tier.
        Turn(runOurs, plan.WarmUp);
        Turn(runTheirs, plan.WarmUp);
        Turn(runOurs, plan.WarmUp);
        List<double> a = [], b = [];
        for (var i = 0; i < plan.Runs; i++)
        {
            // Whoever is first changes from turn to turn, so that neither profits from a machine that slows down or recovers.
            if (i % 2 == 0)
                a.Add(Turn(runOurs, plan.Turn));
            b.Add(Turn(runTheirs, plan.Turn));
            if (i % 2 != 0)
                a.Add(Turn(runOurs, plan.Turn));
        }
        return (Row.Of(row.Name, row.Unit, row.Better, a) with { Threads = threads }).Beside(Peer, runtime.Version, b);
    }

    // Runs per second, after one run that is not counted: it brings code and weights back into the caches.
    private static double Turn(Action run, TimeSpan length)
    {
        Thread.Sleep(PauseMilliseconds);
        run();
        var count = 0;
        var start = Stopwatch.GetTimestamp();
        TimeSpan elapsed;
        do
        {
            run();
            count++;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < length);
        return count / elapsed.TotalSeconds;
    }

    private static void Agree(EngineModel model, EngineCase example, Session ours, OnnxRuntimeSession theirs)
    {
        var mine = ours.Run(example.Inputs).ToDictionary(o => o.Name, o => o.Value, StringComparer.Ordinal);
        theirs.Bind(example.Inputs);
        var others = theirs.Outputs();
        var what = $"{model.Row}/{example.Name}";
        Agreement.Check($"{what}, ours against onnxruntime", mine, others, model.Tolerance);
        if (example.Expected is not { } expected)
            return;
        Agreement.Check($"{what}, ours against the reference", mine, expected, model.Tolerance);
        Agreement.Check($"{what}, onnxruntime against the reference", others, expected, model.Tolerance);
    }

    // From the file's bytes to a session that is ready, in a process that has loaded models before.
    private static Row Load(Row row, EngineModel model, OnnxRuntime runtime)
    {
        List<double> a = [], b = [];
        for (var i = 0; i < LoadRuns; i++)
        {
            var start = Stopwatch.GetTimestamp();
            using (new Session(OnnxModel.Read(model.File), new SessionOptions { Threads = 1 }))
                a.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            start = Stopwatch.GetTimestamp();
            using (runtime.Open(model.PeerFile, 1, model.Outputs))
                b.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return (Row.Of(row.Name, row.Unit, row.Better, a) with { Threads = 1 }).Beside(Peer, runtime.Version, b);
    }

    internal static Row GeometricMean(int threads, IReadOnlyList<Row> rows)
    {
        var mean = new Row($"geomean/{threads}", "runs/s", Row.Higher) { Threads = threads };
        var four = EngineModel.FromData.Select(m => rows.Single(r => r.Name == $"{m}/{threads}")).ToArray();
        if (four.FirstOrDefault(r => r.Skipped is not null) is { } missing)
            return mean with { Skipped = $"{missing.Name} was skipped" };
        return mean with
        {
            Value = Of(four.Select(r => r.Value!.Value)),
            Peer = Peer,
            PeerVersion = four[0].PeerVersion,
            PeerValue = Of(four.Select(r => r.PeerValue!.Value)),
        };

        static double Of(IEnumerable<double> values) => Math.Exp(values.Average(Math.Log));
    }
}
