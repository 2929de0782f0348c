using Assay.Simulation.Measures;
using Assay.Simulation.Worlds;

namespace Assay.Simulation.Experiments;

/// <summary>All figures of a run, by arm, audit rate and auditors. A function of its replications, in the order of the plan.</summary>
public sealed class Summary
{
    private static readonly string[] Shares = ["coverage.", "slash.", "ruin.", "deterrence."];
    private readonly Dictionary<Cell, Replication[]> groups;

    public Summary(IReadOnlyList<Replication> replications)
    {
        groups = replications.GroupBy(r => r.Setup.Cell).ToDictionary(g => g.Key, g => g.ToArray());
        Cells = [.. groups.Keys.OrderBy(k => k.AuditRate).ThenByDescending(k => k.Lazy).ThenBy(k => k.Arm)];
    }

    public IReadOnlyList<Cell> Cells { get; }

    public int Replications(Cell cell) => groups.TryGetValue(cell, out var group) ? group.Length : 0;

    /// <summary>Names of the figures of a cell.</summary>
    public IReadOnlyList<string> Names(Cell cell) =>
        groups.TryGetValue(cell, out var group)
            ? [.. group.SelectMany(r => r.Figures.Keys).Where(k => !k.EndsWith("/of", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)]
            : [];

    /// <summary>Null where nothing was counted.</summary>
    public Estimate? Of(Cell cell, string name)
    {
        if (!groups.TryGetValue(cell, out var group))
            return null;
        var pairs = group.Select(r => (Value: r.Figures.GetValueOrDefault(name), Weight: r.Figures.GetValueOrDefault(name + "/of"))).ToArray();
        var (value, weight) = (pairs.Sum(p => p.Value), pairs.Sum(p => p.Weight));
        if (weight == 0)
            return null;
        return IsShare(name) ? Estimate.Share(value, weight) : Estimate.Ratio(pairs);
    }

    /// <summary>What one cell has more than another, replication by replication; null where they share none.</summary>
    public Estimate? Difference(Cell cell, Cell less, string name)
    {
        if (!groups.TryGetValue(cell, out var a) || !groups.TryGetValue(less, out var b))
            return null;
        var known = b.ToDictionary(r => r.Setup.Replication);
        var differences = new List<double>();
        foreach (var r in a)
            if (known.TryGetValue(r.Setup.Replication, out var other) && At(r, name) is { } x && At(other, name) is { } y)
                differences.Add(x - y);
        return differences.Count == 0 ? null : Estimate.Paired(differences);
    }

    private static double? At(Replication r, string name) =>
        r.Figures.GetValueOrDefault(name + "/of") is var weight && weight == 0 ? null : r.Figures.GetValueOrDefault(name) / weight;

    private static bool IsShare(string name) =>
        Shares.Any(s => name.StartsWith(s, StringComparison.Ordinal)) || name.EndsWith(".slashed", StringComparison.Ordinal) || name.EndsWith(".alarmed", StringComparison.Ordinal);
}
