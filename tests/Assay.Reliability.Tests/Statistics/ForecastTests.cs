using System.Numerics;
using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>Forecasts: said before, scored after, in whole numbers.</summary>
public class ForecastTests
{
    private const ulong Day = 86_400;

    [Fact]
    public void A_fresh_account_expects_one_half_and_a_clean_one_little()
    {
        var forecast = Forecast.Start;
        Assert.Equal(500_000u, forecast.Expected);
        forecast = forecast.Close(0, new(100, 0), changed: false);
        // h = 1/4, rate (1/2)/101: 0.75 * 0.00495... + 0.125.
        Assert.Equal(128_713u, forecast.Expected);
        for (ulong day = 1; day < 100; day++)
            forecast = forecast.Close(day * Day, new(100, 0), changed: false);
        Assert.InRange(forecast.Expected, 2_500u, 2_700u);
        Assert.Equal(new Counts(10_000, 0), forecast.Record.Verdicts);
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
        Assert.Equal(back.Memories[3].Passes, back.Memories[0].Passes);
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
    }

    [Fact]
    public void Fractions_of_faded_counts_are_exact_floors()
    {
        var dice = new Dice(51);
        for (var i = 0; i < 2_000; i++)
        {
            var memory = new Memory((UInt128)dice.Next() << dice.Below(21), dice.Next() >> dice.Below(40), 0);
            var (n, d) = ((BigInteger)memory.Failures + (1L << 31), (BigInteger)memory.Passes + (BigInteger)memory.Failures + (1L << 32));
            Assert.Equal((n << 64) / d, (BigInteger)memory.Rate);
        }
    }

    [Fact]
    public void Where_the_rate_moves_forecasts_score_above_the_plain_rate_and_where_it_stays_hardly_below()
    {
        var (moving, _) = Run(day => day / 60 % 2 == 0 ? 0.02 : 0.12, 720, 61);
        Assert.True(moving.Record.Score > moving.Record.PlainScore);
        var (steady, expected) = Run(_ => 0.05, 720, 67);
        var loss = (double)(steady.Record.PlainScore - steady.Record.Score) / Math.Pow(2, 64) / steady.Record.Verdicts.Total;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"moving: gains {(double)(moving.Record.Score - moving.Record.PlainScore) / Math.Pow(2, 64) / moving.Record.Verdicts.Total:E2} nats a verdict, memory {moving.Best}; steady: loses {loss:E2}, memory {steady.Best}, last expected {expected}");
        Assert.InRange(loss, -1e-3, 2e-3);
        Assert.InRange(expected, 40_000u, 60_000u);
        // Calibration: failures expected and failures seen.
        Assert.InRange((double)steady.Record.ExpectedFailures / 1e6 / steady.Record.Verdicts.Failures, 0.95, 1.15);
    }

    private static (Forecast Forecast, uint Expected) Run(Func<int, double> rate, int days, ulong seed)
    {
        var (dice, forecast) = (new Dice(seed), Forecast.Start);
        for (var day = 0; day < days; day++)
        {
            var failures = 0UL;
            for (var i = 0; i < 100; i++)
                failures += dice.Chance(rate(day)) ? 1u : 0u;
            forecast = forecast.Close((ulong)day * Day, new(100 - failures, failures), false);
        }
        return (forecast, forecast.Expected);
    }
}
