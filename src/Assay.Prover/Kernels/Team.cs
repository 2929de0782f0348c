using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Assay.Prover.Kernels;

/// <summary>
/// A few threads that take the pieces of a job between them, for one caller at a time. What a piece does depends on its number alone, so results
/// do not depend on how many threads there are. A helper stays awake for a moment after a job, since the next one mostly comes at once.
/// </summary>
internal sealed class Team : IDisposable
{
    private static readonly long AwakeTicks = Stopwatch.Frequency / 5000;

    private readonly SemaphoreSlim bell = new(0);
    private readonly Thread[] helpers;
    private volatile Job? current;
    private int asleep;
    private volatile bool ended;

    /// <param name="threads">The caller among them: at least one.</param>
    public Team(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        helpers = new Thread[threads - 1];
        for (var i = 0; i < helpers.Length; i++)
        {
            helpers[i] = new Thread(Help) { IsBackground = true, Name = "proof helper" };
            helpers[i].Start();
        }
    }

    public int Threads => helpers.Length + 1;

    /// <summary>Runs pieces 0 to <paramref name="pieces"/> − 1, each once, and returns when all are done.</summary>
    public void Run(int pieces, Action<int> piece)
    {
        if (helpers.Length == 0 || pieces < 2)
        {
            for (var i = 0; i < pieces; i++)
                piece(i);
            return;
        }
        var job = new Job(pieces, piece);
        current = job;
        if (Interlocked.Exchange(ref asleep, 0) is var sleeping and > 0)
            bell.Release(sleeping);
        job.Take();
        job.Wait();
        current = null;
    }

    /// <summary>Cuts 0 … <paramref name="count"/> − 1 into pieces that are worth handing over.</summary>
    /// <param name="count">Whatever is counted.</param>
    /// <param name="least">So many are one piece at least.</param>
    /// <param name="range">From, to (exclusive).</param>
    public void Split(int count, int least, Action<int, int> range)
    {
        var pieces = helpers.Length == 0 ? 1 : Math.Clamp(count / Math.Max(least, 1), 1, 4 * Threads);
        if (pieces == 1)
            range(0, count);
        else
            Run(pieces, i => range((int)((long)count * i / pieces), (int)((long)count * (i + 1) / pieces)));
    }

    public void Dispose()
    {
        ended = true;
        bell.Release(helpers.Length + 1);
        foreach (var helper in helpers)
            helper.Join();
        bell.Dispose();
    }

    private void Help()
    {
        var last = Stopwatch.GetTimestamp();
        while (!ended)
        {
            if (current is { HasMore: true } job)
            {
                job.Take();
                last = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetTimestamp() - last < AwakeTicks)
                Thread.SpinWait(20);
            else
            {
                Interlocked.Increment(ref asleep);
                // A job may have come between the look and the counting: then nobody rings for it.
                if (current is not { HasMore: true })
                    bell.Wait();
                last = Stopwatch.GetTimestamp();
            }
        }
    }

    private sealed class Job(int pieces, Action<int> piece)
    {
        private int next, done;
        private ExceptionDispatchInfo? failure;

        public bool HasMore => Volatile.Read(ref next) < pieces;

        public void Take()
        {
            for (int i; (i = Interlocked.Increment(ref next) - 1) < pieces; Interlocked.Increment(ref done))
            {
                try
                {
                    piece(i);
                }
#pragma warning disable CA1031 // whatever it is, it goes to the caller
                catch (Exception error)
#pragma warning restore CA1031
                {
                    Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
                }
            }
        }

        public void Wait()
        {
            for (var spins = new SpinWait(); Volatile.Read(ref done) < pieces;)
                spins.SpinOnce(sleep1Threshold: -1);
            failure?.Throw();
        }
    }
}
