using Assay.Market.Auctions;
using Assay.Market.Bonds;
using Assay.Market.Contracts;
using Assay.Market.Cover;
using Assay.Market.Journal;

namespace Assay.Node.Market;

/// <summary>What an event that was just done has made.</summary>
internal static class MarketNumbers
{
    /// <summary>The number of the participant, policy, contract, series or order; null where it made none.</summary>
    public static ulong? Made(MarketState state, MarketEvent step) => step switch
    {
        JoinEvent => (ulong)state.Participants.Count - 1,
        CoverEvent => state.Policies.Sold - 1,
        ContractEvent => state.Contracts.Opened - 1,
        BondEvent => state.Series.Issued - 1,
        CommitEvent => state.Rounds.NextOrder - 1,
        _ => null,
    };
}
