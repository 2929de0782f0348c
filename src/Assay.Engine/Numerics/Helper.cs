using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Engine.Numerics;

/// <summary>A thread that takes part in launches. Between them it stays awake for a while, then it sleeps until it is woken.</summary>
internal sealed unsafe class Helper
{
    /// <summary>How long it waits awake: longer than the pause between two runs that follow each other. In a crowd it does not.</summary>
    public const double AwakeNanoseconds = 300_000, AwakeInACrowdNanoseconds = 5_000;

    // Turns of waiting until the clock is looked at, and until the processor is offered to others.
    private const int TurnsOfTheClock = 16, TurnsToYield = 400;

    private const double MostBetweenLooks = 5_000;

    private const int Awake = 0, Asleep = 1;

    private readonly Workers owner;
    private readonly Share* share;
    private readonly int part;
    private readonly SemaphoreSlim bell = new(0);
    private readonly Thread thread;
    private int state = Asleep;
    private volatile bool stopping;

    /// <param name="owner">Whom it helps.</param>
    /// <param name="share">Where it finds what it is to make.</param>
    /// <param name="part">Its number.</param>
    public Helper(Workers owner, Share* share, int part)
    {
        this.owner = owner;
        this.share = share;
        this.part = part;
        thread = new Thread(Loop) { IsBackground = true, Name = $"assay kernel {part}" };
        thread.Start();
    }

    public bool IsAsleep => Volatile.Read(ref state) == Asleep;

    /// <summary>Lets it come if it sleeps.</summary>
    public void Wake()
    {
        if (Interlocked.CompareExchange(ref state, Awake, Asleep) != Asleep)
            return;
        Crowd.Enter();
        bell.Release();
    }

    /// <summary>Ends the thread.</summary>
    public void Stop()
    {
        stopping = true;
        Wake();
        thread.Join();
        bell.Dispose();
    }

    /// <summary>One turn of waiting for another thread that is at work.</summary>
    public static void Pause(int turn)
    {
        if (turn >= TurnsToYield)
            Thread.Yield();
        else if (X86Base.IsSupported)
            X86Base.Pause();
        else
            Thread.SpinWait(1);
    }

    private void Loop()
    {
        using var watch = Interrupt.On(owner.Stop);
        bell.Wait();
        while (!stopping)
        {
            if (WaitAwake())
                owner.Help(part);
            else
                Sleep();
        }
        Crowd.Leave();
    }

    /// <summary>Waits for a share, a while.</summary>
    private bool WaitAwake()
    {
        var (looked, waited) = (Stopwatch.GetTimestamp(), 0.0);
        for (var turn = 1; share->IsEmpty && !stopping; turn++)
        {
            Pause(0);
            if (turn % TurnsOfTheClock != 0)
                continue;
            var now = Stopwatch.GetTimestamp();
            // While the garbage collector or the system holds all threads up, nobody is waiting.
            waited += Math.Min(Stopwatch.GetElapsedTime(looked, now).TotalNanoseconds, MostBetweenLooks);
            looked = now;
            if (waited > (Crowd.IsTooLarge ? AwakeInACrowdNanoseconds : AwakeNanoseconds))
                return false;
        }
        return true;
    }

    private void Sleep()
    {
        Crowd.Leave();
        Interlocked.Exchange(ref state, Asleep);
        // Whoever offers a share, or wants the thread to end, does so before looking at the state: one of the two sees the other.
        if ((!share->IsEmpty || stopping) && Interlocked.CompareExchange(ref state, Awake, Asleep) == Asleep)
            Crowd.Enter();
        else
            bell.Wait();
    }
}
