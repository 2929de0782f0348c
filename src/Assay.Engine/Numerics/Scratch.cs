namespace Assay.Engine.Numerics;

/// <summary>Working memory of one run, kept from kernel to kernel and grown as needed. One run at a time uses it.</summary>
internal sealed unsafe class Scratch : IDisposable
{
    private readonly AlignedBuffer?[] slots = new AlignedBuffer?[3];

    /// <summary>Padded input planes.</summary>
    public float* Planes(long count) => Take(0, count);

    /// <summary>Packed panels, one per thread.</summary>
    public float* Panels(long count) => Take(1, count);

    /// <summary>Operands packed or folded for one node.</summary>
    public float* Operands(long count) => Take(2, count);

    public void Dispose()
    {
        foreach (var slot in slots)
            slot?.Dispose();
    }

    private float* Take(int slot, long count)
    {
        if (slots[slot] is not { } buffer || buffer.Count < count)
        {
            slots[slot]?.Dispose();
            slots[slot] = null;
            slots[slot] = buffer = new AlignedBuffer(count);
        }
        return buffer.Pointer;
    }
}
