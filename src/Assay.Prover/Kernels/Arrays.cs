using System.Collections.Concurrent;

namespace Assay.Prover.Kernels;

/// <summary>Large arrays that a prover uses again and again: their pages are not asked of the system anew. What is in them is whatever was.</summary>
internal sealed class Arrays
{
    private readonly ConcurrentDictionary<int, ConcurrentBag<uint[]>> words = new();
    private readonly ConcurrentDictionary<int, ConcurrentBag<int[]>> integers = new();

    public uint[] Take(int length) => Take(words, length);

    public void Return(uint[] array) => Return(words, array);

    public int[] TakeIntegers(int length) => Take(integers, length);

    public void Return(int[] array) => Return(integers, array);

    /// <summary>Another model's arrays have other lengths: what is kept is never more than one proof had at once.</summary>
    public void Forget()
    {
        words.Clear();
        integers.Clear();
    }

    private static T[] Take<T>(ConcurrentDictionary<int, ConcurrentBag<T[]>> free, int length) =>
        free.TryGetValue(length, out var bag) && bag.TryTake(out var array) ? array : GC.AllocateUninitializedArray<T>(length);

    private static void Return<T>(ConcurrentDictionary<int, ConcurrentBag<T[]>> free, T[] array) => free.GetOrAdd(array.Length, _ => []).Add(array);
}
