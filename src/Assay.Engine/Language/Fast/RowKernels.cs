using System.Runtime.CompilerServices;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>What is done with rows of one length, element by element, one item is 1,024 elements of one row at most.</summary>
internal unsafe interface IRowFunction<TSelf> where TSelf : unmanaged, IRowFunction<TSelf>
{
    static abstract T Apply<T>(T a, T b, float constant) where T : unmanaged, ILanes<T>;
}

/// <summary>y = f(a, b) over rows, NaN canonical; y may be a or b.</summary>
internal unsafe struct RowKernel<TFunction> : IKernel where TFunction : unmanaged, IRowFunction<TFunction>
{
    private const int Chunk = 1024;

    private float* a, b, y;
    private long stepA, stepB, stepY;
    private int count;
    private float constant;

    /// <param name="stepA">Floats from one row to the next; likewise the others.</param>
    public static void Run(Launcher launcher, Isa isa, float* a, long stepA, float* b, long stepB, float* y, long stepY, int rows, int count, float constant = 0)
    {
        var kernel = new RowKernel<TFunction> { a = a, b = b, y = y, stepA = stepA, stepB = stepB, stepY = stepY, count = count, constant = constant };
        launcher.Run(isa, checked(rows * ((count + Chunk - 1) / Chunk)), kernel, Cost.Of(Math.Min(count, Chunk), perNanosecond: 2));
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var chunks = (count + Chunk - 1) / Chunk;
        for (var item = from; item < to; item++)
        {
            long row = item / chunks;
            var i = item % chunks * Chunk;
            var end = Math.Min(count, i + Chunk);
            for (; i + T.Width <= end; i += T.Width)
                One<T>(row, i);
            for (; i < end; i++)
                One<Lane1>(row, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void One<T>(long row, int i) where T : unmanaged, ILanes<T> =>
        T.Store(LaneMath.Canonical(TFunction.Apply(T.Load(a + (row * stepA) + i), T.Load(b + (row * stepB) + i), constant)), y + (row * stepY) + i);
}

/// <summary>a + b.</summary>
internal readonly struct AddRows : IRowFunction<AddRows>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, float constant) where T : unmanaged, ILanes<T> => a + b;
}

/// <summary>2.6: silu(a) · b.</summary>
internal readonly struct SiluTimes : IRowFunction<SiluTimes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, float constant) where T : unmanaged, ILanes<T> => LaneMath.Canonical(a * LaneMath.Sigmoid(a)) * b;
}

/// <summary>2.6: gelu(a) · b.</summary>
internal readonly struct GeluTimes : IRowFunction<GeluTimes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, float constant) where T : unmanaged, ILanes<T>
    {
        var c = a * a;
        c *= a;
        var u = T.Fma(T.Broadcast(0.044715f), c, a);
        u = T.Broadcast(0.7978846f) * u;
        return T.Broadcast(0.5f) * a * (T.Broadcast(1) + LaneMath.Tanh(u)) * b;
    }
}

/// <summary>2.7: constant · tanh(a / constant).</summary>
internal readonly struct Softcap : IRowFunction<Softcap>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, float constant) where T : unmanaged, ILanes<T> => T.Broadcast(constant) * LaneMath.Tanh(a / T.Broadcast(constant));
}
