using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// The inner loops of every contraction: a tile of outputs, each one chain of fused multiply-adds with k ascending. The tile
/// lives in registers; lanes lie across outputs, never across k.
/// </summary>
/// <remarks>
/// Operands: <c>a</c> packed, all rows of one k together; <c>b</c> one row of columns per k, <c>bStep</c> floats apart;
/// <c>c</c> rows <c>cStep</c> floats apart. The chains start at +0 if <c>first</c>, else at what <c>c</c> holds (a block of k that
/// goes on). The shapes are chosen for the register files: 8 by 3 vectors for 32 registers, 4 by 3 for 16; the others make the
/// edges. <c>rows</c> of the four-row tiles says how many exist.
/// </remarks>
internal static unsafe class GemmTile
{
    /// <summary>8 rows by 3 vectors.</summary>
    [SkipLocalsInit]
    public static void Tile8x3<T>(int depth, float* a, float* b, nint bStep, float* c, nint cStep, bool first) where T : unmanaged, ILanes<T>
    {
        T c00 = default, c01 = default, c02 = default;
        T c10 = default, c11 = default, c12 = default;
        T c20 = default, c21 = default, c22 = default;
        T c30 = default, c31 = default, c32 = default;
        T c40 = default, c41 = default, c42 = default;
        T c50 = default, c51 = default, c52 = default;
        T c60 = default, c61 = default, c62 = default;
        T c70 = default, c71 = default, c72 = default;
        if (!first)
        {
            (c00, c01, c02) = (T.Load(c), T.Load(c + T.Width), T.Load(c + (2 * T.Width)));
            (c10, c11, c12) = (T.Load(c + cStep), T.Load(c + cStep + T.Width), T.Load(c + cStep + (2 * T.Width)));
            (c20, c21, c22) = (T.Load(c + (2 * cStep)), T.Load(c + (2 * cStep) + T.Width), T.Load(c + (2 * cStep) + (2 * T.Width)));
            (c30, c31, c32) = (T.Load(c + (3 * cStep)), T.Load(c + (3 * cStep) + T.Width), T.Load(c + (3 * cStep) + (2 * T.Width)));
            (c40, c41, c42) = (T.Load(c + (4 * cStep)), T.Load(c + (4 * cStep) + T.Width), T.Load(c + (4 * cStep) + (2 * T.Width)));
            (c50, c51, c52) = (T.Load(c + (5 * cStep)), T.Load(c + (5 * cStep) + T.Width), T.Load(c + (5 * cStep) + (2 * T.Width)));
            (c60, c61, c62) = (T.Load(c + (6 * cStep)), T.Load(c + (6 * cStep) + T.Width), T.Load(c + (6 * cStep) + (2 * T.Width)));
            (c70, c71, c72) = (T.Load(c + (7 * cStep)), T.Load(c + (7 * cStep) + T.Width), T.Load(c + (7 * cStep) + (2 * T.Width)));
        }
        for (; depth > 0; depth--)
        {
            var b0 = T.Load(b);
            var b1 = T.Load(b + T.Width);
            var b2 = T.Load(b + (2 * T.Width));
            var x = T.Broadcast(a[0]);
            c00 = T.Fma(x, b0, c00);
            c01 = T.Fma(x, b1, c01);
            c02 = T.Fma(x, b2, c02);
            x = T.Broadcast(a[1]);
            c10 = T.Fma(x, b0, c10);
            c11 = T.Fma(x, b1, c11);
            c12 = T.Fma(x, b2, c12);
            x = T.Broadcast(a[2]);
            c20 = T.Fma(x, b0, c20);
            c21 = T.Fma(x, b1, c21);
            c22 = T.Fma(x, b2, c22);
            x = T.Broadcast(a[3]);
            c30 = T.Fma(x, b0, c30);
            c31 = T.Fma(x, b1, c31);
            c32 = T.Fma(x, b2, c32);
            x = T.Broadcast(a[4]);
            c40 = T.Fma(x, b0, c40);
            c41 = T.Fma(x, b1, c41);
            c42 = T.Fma(x, b2, c42);
            x = T.Broadcast(a[5]);
            c50 = T.Fma(x, b0, c50);
            c51 = T.Fma(x, b1, c51);
            c52 = T.Fma(x, b2, c52);
            x = T.Broadcast(a[6]);
            c60 = T.Fma(x, b0, c60);
            c61 = T.Fma(x, b1, c61);
            c62 = T.Fma(x, b2, c62);
            x = T.Broadcast(a[7]);
            c70 = T.Fma(x, b0, c70);
            c71 = T.Fma(x, b1, c71);
            c72 = T.Fma(x, b2, c72);
            a += 8;
            b += bStep;
        }
        Store3(c, c00, c01, c02);
        Store3(c + cStep, c10, c11, c12);
        Store3(c + (2 * cStep), c20, c21, c22);
        Store3(c + (3 * cStep), c30, c31, c32);
        Store3(c + (4 * cStep), c40, c41, c42);
        Store3(c + (5 * cStep), c50, c51, c52);
        Store3(c + (6 * cStep), c60, c61, c62);
        Store3(c + (7 * cStep), c70, c71, c72);
    }

    /// <summary>8 rows by 1 vector.</summary>
    [SkipLocalsInit]
    public static void Tile8x1<T>(int depth, float* a, float* b, nint bStep, float* c, nint cStep, bool first) where T : unmanaged, ILanes<T>
    {
        T c00 = default;
        T c10 = default;
        T c20 = default;
        T c30 = default;
        T c40 = default;
        T c50 = default;
        T c60 = default;
        T c70 = default;
        if (!first)
        {
            c00 = T.Load(c);
            c10 = T.Load(c + cStep);
            c20 = T.Load(c + (2 * cStep));
            c30 = T.Load(c + (3 * cStep));
            c40 = T.Load(c + (4 * cStep));
            c50 = T.Load(c + (5 * cStep));
            c60 = T.Load(c + (6 * cStep));
            c70 = T.Load(c + (7 * cStep));
        }
        for (; depth > 0; depth--)
        {
            var b0 = T.Load(b);
            var x = T.Broadcast(a[0]);
            c00 = T.Fma(x, b0, c00);
            x = T.Broadcast(a[1]);
            c10 = T.Fma(x, b0, c10);
            x = T.Broadcast(a[2]);
            c20 = T.Fma(x, b0, c20);
            x = T.Broadcast(a[3]);
            c30 = T.Fma(x, b0, c30);
            x = T.Broadcast(a[4]);
            c40 = T.Fma(x, b0, c40);
            x = T.Broadcast(a[5]);
            c50 = T.Fma(x, b0, c50);
            x = T.Broadcast(a[6]);
            c60 = T.Fma(x, b0, c60);
            x = T.Broadcast(a[7]);
            c70 = T.Fma(x, b0, c70);
            a += 8;
            b += bStep;
        }
        T.Store(c00, c);
        T.Store(c10, c + cStep);
        T.Store(c20, c + (2 * cStep));
        T.Store(c30, c + (3 * cStep));
        T.Store(c40, c + (4 * cStep));
        T.Store(c50, c + (5 * cStep));
        T.Store(c60, c + (6 * cStep));
        T.Store(c70, c + (7 * cStep));
    }

    /// <summary>4 rows by 3 vectors.</summary>
    [SkipLocalsInit]
    public static void Tile4x3<T>(int depth, float* a, float* b, nint bStep, float* c, nint cStep, bool first, int rows) where T : unmanaged, ILanes<T>
    {
        T c00 = default, c01 = default, c02 = default;
        T c10 = default, c11 = default, c12 = default;
        T c20 = default, c21 = default, c22 = default;
        T c30 = default, c31 = default, c32 = default;
        if (!first)
        {
            (c00, c01, c02) = (T.Load(c), T.Load(c + T.Width), T.Load(c + (2 * T.Width)));
            if (rows > 1)
                (c10, c11, c12) = (T.Load(c + cStep), T.Load(c + cStep + T.Width), T.Load(c + cStep + (2 * T.Width)));
            if (rows > 2)
                (c20, c21, c22) = (T.Load(c + (2 * cStep)), T.Load(c + (2 * cStep) + T.Width), T.Load(c + (2 * cStep) + (2 * T.Width)));
            if (rows > 3)
                (c30, c31, c32) = (T.Load(c + (3 * cStep)), T.Load(c + (3 * cStep) + T.Width), T.Load(c + (3 * cStep) + (2 * T.Width)));
        }
        for (; depth > 0; depth--)
        {
            var b0 = T.Load(b);
            var b1 = T.Load(b + T.Width);
            var b2 = T.Load(b + (2 * T.Width));
            var x = T.Broadcast(a[0]);
            c00 = T.Fma(x, b0, c00);
            c01 = T.Fma(x, b1, c01);
            c02 = T.Fma(x, b2, c02);
            x = T.Broadcast(a[1]);
            c10 = T.Fma(x, b0, c10);
            c11 = T.Fma(x, b1, c11);
            c12 = T.Fma(x, b2, c12);
            x = T.Broadcast(a[2]);
            c20 = T.Fma(x, b0, c20);
            c21 = T.Fma(x, b1, c21);
            c22 = T.Fma(x, b2, c22);
            x = T.Broadcast(a[3]);
            c30 = T.Fma(x, b0, c30);
            c31 = T.Fma(x, b1, c31);
            c32 = T.Fma(x, b2, c32);
            a += 4;
            b += bStep;
        }
        Store3(c, c00, c01, c02);
        if (rows > 1)
            Store3(c + cStep, c10, c11, c12);
        if (rows > 2)
            Store3(c + (2 * cStep), c20, c21, c22);
        if (rows > 3)
            Store3(c + (3 * cStep), c30, c31, c32);
    }

    /// <summary>4 rows by 1 vector.</summary>
    [SkipLocalsInit]
    public static void Tile4x1<T>(int depth, float* a, float* b, nint bStep, float* c, nint cStep, bool first, int rows) where T : unmanaged, ILanes<T>
    {
        T c00 = default;
        T c10 = default;
        T c20 = default;
        T c30 = default;
        if (!first)
        {
            c00 = T.Load(c);
            if (rows > 1)
                c10 = T.Load(c + cStep);
            if (rows > 2)
                c20 = T.Load(c + (2 * cStep));
            if (rows > 3)
                c30 = T.Load(c + (3 * cStep));
        }
        for (; depth > 0; depth--)
        {
            var b0 = T.Load(b);
            var x = T.Broadcast(a[0]);
            c00 = T.Fma(x, b0, c00);
            x = T.Broadcast(a[1]);
            c10 = T.Fma(x, b0, c10);
            x = T.Broadcast(a[2]);
            c20 = T.Fma(x, b0, c20);
            x = T.Broadcast(a[3]);
            c30 = T.Fma(x, b0, c30);
            a += 4;
            b += bStep;
        }
        T.Store(c00, c);
        if (rows > 1)
            T.Store(c10, c + cStep);
        if (rows > 2)
            T.Store(c20, c + (2 * cStep));
        if (rows > 3)
            T.Store(c30, c + (3 * cStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store3<T>(float* c, T c0, T c1, T c2) where T : unmanaged, ILanes<T>
    {
        T.Store(c0, c);
        T.Store(c1, c + T.Width);
        T.Store(c2, c + (2 * T.Width));
    }
}
