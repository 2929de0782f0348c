using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

internal enum Fold { Sum, Mean, Max, Min }

/// <summary>
/// Folds the middle axis of [outer, n, inner]: sums by sixteen lanes and the fixed tree, whatever the width (section 3 of the
/// profile). Lanes lie along n where inner is 1, across inner otherwise. One item is one outer row, or 16 of its columns.
/// </summary>
internal unsafe struct ReductionKernel : IKernel
{
    public float* X, Y;
    public int N, Inner;
    public Fold Fold;

    public static void Run(Launcher launcher, Isa isa, Fold fold, float* x, float* y, int outer, int n, int inner)
    {
        var kernel = new ReductionKernel { X = x, Y = y, N = n, Inner = inner, Fold = fold };
        var blocks = inner == 1 ? 1 : (inner + 15) / 16;
        launcher.Run(isa, checked(outer * blocks), kernel, Cost.Of(n, perNanosecond: inner == 1 ? 4 : 0.5, start: 5));
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        if (Inner == 1)
        {
            for (var o = from; o < to; o++)
                Y[o] = ScalarMath.Canonical(Row<T>(X + ((long)o * N), N, Fold));
            return;
        }
        var blocks = (Inner + 15) / 16;
        for (var item = from; item < to; item++)
        {
            long o = item / blocks;
            var j = item % blocks * 16;
            var end = Math.Min(Inner, j + 16);
            for (; j + T.Width <= end; j += T.Width)
                T.Store(Column<T>(X + (o * N * Inner) + j), Y + (o * Inner) + j);
            for (; j < end; j++)
                Lane1.Store(Column<Lane1>(X + (o * N * Inner) + j), Y + (o * Inner) + j);
        }
    }

    /// <summary>One row of neighbours.</summary>
    public static float Row<T>(float* x, int n, Fold fold) where T : unmanaged, ILanes<T> => fold switch
    {
        Fold.Sum => Sum<T>(x, n),
        Fold.Mean => Sum<T>(x, n) / n,
        _ => Extreme<T>(x, n, fold == Fold.Max),
    };

    public static float Sum<T>(float* x, int n) where T : unmanaged, ILanes<T>
    {
        var lanes = stackalloc float[16];
        var i = 0;
        if (T.Width == 16)
        {
            T a = default;
            for (; i + 16 <= n; i += 16)
                a += T.Load(x + i);
            T.Store(a, lanes);
        }
        else if (T.Width == 8)
        {
            T a = default, b = default;
            for (; i + 16 <= n; i += 16)
                (a, b) = (a + T.Load(x + i), b + T.Load(x + i + 8));
            T.Store(a, lanes);
            T.Store(b, lanes + 8);
        }
        else if (T.Width == 4)
        {
            T a = default, b = default, c = default, d = default;
            for (; i + 16 <= n; i += 16)
                (a, b, c, d) = (a + T.Load(x + i), b + T.Load(x + i + 4), c + T.Load(x + i + 8), d + T.Load(x + i + 12));
            T.Store(a, lanes);
            T.Store(b, lanes + 4);
            T.Store(c, lanes + 8);
            T.Store(d, lanes + 12);
        }
        else
            new Span<float>(lanes, 16).Clear();
        for (; i < n; i++)
            lanes[i % 16] += x[i];
        for (var half = 8; half > 0; half /= 2)
            for (var j = 0; j < half; j++)
                lanes[j] += lanes[j + half];
        return lanes[0];
    }

    public static float Extreme<T>(float* x, int n, bool greatest) where T : unmanaged, ILanes<T>
    {
        var start = greatest ? float.NegativeInfinity : float.PositiveInfinity;
        T a = T.Broadcast(start), b = a;
        var i = 0;
        for (; i + (2 * T.Width) <= n; i += 2 * T.Width)
            (a, b) = (Pick(a, T.Load(x + i), greatest), Pick(b, T.Load(x + i + T.Width), greatest));
        var lanes = stackalloc float[16];
        T.Store(Pick(a, b, greatest), lanes);
        var result = new Lane1(start);
        for (var j = 0; j < T.Width; j++)
            result = Pick(result, new Lane1(lanes[j]), greatest);
        for (; i < n; i++)
            result = Pick(result, new Lane1(x[i]), greatest);
        return result.V;
    }

    private readonly T Column<T>(float* x) where T : unmanaged, ILanes<T>
    {
        if (Fold is Fold.Max or Fold.Min)
        {
            var extreme = T.Broadcast(Fold == Fold.Max ? float.NegativeInfinity : float.PositiveInfinity);
            for (var i = 0; i < N; i++)
                extreme = Pick(extreme, T.Load(x + ((long)i * Inner)), Fold == Fold.Max);
            return LaneMath.Canonical(extreme);
        }
        // The profile's sixteen lanes of each of T.Width columns.
        var lanes = stackalloc float[16 * 16];
        new Span<float>(lanes, 16 * T.Width).Clear();
        for (var i = 0; i < N; i++)
        {
            var lane = lanes + (i % 16 * T.Width);
            T.Store(T.Load(lane) + T.Load(x + ((long)i * Inner)), lane);
        }
        for (var half = 8; half > 0; half /= 2)
            for (var j = 0; j < half; j++)
                T.Store(T.Load(lanes + (j * T.Width)) + T.Load(lanes + ((j + half) * T.Width)), lanes + (j * T.Width));
        var sum = T.Load(lanes);
        return LaneMath.Canonical(Fold == Fold.Mean ? sum / T.Broadcast(N) : sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Pick<T>(T a, T b, bool greatest) where T : unmanaged, ILanes<T> => greatest ? LaneMath.Max(a, b) : LaneMath.Min(a, b);
}
