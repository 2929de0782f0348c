namespace Assay.Engine.Numerics;

/// <summary>One row times a matrix in rows [k, n]: lanes across n, B read where it stands.</summary>
internal unsafe struct Gemv : IKernel
{
    public int N, K;
    public float* A, B, C;

    /// <summary>Outputs are columns of C in groups of 16, whatever the width.</summary>
    public static int Items(int n) => (n + 15) / 16;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var j = from * 16;
        var end = Math.Min(N, to * 16);
        for (; j + (4 * T.Width) <= end; j += 4 * T.Width)
        {
            T c0 = default, c1 = default, c2 = default, c3 = default;
            var b = B + j;
            for (var k = 0; k < K; k++, b += N)
            {
                var x = T.Broadcast(A[k]);
                c0 = T.Fma(x, T.Load(b), c0);
                c1 = T.Fma(x, T.Load(b + T.Width), c1);
                c2 = T.Fma(x, T.Load(b + (2 * T.Width)), c2);
                c3 = T.Fma(x, T.Load(b + (3 * T.Width)), c3);
            }
            Store(c0, C + j);
            Store(c1, C + j + T.Width);
            Store(c2, C + j + (2 * T.Width));
            Store(c3, C + j + (3 * T.Width));
        }
        for (; j + T.Width <= end; j += T.Width)
            Store(Column<T>(j), C + j);
        // The last few by narrower lanes, which give the same bits.
        if (T.Width > 8)
            for (; j + 8 <= end; j += 8)
                Store(Column<Lane8>(j), C + j);
        if (T.Width > 4)
            for (; j + 4 <= end; j += 4)
                Store(Column<Lane4>(j), C + j);
        for (; j < end; j++)
            Store(Column<Lane1>(j), C + j);
    }

    private readonly T Column<T>(int j) where T : unmanaged, ILanes<T>
    {
        T c = default;
        for (var k = 0; k < K; k++)
            c = T.Fma(T.Broadcast(A[k]), T.Load(B + j + ((nint)k * N)), c);
        return c;
    }

    private static void Store<T>(T c, float* target) where T : unmanaged, ILanes<T> => T.Store(LaneMath.Canonical(c), target);
}

/// <summary>One row times a packed matrix, as recurrences need it: panels of four vectors, each panel's rows side by side.</summary>
internal unsafe struct PanelGemv : IKernel
{
    /// <summary>Columns of one item: a whole number of panels at every width.</summary>
    public const int Columns = 64;

    public int K;
    public float* A, B, C;

    /// <summary>The chains start at +0 rather than at what C holds. They go on afterwards, so NaN is left as it is.</summary>
    public bool First;

    /// <summary>Of an item with <paramref name="k"/> terms.</summary>
    public static Cost CostOf(int k) => Cost.Of((double)Columns * k, perNanosecond: 24);

    public static int Padded(int n) => (n + Columns - 1) / Columns * Columns;

    /// <summary>Packs element (column n, row k) from <paramref name="weights"/>[n·depth + k]; missing columns are zeros.</summary>
    public static void Pack(Isa isa, float* weights, int n, int depth, float* packed)
    {
        var panel = 4 * isa.Width();
        for (var j = 0; j < Padded(n); j += panel)
            for (var k = 0; k < depth; k++)
                for (var i = j; i < j + panel; i++)
                    *packed++ = i < n ? weights[((long)i * depth) + k] : 0;
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var a = A;
        for (var j = from * Columns; j < to * Columns; j += 4 * T.Width)
        {
            T c0 = default, c1 = default, c2 = default, c3 = default;
            if (!First)
            {
                c0 = T.Load(C + j);
                c1 = T.Load(C + j + T.Width);
                c2 = T.Load(C + j + (2 * T.Width));
                c3 = T.Load(C + j + (3 * T.Width));
            }
            var b = B + ((long)j * K);
            for (var k = 0; k < K; k++, b += 4 * T.Width)
            {
                var x = T.Broadcast(a[k]);
                c0 = T.Fma(x, T.Load(b), c0);
                c1 = T.Fma(x, T.Load(b + T.Width), c1);
                c2 = T.Fma(x, T.Load(b + (2 * T.Width)), c2);
                c3 = T.Fma(x, T.Load(b + (3 * T.Width)), c3);
            }
            T.Store(c0, C + j);
            T.Store(c1, C + j + T.Width);
            T.Store(c2, C + j + (2 * T.Width));
            T.Store(c3, C + j + (3 * T.Width));
        }
    }
}
