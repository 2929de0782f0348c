using System.Runtime.CompilerServices;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>A function of two elements, or of the first alone, and a constant.</summary>
internal interface IRowFunction
{
    static abstract T Apply<T>(T a, T b, float constant) where T : unmanaged, ILanes<T>;
}

/// <summary>y = f(a, b) over rows, NaN canonical; y may be a or b. One item is 1,024 elements of one row at most.</summary>
internal unsafe struct RowKernel<TFunction> : IKernel where TFunction : unmanaged, IRowFunction
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
        var edge = stackalloc float[2 * 16];
        var chunks = (count + Chunk - 1) / Chunk;
        for (var item = from; item < to; item++)
        {
            long row = item / chunks;
            var begin = item % chunks * Chunk;
            var n = Math.Min(count - begin, Chunk);
            float* p = a + (row * stepA) + begin, q = b + (row * stepB) + begin, z = y + (row * stepY) + begin;
            var whole = n / T.Width * T.Width;
            Vectors<T>(p, q, z, whole);
            if (whole == n)
                continue;
            var rest = (n - whole) * sizeof(float);
            Buffer.MemoryCopy(p + whole, edge, rest, rest);
            Buffer.MemoryCopy(q + whole, edge + 16, rest, rest);
            Vectors<T>(edge, edge + 16, edge, T.Width);
            Buffer.MemoryCopy(edge, z + whole, rest, rest);
        }
    }

    // By itself, and the function in it once: what is inlined has a budget, and beyond it vectors go through memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void Vectors<T>(float* a, float* b, float* y, int count) where T : unmanaged, ILanes<T>
    {
        for (var i = 0; i < count; i += T.Width)
            T.Store(LaneMath.Canonical(TFunction.Apply(T.Load(a + i), T.Load(b + i), constant)), y + i);
    }
}

/// <summary>a + b.</summary>
internal readonly struct AddRows : IRowFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, float constant) where T : unmanaged, ILanes<T> => a + b;
}

/// <summary>2.6: silu(a) · b.</summary>
internal readonly struct SiluTimes : IRowFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, float constant) where T : unmanaged, ILanes<T> => LaneMath.Canonical(a * LaneMath.Sigmoid(a)) * b;
}

/// <summary>2.6: gelu(a) · b.</summary>
internal readonly struct GeluTimes : IRowFunction
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
internal readonly struct Softcap : IRowFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, float constant) where T : unmanaged, ILanes<T> => T.Broadcast(constant) * LaneMath.Tanh(a / T.Broadcast(constant));
}
