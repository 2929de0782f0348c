using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>As <see cref="DotTiles"/>, for weights whose halves of a block have scales of their own: whole numbers up to 2^24 added up as floats, which is exact.</summary>
internal static unsafe class HalvesTiles
{
    private const int Size = TokenGroups.Size;

    /// <summary>Four tokens by a panel.</summary>
    [SkipLocalsInit]
    public static void Four<T, TFormat>(in DotTile tile, int row) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        nint step = 16 * TFormat.Terms;
        var w = tile.Weights + (4 * row);
        float* scales = tile.Scales + row, terms = tile.Terms;
        var a = tile.Activations;
        T ones = T.Load(Repeated.Ones), y0 = default, y1 = default, y2 = default, y3 = default;
        var following = tile.Following;
        for (var i = 0; i < tile.Blocks; i++)
        {
            for (var line = 0; line < tile.Lines; line++, following += Prefetch.Line)
                Prefetch.Far(following);
            T n0 = default, n1 = default, n2 = default, n3 = default;
            for (var quad = 0; quad < 8; quad += TFormat.Quads)
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
                // What makes up for weights being unsigned counts once in each half.
                var offsets = quad % 4 == 0 ? terms + ((TFormat.Offset + (quad / 4)) * Size) : Repeated.Zeros;
                var d = T.Load(scales + 16 + (quad / 4 * 16));
                T o0 = T.Broadcast(offsets[0]), o1 = T.Broadcast(offsets[1]), o2 = T.Broadcast(offsets[2]), o3 = T.Broadcast(offsets[3]);
                n0 = T.Fma(T.FromInt(T.AddInt(T.MultiplyAddShorts(s0, ones), o0)), d, n0);
                n1 = T.Fma(T.FromInt(T.AddInt(T.MultiplyAddShorts(s1, ones), o1)), d, n1);
                n2 = T.Fma(T.FromInt(T.AddInt(T.MultiplyAddShorts(s2, ones), o2)), d, n2);
                n3 = T.Fma(T.FromInt(T.AddInt(T.MultiplyAddShorts(s3, ones), o3)), d, n3);
            }
            var block = T.Load(scales);
            y0 = Scaled<T, TFormat>(n0, block, scales, terms, y0);
            y1 = Scaled<T, TFormat>(n1, block, scales, terms + 1, y1);
            y2 = Scaled<T, TFormat>(n2, block, scales, terms + 2, y2);
            y3 = Scaled<T, TFormat>(n3, block, scales, terms + 3, y3);
            scales += step;
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
        nint step = 16 * TFormat.Terms;
        var w = tile.Weights + (4 * row);
        var next = tile.Next;
        float* scales = tile.Scales + row, others = scales + (next / sizeof(float)), terms = tile.Terms;
        var a = tile.Activations;
        T ones = T.Load(Repeated.Ones), y00 = default, y01 = default, y02 = default, y03 = default;
        T y10 = default, y11 = default, y12 = default, y13 = default;
        var following = tile.Following;
        for (var i = 0; i < tile.Blocks; i++)
        {
            for (var line = 0; line < tile.Lines; line++, following += Prefetch.Line)
                Prefetch.Far(following);
            T n00 = default, n01 = default, n02 = default, n03 = default;
            T n10 = default, n11 = default, n12 = default, n13 = default;
            for (var quad = 0; quad < 8; quad += TFormat.Quads)
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
                // What makes up for weights being unsigned counts once in each half.
                var offsets = quad % 4 == 0 ? terms + ((TFormat.Offset + (quad / 4)) * Size) : Repeated.Zeros;
                T d0 = T.Load(scales + 16 + (quad / 4 * 16)), d1 = T.Load(others + 16 + (quad / 4 * 16));
                var o = T.Broadcast(offsets[0]);
                n00 = T.Fma(T.FromInt(T.AddInt(T.MultiplyAddShorts(s00, ones), o)), d0, n00);
                n10 = T.Fma(T.FromInt(T.AddInt(T.MultiplyAddShorts(s10, ones), o)), d1, n10);
                o = T.Broadcast(offsets[1]);
                n01 = T.Fma(T.FromInt(T.AddInt(T.MultiplyAddShorts(s01, ones), o)), d0, n01);
                n11 = T.Fma(T.FromInt(T.AddInt(T.MultiplyAddShorts(s11, ones), o)), d1, n11);
                o = T.Broadcast(offsets[2]);
                n02 = T.Fma(T.FromInt(T.AddInt(T.MultiplyAddShorts(s02, ones), o)), d0, n02);
                n12 = T.Fma(T.FromInt(T.AddInt(T.MultiplyAddShorts(s12, ones), o)), d1, n12);
                o = T.Broadcast(offsets[3]);
                n03 = T.Fma(T.FromInt(T.AddInt(T.MultiplyAddShorts(s03, ones), o)), d0, n03);
                n13 = T.Fma(T.FromInt(T.AddInt(T.MultiplyAddShorts(s13, ones), o)), d1, n13);
            }
            var block = T.Load(scales);
            y00 = Scaled<T, TFormat>(n00, block, scales, terms, y00);
            y01 = Scaled<T, TFormat>(n01, block, scales, terms + 1, y01);
            y02 = Scaled<T, TFormat>(n02, block, scales, terms + 2, y02);
            y03 = Scaled<T, TFormat>(n03, block, scales, terms + 3, y03);
            block = T.Load(others);
            y10 = Scaled<T, TFormat>(n10, block, others, terms, y10);
            y11 = Scaled<T, TFormat>(n11, block, others, terms + 1, y11);
            y12 = Scaled<T, TFormat>(n12, block, others, terms + 2, y12);
            y13 = Scaled<T, TFormat>(n13, block, others, terms + 3, y13);
            scales += step;
            others += step;
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
    private static T Scaled<T, TFormat>(T n, T scale, float* scales, float* terms, T y) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat =>
        TFormat.HasMinimum ? DotTile.Scaled<T, TFormat>(n, scales, terms, Size, y) : T.Fma(n, scale * T.Broadcast(*terms), y);
}
