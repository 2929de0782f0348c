using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>Tiles of four and eight tokens: the weights unpacked, 64 bytes of them loaded once for all tokens.</summary>
internal static unsafe class DotTile4
{
    [SkipLocalsInit]
    public static void Four<T, TFormat>(in DotTile tile, int row) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        const int Size = 4;
        var w = tile.Weights + (4 * row);
        float* scales = tile.Scales + row, terms = tile.Terms;
        var a = tile.Activations;
        T y0 = default, y1 = default, y2 = default, y3 = default;
        for (var i = 0; i < tile.Blocks; i++)
        {
            T n0 = default, n1 = default, n2 = default, n3 = default;
            for (var part = 0; part < 8 / TFormat.Quads; part++)
            {
                T s0 = default, s1 = default, s2 = default, s3 = default;
                for (var end = w + Bytes<TFormat>(); w < end; w += 64, a += Size)
                {
                    var x = T.Load((float*)w);
                    s0 = Step<T, TFormat>(s0, x, a);
                    s1 = Step<T, TFormat>(s1, x, a + 1);
                    s2 = Step<T, TFormat>(s2, x, a + 2);
                    s3 = Step<T, TFormat>(s3, x, a + 3);
                }
                n0 = Part<T, TFormat>(n0, s0, part, scales, terms, Size);
                n1 = Part<T, TFormat>(n1, s1, part, scales, terms + 1, Size);
                n2 = Part<T, TFormat>(n2, s2, part, scales, terms + 2, Size);
                n3 = Part<T, TFormat>(n3, s3, part, scales, terms + 3, Size);
            }
            y0 = Tail<T, TFormat>(n0, scales, terms, Size, y0);
            y1 = Tail<T, TFormat>(n1, scales, terms + 1, Size, y1);
            y2 = Tail<T, TFormat>(n2, scales, terms + 2, Size, y2);
            y3 = Tail<T, TFormat>(n3, scales, terms + 3, Size, y3);
            scales += 16 * TFormat.Terms;
            terms += TokenTerms.Count * Size;
        }
        DotTile.Finish(tile, row, 0, y0);
        DotTile.Finish(tile, row, 1, y1);
        DotTile.Finish(tile, row, 2, y2);
        DotTile.Finish(tile, row, 3, y3);
    }

    [SkipLocalsInit]
    public static void Eight<T, TFormat>(in DotTile tile, int row) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        const int Size = 8;
        var w = tile.Weights + (4 * row);
        float* scales = tile.Scales + row, terms = tile.Terms;
        var a = tile.Activations;
        T y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default;
        for (var i = 0; i < tile.Blocks; i++)
        {
            T n0 = default, n1 = default, n2 = default, n3 = default, n4 = default, n5 = default, n6 = default, n7 = default;
            for (var part = 0; part < 8 / TFormat.Quads; part++)
            {
                T s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
                for (var end = w + Bytes<TFormat>(); w < end; w += 64, a += Size)
                {
                    var x = T.Load((float*)w);
                    s0 = Step<T, TFormat>(s0, x, a);
                    s1 = Step<T, TFormat>(s1, x, a + 1);
                    s2 = Step<T, TFormat>(s2, x, a + 2);
                    s3 = Step<T, TFormat>(s3, x, a + 3);
                    s4 = Step<T, TFormat>(s4, x, a + 4);
                    s5 = Step<T, TFormat>(s5, x, a + 5);
                    s6 = Step<T, TFormat>(s6, x, a + 6);
                    s7 = Step<T, TFormat>(s7, x, a + 7);
                }
                n0 = Part<T, TFormat>(n0, s0, part, scales, terms, Size);
                n1 = Part<T, TFormat>(n1, s1, part, scales, terms + 1, Size);
                n2 = Part<T, TFormat>(n2, s2, part, scales, terms + 2, Size);
                n3 = Part<T, TFormat>(n3, s3, part, scales, terms + 3, Size);
                n4 = Part<T, TFormat>(n4, s4, part, scales, terms + 4, Size);
                n5 = Part<T, TFormat>(n5, s5, part, scales, terms + 5, Size);
                n6 = Part<T, TFormat>(n6, s6, part, scales, terms + 6, Size);
                n7 = Part<T, TFormat>(n7, s7, part, scales, terms + 7, Size);
            }
            y0 = Tail<T, TFormat>(n0, scales, terms, Size, y0);
            y1 = Tail<T, TFormat>(n1, scales, terms + 1, Size, y1);
            y2 = Tail<T, TFormat>(n2, scales, terms + 2, Size, y2);
            y3 = Tail<T, TFormat>(n3, scales, terms + 3, Size, y3);
            y4 = Tail<T, TFormat>(n4, scales, terms + 4, Size, y4);
            y5 = Tail<T, TFormat>(n5, scales, terms + 5, Size, y5);
            y6 = Tail<T, TFormat>(n6, scales, terms + 6, Size, y6);
            y7 = Tail<T, TFormat>(n7, scales, terms + 7, Size, y7);
            scales += 16 * TFormat.Terms;
            terms += TokenTerms.Count * Size;
        }
        DotTile.Finish(tile, row, 0, y0);
        DotTile.Finish(tile, row, 1, y1);
        DotTile.Finish(tile, row, 2, y2);
        DotTile.Finish(tile, row, 3, y3);
        DotTile.Finish(tile, row, 4, y4);
        DotTile.Finish(tile, row, 5, y5);
        DotTile.Finish(tile, row, 6, y6);
        DotTile.Finish(tile, row, 7, y7);
    }

    /// <summary>Unpacked bytes whose sums stay in range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Bytes<TFormat>() where TFormat : unmanaged, IPanelFormat => TFormat.IsShort ? 1024 : 64 * TFormat.Quads;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Step<T, TFormat>(T s, T w, int* a) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat => TFormat.IsShort
        ? T.AddInt(s, T.MultiplyAddShorts(w, DotTile.Lanes<T>(a)))
        : T.AddShorts(s, T.MultiplyAddBytes(w, DotTile.Lanes<T>(a)));

    /// <summary>Sums of some quads added to those before: whole numbers, or floats that are whole where each half has a scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Part<T, TFormat>(T n, T s, int part, float* scales, float* terms, int size) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        if (!TFormat.IsShort)
            s = T.MultiplyAddShorts(s, T.BroadcastBits(DotTile.Ones));
        if (TFormat.HasHalves)
        {
            var half = part * TFormat.Quads / 4;
            if (part * TFormat.Quads % 4 == 0)
                s = T.AddInt(s, T.Broadcast(terms[(TFormat.Offset + half) * size]));
            // Whole numbers of at most 2^24: exact.
            return T.Fma(T.FromInt(s), T.Load(scales + 16 + (16 * half)), n);
        }
        if (part == 0 && TFormat.Offset >= 0)
            s = T.AddInt(s, T.Broadcast(terms[TFormat.Offset * size]));
        return TFormat.Quads == 8 ? s : T.AddInt(n, s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Tail<T, TFormat>(T n, float* scales, float* terms, int size, T y) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat =>
        DotTile.Scaled<T, TFormat>(TFormat.HasHalves ? n : T.FromInt(n), scales, terms, size, y);
}
