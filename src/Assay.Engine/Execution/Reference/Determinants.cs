using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Determinants by elimination with the greatest pivot of each column.</summary>
internal static class Determinants
{
    public static void Run<T>(Tensor x, Tensor y) where T : unmanaged, IReal<T>
    {
        var n = x.Shape.Dims[^1];
        var values = new Reals<T>(x);
        var m = new T[y.Count == 0 ? 0 : n * n];
        for (var o = 0; o < y.Count; o++)
        {
            for (var i = 0; i < m.Length; i++)
                m[i] = values[o * m.Length + i];
            T.Store(y, o, Eliminate(m, n));
        }
    }

    private static T Eliminate<T>(T[] m, int n) where T : unmanaged, IReal<T>
    {
        var det = T.One;
        for (var c = 0; c < n; c++)
        {
            var pivot = c;
            for (var r = c + 1; r < n; r++)
                if (T.Abs(m[r * n + c]) > T.Abs(m[pivot * n + c]))
                    pivot = r;
            if (T.Equal(m[pivot * n + c], T.Zero))
                return T.Zero;
            if (pivot != c)
            {
                det = -det;
                for (var j = c; j < n; j++)
                    (m[c * n + j], m[pivot * n + j]) = (m[pivot * n + j], m[c * n + j]);
            }
            det *= m[c * n + c];
            for (var r = c + 1; r < n; r++)
            {
                Interrupt.Check();
                var factor = m[r * n + c] / m[c * n + c];
                for (var j = c + 1; j < n; j++)
                    m[r * n + j] = T.Fma(-factor, m[c * n + j], m[r * n + j]);
            }
        }
        return det;
    }
}
