using System.Diagnostics;
using Assay.Log;
using Assay.Log.Files;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Bench;

/// <summary>The log on real files: durable appends under load and alone, and proofs.</summary>
/// <remarks>
/// The CPU figure is the whole process: callers, sequencer and integrator, for entries that went all the way into the published
/// tree. Options: <c>--dir</c> (on the disk to be measured), <c>--submitters</c>, <c>--seconds</c> and <c>--runs</c>.
/// </remarks>
internal static class LogBench
{
    private const int EntryBytes = 512;
    private const string Origin = "bench.example/log";

    public static async Task<List<Row>> RunAsync(Arguments arguments)
    {
        var directory = Path.GetFullPath(arguments.Text("--dir", "artifacts/bench-log"));
        var submitters = arguments.Number("--submitters", 2048);
        var seconds = arguments.Number("--seconds", 8);
        var runs = arguments.Number("--runs", 3);
        arguments.RefuseOthers();
        Directory.CreateDirectory(directory);
        try
        {
            List<Row> rows = [];
            await Load(Path.Combine(directory, "warm-up"), submitters, 1);
            var loads = new List<LoadFigures>();
            for (var run = 0; run < runs; run++)
                loads.Add(await Load(Path.Combine(directory, $"load-{run}"), submitters, seconds));
            // All figures of a load are of one and the same run: the one whose p99 is the median.
            var typical = loads.OrderBy(l => l.P99).ElementAt(loads.Count / 2);
            void Add(string name, string unit, string better, Func<LoadFigures, double> figure) =>
                rows.Add(Row.Of(name, unit, better, loads.Select(figure)) with { Value = figure(typical), Threads = submitters });
            Add("append-durable", "entries/s", Row.Higher, l => l.PerSecond);
            Add("append-p50-ms", "ms", Row.Lower, l => l.P50);
            Add("append-p99-ms", "ms", Row.Lower, l => l.P99);
            Add("append-cpu-us", "us", Row.Lower, l => l.CpuMicroseconds);
            var alone = new List<double>();
            var plain = new List<double>();
            for (var run = 0; run < runs; run++)
            {
                plain.Add(PlainFlush(Path.Combine(directory, $"plain-{run}"), 300));
                alone.Add(await Alone(Path.Combine(directory, $"alone-{run}"), 300));
            }
            rows.Add(Row.Of("append-single-ms", "ms", Row.Lower, alone).Beside("write+fdatasync", "", plain));
            rows.AddRange(await Proofs(Path.Combine(directory, "proofs"), runs));
            rows.AddRange(await BundleBench.RowsAsync(Path.Combine(directory, "bundles"), runs));
            return rows;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private sealed record LoadFigures(double PerSecond, double P50, double P99, double CpuMicroseconds);

    // So many callers, each with one entry under way, for so many seconds; then until all is in the tree.
    private static async Task<LoadFigures> Load(string directory, int submitters, int seconds)
    {
        var log = Create(directory);
        var cpu = Cpu();
        var clock = Stopwatch.StartNew();
        var latencies = await Task.WhenAll(Enumerable.Range(0, submitters).Select(i => Task.Run(() => Submit(log, i, seconds, clock))));
        var elapsed = clock.Elapsed.TotalSeconds;
        await log.DisposeAsync();
        var all = latencies.SelectMany(l => l).Order().ToArray();
        return new LoadFigures(all.Length / elapsed, all[all.Length / 2], all[(int)(all.Length * 0.99)], (Cpu() - cpu).TotalMicroseconds / all.Length);
    }

    private static async Task<List<double>> Submit(TileLog log, int submitter, int seconds, Stopwatch clock)
    {
        var entry = new byte[EntryBytes];
        new Random(submitter).NextBytes(entry);
        var latencies = new List<double>();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            BitConverter.TryWriteBytes(entry, latencies.Count);
            var start = clock.Elapsed;
            await log.AppendAsync(entry);
            latencies.Add((clock.Elapsed - start).TotalMilliseconds);
        }
        return latencies;
    }

    private static async Task<double> Alone(string directory, int count)
    {
        await using var log = Create(directory);
        var entry = new byte[EntryBytes];
        var latencies = new double[count];
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await log.AppendAsync(entry);
            latencies[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        return Row.Median([.. latencies.Order()]);
    }

    // What the disk asks at least: the same bytes appended to a file, each flushed.
    private static double PlainFlush(string directory, int count)
    {
        using var file = new PosixLogFiles(directory).Create("plain", Visibility.Private);
        var entry = new byte[EntryBytes];
        var latencies = new double[count];
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            file.Append(entry);
            file.Flush();
            latencies[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        return Row.Median([.. latencies.Order()]);
    }

    // A tree of 2^20 entries, indexes at random. First by a new reader, which finds every tile unread and has to check it; then warm.
    private static async Task<List<Row>> Proofs(string directory, int runs)
    {
        const int size = 1 << 20;
        const int proofs = 10_000;
        const int rounds = 10;
        await Grow(directory, size);
        var random = new Random(1);
        var (cold, made, judged) = (new List<double>(), new List<double>(), new List<double>());
        // Run -1 warms up and is not counted.
        for (var run = -1; run < runs; run++)
        {
            var (making, checking) = (0.0, 0.0);
            var reader = LogReader.Open(new PosixLogFiles(directory), LogKey);
            var root = reader.Checkpoint.Root;
            for (var round = 0; round <= rounds; round++)
            {
                var indexes = Array.ConvertAll(new int[proofs], _ => (ulong)random.Next(size));
                var paths = new Hash[proofs][];
                var seconds = Seconds(i => paths[i] = reader.InclusionProof(indexes[i], size));
                if (round == 0)
                {
                    if (run >= 0)
                        cold.Add(proofs / seconds);
                    // Every tile is read and checked once; from here on the reader is warm.
                    for (ulong index = 0; index < size; index += 256)
                        _ = reader.LeafHash(index);
                    continue;
                }
                making += seconds;
                var leaves = Array.ConvertAll(indexes, reader.LeafHash);
                checking += Seconds(i =>
                {
                    if (!MerkleProof.VerifyInclusion(indexes[i], size, leaves[i], paths[i], root))
                        throw new BenchException($"the proof of entry {indexes[i]} does not verify");
                });
            }
            if (run < 0)
                continue;
            made.Add(rounds * proofs / making);
            judged.Add(rounds * proofs / checking);
        }
        var begun = Stopwatch.GetTimestamp();
        if (!Fsck.Run(new PosixLogFiles(directory), LogKey).IsClean)
            throw new BenchException("the log that was measured is damaged");
        var fsck = size / Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return
        [
            Row.Of("proof-tree-size", "entries", Row.Higher, size),
            Row.Of("proof-threads", "threads", Row.Lower, 1),
            Row.Of("inclusion-proofs", "proofs/s", Row.Higher, made) with { Threads = 1 },
            Row.Of("inclusion-proofs-new-reader", "proofs/s", Row.Higher, cold) with { Threads = 1 },
            Row.Of("inclusion-checks", "proofs/s", Row.Higher, judged) with { Threads = 1 },
            Row.Of("fsck", "entries/s", Row.Higher, fsck) with { Threads = 1 },
        ];

        static double Seconds(Action<int> step)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < proofs; i++)
                step(i);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static async Task Grow(string directory, int size)
    {
        await using var log = Create(directory);
        await Task.WhenAll(Enumerable.Range(1, size - 1).Select(i => log.AppendAsync(BitConverter.GetBytes(i))));
    }

    private static SigningKey Key => SigningKey.FromSeed(new byte[SigningKey.SeedSize]);

    private static VerifierKey LogKey => VerifierKey.Create(Origin, NoteSignatureType.Ed25519, Key.PublicKey);

    private static TileLog Create(string directory) =>
        TileLog.Create(new PosixLogFiles(directory), Origin, Key, "genesis"u8.ToArray());

    private static TimeSpan Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
