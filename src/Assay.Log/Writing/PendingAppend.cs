using Assay.Log.Wal;

namespace Assay.Log.Writing;

/// <summary>An entry in the sequencer's queue, and the caller who waits for it.</summary>
internal sealed class PendingAppend(LogEntry entry)
{
    // The sequencer must never run a caller's continuation on its own thread.
    private readonly TaskCompletionSource<Appended> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LogEntry Entry { get; } = entry;

    public Task<Appended> Task => outcome.Task;

    public void Acknowledge(Appended appended) => outcome.TrySetResult(appended);

    public void Refuse(LogException reason) => outcome.TrySetException(reason);
}
