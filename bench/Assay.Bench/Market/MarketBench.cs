using System.Diagnostics;
using Assay.Simulation.Experiments;
using Assay.Simulation.Worlds;

namespace Assay.Bench.Market;

/// <summary>The market: clearing of auctions, its journal in a log, and the experiment's simulation.</summary>
internal static class MarketBench
{
    /// <summary>Options: <c>--runs</c>, <c>--orders</c> (in one auction), <c>--dir</c> (on the disk to be measured), <c>--only clear|ledger|simulate</c>.</summary>
    public static async Task<List<Row>> RunAsync(Arguments arguments)
    {
        var runs = arguments.Number("--runs", 7);
        var orders = Math.Clamp(arguments.Number("--orders", 1_000_000), 10, 10_000_000);
        var directory = Path.GetFullPath(arguments.Text("--dir", "artifacts/bench-market"));
        var only = arguments.Text("--only", "");
        arguments.RefuseOthers();
        return
        [
            .. Asked("clear", only) ? ClearBench.Rows(orders, runs) : [],
            .. Asked("ledger", only) ? await LedgerBench.RowsAsync(directory, runs) : [],
            .. Asked("simulate", only) ? Simulate(runs) : [],
        ];
    }

    // One thread: an epoch of one provider, with its records, audits, step, and what the arm's market does. The worlds are small ones.
    private static IEnumerable<Row> Simulate(int runs)
    {
        const int epochs = 40;
        var rates = Experiment.Built.ToDictionary(arm => arm, _ => new List<double>());
        for (var run = -1; run < runs; run++) // run -1 warms up; arms take turns
            foreach (var setup in Experiment.Plan(Experiment.Built, 7, 1, epochs))
            {
                var world = new World(setup);
                var start = Stopwatch.GetTimestamp();
                world.Run(CancellationToken.None);
                if (run >= 0)
                    rates[setup.Arm].Add(world.Seats.Count * epochs / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        return rates.Select(r => Row.Of($"simulate-steps/{r.Key}", "provider-epochs/s", Row.Higher, r.Value) with { Threads = 1 });
    }

    private static bool Asked(string part, string only) => only.Length == 0 || only == part;
}
