namespace Assay.Engine.Numerics;

/// <summary>
/// The left operand of a product, laid out as tiles read it, alike for all instruction sets: rows in groups of eight, the rest in
/// groups of four filled up with zeros; in a group, all rows of one k together.
/// </summary>
internal static unsafe class Packing
{
    /// <summary>Floats of A packed.</summary>
    public static long Size(int m, int k) => (long)((m + 3) / 4 * 4) * k;

    /// <summary>Where a row stands, a multiple of four or any in a group of eight, and the floats from one k to the next.</summary>
    public static float* At(float* packed, int row, int m, int k, out int step)
    {
        step = row < m / 8 * 8 ? 8 : 4;
        // Groups before this one are whole.
        return packed + ((nint)(row / step * step) * k) + (row % step);
    }

    /// <summary>Packs A [m, k]: element (row, j) stands at <paramref name="a"/>[row·rowStep + j·kStep].</summary>
    public static void Rows(Isa isa, float* a, nint rowStep, nint kStep, int m, int k, float* packed)
    {
        var row = 0;
        while (row < m)
            row += isa == Isa.Scalar
                ? Group<Lane1>(row, a, rowStep, kStep, m, k, packed)
                : Group<Lane4>(row, a, rowStep, kStep, m, k, packed);
    }

    /// <summary>The same as a kernel, for operands that only a run knows.</summary>
    public static void Rows(Launcher launcher, Isa isa, float* a, nint rowStep, nint kStep, int m, int k, float* packed)
    {
        var groups = (m / 8) + (((m % 8) + 3) / 4);
        launcher.Run(isa, groups, new Kernel { A = a, Packed = packed, RowStep = rowStep, KStep = kStep, M = m, K = k }, Cost.Of(8.0 * k, perNanosecond: 2.5));
    }

    /// <summary>Packs the group that begins at that row, and gives its rows.</summary>
    private static int Group<T>(int row, float* a, nint rowStep, nint kStep, int m, int k, float* packed) where T : unmanaged, ILanes<T>
    {
        var height = m - row >= 8 ? 8 : 4;
        // Groups before this one are whole.
        packed += (nint)row * k;
        a += row * rowStep;
        var j = 0;
        if (kStep == 1 && m - row >= height)
        {
            if (height == 8 && T.Width >= 8)
                for (; j + 8 <= k; j += 8)
                    Turn8<Lane8>(a + j, rowStep, packed + (j * 8));
            else if (T.Width >= 4)
                for (; j + 4 <= k; j += 4)
                    for (var i = 0; i < height; i += 4)
                        Turn4<Lane4>(a + j + (i * rowStep), rowStep, packed + (j * height) + i, height);
        }
        packed += (nint)j * height;
        for (; j < k; j++)
            for (var i = 0; i < height; i++)
                *packed++ = row + i < m ? a[(i * rowStep) + (j * kStep)] : 0;
        return height;
    }

    // Eight rows of eight one after the other, of which three times the even elements are put before the odd ones: the columns.
    private static void Turn8<T>(float* a, nint step, float* to) where T : unmanaged, ILanes<T>
    {
        T r0 = T.Load(a), r1 = T.Load(a + step), r2 = T.Load(a + (2 * step)), r3 = T.Load(a + (3 * step));
        a += 4 * step;
        T r4 = T.Load(a), r5 = T.Load(a + step), r6 = T.Load(a + (2 * step)), r7 = T.Load(a + (3 * step));
        for (var i = 0; i < 3; i++)
        {
            T e0 = T.Even(r0, r1), e1 = T.Even(r2, r3), e2 = T.Even(r4, r5), e3 = T.Even(r6, r7);
            T o0 = T.Odd(r0, r1), o1 = T.Odd(r2, r3), o2 = T.Odd(r4, r5), o3 = T.Odd(r6, r7);
            (r0, r1, r2, r3, r4, r5, r6, r7) = (e0, e1, e2, e3, o0, o1, o2, o3);
        }
        T.Store(r0, to);
        T.Store(r1, to + 8);
        T.Store(r2, to + 16);
        T.Store(r3, to + 24);
        T.Store(r4, to + 32);
        T.Store(r5, to + 40);
        T.Store(r6, to + 48);
        T.Store(r7, to + 56);
    }

    private static void Turn4<T>(float* a, nint step, float* to, nint toStep) where T : unmanaged, ILanes<T>
    {
        T r0 = T.Load(a), r1 = T.Load(a + step), r2 = T.Load(a + (2 * step)), r3 = T.Load(a + (3 * step));
        for (var i = 0; i < 2; i++)
            (r0, r1, r2, r3) = (T.Even(r0, r1), T.Even(r2, r3), T.Odd(r0, r1), T.Odd(r2, r3));
        T.Store(r0, to);
        T.Store(r1, to + toStep);
        T.Store(r2, to + (2 * toStep));
        T.Store(r3, to + (3 * toStep));
    }

    /// <summary>One item is one group.</summary>
    private struct Kernel : IKernel
    {
        public float* A, Packed;
        public nint RowStep, KStep;
        public int M, K;

        readonly void IKernel.Run<T>(int part, int from, int to)
        {
            for (var i = from; i < to; i++)
                Group<T>(i <= M / 8 ? i * 8 : (M / 8 * 8) + ((i - (M / 8)) * 4), A, RowStep, KStep, M, K, Packed);
        }
    }
}
