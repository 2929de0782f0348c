using System.Globalization;
using Assay.Simulation.Measures;
using Assay.Simulation.Worlds;

namespace Assay.Simulation.Experiments;

/// <summary>What was said before the run, held against it.</summary>
/// <param name="Says">The figures, with their intervals.</param>
public sealed record Judgement(string Id, string What, bool Holds, string Says);

/// <summary>The thresholds of docs/experiment.md section 3.</summary>
public static class Hypotheses
{
    public static IReadOnlyList<Judgement> Judge(Summary summary)
    {
        var arms = Enum.GetValues<Arm>().Where(a => summary.Replications(new Cell(a)) > 0).ToArray();
        var all = new List<Judgement>();
        foreach (var arm in arms)
        {
            Say(all, "H1", $"{arm}: the proven bound is ever wrong in at most 5 % of histories", summary.Of(new Cell(arm), "coverage.proven"), e => e.Value <= 0.05);
            Say(all, "H2", $"{arm}: failures seen over expected, 0.8 to 1.25", summary.Of(new Cell(arm), "calibration.all"), e => e.Value is >= 0.8 and <= 1.25);
        }
        Say(all, "H3", "A: the account ranks the next epoch, at least 0.6", summary.Of(new Cell(Arm.A), "rank.expected"), e => e.Value >= 0.6);
        Say(all, "H3", "C is within 0.05 of A", summary.Difference(new Cell(Arm.C), new Cell(Arm.A), "rank.expected"), e => e.Lower >= -0.05);
        Say(all, "H3", "B is below A", summary.Difference(new Cell(Arm.B), new Cell(Arm.A), "rank.expected"), e => e.Upper < 0);
        Say(all, "H3", "D is within 0.05 of C", summary.Difference(new Cell(Arm.D), new Cell(Arm.C), "rank.expected"), e => e.Lower >= -0.05);
        Say(all, "H3", "E is within 0.05 of D", summary.Difference(new Cell(Arm.E), new Cell(Arm.D), "rank.expected"), e => e.Lower >= -0.05);
        Say(all, "H4", "D: the price says more than the account, above 0 nats a contract", summary.Of(new Cell(Arm.D), "price.gain"), e => e.Lower > 0);
        Say(all, "H4", "E: at least 0 nats", summary.Of(new Cell(Arm.E), "price.gain"), e => e.Lower >= 0);
        Say(all, "H5", "B: buyers lose more than in A", summary.Difference(new Cell(Arm.B), new Cell(Arm.A), "loss"), e => e.Lower > 0);
        Say(all, "H5", "D: buyers lose no more than in C, after payouts and premiums", NetLoss(summary), e => e.Value <= 0);
        foreach (var arm in arms)
            foreach (var kind in (AgentKind[])[AgentKind.Quantise, AgentKind.Exit])
                if (summary.Of(new Cell(arm), $"detect.{kind}.bound") is { } bound)
                    Say(all, "H7", Invariant($"{arm}: {kind} alarms within {bound.Value:0.0} verdicts on average"), summary.Of(new Cell(arm), $"detect.{kind}.delay"), e => e.Value <= bound.Value);
        foreach (var arm in arms)
            Say(all, "H8", $"{arm}: no honest bond is taken for its own conduct", summary.Of(new Cell(arm), "slash.false"), e => e.Value == 0);
        foreach (var arm in arms.Where(a => a >= Arm.D))
            Say(all, "H9", $"{arm}: the pool is ruined in at most 5 % of replications", summary.Of(new Cell(arm), "ruin.pool"), e => e.Value <= 0.05);
        return all;
    }

    private static Estimate? NetLoss(Summary summary) => summary.Difference(new Cell(Arm.D), new Cell(Arm.C), "loss.net");

    private static void Say(List<Judgement> all, string id, string what, Estimate? estimate, Func<Estimate, bool> holds)
    {
        if (estimate is { } e)
            all.Add(new Judgement(id, what, holds(e), Words(e)));
    }

    /// <summary>A number and its interval, as reports write them.</summary>
    public static string Words(Estimate e)
    {
        var digits = Math.Abs(e.Value) switch { >= 1000 => "0", >= 10 => "0.0", >= 0.1 => "0.000", _ => "0.00000" };
        string Word(double value) => double.IsNaN(value) ? "?" : value.ToString(digits, CultureInfo.InvariantCulture);
        return $"{Word(e.Value)} [{Word(e.Lower)}, {Word(e.Upper)}]";
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
