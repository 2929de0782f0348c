using System.Diagnostics;
using Assay.Reliability.Statistics;

namespace Assay.Bench;

/// <summary>The statistics of accounts: what one more verdict costs, and what a page pays for each bound. One thread.</summary>
internal static class AccountsBench
{
    private const int Verdicts = 2_000_000;
    private const int Bounds = 2_000;

    /// <summary>Options: <c>--runs</c>, <c>--records</c> (millions that a kept account has), <c>--only statistics|fold|passport|kept|simulations</c>.</summary>
    public static async Task<List<Row>> RunAsync(Arguments arguments)
    {
        var runs = arguments.Number("--runs", 7);
        var records = 1_000_000 * Math.Clamp(arguments.Number("--records", 10), 1, 1000);
        var only = arguments.Text("--only", "");
        arguments.RefuseOthers();
        return
        [
            .. Asked("statistics", only) ? Statistics(runs) : [],
            .. Asked("fold", only) ? FoldBench.Rows(runs) : [],
            .. Asked("passport", only) ? PassportBench.Rows(runs) : [],
            .. Asked("kept", only) ? await KeptBench.RowsAsync(records) : [],
            .. Asked("simulations", only) ? AccountSimulations.Rows() : [],
        ];
    }

    private static bool Asked(string part, string only) => only.Length == 0 || only == part;

    private static IEnumerable<Row> Statistics(int runs)
    {
        var verdicts = new bool[Verdicts];
        ulong seed = 1;
        for (var i = 0; i < verdicts.Length; i++)
            verdicts[i] = (seed = seed * 6364136223846793005 + 1442695040888963407) >> 57 == 0; // one in 128
        // The counts of accounts of all sizes, one in 128 failing.
        var counts = Enumerable.Range(0, Bounds).Select(i => (ulong)i * (ulong)i * 25).Select(n => new Counts(n - n / 128, n / 128)).ToArray();
        var (integers, doubles, proven, band, drawn) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var run = -1; run < runs; run++) // run -1 warms up
        {
            var round = (Rate(Verdicts, () => Integers(verdicts)), Rate(Verdicts, () => Doubles(verdicts)),
                Rate(Bounds, () => Each(counts, c => Proven.FailureBound(c))),
                Rate(Bounds, () => Each(counts, c => Band.Of(c).Upper)),
                Rate(Bounds, () => Each(counts, c => WithoutReplacement.Rate(8 * c.Total, c).Upper)));
            if (run < 0)
                continue;
            integers.Add(round.Item1);
            doubles.Add(round.Item2);
            proven.Add(round.Item3);
            band.Add(round.Item4);
            drawn.Add(round.Item5);
        }
        return
        [
            (Row.Of("change-detector", "verdicts/s", Row.Higher, integers) with { Threads = 1 }).Beside("the same recursion in doubles", "", doubles),
            Row.Of("proven-bound", "bounds/s", Row.Higher, proven) with { Threads = 1 },
            Row.Of("band", "bands/s", Row.Higher, band) with { Threads = 1 },
            Row.Of("without-replacement", "bounds/s", Row.Higher, drawn) with { Threads = 1 },
        ];
    }

    // Five ratios, and a look for an alarm after each verdict.
    private static ulong Integers(bool[] verdicts)
    {
        var detector = ChangeDetector.For(20_000);
        Span<UInt128> state = stackalloc UInt128[detector.Ratios.Length];
        ulong alarms = 0;
        foreach (var failed in verdicts)
        {
            detector.Step(state, failed);
            alarms += ChangeDetector.Alarms(state) ? 1u : 0u;
        }
        return alarms;
    }

    private static ulong Doubles(bool[] verdicts)
    {
        double[] ratios = [2, 3, 4, 8, 16];
        double[] passFactors = [.. ratios.Select(r => (1 - r * 0.02) / (1 - 0.02))];
        Span<double> state = stackalloc double[ratios.Length];
        ulong alarms = 0;
        foreach (var failed in verdicts)
        {
            var factors = failed ? ratios : passFactors;
            var sum = 0.0;
            for (var i = 0; i < state.Length; i++)
                sum += state[i] = factors[i] * (state[i] + 1);
            alarms += sum >= 10_000 * state.Length ? 1u : 0u;
        }
        return alarms;
    }

    private static ulong Each(Counts[] counts, Func<Counts, uint> bound)
    {
        ulong sum = 0;
        foreach (var c in counts)
            sum += bound(c);
        return sum;
    }

    private static ulong kept;

    private static double Rate(int count, Func<ulong> work)
    {
        var start = Stopwatch.GetTimestamp();
        kept += work();
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
