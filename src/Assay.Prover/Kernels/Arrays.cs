using System.Collections.Concurrent;

namespace Assay.Prover.Kernels;

/// <summary>Large arrays that a prover uses again and again: their pages are not asked of the system anew. What is in them is whatever was.</summary>
internal sealed class Arrays
{
    private readonly ConcurrentDictionary<int, ConcurrentBag<uint[]>> free = new();

    public uint[] Take(int length) => free.TryGetValue(length, out var bag) && bag.TryTake(out var array) ? array : GC.AllocateUninitializedArray<uint>(length);

    public void Return(uint[] array) => free.GetOrAdd(array.Length, _ => []).Add(array);
}
