using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>Probes of a service whose failures come in incidents.</summary>
public class UptimeTests
{
    // Incidents of at most 2 slots, calm of at least 4.
    [Theory]
    [InlineData("uuuuuuuu", 8, 0, 0, 0, 0, 0)]           // no incident: nothing is known of them
    [InlineData("uudduuuu", 6, 2, 1, 0, 0, 0)]           // a calm that is not over and not yet long enough
    [InlineData("uudduuuuu", 7, 2, 1, 0, 1, 0)]          // long enough: it counts while it goes on
    [InlineData("uudduuuuuuuud", 10, 3, 1, 0, 1, 0)]     // and only once
    [InlineData("uuddduuud", 5, 4, 0, 1, 0, 1)]
    [InlineData("dd", 0, 2, 0, 0, 0, 0)]
    [InlineData("dddd", 0, 4, 0, 1, 0, 0)]               // too long: it counts while it goes on
    [InlineData("ddddddu", 1, 6, 0, 1, 0, 0)]            // and only once
    [InlineData("dudud", 2, 3, 2, 0, 0, 2)]
    public void Incidents_and_the_calm_after_them_are_counted_once_decided(string probes, ulong up, ulong down, ulong mended, ulong late, ulong calm, ulong soon)
    {
        var uptime = new Uptime(2, 4);
        for (var slot = 0; slot < probes.Length; slot++)
            uptime = uptime.Probe((ulong)slot, probes[slot] == 'u');
        Assert.Equal((new Counts(up, down), new Counts(mended, late), new Counts(calm, soon)), (uptime.Probes, uptime.Repairs, uptime.Calms));
    }

    [Fact]
    public void Slots_count_and_not_probes_and_they_do_not_go_back()
    {
        var uptime = new Uptime(2, 4).Probe(10, false).Probe(20, true).Probe(24, false);
        Assert.Equal((new Counts(0, 1), new Counts(1, 0)), (uptime.Repairs, uptime.Calms));
        Assert.Throws<ArgumentOutOfRangeException>(() => uptime.Probe(23, true));
    }

    [Fact]
    public void Drawn_probes_cover_the_uptime_of_the_period_however_failures_cluster_and_a_band_over_them_fails_for_the_service()
    {
        // Time between incidents Weibull with shape 0.6, mean 2 days; incidents a mean of 3 hours; slots of ten minutes, four weeks.
        const int slots = 6 * 24 * 28, histories = 400, draws = 1_000;
        var dice = new Dice(41);
        var longRun = LongRunDown(dice.Next());
        var (drawnWrong, bandWrong, naiveRate) = (0, 0, (uint)(longRun * 1e6));
        for (var h = 0; h < histories; h++)
        {
            var down = Slots(ref dice, slots);
            var failing = (ulong)down.Count(d => d);
            dice.Shuffle<bool>(down); // the order of drawing
            var (failures, drawnEver, bandEver) = (0UL, false, false);
            for (var t = 1UL; t <= draws; t++)
            {
                failures += down[t - 1] ? 1u : 0u;
                drawnEver |= WithoutReplacement.Excluded(slots, new(t - failures, failures), failing);
                bandEver |= Band.Excludes(naiveRate, new(t - failures, failures));
            }
            drawnWrong += drawnEver ? 1 : 0;
            bandWrong += bandEver ? 1 : 0;
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"long run down {longRun:P2}; of {histories}: share of the period wrong in {drawnWrong}, band over probes wrong in {bandWrong}");
        Assert.True(drawnWrong <= 0.05 * histories, $"{drawnWrong}");
        Assert.True(bandWrong >= 0.10 * histories, $"{bandWrong}"); // what blocks are for
    }

    [Fact]
    public void Bands_over_the_calm_after_incidents_hold_where_bands_over_probes_do_not()
    {
        // Probed in every slot for half a year; the objective is a day of calm after each incident.
        const int day = 6 * 24, days = 180, histories = 400;
        var dice = new Dice(43);
        var many = Fold(Slots(ref dice, day * 40_000), day, _ => { });
        var calmRate = (uint)(1e6 * many.Calms.Failures / many.Calms.Total);
        var probeRate = (uint)(1e6 * many.Probes.Failures / many.Probes.Total);
        var (calmsWrong, probesWrong) = (0, 0);
        for (var h = 0; h < histories; h++)
        {
            var (calmsEver, probesEver) = (false, false);
            Fold(Slots(ref dice, day * days), day, u =>
            {
                calmsEver |= u.Calms.Total > 0 && Band.Excludes(calmRate, u.Calms);
                probesEver |= Band.Excludes(probeRate, u.Probes);
            });
            calmsWrong += calmsEver ? 1 : 0;
            probesWrong += probesEver ? 1 : 0;
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"no day of calm after {calmRate / 1e6:P1} of {many.Calms.Total} incidents; of {histories}: band over them wrong in {calmsWrong}, over probes in {probesWrong}");
        Assert.True(calmsWrong <= 0.05 * histories, $"{calmsWrong}");
        Assert.True(probesWrong >= 0.50 * histories, $"{probesWrong}");

        static Uptime Fold(bool[] down, int day, Action<Uptime> look)
        {
            var uptime = new Uptime(6, (ulong)day);
            for (var i = 0; i < down.Length; i++)
            {
                uptime = uptime.Probe((ulong)i, !down[i]);
                if (i % day == 0)
                    look(uptime);
            }
            return uptime;
        }
    }

    private static double LongRunDown(ulong seed)
    {
        var dice = new Dice(seed);
        return Slots(ref dice, 20_000_000).Average(d => d ? 1.0 : 0.0);
    }

    // Ten-minute slots, true where the service is down.
    private static bool[] Slots(ref Dice dice, int count)
    {
        var down = new bool[count];
        // Mean of a Weibull: scale times Gamma(1 + 1/0.6) = 1.5046 scale. A warm-up forgets where it began.
        var t = -6 * 24 * 14.0;
        while (t < count)
        {
            t += 288 / 1.5046 * Math.Pow(-Math.Log(1 - dice.Uniform()), 1 / 0.6);
            var end = t + 18 * -Math.Log(1 - dice.Uniform());
            for (var i = (int)Math.Max(0, Math.Ceiling(t)); i < Math.Min(count, end); i++)
                down[i] = true;
            t = end;
        }
        return down;
    }
}
