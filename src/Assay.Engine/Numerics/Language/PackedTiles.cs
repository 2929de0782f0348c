using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>
/// Tiles of a few tokens that read panels as they are packed and unpack in registers. The panel's scales were widened before: done between
/// the weights it halves the speed of one token where they come from memory (docs/performance.md).
/// </summary>
internal static unsafe class PackedTiles
{
    /// <summary>Tokens of one tile at most: two groups.</summary>
    public const int Most = 2 * TokenGroups.Size;

    /// <summary>One token, alone in its group.</summary>
    public static void One<T, TFormat>(in DotTile tile, int row) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        var w = tile.Weights + (4 * row);
        float* scales = tile.Scales + row, terms = tile.Terms;
        var a = tile.Activations;
        T ones = T.Load(Repeated.Ones), sixteens = T.Load(Repeated.Sixteens), y = default;
        var following = tile.Following;
        for (var left = tile.Blocks; left > 0; left--)
        {
            for (var line = 0; line < tile.Lines; line++, following += Prefetch.Line)
                Prefetch.Near(following);
            y = Block<T, TFormat>(w, a, 1, scales, terms, 1, ones, sixteens, y);
            w += TFormat.BlockBytes;
            scales += 16 * TFormat.Terms;
            a += 8;
            terms += TokenTerms.Count;
        }
        DotTile.Finish(tile, row, 0, y);
    }

    /// <summary>Up to <see cref="Most"/> tokens: what is unpacked of a block serves them all, one after the other.</summary>
    [SkipLocalsInit]
    public static void Some<T, TFormat>(in DotTile tile, int row) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        const int size = TokenGroups.Size;
        float* sums = stackalloc float[Most * WeightPanels.Height];
        for (var t = 0; t < tile.Tokens; t++)
            T.Store(default, sums + (t * WeightPanels.Height));
        var w = tile.Weights + (4 * row);
        float* scales = tile.Scales + row, terms = tile.Terms;
        var a = tile.Activations;
        // From the last token of a group to the first of the next.
        nint toActivations = (tile.Blocks * 8 * size) - size + 1, toTerms = (tile.Blocks * TokenTerms.Count * size) - size + 1;
        T ones = T.Load(Repeated.Ones), sixteens = T.Load(Repeated.Sixteens);
        var following = tile.Following;
        for (var left = tile.Blocks; left > 0; left--)
        {
            for (var line = 0; line < tile.Lines; line++, following += Prefetch.Line)
                Prefetch.Near(following);
            T w0 = TFormat.Quad<T>(w, 0, out var h0), w1 = TFormat.Quad<T>(w, 1, out var h1), w2 = TFormat.Quad<T>(w, 2, out var h2), w3 = TFormat.Quad<T>(w, 3, out var h3);
            T w4 = TFormat.Quad<T>(w, 4, out var h4), w5 = TFormat.Quad<T>(w, 5, out var h5), w6 = TFormat.Quad<T>(w, 6, out var h6), w7 = TFormat.Quad<T>(w, 7, out var h7);
            var x = a;
            float* term = terms, y = sums;
            for (var t = 0; t < tile.Tokens; t++, y += WeightPanels.Height)
            {
                var n = Sum<T, TFormat>(w0, w1, w2, w3, w4, w5, w6, w7, h0, h1, h2, h3, h4, h5, h6, h7, x, size, scales, term, size, ones, sixteens);
                T.Store(DotTile.Scaled<T, TFormat>(n, scales, term, size, T.Load(y)), y);
                x += t == size - 1 ? toActivations : 1;
                term += t == size - 1 ? toTerms : 1;
            }
            w += TFormat.BlockBytes;
            scales += 16 * TFormat.Terms;
            a += 8 * size;
            terms += TokenTerms.Count * size;
        }
        for (var t = 0; t < tile.Tokens; t++)
            DotTile.Finish(tile, row, t, T.Load(sums + (t * WeightPanels.Height)));
    }

    /// <summary>32 columns of one token more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Block<T, TFormat>(byte* w, int* a, int step, float* scales, float* terms, int size, T ones, T sixteens, T y) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        T w0 = TFormat.Quad<T>(w, 0, out var h0), w1 = TFormat.Quad<T>(w, 1, out var h1), w2 = TFormat.Quad<T>(w, 2, out var h2), w3 = TFormat.Quad<T>(w, 3, out var h3);
        T w4 = TFormat.Quad<T>(w, 4, out var h4), w5 = TFormat.Quad<T>(w, 5, out var h5), w6 = TFormat.Quad<T>(w, 6, out var h6), w7 = TFormat.Quad<T>(w, 7, out var h7);
        var n = Sum<T, TFormat>(w0, w1, w2, w3, w4, w5, w6, w7, h0, h1, h2, h3, h4, h5, h6, h7, a, step, scales, terms, size, ones, sixteens);
        return DotTile.Scaled<T, TFormat>(n, scales, terms, size, y);
    }

    /// <summary>The whole-number sum of 32 columns as a float; where each half has a scale of its own, of both times these.</summary>
    /// <param name="a">The token's quads, <paramref name="step"/> apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Sum<T, TFormat>(
        T w0, T w1, T w2, T w3, T w4, T w5, T w6, T w7, T h0, T h1, T h2, T h3, T h4, T h5, T h6, T h7,
        int* a, int step, float* scales, float* terms, int size, T ones, T sixteens) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        T p0 = Two(w0, w1, a, step), p1 = Two(w2, w3, a + (2 * step), step), p2 = Two(w4, w5, a + (4 * step), step), p3 = Two(w6, w7, a + (6 * step), step);
        T n;
        if (TFormat.Quads == 8)
            n = T.MultiplyAddShorts(T.AddShorts(T.AddShorts(p0, p1), T.AddShorts(p2, p3)), ones);
        else if (TFormat.Quads == 4)
            n = T.AddInt(T.MultiplyAddShorts(T.AddShorts(p0, p1), ones), T.MultiplyAddShorts(T.AddShorts(p2, p3), ones));
        else
        {
            var first = T.AddInt(T.MultiplyAddShorts(p0, ones), T.MultiplyAddShorts(p1, ones));
            var second = T.AddInt(T.MultiplyAddShorts(p2, ones), T.MultiplyAddShorts(p3, ones));
            first = T.FromInt(T.AddInt(first, T.Broadcast(terms[TFormat.Offset * size])));
            second = T.FromInt(T.AddInt(second, T.Broadcast(terms[(TFormat.Offset + 1) * size])));
            // Whole numbers of at most 2^24: exact.
            return (T.Load(scales + 16) * first) + (T.Load(scales + 32) * second);
        }
        if (TFormat.HasHigh)
        {
            T q0 = Two(h0, h1, a, step), q1 = Two(h2, h3, a + (2 * step), step), q2 = Two(h4, h5, a + (4 * step), step), q3 = Two(h6, h7, a + (6 * step), step);
            n = T.AddInt(n, T.MultiplyAddShorts(T.AddShorts(T.AddShorts(q0, q1), T.AddShorts(q2, q3)), sixteens));
        }
        return T.FromInt(TFormat.Offset >= 0 ? T.AddInt(n, T.Broadcast(terms[TFormat.Offset * size])) : n);
    }

    /// <summary>Two quads' products, added: two sums of 16 bits in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Two<T>(T first, T second, int* a, int step) where T : unmanaged, ILanes<T> =>
        T.AddShorts(T.MultiplyAddBytes(first, DotTile.Lanes<T>(a)), T.MultiplyAddBytes(second, DotTile.Lanes<T>(a + step)));
}
