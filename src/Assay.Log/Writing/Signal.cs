namespace Assay.Log.Writing;

/// <summary>Wakes all who wait for the next time something happens. Take <see cref="Next"/>, look at the state, then wait: nothing is missed.</summary>
internal sealed class Signal
{
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Next => Volatile.Read(ref next).Task;

    public void Pulse() => Interlocked.Exchange(ref next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
