using Assay.Reliability.Statistics;

namespace Assay.Bench;

/// <summary>What the statistics of accounts promise, counted in simulated histories. Seeded: every run counts the same ones.</summary>
internal static class AccountSimulations
{
    private const int Histories = 1_000;
    private const int Looks = 2_000;
    private const uint Rate = 10_000;
    private const int Swaps = 200;
    private const int QuietVerdicts = 2_000_000;

    public static IEnumerable<Row> Rows()
    {
        // Looked at after every verdict: the share of histories in which the true rate was never excluded. 95 % are promised.
        var proven = Covered(1, static counts => !Betting.Reaches(Grid.Threshold, [0, 1, 2, 4, 8], Rate, counts));
        yield return Row.Of("coverage-under-peeking", "% of histories", Row.Higher, proven) with { Total = Histories };
        var band = Covered(2, static counts => Band.Of(counts) is var b && b.Lower <= Rate && Rate <= b.Upper, every: 20);
        yield return Row.Of("coverage-under-peeking, band", "% of histories", Row.Higher, band) with { Total = Histories };

        // A detector that is fitted to 1,000 verdicts at 0.1 %, 1,000 more of the same, and then 1 %.
        var delays = new List<double>();
        for (ulong seed = 0; seed < Swaps; seed++)
            delays.Add(Delay(new Chance(1000 + seed)));
        yield return Row.Of("swap-delay-0.1-to-1-percent", "verdicts", Row.Lower, delays) with { Total = Swaps };

        // Nothing changes: alarms for each 10,000 verdicts, of which at most one is promised in the mean.
        var (chance, watch, alarms) = (new Chance(7), Fitted(new Chance(8), 1_000), 0);
        for (var i = 0; i < QuietVerdicts; i++)
            if (watch.Step(chance.Falls(1_000)))
                alarms++;
        yield return Row.Of("false-alarm-rate", "alarms in 10,000 verdicts", Row.Lower, alarms * 10_000.0 / QuietVerdicts) with { Total = QuietVerdicts };
    }

    private static double Covered(ulong seed, Func<Counts, bool> holds, int every = 1)
    {
        var (chance, covered) = (new Chance(seed), 0);
        for (var history = 0; history < Histories; history++)
        {
            var (failures, ever) = (0UL, true);
            for (ulong n = 1; n <= Looks; n++)
            {
                failures += chance.Falls(Rate) ? 1UL : 0;
                ever = ever && (n % (ulong)every != 0 || holds(new Counts(n - failures, failures)));
            }
            covered += ever ? 1 : 0;
        }
        return 100.0 * covered / Histories;
    }

    private static double Delay(Chance chance)
    {
        var watch = Fitted(chance, 1_000);
        for (var i = 0; i < 1_000; i++)
            watch.Step(chance.Falls(1_000));
        var delay = 1;
        while (!watch.Step(chance.Falls(10_000)))
            delay++;
        return delay;
    }

    private static Watch Fitted(Chance chance, uint rate)
    {
        var failures = 0UL;
        for (var i = 0; i < 1_000; i++)
            failures += chance.Falls(rate) ? 1UL : 0;
        return new Watch(Baseline.Rate(new Counts(1_000 - failures, failures))!.Value);
    }

    private sealed class Watch(uint rate)
    {
        private readonly ChangeDetector detector = ChangeDetector.For(rate);
        private readonly UInt128[] state = new UInt128[ChangeDetector.For(rate).Ratios.Length];

        /// <returns>Whether it alarmed; it begins anew then.</returns>
        public bool Step(bool failed)
        {
            detector.Step(state, failed);
            if (!ChangeDetector.Alarms(state))
                return false;
            Array.Clear(state);
            return true;
        }
    }

    /// <summary>SplitMix64.</summary>
    private sealed class Chance(ulong seed)
    {
        private ulong at = seed * 0x9E3779B97F4A7C15;

        public bool Falls(uint millionths)
        {
            var z = at += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (ulong)(((UInt128)(z ^ (z >> 31)) * 1_000_000) >> 64) < millionths;
        }
    }
}
