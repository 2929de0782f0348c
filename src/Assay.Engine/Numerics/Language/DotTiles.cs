using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>Tiles of several tokens: the weights that a vector holds are loaded once for all of them. Every sum stays in a register.</summary>
internal static unsafe class DotTiles
{
    /// <summary>Four tokens by a panel.</summary>
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
            T s0 = default, s1 = default, s2 = default, s3 = default;
            Quad<T, TFormat>(w, 0, a, ref s0, ref s1, ref s2, ref s3);
            Quad<T, TFormat>(w, 1, a, ref s0, ref s1, ref s2, ref s3);
            Part<T, TFormat>(2, scales, terms, Size, ref n0, ref n1, ref n2, ref n3, ref s0, ref s1, ref s2, ref s3);
            Quad<T, TFormat>(w, 2, a, ref s0, ref s1, ref s2, ref s3);
            Quad<T, TFormat>(w, 3, a, ref s0, ref s1, ref s2, ref s3);
            Part<T, TFormat>(4, scales, terms, Size, ref n0, ref n1, ref n2, ref n3, ref s0, ref s1, ref s2, ref s3);
            Quad<T, TFormat>(w, 4, a, ref s0, ref s1, ref s2, ref s3);
            Quad<T, TFormat>(w, 5, a, ref s0, ref s1, ref s2, ref s3);
            Part<T, TFormat>(6, scales, terms, Size, ref n0, ref n1, ref n2, ref n3, ref s0, ref s1, ref s2, ref s3);
            Quad<T, TFormat>(w, 6, a, ref s0, ref s1, ref s2, ref s3);
            Quad<T, TFormat>(w, 7, a, ref s0, ref s1, ref s2, ref s3);
            Part<T, TFormat>(8, scales, terms, Size, ref n0, ref n1, ref n2, ref n3, ref s0, ref s1, ref s2, ref s3);
            y0 = Tail<T, TFormat>(n0, scales, terms, Size, y0);
            y1 = Tail<T, TFormat>(n1, scales, terms + 1, Size, y1);
            y2 = Tail<T, TFormat>(n2, scales, terms + 2, Size, y2);
            y3 = Tail<T, TFormat>(n3, scales, terms + 3, Size, y3);
            w += TFormat.BlockBytes;
            scales += 16 * TFormat.Terms;
            terms += TokenTerms.Count * Size;
            a += Size * (TFormat.IsShort ? 16 : 8);
        }
        DotTile.Finish(tile, row, 0, y0);
        DotTile.Finish(tile, row, 1, y1);
        DotTile.Finish(tile, row, 2, y2);
        DotTile.Finish(tile, row, 3, y3);
    }

    /// <summary>Eight tokens by a panel, for 32 registers.</summary>
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
            T s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
            Quad<T, TFormat>(w, 0, a, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Quad<T, TFormat>(w, 1, a, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Part<T, TFormat>(2, scales, terms, Size, ref n0, ref n1, ref n2, ref n3, ref s0, ref s1, ref s2, ref s3);
            Part<T, TFormat>(2, scales, terms + 4, Size, ref n4, ref n5, ref n6, ref n7, ref s4, ref s5, ref s6, ref s7);
            Quad<T, TFormat>(w, 2, a, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Quad<T, TFormat>(w, 3, a, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Part<T, TFormat>(4, scales, terms, Size, ref n0, ref n1, ref n2, ref n3, ref s0, ref s1, ref s2, ref s3);
            Part<T, TFormat>(4, scales, terms + 4, Size, ref n4, ref n5, ref n6, ref n7, ref s4, ref s5, ref s6, ref s7);
            Quad<T, TFormat>(w, 4, a, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Quad<T, TFormat>(w, 5, a, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Part<T, TFormat>(6, scales, terms, Size, ref n0, ref n1, ref n2, ref n3, ref s0, ref s1, ref s2, ref s3);
            Part<T, TFormat>(6, scales, terms + 4, Size, ref n4, ref n5, ref n6, ref n7, ref s4, ref s5, ref s6, ref s7);
            Quad<T, TFormat>(w, 6, a, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Quad<T, TFormat>(w, 7, a, ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7);
            Part<T, TFormat>(8, scales, terms, Size, ref n0, ref n1, ref n2, ref n3, ref s0, ref s1, ref s2, ref s3);
            Part<T, TFormat>(8, scales, terms + 4, Size, ref n4, ref n5, ref n6, ref n7, ref s4, ref s5, ref s6, ref s7);
            y0 = Tail<T, TFormat>(n0, scales, terms, Size, y0);
            y1 = Tail<T, TFormat>(n1, scales, terms + 1, Size, y1);
            y2 = Tail<T, TFormat>(n2, scales, terms + 2, Size, y2);
            y3 = Tail<T, TFormat>(n3, scales, terms + 3, Size, y3);
            y4 = Tail<T, TFormat>(n4, scales, terms + 4, Size, y4);
            y5 = Tail<T, TFormat>(n5, scales, terms + 5, Size, y5);
            y6 = Tail<T, TFormat>(n6, scales, terms + 6, Size, y6);
            y7 = Tail<T, TFormat>(n7, scales, terms + 7, Size, y7);
            w += TFormat.BlockBytes;
            scales += 16 * TFormat.Terms;
            terms += TokenTerms.Count * Size;
            a += Size * (TFormat.IsShort ? 16 : 8);
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

    /// <summary>Four tokens by two panels, <see cref="DotTile.Next"/> bytes apart, for 32 registers: fewer loads than eight by one.</summary>
    [SkipLocalsInit]
    public static void FourByTwo<T, TFormat>(in DotTile tile, int row) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        const int Size = 4;
        byte* v = tile.Weights + (4 * row), w = v + tile.Next;
        float* scales = tile.Scales + row, second = scales + (tile.Next / sizeof(float)), terms = tile.Terms;
        var a = tile.Activations;
        T y00 = default, y01 = default, y02 = default, y03 = default;
        T y10 = default, y11 = default, y12 = default, y13 = default;
        for (var i = 0; i < tile.Blocks; i++)
        {
            T n00 = default, n01 = default, n02 = default, n03 = default;
            T n10 = default, n11 = default, n12 = default, n13 = default;
            T s00 = default, s01 = default, s02 = default, s03 = default;
            T s10 = default, s11 = default, s12 = default, s13 = default;
            Quad<T, TFormat>(v, 0, a, ref s00, ref s01, ref s02, ref s03);
            Quad<T, TFormat>(w, 0, a, ref s10, ref s11, ref s12, ref s13);
            Quad<T, TFormat>(v, 1, a, ref s00, ref s01, ref s02, ref s03);
            Quad<T, TFormat>(w, 1, a, ref s10, ref s11, ref s12, ref s13);
            Part<T, TFormat>(2, scales, terms, Size, ref n00, ref n01, ref n02, ref n03, ref s00, ref s01, ref s02, ref s03);
            Part<T, TFormat>(2, second, terms, Size, ref n10, ref n11, ref n12, ref n13, ref s10, ref s11, ref s12, ref s13);
            Quad<T, TFormat>(v, 2, a, ref s00, ref s01, ref s02, ref s03);
            Quad<T, TFormat>(w, 2, a, ref s10, ref s11, ref s12, ref s13);
            Quad<T, TFormat>(v, 3, a, ref s00, ref s01, ref s02, ref s03);
            Quad<T, TFormat>(w, 3, a, ref s10, ref s11, ref s12, ref s13);
            Part<T, TFormat>(4, scales, terms, Size, ref n00, ref n01, ref n02, ref n03, ref s00, ref s01, ref s02, ref s03);
            Part<T, TFormat>(4, second, terms, Size, ref n10, ref n11, ref n12, ref n13, ref s10, ref s11, ref s12, ref s13);
            Quad<T, TFormat>(v, 4, a, ref s00, ref s01, ref s02, ref s03);
            Quad<T, TFormat>(w, 4, a, ref s10, ref s11, ref s12, ref s13);
            Quad<T, TFormat>(v, 5, a, ref s00, ref s01, ref s02, ref s03);
            Quad<T, TFormat>(w, 5, a, ref s10, ref s11, ref s12, ref s13);
            Part<T, TFormat>(6, scales, terms, Size, ref n00, ref n01, ref n02, ref n03, ref s00, ref s01, ref s02, ref s03);
            Part<T, TFormat>(6, second, terms, Size, ref n10, ref n11, ref n12, ref n13, ref s10, ref s11, ref s12, ref s13);
            Quad<T, TFormat>(v, 6, a, ref s00, ref s01, ref s02, ref s03);
            Quad<T, TFormat>(w, 6, a, ref s10, ref s11, ref s12, ref s13);
            Quad<T, TFormat>(v, 7, a, ref s00, ref s01, ref s02, ref s03);
            Quad<T, TFormat>(w, 7, a, ref s10, ref s11, ref s12, ref s13);
            Part<T, TFormat>(8, scales, terms, Size, ref n00, ref n01, ref n02, ref n03, ref s00, ref s01, ref s02, ref s03);
            Part<T, TFormat>(8, second, terms, Size, ref n10, ref n11, ref n12, ref n13, ref s10, ref s11, ref s12, ref s13);
            y00 = Tail<T, TFormat>(n00, scales, terms, Size, y00);
            y01 = Tail<T, TFormat>(n01, scales, terms + 1, Size, y01);
            y02 = Tail<T, TFormat>(n02, scales, terms + 2, Size, y02);
            y03 = Tail<T, TFormat>(n03, scales, terms + 3, Size, y03);
            y10 = Tail<T, TFormat>(n10, second, terms, Size, y10);
            y11 = Tail<T, TFormat>(n11, second, terms + 1, Size, y11);
            y12 = Tail<T, TFormat>(n12, second, terms + 2, Size, y12);
            y13 = Tail<T, TFormat>(n13, second, terms + 3, Size, y13);
            v += TFormat.BlockBytes;
            w += TFormat.BlockBytes;
            scales += 16 * TFormat.Terms;
            second += 16 * TFormat.Terms;
            terms += TokenTerms.Count * Size;
            a += Size * (TFormat.IsShort ? 16 : 8);
        }
        DotTile.Finish(tile, row, 0, y00);
        DotTile.Finish(tile, row, 1, y01);
        DotTile.Finish(tile, row, 2, y02);
        DotTile.Finish(tile, row, 3, y03);
        DotTile.Finish(tile, row + WeightPanels.Height, 0, y10);
        DotTile.Finish(tile, row + WeightPanels.Height, 1, y11);
        DotTile.Finish(tile, row + WeightPanels.Height, 2, y12);
        DotTile.Finish(tile, row + WeightPanels.Height, 3, y13);
    }

    /// <summary>The products of one quad, added to each token's sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quad<T, TFormat>(byte* block, int q, int* a, ref T s0, ref T s1, ref T s2, ref T s3)
        where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        var w = TFormat.Quad<T>(block, q, out var rest);
        a += q * (TFormat.IsShort ? 8 : 4);
        s0 = Step<T, TFormat>(s0, w, rest, a, 4);
        s1 = Step<T, TFormat>(s1, w, rest, a + 1, 4);
        s2 = Step<T, TFormat>(s2, w, rest, a + 2, 4);
        s3 = Step<T, TFormat>(s3, w, rest, a + 3, 4);
    }

    /// <summary>The products of one quad, added to each token's sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quad<T, TFormat>(byte* block, int q, int* a, ref T s0, ref T s1, ref T s2, ref T s3, ref T s4, ref T s5, ref T s6, ref T s7)
        where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        var w = TFormat.Quad<T>(block, q, out var rest);
        a += q * (TFormat.IsShort ? 16 : 8);
        s0 = Step<T, TFormat>(s0, w, rest, a, 8);
        s1 = Step<T, TFormat>(s1, w, rest, a + 1, 8);
        s2 = Step<T, TFormat>(s2, w, rest, a + 2, 8);
        s3 = Step<T, TFormat>(s3, w, rest, a + 3, 8);
        s4 = Step<T, TFormat>(s4, w, rest, a + 4, 8);
        s5 = Step<T, TFormat>(s5, w, rest, a + 5, 8);
        s6 = Step<T, TFormat>(s6, w, rest, a + 6, 8);
        s7 = Step<T, TFormat>(s7, w, rest, a + 7, 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Step<T, TFormat>(T s, T w, T rest, int* a, int size) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat => TFormat.IsShort
        ? T.AddInt(T.AddInt(s, T.MultiplyAddShorts(w, DotTile.Lanes<T>(a))), T.MultiplyAddShorts(rest, DotTile.Lanes<T>(a + size)))
        : T.AddShorts(s, T.MultiplyAddBytes(w, DotTile.Lanes<T>(a)));

    /// <summary>Where the sums would leave 16 bits after quad <paramref name="end"/> - 1, or the block ends: adds them to what there was, and begins anew.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Part<T, TFormat>(int end, float* scales, float* terms, int size, ref T n0, ref T n1, ref T n2, ref T n3, ref T s0, ref T s1, ref T s2, ref T s3)
        where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        if (end % TFormat.Quads != 0)
            return;
        n0 = Part<T, TFormat>(n0, s0, end, scales, terms, size);
        n1 = Part<T, TFormat>(n1, s1, end, scales, terms + 1, size);
        n2 = Part<T, TFormat>(n2, s2, end, scales, terms + 2, size);
        n3 = Part<T, TFormat>(n3, s3, end, scales, terms + 3, size);
        s0 = s1 = s2 = s3 = default;
    }

    /// <summary>Whole numbers, or floats that are whole where each half of the block has a scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Part<T, TFormat>(T n, T s, int end, float* scales, float* terms, int size) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        if (!TFormat.IsShort)
            s = T.MultiplyAddShorts(s, T.BroadcastBits(DotTile.Ones));
        if (TFormat.HasHalves)
        {
            var half = (end - 1) / 4;
            if ((end - 1) % 4 < TFormat.Quads)
                s = T.AddInt(s, T.Broadcast(terms[(TFormat.Offset + half) * size]));
            // Whole numbers of at most 2^24: exact.
            return T.Fma(T.FromInt(s), T.Load(scales + 16 + (16 * half)), n);
        }
        if (end == TFormat.Quads)
            return TFormat.Offset >= 0 ? T.AddInt(s, T.Broadcast(terms[TFormat.Offset * size])) : s;
        return T.AddInt(n, s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Tail<T, TFormat>(T n, float* scales, float* terms, int size, T y) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat =>
        DotTile.Scaled<T, TFormat>(TFormat.HasHalves ? n : T.FromInt(n), scales, terms, size, y);
}
