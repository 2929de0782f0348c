using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>A function of two float32s.</summary>
internal interface IBinaryFunction
{
    static abstract T Apply<T>(T a, T b) where T : unmanaged, ILanes<T>;
}

internal readonly struct AddFunction : IBinaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b) where T : unmanaged, ILanes<T> => LaneMath.Canonical(a + b);
}

internal readonly struct SubtractFunction : IBinaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b) where T : unmanaged, ILanes<T> => LaneMath.Canonical(a - b);
}

internal readonly struct MultiplyFunction : IBinaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b) where T : unmanaged, ILanes<T> => LaneMath.Canonical(a * b);
}

internal readonly struct DivideFunction : IBinaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b) where T : unmanaged, ILanes<T> => LaneMath.Canonical(a / b);
}

internal readonly struct MaxFunction : IBinaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b) where T : unmanaged, ILanes<T> => LaneMath.Canonical(LaneMath.Max(a, b));
}

internal readonly struct MinFunction : IBinaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b) where T : unmanaged, ILanes<T> => LaneMath.Canonical(LaneMath.Min(a, b));
}

/// <summary>One lane at a time, in float64 arithmetic, whatever the width.</summary>
internal readonly struct PowFunction : IBinaryFunction
{
    public static unsafe T Apply<T>(T a, T b) where T : unmanaged, ILanes<T>
    {
        float* x = stackalloc float[16], y = stackalloc float[16];
        T.Store(a, x);
        T.Store(b, y);
        for (var i = 0; i < T.Width; i++)
            x[i] = Power.Pow(x[i], y[i]);
        return LaneMath.Canonical(T.Load(x));
    }
}

/// <summary>y = f(a, b), broadcast. The shapes are folded to few axes; along the last each operand runs or stands still.</summary>
internal unsafe struct BinaryKernel<TFunction> : IPointwiseKernel where TFunction : unmanaged, IBinaryFunction
{
    private const int Chunk = IPointwiseKernel.Chunk;

    private float* a, b, y;
    private fixed int extents[16];
    private fixed long stepsA[16];
    private fixed long stepsB[16];
    private long count, countA, countB;
    private int rank;

    public readonly Extents Extents => new(y, count, a, countA, b, countB);

    /// <param name="shapeA">Extents of a, aligned at their last axes with those of <paramref name="shape"/>.</param>
    /// <param name="shapeB">Extents of b, likewise.</param>
    /// <param name="shape">Extents of y.</param>
    public static void Run(Launcher launcher, Isa isa, float* a, ReadOnlySpan<int> shapeA, float* b, ReadOnlySpan<int> shapeB, float* y, ReadOnlySpan<int> shape)
    {
        var kernel = new BinaryKernel<TFunction> { a = a, b = b, y = y };
        kernel.Fold(shapeA, shapeB, shape);
        kernel.count = Count(shape);
        kernel.countA = Count(shapeA);
        kernel.countB = Count(shapeB);
        launcher.Run(isa, (int)((kernel.count + Chunk - 1) / Chunk), kernel, Cost.Of(Chunk, perNanosecond: 5));

        static long Count(ReadOnlySpan<int> shape)
        {
            var count = 1L;
            foreach (var extent in shape)
                count *= extent;
            return count;
        }
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var length = extents[rank - 1];
        var (lastA, lastB) = (stepsA[rank - 1], stepsB[rank - 1]);
        var end = Math.Min(count, (long)to * Chunk);
        // Row by row, the first and the last of them perhaps in part.
        for (var at = (long)from * Chunk; at < end;)
        {
            long row = at / length, atA = 0, atB = 0, rest = row;
            var start = (int)(at - (row * length));
            for (var axis = rank - 2; axis >= 0; axis--)
            {
                var i = rest % extents[axis];
                rest /= extents[axis];
                atA += i * stepsA[axis];
                atB += i * stepsB[axis];
            }
            var take = (int)Math.Min(length - start, end - at);
            Row<T>(a + atA + (start * lastA), b + atB + (start * lastB), y + at, take, lastA == 0, lastB == 0);
            at += take;
        }
    }

    private static void Row<T>(float* a, float* b, float* y, int count, bool fixedA, bool fixedB) where T : unmanaged, ILanes<T>
    {
        var i = 0;
        if (fixedA)
            for (var x = T.Broadcast(*a); i + T.Width <= count; i += T.Width)
                T.Store(TFunction.Apply(x, T.Load(b + i)), y + i);
        else if (fixedB)
            for (var x = T.Broadcast(*b); i + T.Width <= count; i += T.Width)
                T.Store(TFunction.Apply(T.Load(a + i), x), y + i);
        else
            for (; i + T.Width <= count; i += T.Width)
                T.Store(TFunction.Apply(T.Load(a + i), T.Load(b + i)), y + i);
        for (; i < count; i++)
            y[i] = TFunction.Apply(new Lane1(a[fixedA ? 0 : i]), new Lane1(b[fixedB ? 0 : i])).V;
    }

    /// <summary>Drops axes of one element and joins neighbours along which both operands go on as before.</summary>
    private void Fold(ReadOnlySpan<int> shapeA, ReadOnlySpan<int> shapeB, ReadOnlySpan<int> shape)
    {
        // Built from the last axis to the first, then turned round.
        long runA = 1, runB = 1;
        rank = 0;
        for (var i = 1; i <= shape.Length; i++)
        {
            var extent = shape[^i];
            var extentA = i <= shapeA.Length ? shapeA[^i] : 1;
            var extentB = i <= shapeB.Length ? shapeB[^i] : 1;
            if (extent == 1)
                continue;
            var (stepA, stepB) = (extentA == 1 ? 0 : runA, extentB == 1 ? 0 : runB);
            var (nextA, nextB) = (runA * extentA, runB * extentB);
            if (rank > 0 && Joins(stepA, stepsA[rank - 1], extents[rank - 1]) && Joins(stepB, stepsB[rank - 1], extents[rank - 1]))
                extents[rank - 1] *= extent;
            else
            {
                extents[rank] = extent;
                stepsA[rank] = stepA;
                stepsB[rank++] = stepB;
            }
            (runA, runB) = (nextA, nextB);
        }
        if (rank == 0)
            (extents[0], stepsA[0], stepsB[0], rank) = (1, 1, 1, 1);
        for (int i = 0, j = rank - 1; i < j; i++, j--)
        {
            (extents[i], extents[j]) = (extents[j], extents[i]);
            (stepsA[i], stepsA[j]) = (stepsA[j], stepsA[i]);
            (stepsB[i], stepsB[j]) = (stepsB[j], stepsB[i]);
        }

        static bool Joins(long step, long inner, int extent) => inner == 0 ? step == 0 : step == inner * extent;
    }
}
