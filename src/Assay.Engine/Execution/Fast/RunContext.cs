using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>What one run at a time uses: threads, working memory, and the memory of its values.</summary>
internal sealed unsafe class RunContext : IDisposable
{
    private readonly FloatPool? pool;

    public RunContext(Isa isa, int threads, RunLimits limits, bool cutsAll = false)
    {
        Isa = isa;
        Workers = new Workers(threads, cutsAll);
        Now = Launcher = new Launcher(Workers);
        Scratch = new Scratch(Launcher, null);
        Pool = pool = new FloatPool();
        MostScratch = Math.Min(1L << 28, limits.Bytes / sizeof(float));
    }

    private RunContext(RunContext context, Recording recording, Arena arena)
    {
        Isa = context.Isa;
        Workers = context.Workers;
        Now = context.Launcher;
        Launcher = new Launcher(Workers) { Recording = recording };
        Scratch = new Scratch(Launcher, arena);
        Pool = arena;
        MostScratch = context.MostScratch;
    }

    public Isa Isa { get; }

    public Workers Workers { get; }

    /// <summary>Where the kernels of nodes go.</summary>
    public Launcher Launcher { get; }

    /// <summary>Runs a kernel at once, even while others are recorded: on what is known then.</summary>
    public Launcher Now { get; }

    /// <summary>Kernels are recorded and not run: nothing may look at what they make.</summary>
    public bool IsRecording => Launcher.Recording is not null;

    public Scratch Scratch { get; }

    /// <summary>Floats of working memory of one kind that a kernel may take, 1 GiB at most; what needs more is left to the reference.</summary>
    public long MostScratch { get; }

    public IFloatStore Pool { get; }

    /// <summary>The memory of the plan that is recorded, or null.</summary>
    public Arena? Arena => Pool as Arena;

    /// <summary>The same threads for kernels that are recorded.</summary>
    public RunContext Recorder(Recording recording, Arena arena) => new(this, recording, arena);

    /// <summary>Memory for elements that are known already: while a plan is recorded it is kept with the plan.</summary>
    public Floats RentForKnown(long count) =>
        Launcher.Recording is { } recording ? new((float*)recording.Keep(count * sizeof(float)), null, null) : Pool.Rent(count);

    /// <summary>Runs that are ready; null where each goes node by node.</summary>
    public PlanCache? Plans { get; init; }

    /// <summary>Until the result is disposed of, kernels end early once <paramref name="cancel"/> asks for it.</summary>
    public Called Until(CancellationToken cancel)
    {
        *Workers.Stop = 0;
        Crowd.Enter();
        return new(cancel.CanBeCanceled ? cancel.UnsafeRegister(static workers => *((Workers)workers!).Stop = 1, Workers) : default, Interrupt.On(Workers.Stop));
    }

    /// <summary>What ends with the run.</summary>
    public readonly ref struct Called : IDisposable
    {
        private readonly CancellationTokenRegistration registration;
        private readonly Interrupt.Watch watch;

        public Called(CancellationTokenRegistration registration, Interrupt.Watch watch)
        {
            this.registration = registration;
            this.watch = watch;
        }

        public void Dispose()
        {
            Crowd.Leave();
            watch.Dispose();
            registration.Dispose();
        }
    }

    /// <summary>Between runs: keeps no more memory than a run may use.</summary>
    public void Trim(RunLimits limits) => pool?.Trim(limits.Bytes / sizeof(float));

    public void Dispose()
    {
        Plans?.Dispose();
        Workers.Dispose();
        Scratch.Dispose();
        pool?.Dispose();
    }
}
