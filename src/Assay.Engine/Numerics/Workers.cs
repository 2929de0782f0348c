using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

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

    // A helper spins this often before it sleeps: the pause between two operators of a model is shorter than waking up. Where there
    // are more threads than processors, spinning takes the time of those that work.
    private const int Spins = 400, SpinsInACrowd = 20;

    // Grains that are worth waking a helper that sleeps; one that spins helps from two on.
    private const int GrainsToWake = 12;

    // Pieces per thread: enough that a slow thread does not hold up the rest.
    private const int PiecesPerThread = 4;

    // Grains in one piece at most: a run that is called off ends after it.
    private const int GrainsPerPiece = 64;

    private const int Idle = 0, Posted = 1, Asleep = 2;

    private readonly Worker[] workers;
    private readonly int spins;
    private Launch launch;
    private int pieces, next, helping, open;
    private ExceptionDispatchInfo? failure;
    private bool disposed;

    /// <param name="threads">Threads that take part, the caller among them: 1 to <see cref="MaxThreads"/>.</param>
    public Workers(int threads)
    {
        if (threads is < 1 or > MaxThreads)
            throw new ArgumentOutOfRangeException(nameof(threads), threads, $"threads must be from 1 to {MaxThreads}");
        Threads = threads;
        spins = threads <= Environment.ProcessorCount ? Spins : SpinsInACrowd;
        workers = new Worker[threads - 1];
        for (var i = 0; i < workers.Length; i++)
            workers[i] = new Worker(this, i + 1);
    }

    public int Threads { get; }

    /// <summary>Not 0 once what runs is to end: pieces that have not begun are left out.</summary>
    internal int* Stop { get; } = (int*)NativeMemory.AllocZeroed(sizeof(int));

    /// <summary>Runs a kernel over all its outputs and returns when they are made.</summary>
    /// <exception cref="OperationCanceledException"><see cref="Stop"/> is set; not all outputs are made.</exception>
    internal void Run(in Launch launch)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var cuts = Math.Clamp(launch.Items / launch.Grain, 1, Threads);
        // Enough pieces that a slow thread does not hold up the rest, and that none is long.
        var most = Math.Max(1, launch.Items / ((long)launch.Grain * GrainsPerPiece));
        this.launch = launch;
        pieces = (int)Math.Min(launch.Items, Math.Max(cuts == 1 ? 1 : cuts * PiecesPerThread, most));
        next = -1;
        if (cuts == 1)
            Pieces(0);
        else
            Together(cuts, launch.Items / launch.Grain >= GrainsToWake);
        ThrowIfStopped();
    }

    /// <exception cref="OperationCanceledException"><see cref="Stop"/> is set.</exception>
    internal void ThrowIfStopped()
    {
        if (*Stop != 0)
            throw new OperationCanceledException("the run was called off");
    }

    /// <inheritdoc cref="Launcher.Run"/>
    internal void Run<TKernel>(Isa isa, int items, TKernel kernel, int grain = 1) where TKernel : unmanaged, IKernel
    {
        if (items > 0)
            Run(new Launch(Launch.BodyOf<TKernel>(isa), &kernel, items, grain));
    }

    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        foreach (var worker in workers)
            worker.Stop();
        NativeMemory.Free(Stop);
    }

    private void Together(int cuts, bool isWorthWaking)
    {
        failure = null;
        Interlocked.Exchange(ref open, 1);
        for (var i = 0; i < cuts - 1; i++)
            if (isWorthWaking || !workers[i].IsAsleep)
                workers[i].Post();
        Help(0);
        // The kernel may live on this stack. Whoever looks in from now on finds it closed; whoever is inside has said so first.
        Interlocked.Exchange(ref open, 0);
        var wait = new SpinWait();
        while (Volatile.Read(ref helping) != 0)
            wait.SpinOnce(sleep1Threshold: -1);
        failure?.Throw();
    }

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
            Pieces(part);
        }
#pragma warning disable CA1031 // whatever it is, it goes to the caller
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
        }
    }

    private void Pieces(int part)
    {
        for (var piece = Interlocked.Increment(ref next); piece < pieces && *Stop == 0; piece = Interlocked.Increment(ref next))
            launch.Body(launch.Kernel, part, (int)((long)launch.Items * piece / pieces), (int)((long)launch.Items * (piece + 1) / pieces));
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

        public bool IsAsleep => Volatile.Read(ref state) == Asleep;

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
            using var watch = Interrupt.On(owner.Stop);
            while (true)
            {
                for (var i = 0; i < owner.spins && Volatile.Read(ref state) == Idle; i++)
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
