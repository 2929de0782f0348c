using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>The memory of one run's values, kept from run to run.</summary>
internal sealed unsafe class FloatPool : IFloatStore, IDisposable
{
    private readonly List<AlignedBuffer> free = [];

    public Floats Rent(long count)
    {
        var best = -1;
        for (var i = 0; i < free.Count; i++)
            if (free[i].Count >= count && free[i].Count <= (2 * count) + 1024 && (best < 0 || free[i].Count < free[best].Count))
                best = i;
        if (best < 0)
            return Of(new AlignedBuffer(count));
        var buffer = free[best];
        free.RemoveAt(best);
        return Of(buffer);
    }

    public void Return(Floats floats) => free.Add((AlignedBuffer)floats.Backing!);

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

    private Floats Of(AlignedBuffer buffer) => new(buffer.Pointer, buffer, this);
}
