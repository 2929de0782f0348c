using Assay.Market.Journal;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Node.Market;

/// <summary>What is over in the market: gathered when it is first asked for, and from then on as the journal grows.</summary>
public sealed partial class MarketDesk
{
    private readonly Lock pastGate = new();
    private readonly MarketChronicle past = new();
    private readonly SettlementShelf shelf = new();

    /// <summary>Reads something off the market's state, and off what is in it no more.</summary>
    /// <param name="look">Both are its own only while it runs; it changes neither. The chronicle is as far as the log's tree.</param>
    /// <exception cref="NodeException">This node has no market.</exception>
    public T Look<T>(Func<MarketFold, MarketChronicle, T> look)
    {
        lock (pastGate)
        {
            // All of a long journal before the market has to wait, and then what came meanwhile.
            Follow(Look(market => market.Entries));
            return Look(market =>
            {
                Follow(market.Entries);
                return look(market, past);
            });
        }
    }

    /// <summary>A settled cover's settlement, recomputed from its file.</summary>
    /// <exception cref="NodeException">It is not settled, or a log that it needs is not to be had now.</exception>
    public Task<RecomputedSettlement> RecomputedAsync(ulong policy, CancellationToken cancel) => shelf.OfAsync(policy, () => SettlementOfAsync(policy, null, CancellationToken.None), cancel);

    private void Follow(ulong entries)
    {
        if (past.Entries >= entries)
            return;
        var reader = log.Reader;
        var places = folded.JournalOf(reader);
        // What is durable is in the tree a little later: until then the past is that much behind.
        while (past.Entries < Math.Min(entries, (ulong)places.Count))
            past.Take((JournalEvent)LogEvent.Parse(OpenEntry.Parse(reader.ReadEntry(places[(int)past.Entries]).Span).Payload.Span));
    }
}
