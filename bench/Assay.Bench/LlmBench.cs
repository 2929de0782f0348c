using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Assay.Bench;

/// <summary>Language models of published shapes with made-up weights, beside llama.cpp: ours, theirs, ours, theirs.</summary>
/// <remarks>
/// Options: <c>--runs</c> (turns of each), <c>--threads</c> (the most), <c>--prefill</c> and <c>--decode</c> (tokens), <c>--warm-up-ms</c>,
/// <c>--only</c> (one model, as <c>136m-q8_0</c>), <c>--rows</c> (<c>speed</c>, <c>serving</c> or <c>receipts</c>), <c>--llama</c> (the folder of llama.cpp's libraries), <c>--models</c> (a folder where the
/// models' files stay).
/// </remarks>
internal static class LlmBench
{
    /// <summary>The library whose instructions .NET has too: no AMX.</summary>
    private const string LikeForLike = "icelake";

    private const int ContextLength = 1024, LoadRuns = 3;

    // A helper thread of either side spins a while after its last run. It is let fall asleep before the other's turn.
    private const int PauseMilliseconds = 20;

    // Of the scores that are compared: their root mean square difference over their root mean square. Each side quantises activations in its
    // own way, which random weights do not forgive over many layers; of another model's scores it would be 1.4.
    private const double Tolerance = 0.4;

    private sealed record Plan(int Runs, int Threads, int Prefill, int Decode, TimeSpan WarmUp, string Rows, string Folder);

    /// <summary>Models and weight types, in the order of the report.</summary>
    private static readonly (SyntheticModel Model, WeightType Type)[] all =
    [
        .. from model in (SyntheticModel[])[SyntheticModel.Small, SyntheticModel.Large]
           from type in (WeightType[])[WeightType.Q8_0, WeightType.Q4_0, WeightType.Q4_K]
           select (model, type),
    ];

    public static async Task<List<Row>> RunAsync(Arguments arguments)
    {
        var plan = new Plan(
            arguments.Number("--runs", 5), arguments.Number("--threads", 2), arguments.Number("--prefill", 256), arguments.Number("--decode", 32),
            TimeSpan.FromMilliseconds(arguments.Number("--warm-up-ms", 1500)), arguments.Text("--rows", ""), arguments.Text("--models", ""));
        var only = arguments.Text("--only", "");
        var folder = arguments.Text("--llama", LlamaCpp.Folder() ?? "");
        arguments.RefuseOthers();
        if (only.Length > 0 && !all.Any(m => Name(m) == only))
            throw new UsageException($"--only takes one of {string.Join(", ", all.Select(Name))}, not '{only}'");
        if (plan.Rows is not ("" or "speed" or "serving" or "receipts"))
            throw new UsageException($"--rows takes speed, serving or receipts, not '{plan.Rows}'");
        if (plan.Prefill + plan.Decode > ContextLength)
            throw new UsageException($"--prefill and --decode together are at most {ContextLength}");
        List<LlamaCpp> peers = [];
        var temporary = plan.Folder.Length == 0 ? Directory.CreateTempSubdirectory("assay-llm-").FullName : null;
        try
        {
            if (folder.Length > 0)
            {
                peers.Add(new LlamaCpp(folder));
                if (RuntimeInformation.ProcessArchitecture == Architecture.X64 && peers[0].Library != LikeForLike)
                    peers.Add(new LlamaCpp(folder, LikeForLike));
            }
            return await MeasureAsync(all.Where(m => only.Length == 0 || Name(m) == only), peers, plan with { Folder = temporary ?? plan.Folder });
        }
        finally
        {
            foreach (var peer in peers)
                peer.Dispose();
            if (temporary is not null)
                Directory.Delete(temporary, recursive: true);
        }
    }

    private static string Name((SyntheticModel Model, WeightType Type) m) => $"{m.Model.Name}-{m.Type.ToString().ToLowerInvariant()}";

    private static async Task<List<Row>> MeasureAsync(IEnumerable<(SyntheticModel Model, WeightType Type)> models, List<LlamaCpp> peers, Plan plan)
    {
        List<Row> speeds = [], rest = [];
        foreach (var (model, type) in models)
        {
            var file = SyntheticGguf.Write(model, type, plan.Folder);
            for (var threads = 1; threads <= plan.Threads && plan.Rows is ("" or "speed"); threads++)
                speeds.AddRange(Speed(model, Name((model, type)), file, threads, peers, plan));
            if (type == WeightType.Q8_0 && plan.Rows is ("" or "serving"))
                rest.AddRange(Serving(model, Name((model, type)), file, peers, plan));
            if ((model, type) == all[0] && plan.Rows is ("" or "receipts"))
                rest.AddRange(await ReceiptRun.MeasureAsync(
                    file, Math.Min(plan.Threads, Environment.ProcessorCount), ContextLength, model.Tokens(0, 32), tokens: 128, rounds: 3 * plan.Runs));
        }
        return [.. speeds, .. rest];
    }

    /// <summary>Prefill and decode, beside each of the peers.</summary>
    private static IEnumerable<Row> Speed(SyntheticModel model, string name, string file, int threads, List<LlamaCpp> peers, Plan plan)
    {
        Row prefill = new($"prefill-{name}/{threads}", "tokens/s", Row.Higher) { Threads = threads }, decode = prefill with { Name = $"decode-{name}/{threads}" };
        if (Missing(threads, peers) is { } reason)
            return [prefill with { Skipped = reason }, decode with { Skipped = reason }];
        using var ours = new LanguageRun(file, threads);
        foreach (var peer in peers)
            peer.Load(file, threads, ContextLength);
        Agree(model, name, ours, peers);
        int[] prompt = model.Tokens(0, plan.Prefill), answer = model.Tokens(plan.Prefill, plan.Decode);
        var sides = peers.Count + 1;
        for (var side = 0; side < sides; side++)
            WarmUp(model, side, plan);
        var (prefills, decodes) = (Lists(sides), Lists(sides));
        for (var run = 0; run < plan.Runs; run++)
            // Whoever is first changes from run to run, so that no side profits from a machine that slows down or recovers.
            for (var turn = 0; turn < sides; turn++)
                Turn((run + turn) % sides);
        return peers.SelectMany((peer, i) => (Row[])
        [
            Against(prefill, prefills, i, peer), Against(decode, decodes, i, peer),
        ]);

        void WarmUp(SyntheticModel shape, int side, Plan p)
        {
            // Long enough for the compiler's tiers, and for pages of the file to be in memory.
            var start = Stopwatch.GetTimestamp();
            do
            {
                Prefill(side, shape.Tokens(0, Math.Min(p.Prefill, 64)));
                Decode(side, Math.Min(p.Prefill, 64), shape.Tokens(64, 16));
            }
            while (Stopwatch.GetElapsedTime(start) < p.WarmUp);
            Prefill(side, prompt);
        }

        void Turn(int side)
        {
            Thread.Sleep(PauseMilliseconds);
            // Not counted: it brings code and weights back into the caches.
            Decode(side, plan.Prefill, answer[..1]);
            prefills[side].Add(prompt.Length / Prefill(side, prompt));
            decodes[side].Add(answer.Length / Decode(side, plan.Prefill, answer));
        }

        double Prefill(int side, int[] tokens) => side == 0 ? ours.Prefill(tokens) : peers[side - 1].Prefill(tokens);

        double Decode(int side, int from, int[] tokens) => side == 0 ? ours.Decode(from, tokens) : peers[side - 1].Decode(from, tokens);
    }

    /// <summary>What a server adds: loading, replays, and eight answers at once. Of the smallest model by the plain name.</summary>
    private static List<Row> Serving(SyntheticModel model, string name, string file, List<LlamaCpp> peers, Plan plan)
    {
        const int Generated = 256, Prompt = 32, Streams = 8;
        var suffix = model == SyntheticModel.Small ? "" : $"-{name}";
        var threads = Math.Min(plan.Threads, Environment.ProcessorCount);
        var runs = model == SyntheticModel.Small ? Math.Min(plan.Runs, 3) : 1;
        Row load = new($"load{(model == SyntheticModel.Large ? "" : $"-{name}")}-s", "s", Row.Lower) { Threads = threads },
            replay = new($"replay-share{suffix}", "share", Row.Lower) { Threads = threads },
            batch = new($"batch8-speedup{suffix}", "times", Row.Higher) { Threads = threads };
        List<double> loads = [], peerLoads = [], shares = [], speedups = [], peerSpeedups = [];
        for (var i = 0; i < LoadRuns; i++)
        {
            using (var timed = new LanguageRun(file, threads))
                loads.Add(timed.LoadSeconds);
            foreach (var peer in peers.Take(1))
                peerLoads.Add(peer.Load(file, threads, ContextLength));
        }
        using var ours = new LanguageRun(file, threads);
        var prompt = model.Tokens(0, Prompt);
        ours.Prefill(prompt);
        ours.Replay(prompt, ours.Generate(Prompt).Tokens);
        for (var i = 0; i < runs; i++)
        {
            ours.Prefill(prompt);
            var (seconds, tokens) = ours.Generate(Generated);
            shares.Add(ours.Replay(prompt, tokens) / seconds);
        }
        var answer = model.Tokens(Prompt, plan.Decode);
        for (var i = 0; i < runs; i++)
        {
            speedups.Add(Streams * Ours(1) / Ours(Streams));
            foreach (var peer in peers.Take(1))
                peerSpeedups.Add(Streams * Theirs(peer, 1) / Theirs(peer, Streams));
        }
        return [Beside(Done(load, loads), peerLoads), Done(replay, shares), Beside(Done(batch, speedups), peerSpeedups)];

        double Ours(int streams)
        {
            ours.Prefill(prompt, streams);
            ours.Decode(Prompt, answer[..1]);
            return ours.Decode(Prompt, answer);
        }

        double Theirs(LlamaCpp peer, int streams)
        {
            peer.Context(threads, ContextLength, streams);
            peer.Prefill(prompt, streams);
            peer.Decode(Prompt, answer[..1], streams);
            return peer.Decode(Prompt, answer, streams);
        }

        Row Beside(Row row, List<double> runs) => runs.Count == 0 ? row : row.Beside(LlamaCpp.Name, Version(peers[0]), runs);
    }

    private static string? Missing(int threads, List<LlamaCpp> peers) =>
        peers.Count == 0 ? "llama.cpp is absent: run bench/peers"
        : threads > Environment.ProcessorCount ? $"this machine has {Environment.ProcessorCount} core(s)" : null;

    private static List<double>[] Lists(int count) => [.. Enumerable.Range(0, count).Select(_ => new List<double>())];

    private static Row Done(Row row, List<double> runs) => Row.Of(row.Name, row.Unit, row.Better, runs) with { Threads = row.Threads };

    /// <summary>The row beside the first peer, which chose its library itself, has the plain name.</summary>
    private static Row Against(Row row, List<double>[] runs, int peer, LlamaCpp side) =>
        Done(peer == 0 ? row : row with { Name = $"{row.Name}/{side.Library}" }, runs[0]).Beside(LlamaCpp.Name, Version(side), runs[peer + 1]);

    private static string Version(LlamaCpp peer) => $"{peer.Version} {peer.Library}";

    /// <summary>Speed means nothing where the answer is another one.</summary>
    private static void Agree(SyntheticModel model, string name, LanguageRun ours, List<LlamaCpp> peers)
    {
        int[] tokens = model.Tokens(0, 24), of = [.. Enumerable.Range(0, 64).Select(i => i * (model.Vocabulary / 64))];
        var mine = ours.Scores(tokens, of);
        foreach (var peer in peers)
        {
            var difference = Difference(mine, peer.Scores(tokens, of));
            // Written so that a NaN on either side fails.
            if (!(difference <= Tolerance))
                throw new BenchException($"{name}: our scores are off llama.cpp's ({peer.Library}) by {difference:0.000} of their size, more than {Tolerance}");
        }
    }

    /// <summary>Root mean square of the difference over that of the second.</summary>
    internal static double Difference(float[] a, float[] b) =>
        Math.Sqrt(a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum() / b.Sum(y => (double)y * y));
}
