using System.Diagnostics;
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
/// A few threads that help with kernels, for one caller at a time. Each begins with its share of the outputs, the same in each launch of
/// the same shape, so that what a core made is read from its cache; who has nothing left takes from the others. A helper that the system keeps
/// waiting delays nobody: the caller makes what no one has begun. What a kernel throws reaches the caller after all have stopped.
/// </summary>
public sealed unsafe class Workers : IDisposable
{
    public const int MaxThreads = 64;

    // Handing a share over and waiting for it takes a third of a microsecond for each helper; what it made is then in its cache and not in
    // the caller's. So p threads take part where the work is at least p times p of these, in nanoseconds.
    private const double ForTwoByTwo = 500;

    /// <summary>Nanoseconds of work that two threads share.</summary>
    internal const double WorthSharing = 4 * ForTwoByTwo;

    // Work for which a helper that sleeps is woken: the caller needs some 10 us to ring, and the helper up to some milliseconds to come.
    private const double WorthWaking = 100_000;

    // The same where runs follow each other closely, so that helpers stay awake from one to the next.
    private const double WorthWakingAgain = 8_000;

    // Pieces in a thread's share: enough that a slow thread does not hold up the rest. None is so short that taking it shows, and a run that
    // is called off ends after the longest.
    private const double PiecesPerShare = 8, ShortestPiece = 4_000, LongestPiece = 640_000;

    // What is left of a run that is called off is still taken piece by piece.
    private const int MostPieces = 1 << 16;

    private readonly Helper[] helpers;
    private readonly int[] chosen;
    private readonly Share* shares;
    private readonly bool cutsAll;
    private int made;
    private long ended;
    private ExceptionDispatchInfo? failure;
    private bool disposed;

    /// <param name="threads">Threads that take part, the caller among them: 1 to <see cref="MaxThreads"/>.</param>
    public Workers(int threads)
        : this(threads, cutsAll: false)
    {
    }

    /// <param name="threads">Threads that take part.</param>
    /// <param name="cutsAll">All threads get a share of whatever has several outputs, be it worth it or not: for tests.</param>
    internal Workers(int threads, bool cutsAll)
    {
        if (threads is < 1 or > MaxThreads)
            throw new ArgumentOutOfRangeException(nameof(threads), threads, $"threads must be from 1 to {MaxThreads}");
        Threads = threads;
        this.cutsAll = cutsAll;
        shares = (Share*)NativeMemory.AlignedAlloc((nuint)(threads * sizeof(Share)), 128);
        NativeMemory.Clear(shares, (nuint)(threads * sizeof(Share)));
        helpers = new Helper[threads - 1];
        chosen = new int[threads - 1];
        for (var i = 0; i < helpers.Length; i++)
            helpers[i] = new Helper(this, shares + i + 1, i + 1);
    }

    public int Threads { get; }

    /// <summary>Not 0 once what runs is to end: pieces that have not begun are left out.</summary>
    internal int* Stop { get; } = (int*)NativeMemory.AllocZeroed(sizeof(int));

    /// <summary>Runs a kernel over all its outputs and returns when they are made.</summary>
    /// <exception cref="OperationCanceledException"><see cref="Stop"/> is set; not all outputs are made.</exception>
    internal void Run(in Launch launch)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var count = helpers.Length == 0 ? 0 : Choose(launch);
        if (count == 0)
            Alone(launch);
        else
            Together(launch, count);
        ThrowIfStopped();
    }

    /// <inheritdoc cref="Launcher.Run"/>
    internal void Run<TKernel>(Isa isa, int items, TKernel kernel, Cost cost) where TKernel : unmanaged, IKernel
    {
        if (items > 0)
            Run(new Launch(Launch.BodyOf<TKernel>(isa), &kernel, items, cost));
    }

    /// <exception cref="OperationCanceledException"><see cref="Stop"/> is set.</exception>
    internal void ThrowIfStopped()
    {
        if (*Stop != 0)
            throw new OperationCanceledException("the run was called off");
    }

    /// <summary>Several launches follow: helpers are woken now where they will have come in time.</summary>
    /// <param name="all">Nanoseconds of all of them that threads may share.</param>
    /// <param name="longest">Of the longest.</param>
    internal void Expect(double all, double longest)
    {
        if (helpers.Length == 0 || all < WorthWakingAgain || (all < WorthWaking && Stopwatch.GetElapsedTime(ended).TotalNanoseconds > Helper.AwakeNanoseconds))
            return;
        var count = Fitting(helpers.Length + 1, longest) - 1;
        for (var i = 0; i < count; i++)
            if (helpers[i].IsAsleep && Crowd.HasRoom)
                helpers[i].Wake();
    }

    /// <summary>What <see cref="Expect"/> told of is over.</summary>
    internal void End() => ended = Stopwatch.GetTimestamp();

    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        foreach (var helper in helpers)
            helper.Stop();
        NativeMemory.AlignedFree(shares);
        NativeMemory.Free(Stop);
    }

    /// <summary>Makes what is left of a helper's share, then what is left of the others'.</summary>
    internal void Help(int part)
    {
        for (var i = 0; i < Threads; i++)
        {
            var owner = part + i < Threads ? part + i : part + i - Threads;
            while (shares[owner].Take(fromBack: i > 0, out var from, out var to))
            {
                Piece(shares[owner].Launch, part, from, to);
                // All that the piece wrote is there for whoever sees this.
                Interlocked.Add(ref made, to - from);
            }
        }
    }

    /// <summary>Who takes part beside the caller: helpers that are awake, and those that it is worth waking.</summary>
    private int Choose(in Launch launch)
    {
        var work = launch.Nanoseconds;
        var most = Math.Min(Threads, launch.Items);
        var threads = cutsAll ? most : Fitting(most, work);
        var count = 0;
        for (var i = 0; i < helpers.Length && count < threads - 1; i++)
            if (!helpers[i].IsAsleep || cutsAll || (work >= WorthWaking && Crowd.HasRoom))
            {
                // Before its share is there: it takes longer to come than the others take to be told.
                helpers[i].Wake();
                chosen[count++] = i + 1;
            }
        return count;
    }

    /// <summary>Threads that so much work is worth.</summary>
    private static int Fitting(int most, double work)
    {
        var threads = 1;
        while (threads < most && work >= ForTwoByTwo * (threads + 1) * (threads + 1))
            threads++;
        return threads;
    }

    /// <summary>Outputs that take so long.</summary>
    private static int PieceOf(in Launch launch, double nanoseconds) =>
        Math.Max((int)Math.Min(int.MaxValue, nanoseconds / launch.Cost.Nanoseconds), 1 + (launch.Items / MostPieces));

    private void Alone(in Launch launch)
    {
        var piece = PieceOf(launch, LongestPiece);
        for (var from = 0; from < launch.Items && *Stop == 0;)
        {
            var to = launch.Items - from > piece ? from + piece : launch.Items;
            launch.Body(launch.Kernel, 0, from, to);
            from = to;
        }
    }

    private void Together(in Launch launch, int count)
    {
        failure = null;
        Volatile.Write(ref made, 0);
        var piece = PieceOf(launch, Math.Clamp(launch.Nanoseconds / (PiecesPerShare * (count + 1)), ShortestPiece, LongestPiece));
        var to = launch.Items;
        for (var i = count; i >= 0; i--)
        {
            var from = (int)((long)launch.Items * i / (count + 1));
            shares[i == 0 ? 0 : chosen[i - 1]].Offer(launch, from, to, piece);
            to = from;
        }
        Help(0);
        // The kernel may live on this stack: nothing is left to take, and what has been taken is waited for.
        for (var turn = 0; Volatile.Read(ref made) != launch.Items; turn++)
            Helper.Pause(turn);
        failure?.Throw();
    }

    private void Piece(in Launch launch, int part, int from, int to)
    {
        if (*Stop != 0 || Volatile.Read(ref failure) is not null)
            return;
        try
        {
            launch.Body(launch.Kernel, part, from, to);
        }
#pragma warning disable CA1031 // whatever it is, it goes to the caller
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
        }
    }
}
