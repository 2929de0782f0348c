using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

public class UniformityTests
{
    [Fact]
    public void The_evidence_is_the_mean_of_ten_bets_computed_one_number_at_a_time()
    {
        var random = new Random(3);
        foreach (var (n, skew) in ((int, double)[])[(0, 1), (1, 1), (40, 1), (500, 1.3), (3000, 0.8)])
        {
            var counts = new ulong[16];
            var bets = new double[10];
            for (var i = 0; i < n; i++)
            {
                var bin = (int)(16 * Math.Pow(random.NextDouble(), skew));
                for (var k = 0; k < 4; k++)
                {
                    var (bins, width) = (2 << k, 16 / (2 << k));
                    var seen = counts.Skip(bin / width * width).Take(width).Aggregate(0UL, (a, b) => a + b);
                    bets[k] += Math.Log(bins * (seen + 0.5) / (i + bins / 2.0));
                }
                foreach (var (place, slope) in new[] { -12, -8, -4, 4, 8, 12 }.Index())
                    bets[4 + place] += Math.Log(1 + slope * (2 * bin - 15) / 256.0);
                counts[bin]++;
            }
            var largest = bets.Max();
            var expected = largest + Math.Log(bets.Average(b => Math.Exp(b - largest)));
            var found = Uniformity.LogE(counts);
            Assert.InRange(found, (expected * 1e6) - 2, (expected * 1e6) + 0.01);
            Assert.InRange(Uniformity.LogE(counts, 10_000), ((expected - n * Math.Log(1.01)) * 1e6) - 2, ((expected - n * Math.Log(1.01)) * 1e6) + 0.01);
        }
        Assert.Equal(-1, Uniformity.LogE(new ulong[16])); // 0, rounded down
    }

    [Fact]
    public void Uniform_numbers_reach_evidence_of_20_in_less_than_one_history_in_20_however_often_one_looks()
    {
        var random = new Random(17);
        var reached = 0;
        for (var history = 0; history < 400; history++)
        {
            var (counts, high) = (new ulong[16], false);
            for (var i = 1; i <= 1000; i++)
            {
                counts[random.Next(16)]++;
                high |= i % 10 == 0 && Uniformity.LogE(counts) >= 2_995_733;
            }
            reached += high ? 1 : 0;
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"{reached} of 400 histories reach 20");
        Assert.InRange(reached, 1, 20);
    }

    [Fact]
    public void Numbers_that_are_not_uniform_are_found_and_wrong_counts_refused()
    {
        var counts = Enumerable.Range(0, 16).Select(i => i < 8 ? 70UL : 50).ToArray();
        Assert.True(Uniformity.LogE(counts) > 6_000_000);
        Assert.True(Uniformity.LogE(counts, 250_000) < 0);
        Assert.Throws<ArgumentException>(() => Uniformity.LogE(new ulong[15]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Uniformity.LogE([1UL << 36, .. new ulong[15]]));
        Assert.True(Uniformity.LogE([.. Enumerable.Repeat((1UL << 36) - 1, 16)]) < 0);
    }
}
