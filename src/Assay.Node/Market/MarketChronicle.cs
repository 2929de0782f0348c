using Assay.Market.Auctions;
using Assay.Market.Bonds;
using Assay.Market.Contracts;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Verify.Statements;

namespace Assay.Node.Market;

/// <summary>Where something happened in a market's journal.</summary>
/// <param name="Place">In the entry, from 0.</param>
/// <param name="Time">Of the entry, Unix seconds.</param>
public readonly record struct Happened(ulong Entry, int Place, ulong Time);

/// <summary>
/// What is over in a market, and so in its state no more: auctions that cleared, covers that were settled. From the journal, by a state
/// of its own that does each event again. Not for several threads.
/// </summary>
public sealed class MarketChronicle
{
    private readonly MarketState state = new();
    private readonly List<(AuctionResult Result, Happened At)> auctions = [];
    private readonly List<Happened> sold = [];
    private readonly Dictionary<ulong, (PolicyOutcome Outcome, Happened At)> settled = [];

    private readonly List<(ContractDecision Decision, Happened At)> decided = [];
    private readonly List<(BondSeries Series, Happened At)> slashed = [];
    private readonly List<(Redemption Redemption, Happened At)> redeemed = [];

    /// <summary>Entries of the journal that were taken: the number of the next.</summary>
    public ulong Entries { get; private set; }

    /// <summary>Auctions that are over, by when they ended.</summary>
    public IReadOnlyList<(AuctionResult Result, Happened At)> Auctions => auctions;

    /// <summary>When each cover was sold, by number.</summary>
    public IReadOnlyList<Happened> Sold => sold;

    /// <summary>Covers that were settled, by number.</summary>
    public IReadOnlyDictionary<ulong, (PolicyOutcome Outcome, Happened At)> Settled => settled;

    /// <summary>Contracts that came out, in that order.</summary>
    public IReadOnlyList<(ContractDecision Decision, Happened At)> Decided => decided;

    /// <summary>Each time a series was slashed, or was not any more because failures were refuted.</summary>
    public IReadOnlyList<(BondSeries Series, Happened At)> Slashed => slashed;

    /// <summary>Series that were redeemed, in that order.</summary>
    public IReadOnlyList<(Redemption Redemption, Happened At)> Redeemed => redeemed;

    /// <summary>Takes the next entry of a journal that holds: one whose events and state were checked already.</summary>
    public void Take(JournalEvent entry)
    {
        for (var i = 0; i < entry.Events.Length; i++)
        {
            var (at, step) = (new Happened(entry.Number, i, entry.Time), SignedEvent.Parse(entry.Events[i]).Event);
            state.Policies.Settled = outcome => settled[outcome.Policy.Number] = (outcome, at);
            state.Contracts.Decided = decision => decided.Add((decision, at));
            state.Series.Slashed = series => slashed.Add((series, at));
            state.Series.Redeemed = redemption => redeemed.Add((redemption, at));
            state.Apply(step, entry.Time);
            if (step is LookEvent or TickEvent)
                auctions.AddRange(state.Rounds.Results.Select(result => (result, at)));
            else if (step is CoverEvent)
                sold.Add(at);
        }
        Entries = entry.Number + 1;
    }
}
