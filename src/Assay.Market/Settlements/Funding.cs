using Assay.Market.Journal;

namespace Assay.Market.Settlements;

/// <summary>How units of a settlement come into a book and leave it, once each, whoever is interrupted where (docs/spec/market.md section 9).</summary>
public static class Funding
{
    /// <summary>Takes units in outside.</summary>
    /// <param name="id">The settlement's name for it.</param>
    /// <returns>The grant that is to be journaled; null where it stands there already, or where nothing is behind it.</returns>
    /// <exception cref="MarketRefusal">There is no such participant.</exception>
    public static async Task<GrantEvent?> FundAsync(this ISettlement settlement, MarketState state, ulong participant, long units, string id, CancellationToken cancel)
    {
        var grant = new GrantEvent(participant, units, $"{settlement.Name}:{id}");
        return !state.Grants.Has(grant.Settlement) && await settlement.FundAsync(new Transfer(id, state.Participants.KeyOf(participant), units), cancel) ? grant : null;
    }

    /// <summary>Pays out what an instruction that stands in the journal has withdrawn.</summary>
    public static Task PayOutAsync(this ISettlement settlement, MarketState state, WithdrawEvent withdrawn, CancellationToken cancel) =>
        settlement.PayOutAsync(new Transfer($"out/{withdrawn.By}/{withdrawn.Nonce}", state.Participants.KeyOf(withdrawn.By), withdrawn.Units), cancel);
}
