using Assay.Market.Cover;
using Assay.Market.Looks;
using Assay.Reliability.Statistics;
using Assay.Reliability.Tests.Statistics;

namespace Assay.Market.Tests.Cover;

public sealed class CoverPayoutTests
{
    private static readonly CoverTerms Cover = new(Threshold: 20_000, Width: 80_000, Records: 2_000, Sum: 1_000);

    [Theory]
    // 20 of 200 fail: 10 %, 8 % over the threshold, which is the width: all of it. 2,000 records, the lower end is above 2 %.
    [InlineData(2_000, 180, 20, 0, 0, 1_000)]
    // 15 of 200: 7.5 %, which is 5.5 % of 8 % of the sum.
    [InlineData(2_000, 185, 15, 0, 0, 687)]
    // 12 of 200 is 6 %, but as many are drawn where 2 % fail too often for a bound of 95 %.
    [InlineData(2_000, 188, 12, 0, 0, 0)]
    // All judged: no doubt is left, 5 of 200 fail, a sixteenth of the width.
    [InlineData(200, 195, 5, 0, 0, 62)]
    // The threshold itself pays nothing, however certain.
    [InlineData(200, 196, 4, 0, 0, 0)]
    // What nobody could decide counts as passed in the trigger, and not at all in the rate.
    [InlineData(2_000, 85, 15, 100, 0, 1_000)]
    [InlineData(2_000, 85, 15, 900, 0, 0)]
    [InlineData(2_000, 85, 15, 0, 900, 0)]
    [InlineData(2_000, 0, 0, 5, 5, 0)]
    [InlineData(0, 0, 0, 0, 0, 0)]
    public void Worked_by_hand(ulong records, ulong passes, ulong failures, ulong undecided, ulong neither, long paid) =>
        Assert.Equal(paid, CoverPayout.Of(Cover, CoverCases.Settled(records, passes, failures, undecided, neither)));

    [Fact]
    public void It_triggers_where_the_published_lower_end_is_above_the_threshold_and_nowhere_else()
    {
        var dice = new Dice(11);
        for (var i = 0; i < 4_000; i++)
        {
            var window = Window(ref dice);
            var threshold = (uint)(dice.Below(4) == 0 ? dice.Below(1_000_000) : dice.Below(60_000));
            var drawn = new Counts(window.Passes + window.Undecided + window.Neither, window.Failures);
            Assert.Equal(window.Records > 0 && WithoutReplacement.Rate(window.Records, drawn).Lower > threshold, CoverPayout.Triggers(threshold, window));
        }
    }

    [Fact]
    public void It_pays_no_less_where_one_more_failed_and_never_less_than_nothing_or_more_than_the_sum()
    {
        var (dice, paying) = (new Dice(12), 0);
        for (var i = 0; i < 20_000; i++)
        {
            var window = Window(ref dice);
            var cover = new CoverTerms((uint)dice.Below(100_000), 1 + (uint)dice.Below(300_000), 1, 1 + (long)(dice.Next() >> (11 + dice.Below(50))));
            var paid = CoverPayout.Of(cover, window);
            Assert.InRange(paid, 0, cover.Sum);
            if (paid > 0)
            {
                paying++;
                Assert.True(CoverPayout.Triggers(cover.Threshold, window));
            }
            if (window.Passes > 0)
                Assert.True(CoverPayout.Of(cover, window with { Passes = window.Passes - 1, Failures = window.Failures + 1 }) >= paid);
            if (window.Undecided > 0)
                Assert.True(CoverPayout.Of(cover, window with { Undecided = window.Undecided - 1, Failures = window.Failures + 1 }) >= paid);
        }
        Assert.InRange(paying, 2_000, 18_000);
    }

    [Fact]
    public void More_verdicts_than_records_are_no_window()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => CoverPayout.Of(Cover, CoverCases.Settled(10, 5, 6, 0, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => CoverPayout.Of(Cover, CoverCases.Settled(ulong.MaxValue, 5, 6, 0, 0)));
    }

    private static SegmentCounts Window(ref Dice dice)
    {
        var records = dice.Below(20) == 0 ? (ulong)dice.Below(5) : 1 + (ulong)dice.Below(4_000);
        ulong left = dice.Below(10) == 0 ? records : (ulong)dice.Below((int)Math.Min(records + 1, 300));
        ulong Some(int of, ref Dice dice)
        {
            var some = (ulong)dice.Below(of == 1 ? (int)left + 1 : (int)left / of + 1);
            left -= some;
            return some;
        }
        var failures = Some(dice.Below(2) == 0 ? 1 : 8, ref dice);
        var (undecided, neither) = (Some(6, ref dice), Some(6, ref dice));
        return CoverCases.Settled(records, left, failures, undecided, neither);
    }
}
