using Assay.Market.Journal;
using Assay.Store;
using Assay.Store.Market;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node.Market;

/// <summary>
/// Brings what a market does into its projection: rows gather while events are done, and count with their entry. A projection that is
/// missing, damaged or of another history is made again from the journal, which is replayed at every start anyway.
/// </summary>
/// <remarks>Not for several threads: whoever changes the market's state calls it, and whoever asks has the same turn.</remarks>
internal sealed class MarketHistory : IDisposable
{
    // Rows are written when somebody asks, or when so many events wait: no instruction waits for a second flush.
    private const int MostWaiting = 1024;

    private readonly string path;
    private readonly Func<ulong, Hash?> stateAfter;
    private readonly MarketOutcomes outcomes = new();
    private readonly List<KeptMarketEvent> doing = [], waiting = [];
    private MarketProjection? projection;
    private ulong projected;
    private ProjectedTo to;
    private StoreException? failed;

    /// <param name="stateAfter">The digest after so many entries of the journal; null where there are fewer.</param>
    public MarketHistory(string path, Func<ulong, Hash?> stateAfter)
    {
        (this.path, this.stateAfter) = (path, stateAfter);
        try
        {
            projected = Open();
        }
        catch (StoreException e)
        {
            failed = e;
        }
    }

    /// <summary>The projection, as far as the journal.</summary>
    /// <exception cref="StoreException">It cannot be opened or written; the next start goes on with it.</exception>
    public MarketProjection Current
    {
        get
        {
            Flush();
            return failed is null ? projection! : throw failed;
        }
    }

    /// <summary>An event was done.</summary>
    public void Add(MarketState state, SignedEvent step)
    {
        var came = outcomes.Take(state, step.Event);
        if (to.Entries >= projected && failed is null)
            doing.Add(MarketRows.Of(state, step, doing.Count, came));
    }

    /// <summary>Listens to a state from here on; what was gathered of another counts no more.</summary>
    public void Attach(MarketState state)
    {
        doing.Clear();
        outcomes.Attach(state);
    }

    /// <summary>What was done since is an entry of the journal.</summary>
    public void Keep(JournalEvent entry)
    {
        to = new ProjectedTo(entry.Number + 1, entry.State);
        waiting.AddRange(doing.Select(d => d with { Entry = entry.Number }));
        doing.Clear();
        if (waiting.Count >= MostWaiting)
            Flush();
    }

    public void Dispose()
    {
        Flush();
        projection?.Dispose();
    }

    private void Flush()
    {
        if (failed is not null || waiting.Count == 0)
            return;
        try
        {
            projection!.Put(waiting, to);
        }
        catch (StoreException e)
        {
            failed = e;
        }
        waiting.Clear();
    }

    // How many entries are in it, all of this journal.
    private ulong Open()
    {
        try
        {
            projection = new MarketProjection(path);
            if (projection.To is not { } kept)
                return 0;
            if (stateAfter(kept.Entries) == kept.State)
                return kept.Entries;
            projection.Clear();
        }
        catch (StoreException e) when (e.Fault == StoreFault.Corrupt)
        {
            projection?.Dispose();
            foreach (var file in (string[])[path, path + "-wal", path + "-shm"])
                File.Delete(file);
            projection = new MarketProjection(path);
        }
        return 0;
    }
}
