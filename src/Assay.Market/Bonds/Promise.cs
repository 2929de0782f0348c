using Assay.Reliability.Statistics;

namespace Assay.Market.Bonds;

/// <summary>What a bond promises: a failure rate, of which an excess is shown by docs/spec/accounts.md section 9.</summary>
public static class Promise
{
    /// <summary>The largest rate that can be promised, in millionths: above it no bet on an excess can be made.</summary>
    public const uint Most = 600_000;

    /// <exception cref="MarketRefusal">It cannot be promised.</exception>
    public static void Check(uint rate)
    {
        if (rate is 0 or > Most)
            throw new MarketRefusal($"a bond's promised failure rate is 1 to {Most} millionths, not {rate}");
    }

    /// <summary>
    /// Whether failures are more frequent than promised, with evidence of a million. Of providers that keep a promise at most one in a
    /// million is ever shown to break it, however often and whenever this is asked of one window that is never begun again.
    /// </summary>
    public static bool IsExceeded(uint rate, Counts counts) => counts.Failures > 0 && Excess.Shows(rate, counts);
}
