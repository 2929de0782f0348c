using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>The change detector: how seldom it cries wolf, how soon it sees a change, and GPT-4's of 2023.</summary>
public class ChangeTests
{
    [Theory]
    [InlineData(10_000, 300, 40_000)]
    [InlineData(200_000, 300, 40_000)]
    public void False_alarms_are_at_least_ten_thousand_audits_apart(int rate, int runs, int cap) => MeanToAlarm(rate, runs, cap);

    [Fact]
    public void A_changed_rate_is_seen_soon()
    {
        // After 2,000 audits at 1 %: the median audits from the change to the alarm.
        foreach (var (changed, most) in ((double, int)[])[(0.02, 1_700), (0.04, 400), (0.08, 150), (0.16, 70), (0.5, 20)])
        {
            var median = MedianDelay(10_000, changed, 2_000, 101, out var early);
            Output($"1 % to {changed:P0}: median {median} audits, {early} alarms before it in 101 runs");
            Assert.InRange(median, 1, most);
            Assert.InRange(early, 0, 25);
        }
    }

    [Fact]
    public void The_change_of_GPT_4_between_March_and_June_2023_is_seen()
    {
        var before = RealAnswers.PrimeFailures("openaichat/gpt-4-0314");
        var after = RealAnswers.PrimeFailures("openaichat/gpt-4-0613");
        Assert.Equal((1_000, 160, 1_000, 498), (before.Length, before.Count(f => f), after.Length, after.Count(f => f)));
        var detector = new ChangeDetector(200_000, [20, 24, 32, 48]);
        var (dice, delays) = (new Dice(2023), new List<int>());
        for (var shuffle = 0; shuffle < 20_000; shuffle++)
        {
            dice.Shuffle<bool>(before);
            dice.Shuffle<bool>(after);
            delays.Add(FirstAlarm(detector, [.. before, .. after]) - before.Length);
        }
        // Of the first 200 none alarms before the change; of many, about one in 600 to 900 does: 1,000 audits at 16 % are not without risk.
        var (few, early) = (delays[..200].Order().ToList(), delays.Count(d => d <= 0));
        Output($"200 shuffles: delays {few[0]} to {few[^1]}, median {few[100]}; 20,000: median {delays.Order().ElementAt(10_000)}, {early} before the change");
        Assert.All(few, d => Assert.True(d > 0));
        Assert.InRange(few[100], 29, 33);
        Assert.Equal(31, delays.Order().ElementAt(10_000));
        Assert.InRange(early, 1, 60);
    }

    [Fact]
    public void The_rule_for_baselines_gives_the_ratios_of_the_design()
    {
        Assert.Equal([20u, 24, 32, 48], Baseline.Ratios(200_000));
        Assert.Equal([32u, 48, 64, 128, 256], Baseline.Ratios(10_000));
        Assert.Null(Baseline.Rate(new(99, 0)));
        Assert.Equal(Band.Of(new(100, 0)).Upper, Baseline.Rate(new(100, 0)));
        Assert.Null(Baseline.Rate(new(40, 60)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Baseline.Ratios(600_001));
        Assert.Throws<ArgumentOutOfRangeException>(() => Baseline.Ratios(0));
    }

    [Fact]
    public void A_fitted_detector_sees_the_change_too()
    {
        // What an account would do by itself: the first 300 audits are the baseline, the detector starts after them.
        var before = RealAnswers.PrimeFailures("openaichat/gpt-4-0314");
        var after = RealAnswers.PrimeFailures("openaichat/gpt-4-0613");
        var (delays, early) = (new List<int>(), 0);
        for (var shuffle = 0; shuffle < 200; shuffle++)
        {
            var dice = new Dice(1_000 + (ulong)shuffle);
            dice.Shuffle<bool>(before);
            dice.Shuffle<bool>(after);
            var failures = (ulong)before.Take(300).Count(f => f);
            var detector = ChangeDetector.For(Baseline.Rate(new(300 - failures, failures))!.Value);
            var delay = FirstAlarm(detector, [.. before[300..], .. after]) - 700;
            early += delay <= 0 ? 1 : 0;
            delays.Add(delay);
        }
        delays.Sort();
        Output($"fitted: median {delays[100]}, last {delays[^1]}, early {early}");
        Assert.Equal(0, early);
        Assert.InRange(delays[100], 20, 80);
    }

    [Fact]
    public void An_alarm_stays_and_nothing_overflows()
    {
        var detector = ChangeDetector.For(100);
        var state = new UInt128[detector.Ratios.Length];
        for (var i = 0; i < 1_000; i++)
            detector.Step(state, true);
        Assert.All(state, m => Assert.Equal(ChangeDetector.Limit, m));
        Assert.True(ChangeDetector.Alarms(state));
        detector.Step(state, false);
        Assert.True(ChangeDetector.Alarms(state));
        Assert.Throws<ArgumentException>(() => detector.Step(new UInt128[1], true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChangeDetector(10_000, [16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChangeDetector(500_000, [32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChangeDetector(0, [32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChangeDetector(10_000, []));
    }

    [Fact, Trait("speed", "slow")]
    public void The_long_form()
    {
        foreach (var rate in (int[])[1_000, 10_000, 50_000, 200_000, 400_000])
            MeanToAlarm(rate, 2_000, 200_000);
        foreach (var rate in (int[])[1_000, 10_000, 50_000])
            foreach (var times in (int[])[2, 4, 8])
            {
                var median = MedianDelay((uint)rate, rate * times / 1e6, 2_000, 1_001, out var early);
                Output($"{rate} millionths times {times}: median {median}, {early} of 1001 before");
                Assert.InRange(early, 0, 250); // 2,000 audits in 10,000, at most
            }
    }

    // At the very rate of the baseline, where alarms are most frequent; a run that has not alarmed at the cap counts as the cap, so the true mean is larger.
    private static void MeanToAlarm(int rate, int runs, int cap)
    {
        var detector = ChangeDetector.For((uint)rate);
        var (dice, total, alarms) = (new Dice(17 + (ulong)rate), 0L, 0);
        for (var run = 0; run < runs; run++)
        {
            var state = new UInt128[detector.Ratios.Length];
            var t = 0;
            while (t < cap && !ChangeDetector.Alarms(state))
            {
                detector.Step(state, dice.Chance(rate / 1e6));
                t++;
            }
            total += t;
            alarms += t < cap ? 1 : 0;
        }
        Output($"at {rate} millionths: {alarms} of {runs} runs alarm within {cap} audits, mean at least {total / runs}");
        Assert.True(total / runs >= ChangeDetector.Threshold);
    }

    private static int MedianDelay(uint rate, double changed, int before, int runs, out int early)
    {
        var detector = ChangeDetector.For(rate);
        var (dice, delays) = (new Dice(23), new List<int>());
        early = 0;
        for (var run = 0; run < runs; run++)
        {
            var state = new UInt128[detector.Ratios.Length];
            var t = 0;
            while (!ChangeDetector.Alarms(state))
                detector.Step(state, dice.Chance(t++ < before ? rate / 1e6 : changed));
            if (t <= before)
                early++;
            else
                delays.Add(t - before);
        }
        delays.Sort();
        return delays[delays.Count / 2];
    }

    private static int FirstAlarm(ChangeDetector detector, bool[] failures)
    {
        var state = new UInt128[detector.Ratios.Length];
        for (var i = 0; i < failures.Length; i++)
        {
            detector.Step(state, failures[i]);
            if (ChangeDetector.Alarms(state))
                return i + 1;
        }
        return int.MaxValue;
    }

    private static void Output(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);
}
