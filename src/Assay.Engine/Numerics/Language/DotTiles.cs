using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>
/// Tiles of four tokens and unpacked panels: what a vector of weights holds is loaded once for all of them, and every sum stays in a register.
/// </summary>
internal static unsafe class DotTiles
{
    private const int Size = TokenGroups.Size;

    /// <summary>Four tokens by a panel.</summary>
    [SkipLocalsInit]
    public static void Four<T, TFormat>(in DotTile tile, int row) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        var w = tile.Weights + (4 * row);
        float* scales = tile.Scales + row, terms = tile.Terms;
        var a = tile.Activations;
        T y0 = default, y1 = default, y2 = default, y3 = default;
        var following = tile.Following;
        for (var i = 0; i < tile.Blocks; i++)
        {
            for (var line = 0; line < tile.Lines; line++, following += Prefetch.Line)
                Prefetch.Far(following);
            T n0 = default, n1 = default, n2 = default, n3 = default;
            for (var part = 0; part < Parts<TFormat>(); part++)
            {
                if (TFormat.HasHigh && part == 1)
                    a -= 8 * Size;
                T s0 = default, s1 = default, s2 = default, s3 = default;
                for (var end = w + (64 * TFormat.Quads); w < end; w += 64, a += Size)
                {
                    var v = T.Load((float*)w);
                    s0 = Step(s0, v, DotTile.Lanes<T>(a));
                    s1 = Step(s1, v, DotTile.Lanes<T>(a + 1));
                    s2 = Step(s2, v, DotTile.Lanes<T>(a + 2));
                    s3 = Step(s3, v, DotTile.Lanes<T>(a + 3));
                }
                n0 = Part<T, TFormat>(n0, s0, part, scales, terms);
                n1 = Part<T, TFormat>(n1, s1, part, scales, terms + 1);
                n2 = Part<T, TFormat>(n2, s2, part, scales, terms + 2);
                n3 = Part<T, TFormat>(n3, s3, part, scales, terms + 3);
            }
            y0 = Tail<T, TFormat>(n0, scales, terms, y0);
            y1 = Tail<T, TFormat>(n1, scales, terms + 1, y1);
            y2 = Tail<T, TFormat>(n2, scales, terms + 2, y2);
            y3 = Tail<T, TFormat>(n3, scales, terms + 3, y3);
            scales += 16 * TFormat.Terms;
            terms += TokenTerms.Count * Size;
        }
        DotTile.Finish(tile, row, 0, y0);
        DotTile.Finish(tile, row, 1, y1);
        DotTile.Finish(tile, row, 2, y2);
        DotTile.Finish(tile, row, 3, y3);
    }

    /// <summary>Four tokens by two panels, <see cref="DotTile.Next"/> bytes apart, for 32 registers: a vector of activations is loaded for both.</summary>
    [SkipLocalsInit]
    public static void FourByTwo<T, TFormat>(in DotTile tile, int row) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        var w = tile.Weights + (4 * row);
        var next = tile.Next;
        float* scales = tile.Scales + row, others = scales + (next / sizeof(float)), terms = tile.Terms;
        var a = tile.Activations;
        T y00 = default, y01 = default, y02 = default, y03 = default;
        T y10 = default, y11 = default, y12 = default, y13 = default;
        var following = tile.Following;
        for (var i = 0; i < tile.Blocks; i++)
        {
            for (var line = 0; line < tile.Lines; line++, following += Prefetch.Line)
                Prefetch.Far(following);
            T n00 = default, n01 = default, n02 = default, n03 = default;
            T n10 = default, n11 = default, n12 = default, n13 = default;
            for (var part = 0; part < Parts<TFormat>(); part++)
            {
                if (TFormat.HasHigh && part == 1)
                    a -= 8 * Size;
                T s00 = default, s01 = default, s02 = default, s03 = default;
                T s10 = default, s11 = default, s12 = default, s13 = default;
                for (var end = w + (64 * TFormat.Quads); w < end; w += 64, a += Size)
                {
                    T v0 = T.Load((float*)w), v1 = T.Load((float*)(w + next));
                    var x = DotTile.Lanes<T>(a);
                    s00 = Step(s00, v0, x);
                    s10 = Step(s10, v1, x);
                    x = DotTile.Lanes<T>(a + 1);
                    s01 = Step(s01, v0, x);
                    s11 = Step(s11, v1, x);
                    x = DotTile.Lanes<T>(a + 2);
                    s02 = Step(s02, v0, x);
                    s12 = Step(s12, v1, x);
                    x = DotTile.Lanes<T>(a + 3);
                    s03 = Step(s03, v0, x);
                    s13 = Step(s13, v1, x);
                }
                n00 = Part<T, TFormat>(n00, s00, part, scales, terms);
                n01 = Part<T, TFormat>(n01, s01, part, scales, terms + 1);
                n02 = Part<T, TFormat>(n02, s02, part, scales, terms + 2);
                n03 = Part<T, TFormat>(n03, s03, part, scales, terms + 3);
                n10 = Part<T, TFormat>(n10, s10, part, others, terms);
                n11 = Part<T, TFormat>(n11, s11, part, others, terms + 1);
                n12 = Part<T, TFormat>(n12, s12, part, others, terms + 2);
                n13 = Part<T, TFormat>(n13, s13, part, others, terms + 3);
            }
            y00 = Tail<T, TFormat>(n00, scales, terms, y00);
            y01 = Tail<T, TFormat>(n01, scales, terms + 1, y01);
            y02 = Tail<T, TFormat>(n02, scales, terms + 2, y02);
            y03 = Tail<T, TFormat>(n03, scales, terms + 3, y03);
            y10 = Tail<T, TFormat>(n10, others, terms, y10);
            y11 = Tail<T, TFormat>(n11, others, terms + 1, y11);
            y12 = Tail<T, TFormat>(n12, others, terms + 2, y12);
            y13 = Tail<T, TFormat>(n13, others, terms + 3, y13);
            scales += 16 * TFormat.Terms;
            others += 16 * TFormat.Terms;
            terms += TokenTerms.Count * Size;
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

    /// <summary>Parts of a block, each of as many quads as stay in range: those of the whole bytes, or the low halves and then the high ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Parts<TFormat>() where TFormat : unmanaged, IPanelFormat => TFormat.HasHigh ? 2 : 8 / TFormat.Quads;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Step<T>(T s, T w, T a) where T : unmanaged, ILanes<T> => T.AddShorts(s, T.MultiplyAddBytes(w, a));

    /// <summary>Sums of some quads added to those before: whole numbers, or floats that are whole where each half has a scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Part<T, TFormat>(T n, T s, int part, float* scales, float* terms) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        s = T.MultiplyAddShorts(s, T.Load(TFormat.HasHigh && part == 1 ? Repeated.Sixteens : Repeated.Ones));
        if (TFormat.HasHalves)
        {
            var half = part * TFormat.Quads / 4;
            if (part * TFormat.Quads % 4 == 0)
                s = T.AddInt(s, T.Broadcast(terms[(TFormat.Offset + half) * Size]));
            // Whole numbers of at most 2^24: exact.
            return T.Fma(T.FromInt(s), T.Load(scales + 16 + (16 * half)), n);
        }
        if (part == 0 && TFormat.Offset >= 0)
            s = T.AddInt(s, T.Broadcast(terms[TFormat.Offset * Size]));
        return TFormat.Quads == 8 && !TFormat.HasHigh ? s : T.AddInt(n, s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Tail<T, TFormat>(T n, float* scales, float* terms, T y) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat =>
        DotTile.Scaled<T, TFormat>(TFormat.HasHalves ? n : T.FromInt(n), scales, terms, Size, y);
}
