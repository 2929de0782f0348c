using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>The tiles of four rows.</summary>
internal static unsafe partial class GemmTile
{
    /// <summary>4 rows by 3 vectors.</summary>
    [SkipLocalsInit]
    public static void Tile4x3<T, TFinish>(in Tile tile, int rows) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        float* a = tile.A, b = tile.B, c = tile.C;
        var step = tile.CStep;
        nint at1 = tile.B1, at2 = tile.B2;
        var offsets = tile.Offsets;
        var aStep = tile.AStep;
        T c00 = default, c01 = default, c02 = default;
        T c10 = default, c11 = default, c12 = default;
        T c20 = default, c21 = default, c22 = default;
        T c30 = default, c31 = default, c32 = default;
        if (!tile.First)
        {
            Load(tile, c, out c00, out c01, out c02);
            if (rows > 1)
                Load(tile, c + step, out c10, out c11, out c12);
            if (rows > 2)
                Load(tile, c + (2 * step), out c20, out c21, out c22);
            if (rows > 3)
                Load(tile, c + (3 * step), out c30, out c31, out c32);
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
            w = T.Broadcast(a[1]);
            c10 = T.Fma(w, b0, c10);
            c11 = T.Fma(w, b1, c11);
            c12 = T.Fma(w, b2, c12);
            w = T.Broadcast(a[2]);
            c20 = T.Fma(w, b0, c20);
            c21 = T.Fma(w, b1, c21);
            c22 = T.Fma(w, b2, c22);
            w = T.Broadcast(a[3]);
            c30 = T.Fma(w, b0, c30);
            c31 = T.Fma(w, b1, c31);
            c32 = T.Fma(w, b2, c32);
            a += aStep;
        }
        Store<T, TFinish>(tile, 0, c, c00, c01, c02);
        if (rows > 1)
            Store<T, TFinish>(tile, 1, c + step, c10, c11, c12);
        if (rows > 2)
            Store<T, TFinish>(tile, 2, c + (2 * step), c20, c21, c22);
        if (rows > 3)
            Store<T, TFinish>(tile, 3, c + (3 * step), c30, c31, c32);
    }

    /// <summary>4 rows by 2 vectors.</summary>
    [SkipLocalsInit]
    public static void Tile4x2<T, TFinish>(in Tile tile, int rows) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        float* a = tile.A, b = tile.B, c = tile.C;
        var step = tile.CStep;
        var at1 = tile.B1;
        var offsets = tile.Offsets;
        var aStep = tile.AStep;
        T c00 = default, c01 = default;
        T c10 = default, c11 = default;
        T c20 = default, c21 = default;
        T c30 = default, c31 = default;
        if (!tile.First)
        {
            Load(tile, c, out c00, out c01);
            if (rows > 1)
                Load(tile, c + step, out c10, out c11);
            if (rows > 2)
                Load(tile, c + (2 * step), out c20, out c21);
            if (rows > 3)
                Load(tile, c + (3 * step), out c30, out c31);
        }
        for (var end = offsets + tile.Depth; offsets < end; offsets++)
        {
            var x = b + *offsets;
            var b0 = T.Load(x);
            var b1 = T.Load(x + at1);
            var w = T.Broadcast(a[0]);
            c00 = T.Fma(w, b0, c00);
            c01 = T.Fma(w, b1, c01);
            w = T.Broadcast(a[1]);
            c10 = T.Fma(w, b0, c10);
            c11 = T.Fma(w, b1, c11);
            w = T.Broadcast(a[2]);
            c20 = T.Fma(w, b0, c20);
            c21 = T.Fma(w, b1, c21);
            w = T.Broadcast(a[3]);
            c30 = T.Fma(w, b0, c30);
            c31 = T.Fma(w, b1, c31);
            a += aStep;
        }
        Store<T, TFinish>(tile, 0, c, c00, c01);
        if (rows > 1)
            Store<T, TFinish>(tile, 1, c + step, c10, c11);
        if (rows > 2)
            Store<T, TFinish>(tile, 2, c + (2 * step), c20, c21);
        if (rows > 3)
            Store<T, TFinish>(tile, 3, c + (3 * step), c30, c31);
    }

    /// <summary>4 rows by 1 vector.</summary>
    [SkipLocalsInit]
    public static void Tile4x1<T, TFinish>(in Tile tile, int rows) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        float* a = tile.A, b = tile.B, c = tile.C;
        var step = tile.CStep;
        var offsets = tile.Offsets;
        var aStep = tile.AStep;
        T c00 = default;
        T c10 = default;
        T c20 = default;
        T c30 = default;
        if (!tile.First)
        {
            c00 = T.Load(c);
            if (rows > 1)
                c10 = T.Load(c + step);
            if (rows > 2)
                c20 = T.Load(c + (2 * step));
            if (rows > 3)
                c30 = T.Load(c + (3 * step));
        }
        for (var end = offsets + tile.Depth; offsets < end; offsets++)
        {
            var x = b + *offsets;
            var b0 = T.Load(x);
            var w = T.Broadcast(a[0]);
            c00 = T.Fma(w, b0, c00);
            w = T.Broadcast(a[1]);
            c10 = T.Fma(w, b0, c10);
            w = T.Broadcast(a[2]);
            c20 = T.Fma(w, b0, c20);
            w = T.Broadcast(a[3]);
            c30 = T.Fma(w, b0, c30);
            a += aStep;
        }
        Store<T, TFinish>(tile, 0, c, c00);
        if (rows > 1)
            Store<T, TFinish>(tile, 1, c + step, c10);
        if (rows > 2)
            Store<T, TFinish>(tile, 2, c + (2 * step), c20);
        if (rows > 3)
            Store<T, TFinish>(tile, 3, c + (3 * step), c30);
    }
}
