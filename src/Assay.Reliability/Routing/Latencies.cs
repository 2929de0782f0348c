using System.Collections.Concurrent;

namespace Assay.Reliability.Routing;

/// <summary>How long those that were chosen took to begin their answers: the median of the last ones, as whoever chooses has measured it. Safe for several threads.</summary>
public sealed class Latencies
{
    private const int Kept = 32;

    private readonly ConcurrentDictionary<string, Queue<uint>> samples = new(StringComparer.Ordinal);

    public void Add(string name, TimeSpan took)
    {
        var queue = samples.GetOrAdd(name, _ => new Queue<uint>());
        lock (queue)
        {
            queue.Enqueue((uint)Math.Clamp(took.TotalMilliseconds, 0, uint.MaxValue));
            if (queue.Count > Kept)
                queue.Dequeue();
        }
    }

    /// <summary>In milliseconds; null where nothing was measured.</summary>
    public uint? Of(string name)
    {
        if (!samples.TryGetValue(name, out var queue))
            return null;
        lock (queue)
            return queue.Count == 0 ? null : queue.Order().ElementAt((queue.Count - 1) / 2);
    }
}
