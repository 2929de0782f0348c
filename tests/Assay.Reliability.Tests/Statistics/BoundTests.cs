using System.Numerics;
using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>Each bound is the extreme point of the grid that its predicate says, and lies on the safe side of the exact value.</summary>
public class BoundTests
{
    [Fact]
    public void Clean_audits_prove_what_the_rule_says()
    {
        Assert.True(Proven.FailureBound(new(3_490, 0)) > 1_000);
        Assert.Equal(1_000u, Proven.FailureBound(new(3_491, 0)));
        Assert.Equal(Grid.One, Proven.FailureBound(default));
        Assert.Equal(Grid.One, Proven.FailureBound(new(0, 5)));
        Assert.Equal(1u, Proven.FailureBound(new((1UL << 53) - 1, 0)));
    }

    [Theory]
    [InlineData(20, 0)]
    [InlineData(100, 3)]
    [InlineData(5, 5)]
    [InlineData(2_000, 40)]
    [InlineData(1_000_000_000, 12_345)]
    public void The_proven_bound_is_where_the_predicate_begins_to_hold_for_good(ulong passes, ulong failures)
    {
        var counts = new Counts(passes, failures);
        var bound = Proven.FailureBound(counts);
        for (uint step = 0, q = 1; q < Grid.One; q += 1 + step++ * 7)
            Assert.Equal(q >= bound, Proven.Excludes(q, counts));
        foreach (var near in (int[])[-2, -1, 0, 1, 2])
            if ((uint)(bound + near) is > 0 and < Grid.One)
                Assert.Equal(near >= 0, Proven.Excludes((uint)(bound + near), counts));
    }

    [Fact]
    public void Wealth_is_never_above_the_exact_fraction_and_hardly_below_it()
    {
        var dice = new Dice(5);
        for (var i = 0; i < 300; i++)
        {
            var counts = new Counts((ulong)dice.Below(400), (ulong)dice.Below(20));
            var q = (uint)(1 + dice.Below(900_000));
            // The sum over j of (16 D - j k)^S j^F 16^(n-F) / (5 (16 (D - k))^S 16^n), in whole numbers.
            BigInteger up = 0, down = 5 * BigInteger.Pow(16 * (Grid.One - q), (int)counts.Passes) * BigInteger.Pow(16, (int)counts.Failures);
            foreach (var j in (uint[])[0, 1, 2, 4, 8])
                up += BigInteger.Pow(16_000_000 - (ulong)j * q, (int)counts.Passes) * BigInteger.Pow(j, (int)counts.Failures);
            var exact = (up << 64) / down;
            var ours = (BigInteger)Proven.Wealth(q, counts);
            if (exact < (BigInteger)FixedPoint.One << 54)
                Assert.InRange(exact - ours, 0, 2 + (exact * counts.Total >> 63));
        }
    }

    [Fact]
    public void Whether_wealth_reaches_a_threshold_is_what_comparing_says()
    {
        var dice = new Dice(7);
        uint[][] lists = [[0, 1, 2, 4, 8], [20, 24, 32, 48], [32, 300], [16]];
        for (var i = 0; i < 4_000; i++)
        {
            var list = lists[dice.Below(lists.Length)];
            var q = (uint)(1 + dice.Below(list[^1] < 16 ? 999_999 : 50_000));
            var counts = new Counts(dice.Next() >> (44 + dice.Below(20)), dice.Next() >> (52 + dice.Below(12)));
            var wealth = Betting.Wealth(list, q, counts);
            foreach (var threshold in (uint[])[1, 20, 1_000_000, uint.MaxValue, (uint)UInt128.Clamp(wealth >> 64, 1, uint.MaxValue), (uint)UInt128.Clamp((wealth >> 64) + 1, 1, uint.MaxValue)])
                Assert.Equal(wealth >= threshold * FixedPoint.One, Betting.Reaches(threshold, list, q, counts));
        }
    }

    [Fact]
    public void Wealth_that_no_page_needs_is_capped_and_overflows_nothing()
    {
        uint[] sixteen = [.. Enumerable.Repeat(0u, 16)];
        Assert.Equal(FixedPoint.Exp(FixedPoint.ExpLimit), Betting.Wealth(sixteen, 999_999, new((1UL << 53) - 1, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Betting.Wealth([], 1_000, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => Betting.Wealth(new uint[17], 1_000, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => Betting.Wealth([32], 500_000, default));
    }

    [Fact]
    public void More_failures_or_fewer_passes_never_prove_more()
    {
        for (ulong f = 0; f < 12; f++)
            for (ulong s = 0; s < 3_000; s += 97)
            {
                var bound = Proven.FailureBound(new(s, f));
                Assert.True(Proven.FailureBound(new(s, f + 1)) >= bound);
                Assert.True(Proven.FailureBound(new(s + 1, f)) <= bound);
            }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 7)]
    [InlineData(7, 0)]
    [InlineData(1, 1)]
    [InlineData(995, 5)]
    [InlineData(1, 999_999)]
    [InlineData(999_000_000, 1_000_000)]
    [InlineData((1L << 53) - 1, 0)]
    [InlineData(0, (1L << 53) - 1)]
    [InlineData((1L << 52) - 1, 1L << 52)]
    public void The_band_holds_the_observed_rate_and_ends_where_the_predicate_begins(long passes, long failures)
    {
        var counts = new Counts((ulong)passes, (ulong)failures);
        var band = Band.Of(counts);
        var mirror = Band.Of(new((ulong)failures, (ulong)passes));
        Assert.Equal((Grid.One - mirror.Upper, Grid.One - mirror.Lower), (band.Lower, band.Upper));
        if (counts.Total == 0)
        {
            Assert.Equal(new(0, Grid.One), band);
            return;
        }
        Assert.True((UInt128)band.Lower * counts.Total <= (UInt128)counts.Failures * Grid.One);
        Assert.True((UInt128)band.Upper * counts.Total >= (UInt128)counts.Failures * Grid.One);
        Assert.True(band.Lower < band.Upper);
        for (uint step = 0, p = 1; p < Grid.One; p += 1 + step++ * 7)
            Assert.Equal(p <= band.Lower || p >= band.Upper, Band.Excludes(p, counts));
        foreach (var p in (uint[])[band.Lower, band.Lower + 1, band.Upper - 1, band.Upper])
            if (p is > 0 and < Grid.One)
                Assert.Equal(p <= band.Lower || p >= band.Upper, Band.Excludes(p, counts));
    }

    [Fact]
    public void Without_replacement_logarithms_say_what_whole_numbers_say()
    {
        var dice = new Dice(6);
        for (var i = 0; i < 400; i++)
        {
            var records = (ulong)(1 + dice.Below(i < 200 ? 30 : 3_000));
            var failing = (ulong)dice.Below((int)records + 1);
            ulong s = 0, f = 0;
            for (var t = dice.Below((int)records + 1); t > 0; t--)
                if ((ulong)dice.Below((int)(records - s - f)) < failing - f)
                    f++;
                else
                    s++;
            var drawn = new Counts(s, f);
            var (lowest, highest) = WithoutReplacement.Failures(records, drawn);
            for (var k = f; k <= records - s; k += 1 + (ulong)dice.Below(1 + (int)(records / 50)))
            {
                var excluded = s + f > 0 && WithoutReplacement.ExcludedExactly(records, drawn, k);
                Assert.Equal(k < lowest || k > highest, excluded);
            }
        }
    }

    [Fact]
    public void Without_replacement_ties_are_excluded_as_the_rule_says()
    {
        // 20 (t+1) C(K, F) C(N-K, S) = C(N, t): with one failure drawn of N, 40 K = N.
        Assert.Equal((2UL, 40UL), WithoutReplacement.Failures(40, new(0, 1)));
        Assert.Equal((1UL, 39UL), WithoutReplacement.Failures(39, new(0, 1)));
        Assert.True(WithoutReplacement.Excluded(40, new(0, 1), 1));
        Assert.Equal((3UL, 3UL), WithoutReplacement.Failures(1_000, new(997, 3)));
        Assert.Equal((0UL, 1_000UL), WithoutReplacement.Failures(1_000, default));
        Assert.Equal(new(0, Grid.One), WithoutReplacement.Rate(0, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => WithoutReplacement.Failures(3, new(2, 2)));
    }

    [Fact]
    public void Without_replacement_serves_ten_million_records()
    {
        // A hundred thousand drawn of ten million, none failing: the exact rule in whole numbers at both ends' neighbours.
        var drawn = new Counts(100_000, 0);
        var (lowest, highest) = WithoutReplacement.Failures(10_000_000, drawn);
        Assert.Equal(0UL, lowest);
        Assert.False(WithoutReplacement.ExcludedExactly(10_000_000, drawn, highest));
        Assert.True(WithoutReplacement.ExcludedExactly(10_000_000, drawn, highest + 1));
    }

    [Fact]
    public void Counts_that_no_statement_could_hold_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Counts(1UL << 53, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Counts((1UL << 53) - 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Counts(1, 0) + new Counts((1UL << 53) - 1, 0));
    }

    [Fact]
    public void Excess_is_evidence_against_a_promise()
    {
        Assert.Equal(FixedPoint.One, Excess.Wealth(1_000, default));
        Assert.False(Excess.Shows(1_000, new(100_000, 100)));
        Assert.True(Excess.Shows(1_000, new(99_000, 1_000)));
        Assert.False(Excess.Shows(1_000, new(0, 5)));
        Assert.True(Excess.Shows(1_000, new(0, 6)));
        Assert.True(Excess.Wealth(1_000, new(501, 3)) <= Excess.Wealth(1_000, new(500, 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Excess.Wealth(0, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => Excess.Wealth(700_000, default));
    }
}
