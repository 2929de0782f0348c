using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>What one run at a time uses: threads, working memory, and the memory of its values.</summary>
internal sealed class RunContext : IDisposable
{
    private readonly Workers workers;

    public RunContext(Isa isa, int threads, RunLimits limits)
    {
        Isa = isa;
        workers = new Workers(threads);
        Launcher = new Launcher(workers);
        Scratch = new Scratch(Launcher);
        MostScratch = Math.Min(1L << 28, limits.Bytes / sizeof(float));
    }

    public Isa Isa { get; }

    public Launcher Launcher { get; }

    public Scratch Scratch { get; }

    /// <summary>Floats of working memory of one kind that a kernel may take, 1 GiB at most; what needs more is left to the reference.</summary>
    public long MostScratch { get; }

    public FloatPool Pool { get; } = new();

    public void Dispose()
    {
        workers.Dispose();
        Scratch.Dispose();
        Pool.Dispose();
    }
}
