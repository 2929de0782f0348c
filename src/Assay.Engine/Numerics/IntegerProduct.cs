using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Engine.Numerics;

/// <summary>
/// y = (a - zero of a)(b - zero of b), the low 32 bits of exact sums: a [m, k], b [k, n] of bytes with or without sign. One item is a row.
/// </summary>
/// <remarks>Integers wrap, so the order is free: the zero points of b are taken out at the end, by the sum of the row of a.</remarks>
internal unsafe struct IntegerProduct<TA, TB> : IKernel where TA : unmanaged, IBinaryInteger<TA> where TB : unmanaged, IBinaryInteger<TB>
{
    public int N, K;
    public TA* A, ZeroA;
    public TB* B, ZeroB;
    public int* Y;

    /// <summary>1 where each column has its zero point, else 0.</summary>
    public int StepZeroB;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var zero = ZeroA is null ? 0 : int.CreateTruncating(*ZeroA);
        for (var row = from; row < to; row++)
        {
            var y = Y + ((long)row * N);
            new Span<int>(y, N).Clear();
            var sum = 0;
            for (var k = 0; k < K; k++)
            {
                var factor = int.CreateTruncating(A[((long)row * K) + k]) - zero;
                sum += factor;
                if (factor != 0)
                    Add(factor, B + ((long)k * N), y, N);
            }
            if (ZeroB is not null)
                for (var j = 0; j < N; j++)
                    y[j] -= sum * int.CreateTruncating(ZeroB[j * StepZeroB]);
        }
    }

    private static void Add(int factor, TB* b, int* y, int n)
    {
        var times = Vector128.Create(factor);
        var j = 0;
        for (; j + 16 <= n; j += 16)
        {
            var (low, high) = Halves(b + j);
            var (p, q) = Vector128.Widen(low);
            var (r, s) = Vector128.Widen(high);
            (Vector128.Load(y + j) + (p * times)).Store(y + j);
            (Vector128.Load(y + j + 4) + (q * times)).Store(y + j + 4);
            (Vector128.Load(y + j + 8) + (r * times)).Store(y + j + 8);
            (Vector128.Load(y + j + 12) + (s * times)).Store(y + j + 12);
        }
        for (; j < n; j++)
            y[j] += factor * int.CreateTruncating(b[j]);
    }

    /// <summary>Sixteen bytes, widened: all fit 16 bits with a sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<short> Low, Vector128<short> High) Halves(TB* source)
    {
        if (typeof(TB) == typeof(sbyte))
            return Vector128.Widen(Vector128.Load((sbyte*)source));
        var (low, high) = Vector128.Widen(Vector128.Load((byte*)source));
        return (low.AsInt16(), high.AsInt16());
    }
}
