using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>Float32 elements that several values may share; the last to let go gives the memory back.</summary>
internal sealed unsafe class Floats
{
    private readonly FloatPool? pool;
    private int owners = 1;

    /// <param name="pool">Where the memory goes when nobody needs it; null for constants, which stay.</param>
    public Floats(AlignedBuffer buffer, FloatPool? pool)
    {
        Buffer = buffer;
        this.pool = pool;
    }

    public AlignedBuffer Buffer { get; }

    public float* Pointer => Buffer.Pointer;

    public Floats Share()
    {
        owners++;
        return this;
    }

    public void Release()
    {
        if (pool is not null && --owners == 0)
            pool.Return(Buffer);
    }
}

/// <summary>The memory of one run's values, kept from run to run.</summary>
internal sealed class FloatPool : IDisposable
{
    private readonly List<AlignedBuffer> free = [];

    public Floats Rent(long count)
    {
        var best = -1;
        for (var i = 0; i < free.Count; i++)
            if (free[i].Count >= count && free[i].Count <= (2 * count) + 1024 && (best < 0 || free[i].Count < free[best].Count))
                best = i;
        if (best < 0)
            return new(new AlignedBuffer(count), this);
        var buffer = free[best];
        free.RemoveAt(best);
        return new(buffer, this);
    }

    public void Return(AlignedBuffer buffer) => free.Add(buffer);

    /// <summary>Floats that wait to be used again.</summary>
    public long Idle => free.Sum(b => b.Count);

    /// <summary>Between runs: gives all back where it is more than <paramref name="most"/> floats, as it gets when every run has other shapes.</summary>
    public void Trim(long most)
    {
        if (Idle > most)
            Dispose();
    }

    public void Dispose()
    {
        foreach (var buffer in free)
            buffer.Dispose();
        free.Clear();
    }
}
