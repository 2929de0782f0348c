namespace Assay.Engine.Numerics;

/// <summary>Softmax along the middle axis of [outer, n, inner] (section 8.2 of the profile). One item is one row.</summary>
internal unsafe struct SoftmaxKernel : IKernel
{
    private float* x, y, rows;
    private int n, inner;

    public static void Run(Launcher launcher, Isa isa, Scratch scratch, float* x, float* y, int outer, int n, int inner)
    {
        var kernel = new SoftmaxKernel { x = x, y = y, n = n, inner = inner };
        if (inner > 1)
            kernel.rows = scratch.Panels((long)launcher.Threads * n);
        if (inner == 1 && n <= FewColumns.Most)
        {
            launcher.Run(isa, (outer + 15) / 16, new FewColumns { X = x, Y = y, Rows = outer, N = n }, Cost.Of(n, perNanosecond: 0.016));
            return;
        }
        launcher.Run(isa, checked(outer * inner), kernel, Cost.Of(n, perNanosecond: 1, start: 20));
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var item = from; item < to; item++)
        {
            if (inner == 1)
            {
                Row<T>(x + ((long)item * n), y + ((long)item * n), n);
                continue;
            }
            var at = ((long)(item / inner) * n * inner) + (item % inner);
            var row = rows + ((long)part * n);
            for (var i = 0; i < n; i++)
                row[i] = x[at + ((long)i * inner)];
            Row<T>(row, row, n);
            for (var i = 0; i < n; i++)
                y[at + ((long)i * inner)] = row[i];
        }
    }

    private static void Row<T>(float* x, float* y, int n) where T : unmanaged, ILanes<T>
    {
        var max = ReductionKernel.Extreme<T>(x, n, greatest: true);
        var i = 0;
        for (; i + T.Width <= n; i += T.Width)
            T.Store(LaneMath.Exp(T.Load(x + i) - T.Broadcast(max)), y + i);
        if (i < n)
        {
            var edge = stackalloc float[16];
            for (var j = i; j < n; j++)
                edge[j - i] = x[j];
            T.Store(LaneMath.Exp(T.Load(edge) - T.Broadcast(max)), edge);
            for (var j = i; j < n; j++)
                y[j] = edge[j - i];
        }
        var sum = ReductionKernel.Sum<T>(y, n);
        for (i = 0; i + T.Width <= n; i += T.Width)
            T.Store(LaneMath.Canonical(T.Load(y + i) / T.Broadcast(sum)), y + i);
        for (; i < n; i++)
            y[i] = ScalarMath.Canonical(y[i] / sum);
    }
}

/// <summary>Softmax of rows so short that lanes lie across rows instead. One item is 16 rows.</summary>
internal unsafe struct FewColumns : IKernel
{
    /// <summary>With at most 16 elements each of the profile's lanes holds one of them, and the rest +0.</summary>
    public const int Most = 16;

    public float* X, Y;
    public int Rows, N;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var columns = stackalloc float[Most * 16];
        var lanes = stackalloc float[16 * 16];
        for (var block = from; block < to; block++)
        {
            var row = X + ((long)block * 16 * N);
            var rows = Math.Min(16, Rows - (block * 16));
            for (var r = 0; r < rows; r++)
                for (var i = 0; i < N; i++)
                    columns[(i * 16) + r] = row[(r * N) + i];
            for (var r = 0; r < rows; r += T.Width)
                Columns<T>(columns + r, lanes);
            row = Y + ((long)block * 16 * N);
            for (var r = 0; r < rows; r++)
                for (var i = 0; i < N; i++)
                    row[(r * N) + i] = columns[(i * 16) + r];
        }
    }

    private readonly void Columns<T>(float* x, float* lanes) where T : unmanaged, ILanes<T>
    {
        var max = T.Broadcast(float.NegativeInfinity);
        for (var i = 0; i < N; i++)
            max = LaneMath.Max(max, T.Load(x + (i * 16)));
        for (var i = 0; i < 16; i++)
        {
            T e = default;
            if (i < N)
            {
                e = LaneMath.Exp(T.Load(x + (i * 16)) - max);
                T.Store(e, x + (i * 16));
            }
            T.Store(e, lanes + (i * 16));
        }
        for (var half = 8; half > 0; half /= 2)
            for (var j = 0; j < half; j++)
                T.Store(T.Load(lanes + (j * 16)) + T.Load(lanes + ((j + half) * 16)), lanes + (j * 16));
        var sum = T.Load(lanes);
        for (var i = 0; i < N; i++)
            T.Store(LaneMath.Canonical(T.Load(x + (i * 16)) / sum), x + (i * 16));
    }
}
