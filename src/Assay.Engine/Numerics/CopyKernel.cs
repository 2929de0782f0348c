namespace Assay.Engine.Numerics;

/// <summary>Elements as they are from one place to another. One item is <see cref="Chunk"/> elements.</summary>
internal unsafe struct CopyKernel : IKernel
{
    private const int Chunk = 4096;

    private float* from, to;
    private long count;

    public static void Run(Launcher launcher, Isa isa, float* from, float* to, long count)
    {
        if (from != to)
            launcher.Run(isa, (int)((count + Chunk - 1) / Chunk), new CopyKernel { from = from, to = to, count = count }, Cost.Of(Chunk, perNanosecond: 10));
    }

    readonly void IKernel.Run<T>(int part, int from, int to)
    {
        var start = (long)from * Chunk;
        var length = (int)(Math.Min(count, (long)to * Chunk) - start);
        new ReadOnlySpan<float>(this.from + start, length).CopyTo(new Span<float>(this.to + start, length));
    }
}

/// <summary>One element everywhere. One item is <see cref="Chunk"/> elements.</summary>
internal unsafe struct FillKernel : IKernel
{
    private const int Chunk = 4096;

    private float* value, to;
    private long count;

    /// <param name="value">Where the element stands; +0 where null.</param>
    public static void Run(Launcher launcher, Isa isa, float* value, float* to, long count) =>
        launcher.Run(isa, (int)((count + Chunk - 1) / Chunk), new FillKernel { value = value, to = to, count = count }, Cost.Of(Chunk, perNanosecond: 10));

    readonly void IKernel.Run<T>(int part, int from, int to)
    {
        var start = (long)from * Chunk;
        new Span<float>(this.to + start, (int)(Math.Min(count, (long)to * Chunk) - start)).Fill(value is null ? 0 : *value);
    }
}
