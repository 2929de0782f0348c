using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>What a tile of outputs is made of. A tile is some rows (channels) by some vectors (places) of outputs.</summary>
internal unsafe struct Tile
{
    /// <summary>Packed rows: all rows of one k together, the next k <see cref="AStep"/> floats further on (8 for tiles of eight rows).</summary>
    public float* A;
    public nint AStep;

    /// <summary>Eight rows that are not packed: each as it stands, <see cref="AStep"/> floats apart.</summary>
    public bool IsInPlace;

    /// <summary>Where the tile's columns begin, and what leads from there to row k of the right operand.</summary>
    public float* B;
    public nint* Offsets;

    /// <summary>From the first vector of columns to the second and the third: in the right operand, and among the outputs.</summary>
    public nint B1, B2, C1, C2;

    /// <summary>The outputs, rows <see cref="CStep"/> floats apart.</summary>
    public float* C;
    public nint CStep;

    /// <summary>Terms of each chain.</summary>
    public int Depth;

    /// <summary>Whether the chains begin at +0, rather than at what C holds, and whether they end here, rather than going on.</summary>
    public bool First, Last;

    /// <summary>What follows where they end, and the channel of the first row.</summary>
    public Epilogue Epilogue;
    public nint Channel;
}

/// <summary>How a tile of eight rows finds its left operand.</summary>
internal interface IRows
{
    static abstract bool IsPacked { get; }
}

internal readonly struct PackedRows : IRows
{
    public static bool IsPacked => true;
}

internal readonly struct RowsInPlace : IRows
{
    public static bool IsPacked => false;
}

/// <summary>
/// The inner loops of every contraction: a tile of outputs, each one chain of fused multiply-adds with k ascending. The tile
/// lives in registers from the first term to the epilogue; lanes lie across outputs, never across k.
/// </summary>
/// <remarks>
/// The shapes are chosen for the register files: 8 by 3 vectors for 32 registers, 4 by 3 for 16; the others make the
/// edges. <c>rows</c> of the four-row tiles says how many exist.
/// </remarks>
internal static unsafe partial class GemmTile
{
    /// <summary>8 rows by 3 vectors.</summary>
    [SkipLocalsInit]
    public static void Tile8x3<T, TFinish, TRows>(in Tile tile) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish where TRows : unmanaged, IRows
    {
        float* a = tile.A, b = tile.B, c = tile.C;
        nint row = tile.AStep, two = 2 * row;
        float* a3 = a + (3 * row), a6 = a + (6 * row);
        var step = tile.CStep;
        nint at1 = tile.B1, at2 = tile.B2;
        var offsets = tile.Offsets;
        T c00 = default, c01 = default, c02 = default;
        T c10 = default, c11 = default, c12 = default;
        T c20 = default, c21 = default, c22 = default;
        T c30 = default, c31 = default, c32 = default;
        T c40 = default, c41 = default, c42 = default;
        T c50 = default, c51 = default, c52 = default;
        T c60 = default, c61 = default, c62 = default;
        T c70 = default, c71 = default, c72 = default;
        if (!tile.First)
        {
            Load(tile, c, out c00, out c01, out c02);
            Load(tile, c + step, out c10, out c11, out c12);
            Load(tile, c + (2 * step), out c20, out c21, out c22);
            Load(tile, c + (3 * step), out c30, out c31, out c32);
            Load(tile, c + (4 * step), out c40, out c41, out c42);
            Load(tile, c + (5 * step), out c50, out c51, out c52);
            Load(tile, c + (6 * step), out c60, out c61, out c62);
            Load(tile, c + (7 * step), out c70, out c71, out c72);
        }
        for (var end = offsets + tile.Depth; offsets < end; offsets++)
        {
            var x = b + *offsets;
            var b0 = T.Load(x);
            var b1 = T.Load(x + at1);
            var b2 = T.Load(x + at2);
            var w = T.Broadcast(a[0]);
            c00 = T.Fma(w, b0, c00);
            c01 = T.Fma(w, b1, c01);
            c02 = T.Fma(w, b2, c02);
            w = T.Broadcast(TRows.IsPacked ? a[1] : a[row]);
            c10 = T.Fma(w, b0, c10);
            c11 = T.Fma(w, b1, c11);
            c12 = T.Fma(w, b2, c12);
            w = T.Broadcast(TRows.IsPacked ? a[2] : a[two]);
            c20 = T.Fma(w, b0, c20);
            c21 = T.Fma(w, b1, c21);
            c22 = T.Fma(w, b2, c22);
            w = T.Broadcast(TRows.IsPacked ? a[3] : a3[0]);
            c30 = T.Fma(w, b0, c30);
            c31 = T.Fma(w, b1, c31);
            c32 = T.Fma(w, b2, c32);
            w = T.Broadcast(TRows.IsPacked ? a[4] : a3[row]);
            c40 = T.Fma(w, b0, c40);
            c41 = T.Fma(w, b1, c41);
            c42 = T.Fma(w, b2, c42);
            w = T.Broadcast(TRows.IsPacked ? a[5] : a3[two]);
            c50 = T.Fma(w, b0, c50);
            c51 = T.Fma(w, b1, c51);
            c52 = T.Fma(w, b2, c52);
            w = T.Broadcast(TRows.IsPacked ? a[6] : a6[0]);
            c60 = T.Fma(w, b0, c60);
            c61 = T.Fma(w, b1, c61);
            c62 = T.Fma(w, b2, c62);
            w = T.Broadcast(TRows.IsPacked ? a[7] : a6[row]);
            c70 = T.Fma(w, b0, c70);
            c71 = T.Fma(w, b1, c71);
            c72 = T.Fma(w, b2, c72);
            a += TRows.IsPacked ? 8 : 1;
            a3++;
            a6++;
        }
        Store<T, TFinish>(tile, 0, c, c00, c01, c02);
        Store<T, TFinish>(tile, 1, c + step, c10, c11, c12);
        Store<T, TFinish>(tile, 2, c + (2 * step), c20, c21, c22);
        Store<T, TFinish>(tile, 3, c + (3 * step), c30, c31, c32);
        Store<T, TFinish>(tile, 4, c + (4 * step), c40, c41, c42);
        Store<T, TFinish>(tile, 5, c + (5 * step), c50, c51, c52);
        Store<T, TFinish>(tile, 6, c + (6 * step), c60, c61, c62);
        Store<T, TFinish>(tile, 7, c + (7 * step), c70, c71, c72);
    }

    /// <summary>8 rows by 2 vectors.</summary>
    [SkipLocalsInit]
    public static void Tile8x2<T, TFinish, TRows>(in Tile tile) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish where TRows : unmanaged, IRows
    {
        float* a = tile.A, b = tile.B, c = tile.C;
        nint row = tile.AStep, two = 2 * row;
        float* a3 = a + (3 * row), a6 = a + (6 * row);
        var step = tile.CStep;
        var at1 = tile.B1;
        var offsets = tile.Offsets;
        T c00 = default, c01 = default;
        T c10 = default, c11 = default;
        T c20 = default, c21 = default;
        T c30 = default, c31 = default;
        T c40 = default, c41 = default;
        T c50 = default, c51 = default;
        T c60 = default, c61 = default;
        T c70 = default, c71 = default;
        if (!tile.First)
        {
            Load(tile, c, out c00, out c01);
            Load(tile, c + step, out c10, out c11);
            Load(tile, c + (2 * step), out c20, out c21);
            Load(tile, c + (3 * step), out c30, out c31);
            Load(tile, c + (4 * step), out c40, out c41);
            Load(tile, c + (5 * step), out c50, out c51);
            Load(tile, c + (6 * step), out c60, out c61);
            Load(tile, c + (7 * step), out c70, out c71);
        }
        for (var end = offsets + tile.Depth; offsets < end; offsets++)
        {
            var x = b + *offsets;
            var b0 = T.Load(x);
            var b1 = T.Load(x + at1);
            var w = T.Broadcast(a[0]);
            c00 = T.Fma(w, b0, c00);
            c01 = T.Fma(w, b1, c01);
            w = T.Broadcast(TRows.IsPacked ? a[1] : a[row]);
            c10 = T.Fma(w, b0, c10);
            c11 = T.Fma(w, b1, c11);
            w = T.Broadcast(TRows.IsPacked ? a[2] : a[two]);
            c20 = T.Fma(w, b0, c20);
            c21 = T.Fma(w, b1, c21);
            w = T.Broadcast(TRows.IsPacked ? a[3] : a3[0]);
            c30 = T.Fma(w, b0, c30);
            c31 = T.Fma(w, b1, c31);
            w = T.Broadcast(TRows.IsPacked ? a[4] : a3[row]);
            c40 = T.Fma(w, b0, c40);
            c41 = T.Fma(w, b1, c41);
            w = T.Broadcast(TRows.IsPacked ? a[5] : a3[two]);
            c50 = T.Fma(w, b0, c50);
            c51 = T.Fma(w, b1, c51);
            w = T.Broadcast(TRows.IsPacked ? a[6] : a6[0]);
            c60 = T.Fma(w, b0, c60);
            c61 = T.Fma(w, b1, c61);
            w = T.Broadcast(TRows.IsPacked ? a[7] : a6[row]);
            c70 = T.Fma(w, b0, c70);
            c71 = T.Fma(w, b1, c71);
            a += TRows.IsPacked ? 8 : 1;
            a3++;
            a6++;
        }
        Store<T, TFinish>(tile, 0, c, c00, c01);
        Store<T, TFinish>(tile, 1, c + step, c10, c11);
        Store<T, TFinish>(tile, 2, c + (2 * step), c20, c21);
        Store<T, TFinish>(tile, 3, c + (3 * step), c30, c31);
        Store<T, TFinish>(tile, 4, c + (4 * step), c40, c41);
        Store<T, TFinish>(tile, 5, c + (5 * step), c50, c51);
        Store<T, TFinish>(tile, 6, c + (6 * step), c60, c61);
        Store<T, TFinish>(tile, 7, c + (7 * step), c70, c71);
    }

    /// <summary>8 rows by 1 vector.</summary>
    [SkipLocalsInit]
    public static void Tile8x1<T, TFinish, TRows>(in Tile tile) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish where TRows : unmanaged, IRows
    {
        float* a = tile.A, b = tile.B, c = tile.C;
        nint row = tile.AStep, two = 2 * row;
        float* a3 = a + (3 * row), a6 = a + (6 * row);
        var step = tile.CStep;
        var offsets = tile.Offsets;
        T c00 = default;
        T c10 = default;
        T c20 = default;
        T c30 = default;
        T c40 = default;
        T c50 = default;
        T c60 = default;
        T c70 = default;
        if (!tile.First)
        {
            c00 = T.Load(c);
            c10 = T.Load(c + step);
            c20 = T.Load(c + (2 * step));
            c30 = T.Load(c + (3 * step));
            c40 = T.Load(c + (4 * step));
            c50 = T.Load(c + (5 * step));
            c60 = T.Load(c + (6 * step));
            c70 = T.Load(c + (7 * step));
        }
        for (var end = offsets + tile.Depth; offsets < end; offsets++)
        {
            var x = b + *offsets;
            var b0 = T.Load(x);
            var w = T.Broadcast(a[0]);
            c00 = T.Fma(w, b0, c00);
            w = T.Broadcast(TRows.IsPacked ? a[1] : a[row]);
            c10 = T.Fma(w, b0, c10);
            w = T.Broadcast(TRows.IsPacked ? a[2] : a[two]);
            c20 = T.Fma(w, b0, c20);
            w = T.Broadcast(TRows.IsPacked ? a[3] : a3[0]);
            c30 = T.Fma(w, b0, c30);
            w = T.Broadcast(TRows.IsPacked ? a[4] : a3[row]);
            c40 = T.Fma(w, b0, c40);
            w = T.Broadcast(TRows.IsPacked ? a[5] : a3[two]);
            c50 = T.Fma(w, b0, c50);
            w = T.Broadcast(TRows.IsPacked ? a[6] : a6[0]);
            c60 = T.Fma(w, b0, c60);
            w = T.Broadcast(TRows.IsPacked ? a[7] : a6[row]);
            c70 = T.Fma(w, b0, c70);
            a += TRows.IsPacked ? 8 : 1;
            a3++;
            a6++;
        }
        Store<T, TFinish>(tile, 0, c, c00);
        Store<T, TFinish>(tile, 1, c + step, c10);
        Store<T, TFinish>(tile, 2, c + (2 * step), c20);
        Store<T, TFinish>(tile, 3, c + (3 * step), c30);
        Store<T, TFinish>(tile, 4, c + (4 * step), c40);
        Store<T, TFinish>(tile, 5, c + (5 * step), c50);
        Store<T, TFinish>(tile, 6, c + (6 * step), c60);
        Store<T, TFinish>(tile, 7, c + (7 * step), c70);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<T>(in Tile tile, float* c, out T c0, out T c1, out T c2) where T : unmanaged, ILanes<T> => (c0, c1, c2) = (T.Load(c), T.Load(c + tile.C1), T.Load(c + tile.C2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<T>(in Tile tile, float* c, out T c0, out T c1) where T : unmanaged, ILanes<T> => (c0, c1) = (T.Load(c), T.Load(c + tile.C1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, TFinish>(in Tile tile, int row, float* c, T c0, T c1, T c2) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        if (tile.Last)
        {
            var channel = TFinish.At<T>(tile.Epilogue, tile.Channel + row);
            c0 = TFinish.Apply(c0, channel);
            c1 = TFinish.Apply(c1, channel);
            c2 = TFinish.Apply(c2, channel);
        }
        T.Store(c0, c);
        T.Store(c1, c + tile.C1);
        T.Store(c2, c + tile.C2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, TFinish>(in Tile tile, int row, float* c, T c0, T c1) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        if (tile.Last)
        {
            var channel = TFinish.At<T>(tile.Epilogue, tile.Channel + row);
            c0 = TFinish.Apply(c0, channel);
            c1 = TFinish.Apply(c1, channel);
        }
        T.Store(c0, c);
        T.Store(c1, c + tile.C1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, TFinish>(in Tile tile, int row, float* c, T c0) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        if (tile.Last)
        {
            var channel = TFinish.At<T>(tile.Epilogue, tile.Channel + row);
            c0 = TFinish.Apply(c0, channel);
        }
        T.Store(c0, c);
    }
}
