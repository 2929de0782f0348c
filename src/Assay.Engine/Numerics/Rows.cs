using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>Rows of floats in whole vectors: where the row is no multiple of the width, the last vector overlaps the one before.</summary>
internal static unsafe class Rows
{
    /// <summary>Where the vector after the one at <paramref name="j"/> begins; <paramref name="count"/>, at least one vector, or more where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Next<T>(nint j, nint count) where T : unmanaged, ILanes<T>
    {
        var next = j + T.Width;
        return next + T.Width <= count || next >= count ? next : count - T.Width;
    }

    /// <summary>Copies exactly <paramref name="count"/> floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<T>(float* from, float* to, int count) where T : unmanaged, ILanes<T>
    {
        if (count >= T.Width)
            Vectors<T>(from, to, count);
        else if (T.Width > 8 && count >= 8)
            Vectors<Lane8>(from, to, count);
        else if (T.Width > 4 && count >= 4)
            Vectors<Lane4>(from, to, count);
        else
            for (var i = 0; i < count; i++)
                to[i] = from[i];
    }

    /// <summary>
    /// Cuts a row in two phases: element c, counted from <paramref name="first"/>, goes to place c / 2 of phase c mod 2. The phases
    /// are <paramref name="pitch"/> floats apart.
    /// </summary>
    public static void Split<T>(float* from, float* to, nint pitch, int first, int count) where T : unmanaged, ILanes<T>
    {
        var even = first % 2 == 0 ? to + (first / 2) : to + pitch + (first / 2);
        var odd = first % 2 == 0 ? to + pitch + (first / 2) : to + (first / 2) + 1;
        nint pairs = count / 2;
        if (pairs >= T.Width)
            Pairs<T>(from, even, odd, pairs);
        else if (T.Width > 8 && pairs >= 8)
            Pairs<Lane8>(from, even, odd, pairs);
        else if (T.Width > 4 && pairs >= 4)
            Pairs<Lane4>(from, even, odd, pairs);
        else
            Pairs<Lane1>(from, even, odd, pairs);
        if (count % 2 != 0)
            even[pairs] = from[count - 1];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Vectors<T>(float* from, float* to, nint count) where T : unmanaged, ILanes<T>
    {
        for (nint j = 0; j < count; j = Next<T>(j, count))
            T.Store(T.Load(from + j), to + j);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pairs<T>(float* from, float* even, float* odd, nint pairs) where T : unmanaged, ILanes<T>
    {
        for (nint j = 0; j < pairs; j = Next<T>(j, pairs))
        {
            T a = T.Load(from + (2 * j)), b = T.Load(from + (2 * j) + T.Width);
            T.Store(T.Even(a, b), even + j);
            T.Store(T.Odd(a, b), odd + j);
        }
    }
}
