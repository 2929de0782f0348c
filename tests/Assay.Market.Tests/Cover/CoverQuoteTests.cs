using System.Numerics;
using Assay.Market.Cover;
using Assay.Reliability.Statistics;
using Assay.Reliability.Tests.Statistics;

namespace Assay.Market.Tests.Cover;

public sealed class CoverQuoteTests
{
    private static readonly CoverRates Rates = new(Load: 200_000, Least: 1_000, Capacity: 1_000_000, Grace: 2);

    [Fact]
    public void The_arithmetic_is_that_of_the_specification_to_the_last_digit()
    {
        var dice = new Dice(21);
        var quoted = 0;
        for (var i = 0; i < 3_000; i++)
        {
            var (cover, outlook, use) = CoverCases.Next(ref dice);
            CoverQuote quote;
            try
            {
                quote = CoverQuote.Of(cover, outlook, Rates, use);
            }
            catch (MarketRefusal)
            {
                var window = CoverReference.Window(cover, outlook);
                Assert.True(window.Audited is 0 or > BetaBinomial.MostVerdicts || window.Fewest is null || CoverReference.Quote(cover, outlook, Rates, use).Premium >= cover.Sum);
                continue;
            }
            quoted++;
            Assert.Equal(CoverReference.Quote(cover, outlook, Rates, use), quote);
            Assert.Equal(quote.Premium, quote.Fair + quote.Load + quote.Capacity);
            Assert.InRange(quote.Hazard, 0, quote.Fair);
        }
        Assert.InRange(quoted, 1_000, 3_000);
    }

    [Fact]
    public void Terms_are_the_beta_binomial_within_what_the_specification_says()
    {
        var dice = new Dice(22);
        for (var i = 0; i < 200; i++)
        {
            var m = 1 + dice.Below(300);
            var memory = new Counts((ulong)dice.Below(5) == 0 ? 0 : (ulong)dice.Below(5_000), (ulong)dice.Below(3) == 0 ? 0 : (ulong)dice.Below(200));
            var terms = CoverReference.Terms(m, memory.Passes, memory.Failures);
            for (var k = 0; k <= m; k++)
            {
                var (n, d) = Exact(m, k, memory);
                var error = (n << 64) - terms[k] * d;       // in units of 1/d
                Assert.True(error >= 0, $"a term above the true one: {m} {k} {memory}");
                Assert.True(error <= d * (m + 1) + (n << 64 >> 32), $"a term too small: {m} {k} {memory}");
            }
        }
    }

    [Fact]
    public void What_is_paid_on_the_average_is_the_plain_sum()
    {
        var dice = new Dice(23);
        for (var i = 0; i < 100; i++)
        {
            var (m, memory) = (20 + dice.Below(300), new Counts((ulong)dice.Below(2_000), (ulong)dice.Below(60)));
            var cover = new CoverTerms((uint)dice.Below(50_000), 1 + (uint)dice.Below(200_000), 1, 1);
            var window = new CoverValue.Expected(1, (ulong)m * 10, (ulong)m, (ulong)dice.Below(m / 4));
            var paid = CoverValue.Paid(cover, window, (ulong)m, memory, 0);
            var (sum, over) = (BigInteger.Zero, BigInteger.One);
            for (var k = (int)window.Fewest; k <= m; k++)
            {
                var (n, d) = Exact(m, k, memory);
                n *= CoverPayout.Share(cover, (ulong)k, (ulong)m);
                (sum, over) = (sum * d + n * over, over * d);
                var common = BigInteger.GreatestCommonDivisor(sum, over);
                (sum, over) = (sum / common, over / common);
            }
            var exact = (double)((sum << 80) / (over * cover.Width)) / Math.Pow(2, 80);
            Assert.InRange((double)paid / Math.Pow(2, 64), exact * (1 - 1e-9) - 1e-18, exact * (1 + 1e-9) + 1e-18);
        }
    }

    // The model itself, played: an epoch at which everything changes, verdicts by the rate before and after it.
    [Theory]
    [InlineData(3_000, 10, 10_000, 20_000, 40_000, 0)]
    [InlineData(3_000, 10, 10_000, 20_000, 40_000, 20_000)]
    [InlineData(400, 12, 10_000, 30_000, 100_000, 50_000)]
    [InlineData(100, 0, 4_000, 20_000, 100_000, 5_000)]
    [InlineData(2_000, 100, 20_000, 60_000, 100_000, 10_000)]
    public void The_fair_value_is_what_playing_it_pays(ulong passes, ulong failures, ulong records, uint threshold, uint width, uint hazard)
    {
        var cover = new CoverTerms(threshold, width, records, 1_000_000);
        var outlook = new CoverOutlook(40_000, 20, new Counts(3_900, 100), 1, hazard, new Counts(passes, failures));
        var quote = CoverQuote.Of(cover, outlook, Rates with { Least = 0, Capacity = 0 }, default);
        var (epochs, all, audited, _) = CoverReference.Window(cover, outlook);
        var dice = new Dice(24);
        const int plays = 20_000;
        var (paid, squares) = (0.0, 0.0);
        for (var i = 0; i < plays; i++)
        {
            var (rate, failed) = (Beta(ref dice, failures, passes), 0UL);
            void MayChange(ref Dice dice) => rate = dice.Chance(hazard / 1e6) ? Beta(ref dice, 0, 0) : rate;
            for (var before = 0UL; before < outlook.Waiting + Rates.Grace; before++)
                MayChange(ref dice);
            for (var epoch = 0UL; epoch < epochs; epoch++)
            {
                MayChange(ref dice);
                for (var k = epoch * audited / epochs; k < (epoch + 1) * audited / epochs; k++)
                    failed += dice.Chance(rate) ? 1UL : 0;
            }
            var pay = (double)CoverPayout.Of(cover, CoverCases.Settled(all, audited - failed, failed, 0, 0));
            (paid, squares) = (paid + pay, squares + pay * pay);
        }
        var mean = paid / plays;
        var error = 4 * Math.Sqrt((squares / plays - mean * mean) / plays);
        // Four times of a change for as many as there are epochs: a few hundredths of what a change costs.
        Assert.InRange(quote.Fair, mean - error - 0.03 * quote.Hazard - 1, mean + error + 0.06 * quote.Hazard + 1);
    }

    [Fact]
    public void It_costs_more_where_more_is_insured_for_less_reason()
    {
        var cover = new CoverTerms(20_000, 80_000, 10_000, 1_000_000);
        var outlook = new CoverOutlook(40_000, 20, new Counts(3_990, 10), 1, 10_000, new Counts(1_990, 10));
        var quote = CoverQuote.Of(cover, outlook, Rates, default);
        Assert.True(CoverQuote.Of(cover with { Threshold = 10_000 }, outlook, Rates, default).Fair > quote.Fair);
        Assert.True(CoverQuote.Of(cover with { Width = 40_000 }, outlook, Rates, default).Fair > quote.Fair);
        Assert.True(CoverQuote.Of(cover, outlook with { Hazard = 20_000 }, Rates, default).Fair > quote.Fair);
        Assert.True(CoverQuote.Of(cover, outlook with { Waiting = 5 }, Rates, default).Fair > quote.Fair);
        Assert.True(CoverQuote.Of(cover, outlook with { Memory = new Counts(1_900, 100) }, Rates, default).Fair > quote.Fair);
        Assert.Equal(0, CoverQuote.Of(cover, outlook with { Hazard = 0 }, Rates, default).Hazard);
        Assert.Equal(0, quote.Capacity);
        var half = CoverQuote.Of(cover, outlook, Rates, new CoverUse(500_000, 0));
        Assert.Equal((quote.Premium + 3) / 4, half.Capacity);
        Assert.Equal(half, CoverQuote.Of(cover, outlook, Rates, new CoverUse(0, 500_000)));
    }

    [Fact]
    public void Nothing_is_sold_that_cannot_be_priced_or_could_not_pay()
    {
        var cover = new CoverTerms(20_000, 80_000, 10_000, 1_000_000);
        var outlook = new CoverOutlook(40_000, 20, new Counts(3_990, 10), 1, 10_000, new Counts(1_990, 10));
        void Refused(string why, CoverTerms c, CoverOutlook o) =>
            Assert.Contains(why, Assert.Throws<MarketRefusal>(() => CoverQuote.Of(c, o, Rates, default)).Message, StringComparison.Ordinal);
        Refused("nothing of this segment was settled", cover, default);
        Refused("0 are expected to be judged", cover, outlook with { Judged = default });
        Refused("1 to 65536 can be priced", cover with { Records = 1_000_000 }, outlook);
        Refused("even if all failed", cover with { Records = 1, Threshold = 30_000 }, outlook with { Judged = new Counts(20, 0) });
        Refused("its sum or more", cover with { Threshold = 0, Width = 1 }, outlook with { Memory = new Counts(0, 2_000) });
        Refused("width is 1 to", cover with { Width = 0 }, outlook);
        Refused("threshold is below", cover with { Threshold = 1_000_000 }, outlook);
        Refused("of 1 record or more", cover with { Records = 0 }, outlook);
        Refused("sum is 1 unit or more", cover with { Sum = 0 }, outlook);
    }

    // C(m, k) (2f+1)(2f+3)... (2s+1)(2s+3)... / (2^m (f+s+1)(f+s+2)...), as many factors as failures, passes and verdicts.
    private static (BigInteger N, BigInteger D) Exact(int m, int k, Counts memory)
    {
        var (n, d) = (BigInteger.One, BigInteger.One << m);
        for (var i = 0; i < k; i++)
            (n, d) = (n * (m - i) * (2 * memory.Failures + 1 + 2 * (ulong)i), d * (i + 1));
        for (var i = 0; i < m - k; i++)
            n *= 2 * memory.Passes + 1 + 2 * (ulong)i;
        for (var i = 1; i <= m; i++)
            d *= memory.Total + (ulong)i;
        return (n, d);
    }

    // G(f + 1/2) / (G(f + 1/2) + G(s + 1/2)): a gamma of half a whole number is half a normal's square and exponentials.
    private static double Beta(ref Dice dice, ulong f, ulong s)
    {
        var (a, b) = (Gamma(ref dice, f), Gamma(ref dice, s));
        return a / (a + b);
    }

    private static double Gamma(ref Dice dice, ulong whole)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - dice.Uniform())) * Math.Cos(2 * Math.PI * dice.Uniform());
        var sum = normal * normal / 2;
        for (ulong i = 0; i < whole; i++)
            sum -= Math.Log(1 - dice.Uniform());
        return sum;
    }
}
