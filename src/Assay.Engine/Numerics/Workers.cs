using System.Runtime.ExceptionServices;

namespace Assay.Engine.Numerics;

/// <summary>Work over outputs 0, 1, ...: any part of them can be made by any thread, and no output depends on the parts.</summary>
internal interface IKernel
{
    /// <summary>Makes outputs <paramref name="from"/> to <paramref name="to"/>, exclusive.</summary>
    /// <param name="part">The number of the thread that runs this, for scratch memory.</param>
    void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>;
}

/// <summary>
/// A few threads that help with kernels, for one caller at a time. The outputs are cut into contiguous pieces that depend on
/// nothing but their number and the threads'; whoever is free takes the next. A helper that the system keeps waiting delays
/// nobody: the caller makes the pieces that no one has taken. What a kernel throws reaches the caller after all have stopped.
/// </summary>
public sealed unsafe class Workers : IDisposable
{
    public const int MaxThreads = 64;

    // A helper spins this often before it sleeps: the pause between two operators of a model is shorter than waking up.
    private const int Spins = 400;

    // Pieces per thread: enough that a slow thread does not hold up the rest.
    private const int PiecesPerThread = 4;

    private const int Idle = 0, Posted = 1, Asleep = 2;

    private readonly Worker[] workers;
    private delegate*<void*, int, int, int, void> body;
    private void* kernel;
    private int items, pieces, next, helping, open;
    private ExceptionDispatchInfo? failure;
    private bool disposed;

    /// <param name="threads">Threads that take part, the caller among them: 1 to <see cref="MaxThreads"/>.</param>
    public Workers(int threads)
    {
        if (threads is < 1 or > MaxThreads)
            throw new ArgumentOutOfRangeException(nameof(threads), threads, $"threads must be from 1 to {MaxThreads}");
        Threads = threads;
        workers = new Worker[threads - 1];
        for (var i = 0; i < workers.Length; i++)
            workers[i] = new Worker(this, i + 1);
    }

    public int Threads { get; }

    /// <summary>Runs <paramref name="kernel"/> over all its outputs and returns when they are made.</summary>
    /// <param name="grain">Outputs below which another thread is not worth waking.</param>
    internal void Run<TKernel>(Isa isa, int items, TKernel kernel, int grain = 1) where TKernel : unmanaged, IKernel
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (items <= 0)
            return;
        delegate*<void*, int, int, int, void> run = isa switch
        {
            Isa.Avx512 => &Invoke<TKernel, Lane16>,
            Isa.Avx2 => &Invoke<TKernel, Lane8>,
            Isa.V128 => &Invoke<TKernel, Lane4>,
            _ => &Invoke<TKernel, Lane1>,
        };
        var cuts = Math.Clamp(items / Math.Max(grain, 1), 1, Threads);
        if (cuts == 1)
        {
            run(&kernel, 0, 0, items);
            return;
        }
        body = run;
        this.kernel = &kernel;
        (this.items, pieces, next) = (items, Math.Min(items, cuts * PiecesPerThread), -1);
        failure = null;
        Interlocked.Exchange(ref open, 1);
        for (var i = 0; i < cuts - 1; i++)
            workers[i].Post();
        Help(0);
        // The kernel lives on this stack. Whoever looks in from now on finds it closed; whoever is inside has said so first.
        Interlocked.Exchange(ref open, 0);
        var wait = new SpinWait();
        while (Volatile.Read(ref helping) != 0)
            wait.SpinOnce(sleep1Threshold: -1);
        failure?.Throw();
    }

    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        foreach (var worker in workers)
            worker.Stop();
    }

    private static void Invoke<TKernel, T>(void* kernel, int part, int from, int to)
        where TKernel : unmanaged, IKernel where T : unmanaged, ILanes<T> => ((TKernel*)kernel)->Run<T>(part, from, to);

    private void Enter(int part)
    {
        Interlocked.Increment(ref helping);
        if (Volatile.Read(ref open) != 0)
            Help(part);
        Interlocked.Decrement(ref helping);
    }

    private void Help(int part)
    {
        try
        {
            for (var piece = Interlocked.Increment(ref next); piece < pieces; piece = Interlocked.Increment(ref next))
                body(kernel, part, (int)((long)items * piece / pieces), (int)((long)items * (piece + 1) / pieces));
        }
#pragma warning disable CA1031 // whatever it is, it goes to the caller
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
        }
    }

    private sealed class Worker
    {
        private readonly Workers owner;
        private readonly int part;
        private readonly SemaphoreSlim bell = new(0);
        private readonly Thread thread;
        private int state;
        private volatile bool stopping;

        public Worker(Workers owner, int part)
        {
            (this.owner, this.part) = (owner, part);
            thread = new Thread(Loop) { IsBackground = true, Name = $"assay kernel {part}" };
            thread.Start();
        }

        public void Post()
        {
            if (Interlocked.Exchange(ref state, Posted) == Asleep)
                bell.Release();
        }

        public void Stop()
        {
            stopping = true;
            Post();
            thread.Join();
            bell.Dispose();
        }

        private void Loop()
        {
            while (true)
            {
                for (var i = 0; i < Spins && Volatile.Read(ref state) == Idle; i++)
                    Thread.SpinWait(8);
                if (Volatile.Read(ref state) == Idle && Interlocked.CompareExchange(ref state, Asleep, Idle) == Idle)
                    bell.Wait();
                if (stopping)
                    return;
                Interlocked.Exchange(ref state, Idle);
                owner.Enter(part);
            }
        }
    }
}
