using Assay.Log;
using Assay.Verify.Logs;

namespace Assay.Node.State;

/// <summary>The fold over a log's entries, fed from the log's files.</summary>
public static class LogFollowing
{
    /// <summary>Folds what a log has beyond what was folded.</summary>
    public static void Follow(this LogState state, LogReader log)
    {
        foreach (var entry in log.ReadEntries(state.Size))
            state.Apply(entry.Span);
    }
}
