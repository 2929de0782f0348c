using Assay.Simulation.Measures;
using Assay.Simulation.Worlds;

namespace Assay.Simulation.Experiments;

/// <summary>The plots of a run, by file name. A plot without figures is left out.</summary>
public static class Plots
{
    private static readonly string[] Bins = ["below 0.1 %", "0.1 to 0.3 %", "0.3 to 1 %", "1 to 3 %", "3 to 10 %", "10 to 30 %", "above 30 %"];

    public static IEnumerable<(string Name, string Svg)> Of(IReadOnlyList<Replication> replications)
    {
        var summary = new Summary(replications);
        var arms = Enum.GetValues<Arm>();
        (string Figure, string Who)[] who = [("expected", "account"), ("shown", "account, what is shown"), ("insider", "insider")];
        var ranks = Rows(summary, arms.SelectMany(a => who.Select(w => ($"{a}: {w.Who}", new Cell(a), $"rank.{w.Figure}"))));
        if (ranks.Count > 0)
            yield return ("rank.svg", IntervalPlot.Of("Rank correlation with the next epoch's truth", ranks));
        var bins = Rows(summary, Bins.Select((b, i) => (b, new Cell(Arm.A), $"calibration.bin{i}")));
        if (bins.Count > 0)
            yield return ("calibration.svg", IntervalPlot.Of("Failures seen over expected, by what was expected (arm A)", bins, 1));
        var attacks = Rows(summary, Attacks().Select(k => (Label(k), new Cell(Kind(k) == "Buyer" ? Arm.B : Arm.A), $"attack.{k}.net")));
        if (attacks.Count > 0)
            yield return ("attacks.svg", IntervalPlot.Of("Profit of attackers less an honest provider's, units (arm A, buyers B)", attacks, 0));
        foreach (var lazy in new[] { 1, 0 })
            if (summary.Cells.Where(c => c.Arm == Arm.A && c.Lazy == lazy).Select(c => c.AuditRate).Distinct().ToList() is { Count: > 1 } rates)
                yield return ($"sweep-{(lazy == 1 ? "lazy" : "all-look")}.svg", IntervalPlot.Of(
                    $"The same by audit rate, {(lazy == 1 ? "one auditor lazy" : "no auditor lazy")}",
                    Rows(summary, Attacks().Where(k => !k.Contains('.', StringComparison.Ordinal)).SelectMany(k => rates.Select(rate =>
                        ($"{Label(k)}, {rate / 10_000m:0.##} %", new Cell(k == "Buyer" ? Arm.B : Arm.A, rate, lazy), $"attack.{k}.net")))), 0));
    }

    private static string[] Attacks() =>
        [.. Enum.GetValues<AgentKind>().Where(k => k is AgentKind.Buyer or >= AgentKind.Quantise and < AgentKind.Seller)
            .SelectMany(k => new[] { k.ToString(), $"{k}.friend" })];

    private static string Kind(string attack) => attack.Split('.')[0];

    private static string Label(string attack) => attack.Contains('.', StringComparison.Ordinal) ? $"{Kind(attack)}, with a friend" : attack;

    private static List<(string, Estimate)> Rows(Summary summary, IEnumerable<(string Label, Cell Cell, string Name)> rows) =>
        [.. rows.Select(r => (r.Label, Estimate: summary.Of(r.Cell, r.Name))).Where(r => r.Estimate is not null).Select(r => (r.Label, r.Estimate!.Value))];
}
