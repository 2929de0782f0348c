using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>
/// Tiles of four tokens and unpacked panels: what a vector of weights holds is loaded once for all of them, and every sum stays in a register.
/// </summary>
/// <remarks>
/// The compiler inlines about two hundred calls into one method and not one more, and every operation on lanes is two: a call that is left over
/// takes all sums to memory and back, which halves the speed or worse (docs/performance.md). So what a format needs is asked for once, not for
/// each of eight sums, and formats whose halves have scales of their own have <see cref="HalvesTiles"/>.
/// </remarks>
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
            if (TFormat.Offset >= 0)
            {
                var offsets = terms + (TFormat.Offset * Size);
                (n0, n1, n2, n3) = (T.Broadcast(offsets[0]), T.Broadcast(offsets[1]), T.Broadcast(offsets[2]), T.Broadcast(offsets[3]));
            }
            var counts = Repeated.Ones;
            for (var left = TFormat.HasHigh ? 16 : 8; left > 0; left -= TFormat.Quads)
            {
                T s0 = default, s1 = default, s2 = default, s3 = default;
                for (var end = w + (64 * TFormat.Quads); w < end; w += 64, a += Size)
                {
                    var v = T.Load((float*)w);
                    s0 = T.AddShorts(s0, T.MultiplyAddBytes(v, DotTile.Lanes<T>(a)));
                    s1 = T.AddShorts(s1, T.MultiplyAddBytes(v, DotTile.Lanes<T>(a + 1)));
                    s2 = T.AddShorts(s2, T.MultiplyAddBytes(v, DotTile.Lanes<T>(a + 2)));
                    s3 = T.AddShorts(s3, T.MultiplyAddBytes(v, DotTile.Lanes<T>(a + 3)));
                }
                var ones = T.Load(counts);
                n0 = T.AddInt(n0, T.MultiplyAddShorts(s0, ones));
                n1 = T.AddInt(n1, T.MultiplyAddShorts(s1, ones));
                n2 = T.AddInt(n2, T.MultiplyAddShorts(s2, ones));
                n3 = T.AddInt(n3, T.MultiplyAddShorts(s3, ones));
                if (TFormat.HasHigh && left == 16)
                {
                    // The high halves, which follow, are multiplied by the same activations.
                    a -= 8 * Size;
                    counts = Repeated.Sixteens;
                }
            }
            T d = T.Load(scales), m = T.Load(TFormat.HasMinimum ? scales + 16 : scales);
            y0 = Scaled<T, TFormat>(n0, d, m, terms, y0);
            y1 = Scaled<T, TFormat>(n1, d, m, terms + 1, y1);
            y2 = Scaled<T, TFormat>(n2, d, m, terms + 2, y2);
            y3 = Scaled<T, TFormat>(n3, d, m, terms + 3, y3);
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
            if (TFormat.Offset >= 0)
            {
                var offsets = terms + (TFormat.Offset * Size);
                (n00, n01, n02, n03) = (T.Broadcast(offsets[0]), T.Broadcast(offsets[1]), T.Broadcast(offsets[2]), T.Broadcast(offsets[3]));
            }
            T n10 = n00, n11 = n01, n12 = n02, n13 = n03;
            var counts = Repeated.Ones;
            for (var left = TFormat.HasHigh ? 16 : 8; left > 0; left -= TFormat.Quads)
            {
                T s00 = default, s01 = default, s02 = default, s03 = default;
                T s10 = default, s11 = default, s12 = default, s13 = default;
                for (var end = w + (64 * TFormat.Quads); w < end; w += 64, a += Size)
                {
                    T v0 = T.Load((float*)w), v1 = T.Load((float*)(w + next));
                    var x = DotTile.Lanes<T>(a);
                    s00 = T.AddShorts(s00, T.MultiplyAddBytes(v0, x));
                    s10 = T.AddShorts(s10, T.MultiplyAddBytes(v1, x));
                    x = DotTile.Lanes<T>(a + 1);
                    s01 = T.AddShorts(s01, T.MultiplyAddBytes(v0, x));
                    s11 = T.AddShorts(s11, T.MultiplyAddBytes(v1, x));
                    x = DotTile.Lanes<T>(a + 2);
                    s02 = T.AddShorts(s02, T.MultiplyAddBytes(v0, x));
                    s12 = T.AddShorts(s12, T.MultiplyAddBytes(v1, x));
                    x = DotTile.Lanes<T>(a + 3);
                    s03 = T.AddShorts(s03, T.MultiplyAddBytes(v0, x));
                    s13 = T.AddShorts(s13, T.MultiplyAddBytes(v1, x));
                }
                var ones = T.Load(counts);
                n00 = T.AddInt(n00, T.MultiplyAddShorts(s00, ones));
                n01 = T.AddInt(n01, T.MultiplyAddShorts(s01, ones));
                n02 = T.AddInt(n02, T.MultiplyAddShorts(s02, ones));
                n03 = T.AddInt(n03, T.MultiplyAddShorts(s03, ones));
                n10 = T.AddInt(n10, T.MultiplyAddShorts(s10, ones));
                n11 = T.AddInt(n11, T.MultiplyAddShorts(s11, ones));
                n12 = T.AddInt(n12, T.MultiplyAddShorts(s12, ones));
                n13 = T.AddInt(n13, T.MultiplyAddShorts(s13, ones));
                if (TFormat.HasHigh && left == 16)
                {
                    // The high halves, which follow, are multiplied by the same activations.
                    a -= 8 * Size;
                    counts = Repeated.Sixteens;
                }
            }
            T d = T.Load(scales), m = T.Load(TFormat.HasMinimum ? scales + 16 : scales);
            y00 = Scaled<T, TFormat>(n00, d, m, terms, y00);
            y01 = Scaled<T, TFormat>(n01, d, m, terms + 1, y01);
            y02 = Scaled<T, TFormat>(n02, d, m, terms + 2, y02);
            y03 = Scaled<T, TFormat>(n03, d, m, terms + 3, y03);
            d = T.Load(others);
            m = T.Load(TFormat.HasMinimum ? others + 16 : others);
            y10 = Scaled<T, TFormat>(n10, d, m, terms, y10);
            y11 = Scaled<T, TFormat>(n11, d, m, terms + 1, y11);
            y12 = Scaled<T, TFormat>(n12, d, m, terms + 2, y12);
            y13 = Scaled<T, TFormat>(n13, d, m, terms + 3, y13);
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

    /// <summary>The float tail of 32 columns, as <see cref="DotTile.Scaled"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Scaled<T, TFormat>(T n, T scale, T minimum, float* terms, T y) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        y = T.Fma(T.FromInt(n), scale * T.Broadcast(*terms), y);
        return TFormat.HasMinimum ? T.Fma(minimum, T.Broadcast(terms[TokenTerms.Sum * Size]), y) : y;
    }
}
