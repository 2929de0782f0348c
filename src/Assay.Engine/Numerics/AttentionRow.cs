namespace Assay.Engine.Numerics;

/// <summary>One row of attention: the weights of its keys, and the chains of its values.</summary>
internal static unsafe class AttentionRow
{
    /// <summary>exp(s - max) over their sum; +0 where s is -infinity. What stands beyond n, to the next multiple of 16, does not matter and is changed.</summary>
    public static void Weigh<T>(float* s, float* weights, int n) where T : unmanaged, ILanes<T>
    {
        var max = T.Broadcast(ReductionKernel.Extreme<T>(s, n, greatest: true));
        for (var i = 0; i < n; i += T.Width)
            T.Store(LaneMath.Exp(T.Load(s + i) - max), weights + i);
        var sum = T.Broadcast(ReductionKernel.Sum<T>(weights, n));
        for (var i = 0; i < n; i += T.Width)
            T.Store(T.Load(weights + i) / sum, weights + i);
    }

    /// <summary>y goes on with the terms (weights[j], v[j]) from <paramref name="from"/> to <paramref name="to"/>, but not where s[j] is -infinity.</summary>
    public static void Chain<T>(float* s, float* weights, int from, int to, float* v, float* y, int columns) where T : unmanaged, ILanes<T>
    {
        var c = 0;
        for (; c + (4 * T.Width) <= columns; c += 4 * T.Width)
        {
            T a0 = T.Load(y + c), a1 = T.Load(y + c + T.Width), a2 = T.Load(y + c + (2 * T.Width)), a3 = T.Load(y + c + (3 * T.Width));
            for (var j = from; j < to; j++)
            {
                if (s[j] == float.NegativeInfinity)
                    continue;
                var p = T.Broadcast(weights[j]);
                var b = v + ((nint)j * columns) + c;
                a0 = T.Fma(p, T.Load(b), a0);
                a1 = T.Fma(p, T.Load(b + T.Width), a1);
                a2 = T.Fma(p, T.Load(b + (2 * T.Width)), a2);
                a3 = T.Fma(p, T.Load(b + (3 * T.Width)), a3);
            }
            T.Store(a0, y + c);
            T.Store(a1, y + c + T.Width);
            T.Store(a2, y + c + (2 * T.Width));
            T.Store(a3, y + c + (3 * T.Width));
        }
        for (; c + T.Width <= columns; c += T.Width)
            Vector<T>(s, weights, from, to, v + c, y + c, columns);
        if (T.Width > 8)
            for (; c + 8 <= columns; c += 8)
                Vector<Lane8>(s, weights, from, to, v + c, y + c, columns);
        if (T.Width > 4)
            for (; c + 4 <= columns; c += 4)
                Vector<Lane4>(s, weights, from, to, v + c, y + c, columns);
        for (; c < columns; c++)
            Vector<Lane1>(s, weights, from, to, v + c, y + c, columns);
    }

    public static void Canonical<T>(float* y, int columns) where T : unmanaged, ILanes<T>
    {
        var c = 0;
        for (; c + T.Width <= columns; c += T.Width)
            T.Store(LaneMath.Canonical(T.Load(y + c)), y + c);
        for (; c < columns; c++)
            y[c] = ScalarMath.Canonical(y[c]);
    }

    private static void Vector<T>(float* s, float* weights, int from, int to, float* v, float* y, int columns) where T : unmanaged, ILanes<T>
    {
        var a = T.Load(y);
        for (var j = from; j < to; j++)
            if (s[j] != float.NegativeInfinity)
                a = T.Fma(T.Broadcast(weights[j]), T.Load(v + ((nint)j * columns)), a);
        T.Store(a, y);
    }
}
