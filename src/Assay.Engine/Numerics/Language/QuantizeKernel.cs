using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>Activations as whole numbers with a scale for each 32 of them (1.2 of assay-llm-v1). One item is one group of tokens.</summary>
internal unsafe struct QuantizeKernel : IKernel
{
    public TokenGroups Groups;

    // Below 2^-100 a block counts as zeros.
    private const int Least = (127 - 100) << 23, Infinity = 0x7F800000, CanonicalNaN = 0x7FC00000;

    // Adding it leaves the nearest whole number, ties to even, in the low bits.
    private const float Rounding = 12582912f;

    [SkipLocalsInit]
    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var whole = stackalloc int[32];
        for (var group = from; group < to; group++)
        {
            var (first, count) = Groups.At(group);
            var size = Groups.Room;
            var terms = Groups.TermsOf(first);
            var bytes = (int*)Groups.BytesOf(first);
            for (var block = 0; block < Groups.Columns / 32; block++)
            {
                for (var t = 0; t < size; t++)
                {
                    if (t < count)
                        terms[t] = Block<T>(Groups.X + ((long)(first + t) * Groups.Columns) + (block * 32), whole);
                    else
                    {
                        // There is no such token; nobody keeps what comes of it.
                        terms[t] = 0;
                        new Span<int>(whole, 32).Clear();
                    }
                    Put<T>(whole, terms + t, bytes + t, size);
                }
                terms += size * TokenTerms.Count;
                bytes += size * 8;
            }
        }
    }

    /// <summary>The whole numbers of a block; gives its scale.</summary>
    private static float Block<T>(float* x, int* whole) where T : unmanaged, ILanes<T>
    {
        // Magnitudes as integers: their order is that of the numbers, and what is not finite is above all that is.
        T greatest = default;
        for (var i = 0; i < 32; i += T.Width)
            greatest = T.MaxInt(greatest, LaneMath.Abs(T.Load(x + i)));
        T.Store(greatest, (float*)whole);
        var m = whole[0];
        if (T.Width > 1)
        {
            var four = Lane4.Load((float*)whole);
            for (var i = 4; i < T.Width; i += 4)
                four = Lane4.MaxInt(four, Lane4.Load((float*)(whole + i)));
            Lane4.Store(four, (float*)whole);
            m = Math.Max(Math.Max(whole[0], whole[1]), Math.Max(whole[2], whole[3]));
        }
        if (m is >= Infinity or < Least)
        {
            new Span<int>(whole, 32).Clear();
            return m < Least ? 0 : BitConverter.Int32BitsToSingle(CanonicalNaN);
        }
        var factor = T.Broadcast(127 / BitConverter.Int32BitsToSingle(m));
        for (var i = 0; i < 32; i += T.Width)
            T.Store(T.SubInt((T.Load(x + i) * factor) + T.Broadcast(Rounding), T.Broadcast(Rounding)), (float*)(whole + i));
        return BitConverter.Int32BitsToSingle(m) / 127;
    }

    /// <summary>Puts a block of one token into its group of <paramref name="size"/>.</summary>
    [SkipLocalsInit]
    private static void Put<T>(int* whole, float* terms, int* bytes, int size) where T : unmanaged, ILanes<T>
    {
        var narrow = stackalloc int[8];
        for (var i = 0; i < 32; i += T.Width)
            T.NarrowToBytes(T.Load((float*)(whole + i)), (sbyte*)narrow + i);
        for (var q = 0; q < 8; q++)
            bytes[q * size] = narrow[q];
        int first = Sum<T>(whole), second = Sum<T>(whole + 16);
        terms[TokenTerms.Sum * size] = (first + second) * *terms;
        var integers = (int*)terms;
        integers[TokenTerms.Minus8 * size] = -8 * (first + second);
        integers[TokenTerms.Minus16 * size] = -16 * (first + second);
        integers[TokenTerms.Minus128 * size] = -128 * (first + second);
        integers[TokenTerms.Minus32 * size] = -32 * first;
        integers[(TokenTerms.Minus32 + 1) * size] = -32 * second;
    }

    [SkipLocalsInit]
    private static int Sum<T>(int* sixteen) where T : unmanaged, ILanes<T>
    {
        var sum = 0;
        if (T.Width == 1)
        {
            for (var i = 0; i < 16; i++)
                sum += sixteen[i];
            return sum;
        }
        var four = stackalloc int[4];
        var lanes = Lane4.AddInt(
            Lane4.AddInt(Lane4.Load((float*)sixteen), Lane4.Load((float*)(sixteen + 4))), Lane4.AddInt(Lane4.Load((float*)(sixteen + 8)), Lane4.Load((float*)(sixteen + 12))));
        Lane4.Store(lanes, (float*)four);
        return four[0] + four[1] + four[2] + four[3];
    }
}
