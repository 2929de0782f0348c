using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>
/// Looked at after every verdict, the bounds are wrong in at most 5 % of histories, ever; the interval for a fixed n is wrong in
/// many more. The seeds are fixed: every run counts the same histories.
/// </summary>
public class CoverageTests
{
    [Theory]
    [InlineData(1_000, 1_000)]
    [InlineData(20_000, 1_000)]
    [InlineData(200_000, 1_000)]
    public void Proven_bounds_are_ever_wrong_in_few_histories(int rate, int histories) => ProvenWrong(rate, histories, 4_000);

    [Theory]
    [InlineData(1_000, 400)]
    [InlineData(50_000, 400)]
    [InlineData(500_000, 400)]
    public void Bands_are_ever_wrong_in_few_histories(int rate, int histories) => BandWrong(rate, histories, 1_000);

    [Theory]
    [InlineData(500, 0, 1_000)]
    [InlineData(500, 3, 1_000)]
    [InlineData(500, 60, 1_000)]
    [InlineData(500, 250, 1_000)]
    public void Without_replacement_the_true_number_is_ever_excluded_in_few_orders(int records, int failing, int orders) =>
        DrawnWrong(records, failing, orders);

    [Fact]
    public void A_fixed_n_interval_looked_at_every_ten_records_is_wrong_in_a_third_of_histories()
    {
        // The band of the same histories beside it.
        const int n = 10_000, histories = 200;
        const uint rate = 50_000;
        var kept = new bool[n / 10 + 1][];
        for (var t = 10; t <= n; t += 10)
            kept[t / 10] = FixedNKept(t, rate / 1e6);
        var (dice, wrong, bandWrong) = (new Dice(31), 0, 0);
        for (var h = 0; h < histories; h++)
        {
            var (failures, ever, bandEver) = (0, false, false);
            for (var t = 1; t <= n; t++)
            {
                failures += dice.Chance(rate / 1e6) ? 1 : 0;
                if (t % 10 != 0)
                    continue;
                ever |= !kept[t / 10][failures];
                bandEver |= Band.Excludes(rate, new((ulong)(t - failures), (ulong)failures));
            }
            wrong += ever ? 1 : 0;
            bandWrong += bandEver ? 1 : 0;
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"fixed n wrong in {wrong}, band in {bandWrong} of {histories}");
        Assert.True(wrong >= 0.30 * histories, $"{wrong}");
        Assert.True(bandWrong <= 0.05 * histories, $"{bandWrong}");
    }

    [Fact, Trait("speed", "slow")]
    public void The_long_form()
    {
        foreach (var rate in (int[])[100, 1_000, 10_000, 100_000, 300_000, 900_000])
            ProvenWrong(rate, 20_000, Math.Min(20_000, 500_000_000 / rate));
        foreach (var rate in (int[])[100, 1_000, 10_000, 100_000, 500_000])
            BandWrong(rate, 2_000, 2_000);
        foreach (var (records, failing) in ((int, int)[])[(200, 1), (1_024, 0), (1_024, 10), (1_024, 300), (2_000, 1_000)])
            DrawnWrong(records, failing, 2_000);
    }

    private static void ProvenWrong(int rate, int histories, int n)
    {
        var (dice, wrong) = (new Dice((ulong)rate), 0);
        for (var h = 0; h < histories; h++)
        {
            var (passes, failures, ever) = (0UL, 0UL, false);
            for (var t = 1; t <= n && !ever; t++)
            {
                var failed = dice.Chance(rate / 1e6);
                // Wealth falls at failures and rises at passes: its peaks are just before a failure and at the end.
                if (failed || t == n)
                    ever = passes > 0 && Proven.Excludes((uint)rate, new(passes + (failed ? 0UL : 1), failures));
                if (failed)
                    failures++;
                else
                    passes++;
            }
            wrong += ever ? 1 : 0;
        }
        Few(wrong, histories, $"proven at {rate}");
    }

    private static void BandWrong(int rate, int histories, int n)
    {
        var (dice, wrong) = (new Dice(7 + (ulong)rate), 0);
        for (var h = 0; h < histories; h++)
        {
            var (failures, ever) = (0UL, false);
            for (var t = 1UL; t <= (ulong)n && !ever; t++)
            {
                failures += dice.Chance(rate / 1e6) ? 1u : 0u;
                ever = Band.Excludes((uint)rate, new(t - failures, failures));
            }
            wrong += ever ? 1 : 0;
        }
        Few(wrong, histories, $"band at {rate}");
    }

    private static void DrawnWrong(int records, int failing, int orders)
    {
        var (dice, wrong) = (new Dice(11 + (ulong)(records * failing)), 0);
        var fails = new bool[records];
        fails.AsSpan(0, failing).Fill(true);
        for (var order = 0; order < orders; order++)
        {
            dice.Shuffle<bool>(fails);
            var (failures, ever) = (0UL, false);
            for (var t = 1; t <= records && !ever; t++)
            {
                failures += fails[t - 1] ? 1u : 0u;
                ever = WithoutReplacement.Excluded((ulong)records, new((ulong)t - failures, failures), (ulong)failing);
            }
            wrong += ever ? 1 : 0;
        }
        Few(wrong, orders, $"{failing} of {records} without replacement");
    }

    private static void Few(int wrong, int of, string what)
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"{what}: wrong in {wrong} of {of}");
        Assert.True(wrong <= 0.05 * of, $"{what}: {wrong} of {of}");
    }

    // Which counts of failures in n keep p inside Clopper and Pearson's interval: those whose tails both have more than 2.5 %.
    private static bool[] FixedNKept(int n, double p)
    {
        var kept = new bool[n + 1];
        for (var k = (int)(n * p); k >= 0 && FixedN.Holds(k, n, p); k--)
            kept[k] = true;
        for (var k = (int)(n * p) + 1; k <= n && FixedN.Holds(k, n, p); k++)
            kept[k] = true;
        return kept;
    }
}
