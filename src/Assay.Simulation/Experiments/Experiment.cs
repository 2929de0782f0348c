using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Assay.Simulation.Worlds;

namespace Assay.Simulation.Experiments;

/// <summary>Which replications a run is of, and runs them.</summary>
public static class Experiment
{
    /// <summary>The arms that can be run.</summary>
    public static IReadOnlyList<Arm> Built { get; } = [Arm.A, Arm.B, Arm.C, Arm.D, Arm.E];

    /// <summary>Arm after arm within each replication, so that what is there when a run is stopped can be compared.</summary>
    public static IReadOnlyList<Setup> Plan(IReadOnlyList<Arm> arms, ulong seed, int replications, int epochs = 100, uint auditRate = 50_000, int lazy = 1) =>
        [.. Enumerable.Range(0, replications).SelectMany(r => arms.Select(a => new Setup(a, seed, r, epochs, auditRate, lazy)))];

    /// <summary>The arms A and B at five audit rates, with the lazy auditor and without it; and the arms C and E without it.</summary>
    public static IReadOnlyList<Setup> Sweep(ulong seed, int replications) =>
        [.. ((uint[])[5_000, 10_000, 20_000, 50_000, 100_000]).SelectMany(rate =>
            Plan([Arm.A, Arm.B], seed, replications, auditRate: rate).Concat(Plan([Arm.A, Arm.B], seed, replications, auditRate: rate, lazy: 0))),
            .. Plan([Arm.C, Arm.E], seed, replications, lazy: 0)];

    /// <summary>Runs what is not finished yet.</summary>
    /// <param name="folder">Where finished ones are kept; null for nowhere.</param>
    /// <param name="progress">Told how many are finished, and of how many.</param>
    /// <returns>In the order of the plan, whichever thread was first.</returns>
    /// <exception cref="OperationCanceledException">What was finished is kept.</exception>
    public static IReadOnlyList<Replication> Run(
        IReadOnlyList<Setup> plan, RunFolder? folder, int threads, Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        var results = new ConcurrentDictionary<Setup, Replication>();
        foreach (var setup in plan)
            if (folder?.Finished.GetValueOrDefault(setup) is { } known)
                results[setup] = known;
        Setup[] left = [.. plan.Where(s => !results.ContainsKey(s))];
        var gate = new Lock();
        progress?.Invoke(results.Count, plan.Count);
        try
        {
            Parallel.ForEach(
                Partitioner.Create(left, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancel },
                setup =>
                {
                    var result = Replication.Run(setup, cancel);
                    results[setup] = result;
                    lock (gate)
                    {
                        folder?.Add(result);
                        progress?.Invoke(results.Count, plan.Count);
                    }
                });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        return [.. plan.Select(s => results[s])];
    }
}
