namespace Assay.Engine.Numerics;

/// <summary>Working memory of one run, kept from kernel to kernel and grown as needed. One run at a time uses it.</summary>
/// <param name="launcher">Where the kernels go that use it.</param>
/// <param name="store">Where the memory of recorded kernels comes from; null where kernels run at once.</param>
/// <remarks>
/// Kernels write the first four kinds and the next node's kernels write over them. The other kinds depend on nothing but shapes:
/// whoever launches a kernel fills them, and while kernels are recorded they stay as they are as long as the recording.
/// </remarks>
internal sealed unsafe class Scratch(Launcher launcher, IFloatStore? store) : IDisposable
{
    private readonly AlignedBuffer?[] slots = new AlignedBuffer?[8];
    private readonly Floats?[] rented = new Floats?[8];
    private readonly long[] room = new long[8];

    /// <summary>Padded input planes.</summary>
    public float* Planes(long count) => Take(0, count);

    /// <summary>Packed panels, one per thread.</summary>
    public float* Panels(long count) => Take(1, count);

    /// <summary>Operands packed or folded for one node.</summary>
    public float* Operands(long count) => Take(2, count);

    /// <summary>Weights packed for one node, where they are no constants.</summary>
    public float* Weights(long count) => Take(3, count);

    /// <summary>Sizes of windows; filled by the caller.</summary>
    public float* Counts(long count) => Table(4, count);

    /// <summary>Places of operands; filled by the caller.</summary>
    public nint* Offsets(long count) => (nint*)Table(6, count * (sizeof(nint) / sizeof(float)));

    /// <summary>Places of rows in a packed panel; filled by the caller.</summary>
    public nint* Steps(long count) => (nint*)Table(7, count * (sizeof(nint) / sizeof(float)));

    /// <summary>What stands for an absent bias: -0, which changes no sum.</summary>
    public float* NoBias(int count)
    {
        var known = launcher.Recording is null ? slots[5]?.Count ?? 0 : 0;
        var bias = Table(5, count);
        if (known < count)
            new Span<float>(bias, count).Fill(-0f);
        return bias;
    }

    /// <summary>The next node's kernels may write over everything.</summary>
    public void EndNode()
    {
        for (var slot = 0; store is not null && slot < slots.Length; slot++)
        {
            rented[slot]?.Release();
            (rented[slot], room[slot]) = (null, 0);
        }
    }

    public void Dispose()
    {
        foreach (var slot in slots)
            slot?.Dispose();
    }

    private float* Table(int slot, long count) => launcher.Recording is { } recording ? (float*)recording.Keep(count * sizeof(float)) : Take(slot, count);

    private float* Take(int slot, long count)
    {
        if (store is not null)
            return Rent(slot, count);
        if (slots[slot] is not { } buffer || buffer.Count < count)
        {
            slots[slot]?.Dispose();
            slots[slot] = null;
            slots[slot] = buffer = new AlignedBuffer(count);
        }
        return buffer.Pointer;
    }

    private float* Rent(int slot, long count)
    {
        if (rented[slot] is not { } floats || room[slot] < count)
        {
            rented[slot]?.Release();
            rented[slot] = floats = store!.Rent(count);
            room[slot] = count;
        }
        return floats.Pointer;
    }
}
