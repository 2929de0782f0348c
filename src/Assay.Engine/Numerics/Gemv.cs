namespace Assay.Engine.Numerics;

/// <summary>One row times a matrix in rows [k, n]: lanes across n, B read where it stands.</summary>
internal unsafe struct Gemv : IKernel
{
    public int N, K;
    public float* A, B, C;

    /// <summary>The chains start at +0 rather than at what C holds.</summary>
    public bool First;

    /// <summary>The chains end here: NaN is made canonical.</summary>
    public bool Last;

    /// <summary>Outputs are columns of C in groups of 16, whatever the width.</summary>
    public static int Items(int n) => (n + 15) / 16;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var j = from * 16;
        var end = Math.Min(N, to * 16);
        for (; j + (4 * T.Width) <= end; j += 4 * T.Width)
        {
            T c0 = default, c1 = default, c2 = default, c3 = default;
            if (!First)
                (c0, c1, c2, c3) = (T.Load(C + j), T.Load(C + j + T.Width), T.Load(C + j + (2 * T.Width)), T.Load(C + j + (3 * T.Width)));
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
        for (; j < end; j++)
            Store(Column<Lane1>(j), C + j);
    }

    private readonly T Column<T>(int j) where T : unmanaged, ILanes<T>
    {
        var c = First ? default : T.Load(C + j);
        for (var k = 0; k < K; k++)
            c = T.Fma(T.Broadcast(A[k]), T.Load(B + j + ((nint)k * N)), c);
        return c;
    }

    private readonly void Store<T>(T c, float* target) where T : unmanaged, ILanes<T> =>
        T.Store(Last ? LaneMath.Canonical(c) : c, target);
}
