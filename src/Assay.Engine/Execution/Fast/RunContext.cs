using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>What one run at a time uses: threads, working memory, and the memory of its values.</summary>
internal sealed class RunContext(Isa isa, int threads, RunLimits limits) : IDisposable
{
    public Isa Isa { get; } = isa;

    public Workers Workers { get; } = new(threads);

    public Scratch Scratch { get; } = new();

    /// <summary>Floats of working memory of one kind that a kernel may take, 1 GiB at most; what needs more is left to the reference.</summary>
    public long MostScratch { get; } = Math.Min(1L << 28, limits.Bytes / sizeof(float));

    public FloatPool Pool { get; } = new();

    public void Dispose()
    {
        Workers.Dispose();
        Scratch.Dispose();
        Pool.Dispose();
    }
}
