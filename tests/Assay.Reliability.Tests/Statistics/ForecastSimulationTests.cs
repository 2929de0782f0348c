using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>How forecasts do where the truth is known: failures expected and seen, and nats against the plain rate. Its lines are the table of accounts.md section 11.</summary>
public class ForecastSimulationTests
{
    private const int Days = 360, Verdicts = 100, Histories = 20;

    /// <param name="leastNats">Gained over the plain rate, in the mean of the histories.</param>
    /// <param name="worstNats">Of the worst history.</param>
    /// <param name="low">Failures expected for each that was seen, over all histories.</param>
    [Theory]
    [InlineData("stable 0.1 %", -1, -2, 0.95, 1.25)]
    [InlineData("stable 1 %", -1, -2, 0.95, 1.1)]
    [InlineData("stable 5 %", -1, -2, 0.97, 1.05)]
    [InlineData("drift 1 to 6 %", 80, 50, 0.9, 1.05)]
    [InlineData("season 1 to 7 %", 150, 130, 0.95, 1.05)]
    [InlineData("improves", 600, 550, 1.0, 1.2)]
    [InlineData("1 % then 6 %", 250, 220, 0.9, 1.1)]
    [InlineData("0.05 % then 5 %", 400, 380, 0.9, 1.1)]
    [InlineData("alternating 20 days", 300, 250, 0.95, 1.25)]
    [InlineData("alternating 60 days", 500, 450, 0.95, 1.2)]
    [InlineData("alternating daily", -3, -6, 0.9, 1.05)]
    [InlineData("clustered days", -40, -100, 0.9, 1.15)]
    [InlineData("rare bad days", -100, -250, 0.85, 1.25)]
    [InlineData("clustered weeks", 0, -150, 0.9, 1.5)]
    public void Forecasts_gain_where_rates_move_and_lose_little_where_they_do_not(string name, double leastNats, double worstNats, double low, double high)
    {
        var (nats, worst, expected, seen, later, laterSeen, length) = (0.0, double.MaxValue, 0.0, 0UL, 0.0, 0UL, 0.0);
        for (ulong history = 1; history <= Histories; history++)
        {
            var (dice, forecast, watch) = (new Dice(history * 7919), Forecast.Start, new ChangeWatch());
            var (rate, begun) = (Rates(name), forecast.Record);
            for (var day = 0; day < Days; day++)
            {
                var (p, failures, alarms) = (rate(day, ref dice), 0UL, watch.Alarms);
                for (var i = 0; i < Verdicts; i++)
                {
                    var failed = dice.Chance(p);
                    failures += failed ? 1u : 0u;
                    watch.Step(failed, (ulong)day);
                }
                if (forecast.SinceAlarm < 10)
                    (later, laterSeen) = (later + forecast.Expected / 1e6 * Verdicts, laterSeen + failures);
                forecast = forecast.Close((ulong)day * 86_400, new(Verdicts - failures, failures), watch.Alarms > alarms);
                // The first epoch is expected to be anything: one half.
                if (day == 0)
                    begun = forecast.Record;
            }
            var record = forecast.Record;
            var gained = (double)(record.Score - record.PlainScore) / Math.Pow(2, 64);
            (nats, worst) = (nats + gained / Histories, Math.Min(worst, gained));
            length += (double)-record.Score / Math.Pow(2, 64) / Histories;
            expected += (double)(record.ExpectedFailures - begun.ExpectedFailures) / 1e6;
            seen += record.Verdicts.Failures - begun.Verdicts.Failures;
        }
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"| {name} | {expected / seen:0.00} | {(laterSeen > 0 ? $"{later / laterSeen:0.00}" : "–")} | {nats:+0.0;-0.0} | {worst:+0.0;-0.0} | {length:0} |");
        Assert.InRange(expected / seen, low, high);
        Assert.True(nats >= leastNats && worst >= worstNats, $"{name}: {nats} nats against the plain rate, at worst {worst}");
    }

    private delegate double Rate(int day, ref Dice dice);

    private static Rate Rates(string name)
    {
        var bad = false;
        return name switch
        {
            "stable 0.1 %" => (int _, ref Dice _) => 0.001,
            "stable 1 %" => (int _, ref Dice _) => 0.01,
            "stable 5 %" => (int _, ref Dice _) => 0.05,
            "drift 1 to 6 %" => (int day, ref Dice _) => 0.01 + 0.05 * day / Days,
            "season 1 to 7 %" => (int day, ref Dice _) => 0.04 + 0.03 * Math.Sin(Math.Tau * day / 180),
            "improves" => (int day, ref Dice _) => day < Days / 3 ? 0.1 : 0.01,
            "1 % then 6 %" => (int day, ref Dice _) => day < 144 ? 0.01 : 0.06,
            "0.05 % then 5 %" => (int day, ref Dice _) => day < 144 ? 0.0005 : 0.05,
            "alternating 20 days" => (int day, ref Dice _) => day / 20 % 2 == 0 ? 0.02 : 0.12,
            "alternating 60 days" => (int day, ref Dice _) => day / 60 % 2 == 0 ? 0.02 : 0.12,
            "alternating daily" => (int day, ref Dice _) => day % 2 == 0 ? 0.01 : 0.1,
            "clustered days" => (int _, ref Dice dice) => dice.Chance(0.05) ? 0.3 : 0.005,
            "rare bad days" => (int _, ref Dice dice) => dice.Chance(0.02) ? 0.9 : 0.001,
            "clustered weeks" => (int _, ref Dice dice) => (bad = dice.Chance(bad ? 0.8 : 0.02)) ? 0.3 : 0.005,
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
    }
}
