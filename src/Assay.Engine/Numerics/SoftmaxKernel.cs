namespace Assay.Engine.Numerics;

/// <summary>Softmax along the middle axis of [outer, n, inner] (section 8.2 of the profile). One item is one row.</summary>
internal unsafe struct SoftmaxKernel : IKernel
{
    private float* x, y, rows;
    private int n, inner;

    public static void Run(Workers workers, Isa isa, Scratch scratch, float* x, float* y, int outer, int n, int inner)
    {
        var kernel = new SoftmaxKernel { x = x, y = y, n = n, inner = inner };
        if (inner > 1)
            kernel.rows = scratch.Panels((long)workers.Threads * n);
        workers.Run(isa, checked(outer * inner), kernel, 1 + (4096 / Math.Max(1, n)));
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
