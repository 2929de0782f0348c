using Assay.Log;
using Assay.Market.Journal;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Node.State;

/// <summary>An epoch entry, at its place in the log.</summary>
public sealed record EpochAt(ulong Index, EpochEvent Event);

/// <summary>The node's fold over its log, with every epoch and every entry of the market's journal on the way. Safe for several threads: one at a time gets to look.</summary>
internal sealed class FoldedLog
{
    private readonly LogState state = new();
    private readonly List<EpochAt> epochs = [];
    private readonly List<ulong> journal = [];
    private readonly Lock gate = new();

    /// <summary>Folds what the log has beyond what was folded, and reads something off it.</summary>
    public T Look<T>(LogReader log, Func<LogState, IReadOnlyList<EpochAt>, T> look)
    {
        lock (gate)
        {
            Follow(log);
            return look(state, epochs);
        }
    }

    /// <summary>Where the entries of the market's journal stand in the log, by number.</summary>
    public IReadOnlyList<ulong> JournalOf(LogReader log)
    {
        lock (gate)
        {
            Follow(log);
            return [.. journal];
        }
    }

    private void Follow(LogReader log)
    {
        foreach (var entry in log.ReadEntries(state.Size))
        {
            state.Apply(entry.Span);
            if (state.Epoch is { } newest && newest.Index == state.Size - 1)
                epochs.Add(new EpochAt(newest.Index, newest.Event));
            if (state.EndOf(MarketFold.Journal) is { } end && end.Number == (ulong)journal.Count)
                journal.Add(state.Size - 1);
        }
    }
}
