using System.Numerics;
using Assay.Market.Cover;
using Assay.Reliability.Statistics;

namespace Assay.Market.Tests.Cover;

/// <summary>The quote as section 4 of docs/spec/market.md writes it, in integers without bounds: every term, in order, and no shortcut.</summary>
internal static class CoverReference
{
    private static readonly BigInteger One = BigInteger.One << 64;

    private static BigInteger Up(BigInteger a, BigInteger b) => (a + b - 1) / b;

    /// <summary>t(0) to t(m).</summary>
    public static BigInteger[] Terms(int m, BigInteger s, BigInteger f)
    {
        var t = new BigInteger[m + 1];
        var first = s == 0 ? m : f == 0 ? 0 : (int)BigInteger.Min(m, (m + 1) * (2 * f - 1) / (2 * (s + f - 1)));
        t[first] = (BigInteger)FixedPoint.Exp(
            Lf(m) - LfUp(first) - LfUp(m - first) + Lf(2 * (first + f)) - LfUp(first + f) + Lf(2 * (m - first + s)) - LfUp(m - first + s) - LfUp(m + f + s)
            - LfUp(2 * f) + Lf(f) - LfUp(2 * s) + Lf(s) + Lf(f + s) - m * FixedPoint.LnUp(4, 1));
        for (var k = first; k < m; k++)
            t[k + 1] = t[k] * (m - k) * (2 * (k + f) + 1) / ((k + 1) * (2 * (m - k + s) - 1));
        for (var k = first; k > 0; k--)
            t[k - 1] = t[k] * k * (2 * (m - k + s) + 1) / ((m - k + 1) * (2 * (k + f) - 1));
        return t;
    }

    public static (ulong Epochs, ulong Records, ulong Audited, ulong? Fewest) Window(CoverTerms cover, CoverOutlook outlook)
    {
        var (t, e) = (outlook.Records, outlook.Epochs);
        var epochs = Up((BigInteger)cover.Records * e, t);
        var records = Up(epochs * t, e);
        var audited = outlook.Judged.Total * records / t;
        ulong? fewest = null;
        for (ulong f = 0; fewest is null && f <= audited; f++)
            if (WithoutReplacement.Rate((ulong)records, new Counts((ulong)audited - f, f)).Lower > cover.Threshold)
                fewest = f;
        return ((ulong)epochs, (ulong)records, (ulong)audited, fewest);
    }

    public static CoverQuote Quote(CoverTerms cover, CoverOutlook outlook, CoverRates rates, CoverUse use)
    {
        var (epochs, _, audited, fewest) = Window(cover, outlook);
        var (s, f) = ((BigInteger)outlook.Memory.Passes, (BigInteger)outlook.Memory.Failures);
        while (s + f >= 1 << 26)
            (s, f) = (s / 2, f - f / 2);
        BigInteger Share(BigInteger failures) => failures < fewest ? 0
            : BigInteger.Min(BigInteger.Max(BigInteger.Min(failures, audited) * 1_000_000 / audited - cover.Threshold, 0), cover.Width);
        BigInteger Paid(ulong m, BigInteger passes, BigInteger failures, BigInteger others) =>
            Up(Terms((int)m, passes, failures).Select((t, k) => t * Share(k + others)).Aggregate((a, b) => a + b), cover.Width);
        BigInteger Unchanged(BigInteger after) =>
            (BigInteger)FixedPoint.Exp((Int128)BigInteger.Max(after * FixedPoint.Ln(1_000_000 - outlook.Hazard, 1_000_000), -50 * One)) * 1_000_000 >> 64;
        var before = (BigInteger)outlook.Waiting + rates.Grace;
        var (a, b) = (Unchanged(before), Unchanged(before + epochs));
        var times = Math.Min(4, epochs);
        BigInteger within = 0;
        for (ulong j = 1; j <= times; j++)
        {
            var m = audited * (2 * j - 1) / (2 * times);
            within += Paid(m, 0, 0, Up((audited - m) * (2 * f + 1), 2 * (s + f + 1)));
        }
        var steady = b * Paid(audited, s, f, 0);
        var mixed = steady + (1_000_000 - a) * Paid(audited, 0, 0, 0) + Up((a - b) * within, times);
        BigInteger sum = cover.Sum;
        var fair = Up(sum * Up(mixed, 1_000_000), One);
        var loaded = BigInteger.Max(fair + Up(fair * rates.Load, 1_000_000), BigInteger.Max(1, Up(sum * rates.Least, 1_000_000)));
        BigInteger used = Math.Max(use.Pool, use.Account);
        var capacity = Up(loaded * Up(rates.Capacity * used * used, 1_000_000_000_000), 1_000_000);
        return new CoverQuote(
            (long)fair, (long)(fair - Up(sum * Up(steady, 1_000_000), One)), (long)(loaded - fair), (long)capacity, (long)(loaded + capacity), audited, fewest!.Value);
    }

    private static Int128 Lf(BigInteger n) => FixedPoint.LnFactorial((ulong)n);

    private static Int128 LfUp(BigInteger n) => FixedPoint.LnFactorialUp((ulong)n);
}
