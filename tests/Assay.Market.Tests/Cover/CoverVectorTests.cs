using Assay.Market.Cover;
using Assay.Market.Looks;
using Assay.Reliability.Statistics;
using Assay.Reliability.Tests.Statistics;

namespace Assay.Market.Tests.Cover;

public sealed class CoverVectorTests
{
    [Fact]
    public void Payouts()
    {
        var cases = new List<object?[]>();
        void Add(CoverTerms cover, SegmentCounts w) => cases.Add(
        [
            cover.Threshold, cover.Width, cover.Sum, w.Records, w.Passes, w.Failures, w.Undecided, w.Neither,
            CoverPayout.Triggers(cover.Threshold, w), CoverPayout.Of(cover, w),
        ]);
        var cover = new CoverTerms(20_000, 80_000, 1, 1_000);
        foreach (var (p, f, x) in ((ulong, ulong, ulong)[])[(180, 20, 0), (185, 15, 0), (188, 12, 0), (85, 15, 100), (85, 15, 900), (0, 0, 10), (0, 200, 0)])
            Add(cover, CoverCases.Settled(2_000, p, f, x, 0));
        Add(cover, default);
        Add(cover, CoverCases.Settled(200, 196, 4, 0, 0));
        Add(cover, CoverCases.Settled(200, 195, 5, 0, 0));
        Add(new CoverTerms(0, 1, 1, (1L << 53) - 1), CoverCases.Settled(1, 0, 1, 0, 0));
        Add(new CoverTerms(999_999, 1_000_000, 1, (1L << 53) - 1), CoverCases.Settled(100, 0, 100, 0, 0));
        Add(new CoverTerms(10_000, 1_000_000, 1, (1L << 53) - 1), CoverCases.Settled((1UL << 53) - 1, 900, 100, 3, 4));
        var dice = new Dice(31);
        for (var i = 0; i < 40; i++)
        {
            var judged = 1 + (ulong)dice.Below(400);
            var failures = (ulong)dice.Below((int)judged / (1 + dice.Below(10)) + 1);
            var (x, o) = ((ulong)dice.Below(4) * (ulong)dice.Below(20), (ulong)dice.Below(3));
            Add(
                new CoverTerms((uint)dice.Below(100_000), 1 + (uint)dice.Below(300_000), 1, 1 + (long)(dice.Next() >> (11 + dice.Below(50)))),
                CoverCases.Settled(judged + x + o + (ulong)dice.Below(5_000), judged - failures, failures, x, o));
        }
        MarketVectors.Check("coverPayout", cases);
    }

    [Fact]
    public void Payouts_on_testimony()
    {
        var (cases, dice) = (new List<object?[]>(), new Dice(33));
        void Add(CoverTerms cover, params Counts[] heard) => cases.Add(
        [
            cover.Threshold, cover.Width, cover.Sum, heard.Select(c => (object[])[c.Passes, c.Failures]).ToArray(), Hearing.Payout(cover, [.. heard]),
        ]);
        var cover = new CoverTerms(50_000, 200_000, 200, 400);
        Add(cover, new(150, 50), new(170, 30), new(200, 0));
        Add(cover, new(0, 1_000), new(200, 0), new(200, 0));
        Add(cover, new(200, 0), new(100, 100), new(120, 80));
        Add(cover, new Counts(188, 12));
        Add(cover, new(0, 1), new(0, 1));
        for (var i = 0; i < 30; i++)
            Add(
                new CoverTerms((uint)dice.Below(200_000), 1 + (uint)dice.Below(300_000), 1, 1 + (long)(dice.Next() >> (11 + dice.Below(50)))),
                [.. Enumerable.Range(0, 1 + dice.Below(7)).Select(_ => new Counts((ulong)dice.Below(500), 1 + (ulong)dice.Below(300)))]);
        MarketVectors.Check("testimonyPayout", cases);
    }

    [Fact]
    public void Quotes()
    {
        var rates = new CoverRates(Load: 200_000, Least: 1_000, Capacity: 1_000_000, Grace: 2);
        var (cases, dice) = (new List<object?[]>(), new Dice(32));
        void Add(CoverTerms c, CoverOutlook o, CoverUse use)
        {
            CoverQuote? quote;
            try
            {
                quote = CoverQuote.Of(c, o, rates, use);
            }
            catch (MarketRefusal)
            {
                quote = null;
            }
            cases.Add(
            [
                (object[])[c.Threshold, c.Width, c.Records, c.Sum],
                (object[])[o.Records, o.Epochs, o.Judged.Passes, o.Judged.Failures, o.Waiting, o.Hazard, o.Memory.Passes, o.Memory.Failures],
                (object[])[rates.Load, rates.Least, rates.Capacity, rates.Grace], (object[])[use.Pool, use.Account],
                quote is { } q ? (object[])[q.Fair, q.Hazard, q.Load, q.Capacity, q.Premium, q.Audited, q.Fewest] : null,
            ]);
        }
        var known = new CoverOutlook(40_000, 20, new Counts(3_990, 10), 1, 10_000, new Counts(1_990, 10));
        var plain = new CoverTerms(20_000, 80_000, 10_000, 1_000_000);
        Add(plain, known, default);
        Add(plain, known with { Hazard = 0 }, default);
        Add(plain, known with { Hazard = 999_999 }, default);
        Add(plain, known with { Memory = default }, default);
        Add(plain, known with { Memory = new Counts(1UL << 40, 1UL << 30) }, default);
        Add(plain, known, new CoverUse(1_000_000, 20));
        Add(plain with { Records = 1, Threshold = 30_000 }, known with { Judged = new Counts(20, 0) }, default);
        Add(plain with { Records = 655_360 }, known, default);
        Add(plain with { Records = 655_361 }, known, default);
        Add(plain with { Sum = 1 }, known, default);
        Add(plain with { Sum = (1L << 53) - 1, Width = 1 }, known, default);
        for (var i = 0; i < 40; i++)
        {
            var (cover, outlook, use) = CoverCases.Next(ref dice);
            Add(cover, outlook, use);
        }
        MarketVectors.Check("coverQuote", cases);
    }
}
