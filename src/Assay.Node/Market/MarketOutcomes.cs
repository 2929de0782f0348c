using Assay.Market.Journal;
using Assay.Store.Market;

namespace Assay.Node.Market;

/// <summary>Gathers how things come out while one event after the other is done.</summary>
internal sealed class MarketOutcomes
{
    public const string Policy = "policy", Contract = "contract", Series = "series", Slash = "slash", Auction = "auction", Stake = "stake";

    private readonly List<KeptSettlement> gathered = [];

    /// <summary>Listens to a state from here on.</summary>
    public void Attach(MarketState state)
    {
        gathered.Clear();
        state.Policies.Settled = o => gathered.Add(new KeptSettlement(Policy, o.Policy.Number, o.Paid.Sum(p => p.Amount), ProductJson.Object(json => ProductJson.Write(json, o))));
        state.Contracts.Decided = d => gathered.Add(new KeptSettlement(Contract, d.Contract.Number, 0, ProductJson.Object(json => ProductJson.Write(json, d))));
        state.Series.Redeemed = r => gathered.Add(new KeptSettlement(Series, r.Series.Number, r.Principal, ProductJson.Object(json => ProductJson.Write(json, r))));
        state.Series.Slashed = s => gathered.Add(new KeptSettlement(Slash, s.Number, 0, ProductJson.Object(json => ProductJson.Write(json, s))));
        state.Stakes.Lost = (auditor, units) => gathered.Add(new KeptSettlement(Stake, auditor, units, ProductJson.Object(json =>
        {
            json.WriteString("auditor", state.Stakes.Auditors[(int)auditor].Origin);
            json.WriteNumber("lost", units);
        })));
    }

    /// <summary>What came out in the event that was just done.</summary>
    public IReadOnlyList<KeptSettlement> Take(MarketState state, MarketEvent step)
    {
        // The state says what the newest look or tick has cleared, until the next one.
        if (step is LookEvent or TickEvent)
            gathered.AddRange(state.Rounds.Results.Select(r => new KeptSettlement(Auction, r.Auction, r.Lots * r.Price, ProductJson.Object(json => ProductJson.Write(json, r)))));
        var taken = gathered.ToArray();
        gathered.Clear();
        return taken;
    }
}
