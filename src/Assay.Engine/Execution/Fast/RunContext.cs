using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>What one run at a time uses: threads, working memory, and the memory of its values.</summary>
internal sealed class RunContext(Isa isa, int threads) : IDisposable
{
    public Isa Isa { get; } = isa;

    public Workers Workers { get; } = new(threads);

    public Scratch Scratch { get; } = new();

    public FloatPool Pool { get; } = new();

    public void Dispose()
    {
        Workers.Dispose();
        Scratch.Dispose();
        Pool.Dispose();
    }
}
