using Assay.Market;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Reliability.Accounts;
using Assay.Reliability.Routing;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;

namespace Assay.Node.Market;

/// <summary>What insuring one unit costs, by one cover that is the same for everybody: so prices of accounts, and of one account over time, can be compared.</summary>
internal static class CoverPrice
{
    /// <summary>Failure rate in millionths, where nobody asks for another.</summary>
    public const uint Threshold = 10_000;

    private const uint Width = 100_000;
    private const ulong Records = 1_000;
    private const long Sum = 10_000;
    private const ulong Seconds = 30 * 86_400;

    /// <summary>In millionths; null where the market would not sell it.</summary>
    public static ulong? Of(MarketState state, Hash account, ulong segment, uint threshold)
    {
        try
        {
            var offer = CoverOffer.Of(state, account, segment, new CoverTerms(Math.Min(threshold, Grid.One - 1), Width, Records, Sum), state.Time + Math.Min(Seconds, state.Terms.CoverLongest));
            return (ulong)((Int128)offer.Quote.Premium * Grid.One / Sum);
        }
        catch (MarketRefusal)
        {
            return null;
        }
    }

    /// <summary>What a route's candidate costs to insure against more failures than the rule allows.</summary>
    public static ulong? Of(MarketDesk market, AccountCertificate certificate, RouteRule rule) => !market.IsOpen ? null
        : market.Look(m => Of(m.State, certificate.Account, (ulong)certificate.Segment, rule.Failures ?? Threshold));
}
