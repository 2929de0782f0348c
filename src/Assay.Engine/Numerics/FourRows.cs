using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// A product of up to four rows with a matrix that is read where it stands: each output one chain of fused multiply-adds with k
/// ascending, lanes across columns. For the many small products that attention and batches are made of.
/// </summary>
internal static unsafe class FourRows
{
    /// <summary>Floats of <paramref name="rows"/> packed rows of that depth.</summary>
    public static long PackedSize(int rows, int depth) => (long)((rows + 3) / 4 * 4) * depth;

    /// <summary>Packs rows by four: all four elements of one k together, zeros where there is no row.</summary>
    public static void Pack(float* a, nint rowStep, int rows, int depth, float* packed)
    {
        for (var row = 0; row < rows; row += 4, packed += 4 * (nint)depth)
            for (var i = 0; i < 4; i++)
                if (row + i < rows)
                    for (var k = 0; k < depth; k++)
                        packed[(4 * k) + i] = a[((row + i) * rowStep) + k];
                else
                    for (var k = 0; k < depth; k++)
                        packed[(4 * k) + i] = 0;
    }

    /// <summary>C, rows <paramref name="cStep"/> floats apart, of one group of four packed rows and B, rows <paramref name="bStep"/> floats apart.</summary>
    /// <param name="first">The chains start at +0 rather than at what C holds.</param>
    public static void Run<T>(int depth, float* a, float* b, nint bStep, float* c, nint cStep, int rows, int columns, bool first) where T : unmanaged, ILanes<T>
    {
        var j = 0;
        for (; j + (3 * T.Width) <= columns; j += 3 * T.Width)
            Three<T>(depth, a, b + j, bStep, c + j, cStep, rows, first);
        for (; j + T.Width <= columns; j += T.Width)
            One<T>(depth, a, b + j, bStep, c + j, cStep, rows, first);
        // The last few by narrower lanes, which give the same bits.
        if (T.Width > 8)
            for (; j + 8 <= columns; j += 8)
                One<Lane8>(depth, a, b + j, bStep, c + j, cStep, rows, first);
        if (T.Width > 4)
            for (; j + 4 <= columns; j += 4)
                One<Lane4>(depth, a, b + j, bStep, c + j, cStep, rows, first);
        for (; j < columns; j++)
            One<Lane1>(depth, a, b + j, bStep, c + j, cStep, rows, first);
    }

    [SkipLocalsInit]
    private static void Three<T>(int depth, float* a, float* b, nint bStep, float* c, nint cStep, int rows, bool first) where T : unmanaged, ILanes<T>
    {
        T c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
        T c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
        // Rows that are not there are computed on the last one's place and not stored.
        float* p1 = c + (rows > 1 ? cStep : 0), p2 = c + (rows > 2 ? 2 * cStep : 0), p3 = c + (rows > 3 ? 3 * cStep : 0);
        if (!first)
        {
            (c00, c01, c02) = (T.Load(c), T.Load(c + T.Width), T.Load(c + (2 * T.Width)));
            (c10, c11, c12) = (T.Load(p1), T.Load(p1 + T.Width), T.Load(p1 + (2 * T.Width)));
            (c20, c21, c22) = (T.Load(p2), T.Load(p2 + T.Width), T.Load(p2 + (2 * T.Width)));
            (c30, c31, c32) = (T.Load(p3), T.Load(p3 + T.Width), T.Load(p3 + (2 * T.Width)));
        }
        for (; depth > 0; depth--, a += 4, b += bStep)
        {
            T b0 = T.Load(b), b1 = T.Load(b + T.Width), b2 = T.Load(b + (2 * T.Width));
            var x = T.Broadcast(a[0]);
            (c00, c01, c02) = (T.Fma(x, b0, c00), T.Fma(x, b1, c01), T.Fma(x, b2, c02));
            x = T.Broadcast(a[1]);
            (c10, c11, c12) = (T.Fma(x, b0, c10), T.Fma(x, b1, c11), T.Fma(x, b2, c12));
            x = T.Broadcast(a[2]);
            (c20, c21, c22) = (T.Fma(x, b0, c20), T.Fma(x, b1, c21), T.Fma(x, b2, c22));
            x = T.Broadcast(a[3]);
            (c30, c31, c32) = (T.Fma(x, b0, c30), T.Fma(x, b1, c31), T.Fma(x, b2, c32));
        }
        Store(c, c00, c01, c02);
        if (rows > 1)
            Store(p1, c10, c11, c12);
        if (rows > 2)
            Store(p2, c20, c21, c22);
        if (rows > 3)
            Store(p3, c30, c31, c32);
    }

    [SkipLocalsInit]
    private static void One<T>(int depth, float* a, float* b, nint bStep, float* c, nint cStep, int rows, bool first) where T : unmanaged, ILanes<T>
    {
        T c0 = default, c1 = default, c2 = default, c3 = default;
        float* p1 = c + (rows > 1 ? cStep : 0), p2 = c + (rows > 2 ? 2 * cStep : 0), p3 = c + (rows > 3 ? 3 * cStep : 0);
        if (!first)
            (c0, c1, c2, c3) = (T.Load(c), T.Load(p1), T.Load(p2), T.Load(p3));
        for (; depth > 0; depth--, a += 4, b += bStep)
        {
            var x = T.Load(b);
            (c0, c1, c2, c3) = (T.Fma(T.Broadcast(a[0]), x, c0), T.Fma(T.Broadcast(a[1]), x, c1), T.Fma(T.Broadcast(a[2]), x, c2), T.Fma(T.Broadcast(a[3]), x, c3));
        }
        T.Store(c0, c);
        if (rows > 1)
            T.Store(c1, p1);
        if (rows > 2)
            T.Store(c2, p2);
        if (rows > 3)
            T.Store(c3, p3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(float* c, T c0, T c1, T c2) where T : unmanaged, ILanes<T>
    {
        T.Store(c0, c);
        T.Store(c1, c + T.Width);
        T.Store(c2, c + (2 * T.Width));
    }
}
