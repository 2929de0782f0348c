using System.Numerics;
using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>Forecasts: said before, scored after, in whole numbers.</summary>
public class ForecastTests
{
    private const ulong Day = 86_400;

    [Fact]
    public void A_fresh_account_expects_one_half_and_a_clean_one_the_plain_rate()
    {
        var forecast = Forecast.Start;
        Assert.Equal((500_000u, 500_000u), (forecast.Expected, forecast.Hazard));
        forecast = forecast.Close(0, new(100, 0), alarmed: false);
        // (1/2)/101, and (1/2)/2 of one calm epoch.
        Assert.Equal((4_950u, 250_000u), (forecast.Expected, forecast.Hazard));
        for (ulong day = 1; day < 100; day++)
            forecast = forecast.Close(day * Day, new(100, 0), alarmed: false);
        // (1/2)/10,001 by the plain rate; what forgets expects more, and weighs little.
        Assert.InRange(forecast.Expected, 50u, 70u);
        Assert.Equal(4_950u, forecast.Hazard);
        Assert.Equal(new Counts(10_000, 0), forecast.Record.Verdicts);
        Assert.Equal(new Counts(10_000, 0), forecast.Remembered);
    }

    [Fact]
    public void The_hazard_counts_alarms_of_calm_segments_only()
    {
        var forecast = Forecast.Start;
        for (ulong k = 0; k < 100; k++)
            forecast = forecast.Close(k * Day, new(100, 0), alarmed: k is 10 or 11 or 40 or 80);
        // 11 calm epochs before the alarm; the second and third come while it is alarmed, the last one after 32 alarmed epochs and 7 calm ones.
        Assert.Equal((19u, 2u, 19u), (forecast.Calm, forecast.Changes, forecast.SinceAlarm));
        Assert.Equal(125_000u, forecast.Hazard);
    }

    [Fact]
    public void The_last_memory_forgets_at_an_alarm_what_came_before_and_the_first_never_fades()
    {
        var forecast = Forecast.Start.Close(0, new(900, 10), false).Close(400 * Day, new(50, 50), true);
        Assert.Equal(new Counts(950, 60), forecast.Memories[0].Verdicts);
        Assert.Equal(new Counts(50, 50), forecast.Memories[^1].Verdicts);
        // 400 days are 3 1/3 half-lives of 120 days: 900 * 0.0992 and 10 * 0.0992 are left.
        Assert.Equal(new Counts(50 + 89, 50 + 1), forecast.Memories[1].Verdicts);
    }

    [Fact]
    public void What_the_forecast_lost_is_charged_twice_to_all_memories_but_the_plain_rate()
    {
        var dice = new Dice(43);
        var (forecast, charged) = (Forecast.Start, 0);
        for (ulong k = 0; k < 120; k++)
        {
            forecast = forecast.Close(k * Day, dice.Chance(0.1) ? new(50, 50) : new(99, 1), dice.Chance(0.1));
            var lost = forecast.Record.PlainScore - forecast.Record.Score;
            charged += lost > 0 ? 1 : 0;
            var lead = forecast.Memories.Select((m, i) => i == 0 ? 0 : (double)(m.Score - forecast.Memories[0].Score - 2 * Int128.Max(lost, 0)) / Math.Pow(2, 64)).ToList();
            var weights = lead.Select(x => Math.Exp(x - lead.Max())).ToList();
            var mean = forecast.Memories.Zip(weights, (m, w) => w * m.Expected).Sum() / weights.Sum();
            Assert.InRange(forecast.Expected, mean - 0.51, mean + 0.51);
            Assert.Equal(lead.IndexOf(lead.Max()), forecast.Heaviest);
        }
        Assert.InRange(charged, 10, 120);
    }

    [Fact]
    public void What_is_left_of_a_count_halves_with_each_half_life()
    {
        Assert.Equal(FixedPoint.One, Memory.Left(0, Day));
        Assert.Equal(FixedPoint.One / 2, Memory.Left(Day, Day));
        Assert.Equal(FixedPoint.One >> 40, Memory.Left(40 * Day, Day));
        Assert.Equal(0u, Memory.Left(65 * Day, Day));
        Assert.Equal(0u, Memory.Left(ulong.MaxValue, Day));
        // 2^(-1/2) = 0.70710678118654752440..., within the rounding of its logarithm.
        var root = (BigInteger.Parse("70710678118654752440084436210485") << 64) / BigInteger.Pow(10, 32);
        Assert.InRange(root - (BigInteger)Memory.Left(Day / 2, Day), -2, 2);
        UInt128 last = FixedPoint.One + 1;
        for (ulong seconds = 0; seconds < 5 * Day; seconds += 997)
        {
            var left = Memory.Left(seconds, Day);
            Assert.True(left < last);
            last = left;
        }
    }

    [Fact]
    public void Time_that_goes_backwards_fades_nothing()
    {
        var forecast = Forecast.Start.Close(10 * Day, new(10, 1), false);
        var back = forecast.Close(5 * Day, new(10, 1), false);
        Assert.Equal(10 * Day, back.ClosedAt);
        Assert.All(back.Memories, m => Assert.Equal(back.Memories[0].Passes, m.Passes));
    }

    [Fact]
    public void The_score_is_the_logarithm_of_what_was_expected_of_what_came()
    {
        var first = Forecast.Start.Close(0, new(3, 1), false);
        Assert.Equal(4 * FixedPoint.Ln(1, 2), first.Record.Score);
        Assert.Equal(first.Record.Score, first.Record.PlainScore);
        Assert.Equal((UInt128)2_000_000, first.Record.ExpectedFailures);
        var second = first.Close(Day, new(0, 2), true);
        Assert.Equal(first.Record.Score + 2 * FixedPoint.Ln(first.Expected, 1_000_000), second.Record.Score);
        Assert.Equal(first.Record.PlainScore + 2 * FixedPoint.Ln(300_000, 1_000_000), second.Record.PlainScore);
        Assert.Equal((2u, 1u), (second.Epochs, second.Changes));
        // The plain rate is what the first memory expects.
        Assert.Equal(second.Memories[0].Score, second.Record.PlainScore);
    }

    [Fact]
    public void What_faded_counts_expect_is_the_nearest_millionth()
    {
        var dice = new Dice(51);
        for (var i = 0; i < 2_000; i++)
        {
            var memory = new Memory((UInt128)dice.Next() << dice.Below(21), dice.Next() >> dice.Below(40), 0);
            var (n, d) = (2 * (BigInteger)memory.Failures + (1L << 32), 2 * ((BigInteger)memory.Passes + (BigInteger)memory.Failures + (1L << 32)));
            Assert.Equal(BigInteger.Clamp((2 * n * 1_000_000 + d) / (2 * d), 1, 999_999), memory.Expected);
        }
    }
}
