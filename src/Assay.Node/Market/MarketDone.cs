using Assay.Market.Journal;

namespace Assay.Node.Market;

/// <summary>An event that was done, and is in the log.</summary>
/// <param name="Entry">Its entry's number in the market's journal.</param>
/// <param name="Index">Of that entry in the log.</param>
/// <param name="Place">In the entry, from 0.</param>
/// <param name="Number">Of what it made: a participant, policy, contract, series or order; null where it made nothing that is numbered.</param>
public sealed record MarketDone(ulong Entry, ulong Index, int Place, MarketEvent Event, ulong? Number);
