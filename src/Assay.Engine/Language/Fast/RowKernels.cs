using System.Runtime.CompilerServices;
using Assay.Engine.Models.Language;
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
    public static T Apply<T>(T a, T b, float constant) where T : unmanaged, ILanes<T> => a + b;
}

/// <summary>2.6: silu(a) · b.</summary>
internal readonly struct SiluTimes : IRowFunction<SiluTimes>
{
    public static T Apply<T>(T a, T b, float constant) where T : unmanaged, ILanes<T> => LaneMath.Canonical(a * LaneMath.Sigmoid(a)) * b;
}

/// <summary>2.6: gelu(a) · b.</summary>
internal readonly struct GeluTimes : IRowFunction<GeluTimes>
{
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
    public static T Apply<T>(T a, T b, float constant) where T : unmanaged, ILanes<T> => T.Broadcast(constant) * LaneMath.Tanh(a / T.Broadcast(constant));
}

/// <summary>The cosines and sines of each row's position, [rows, pairs] each. One item is one row.</summary>
internal unsafe struct RotationTable : IKernel
{
    public float* Frequencies, Cosines, Sines;
    public int Pairs;
    public int* Positions;
    public float Magnitude;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var row = from; row < to; row++)
        {
            var at = (long)row * Pairs;
            var i = 0;
            for (; i + T.Width <= Pairs; i += T.Width)
                One<T>(row, at, i);
            for (; i < Pairs; i++)
                One<Lane1>(row, at, i);
        }
    }

    private readonly void One<T>(int row, long at, int i) where T : unmanaged, ILanes<T>
    {
        var t = T.Broadcast(Positions[row]) * T.Load(Frequencies + i);
        T c = Wide<CosFunction>.Apply(t), s = Wide<SinFunction>.Apply(t);
        if (Magnitude != 1)
            (c, s) = (c * T.Broadcast(Magnitude), s * T.Broadcast(Magnitude));
        T.Store(c, Cosines + at + i);
        T.Store(s, Sines + at + i);
    }
}

/// <summary>2.4: the heads of each row rotated in place. One item is one row.</summary>
internal unsafe struct RotateKernel : IKernel
{
    /// <summary>[rows, heads, headSize], rows <see cref="Step"/> floats apart.</summary>
    public float* X;
    public int Step, Heads, HeadSize, Pairs;
    public float* Cosines, Sines;
    public RotaryLayout Layout;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var row = from; row < to; row++)
        {
            float* c = Cosines + ((long)row * Pairs), s = Sines + ((long)row * Pairs);
            for (var head = 0; head < Heads; head++)
            {
                var x = X + ((long)row * Step) + ((long)head * HeadSize);
                var i = 0;
                if (Layout == RotaryLayout.Halves)
                    for (; i + T.Width <= Pairs; i += T.Width)
                        Pair<T>(x + i, x + i + Pairs, c + i, s + i);
                for (; i < Pairs; i++)
                    if (Layout == RotaryLayout.Halves)
                        Pair<Lane1>(x + i, x + i + Pairs, c + i, s + i);
                    else
                        Pair<Lane1>(x + (2 * i), x + (2 * i) + 1, c + i, s + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair<T>(float* first, float* second, float* c, float* s) where T : unmanaged, ILanes<T>
    {
        T x0 = T.Load(first), x1 = T.Load(second), cosine = T.Load(c), sine = T.Load(s);
        T.Store(LaneMath.Canonical((x0 * cosine) - (x1 * sine)), first);
        T.Store(LaneMath.Canonical((x0 * sine) + (x1 * cosine)), second);
    }
}
