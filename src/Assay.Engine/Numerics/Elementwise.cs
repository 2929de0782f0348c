using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>Rounds to the nearest float16 and back: what storing and loading again would do.</summary>
internal readonly struct RoundToHalf : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => HalfFloat.Round(x);
}

/// <summary>Rounds to the nearest bfloat16 and back.</summary>
internal readonly struct RoundToBrain : IUnaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : unmanaged, ILanes<T> => BrainFloat.ToSingle(BrainFloat.FromSingle(x));
}

/// <summary>y[i] = f(x[i]); x and y may be the same. One item is <see cref="Chunk"/> elements.</summary>
internal unsafe struct UnaryKernel<TFunction> : IPointwiseKernel where TFunction : unmanaged, IUnaryFunction
{
    public const int Chunk = IPointwiseKernel.Chunk;

    public float* X, Y;
    public long Count;

    public readonly Extents Extents => new(Y, Count, X, Count);

    public static void Run(Launcher launcher, Isa isa, float* x, float* y, long count) =>
        launcher.Run(isa, (int)((count + Chunk - 1) / Chunk), new UnaryKernel<TFunction> { X = x, Y = y, Count = count }, Cost.Of(Chunk, perNanosecond: 5));

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T> =>
        Apply<T>(X + ((long)from * Chunk), Y + ((long)from * Chunk), Math.Min(Count, (long)to * Chunk) - ((long)from * Chunk));

    public static void Apply<T>(float* x, float* y, long count) where T : unmanaged, ILanes<T>
    {
        long i = 0;
        for (; i + T.Width <= count; i += T.Width)
            T.Store(TFunction.Apply(T.Load(x + i)), y + i);
        if (i == count)
            return;
        var edge = stackalloc float[16];
        for (var j = i; j < count; j++)
            edge[j - i] = x[j];
        T.Store(TFunction.Apply(T.Load(edge)), edge);
        for (var j = i; j < count; j++)
            y[j] = edge[j - i];
    }
}

/// <summary>16-bit floats to float32 and back, whole tensors. One item is 1024 elements.</summary>
internal unsafe struct StorageKernel : IKernel
{
    public ushort* Narrow;
    public float* Wide;
    public long Count;
    public bool IsBrain, Widening;

    public static void Widen(Launcher launcher, Isa isa, ushort* from, float* to, long count, bool isBrain) =>
        launcher.Run(isa, (int)((count + 1023) / 1024), new StorageKernel { Narrow = from, Wide = to, Count = count, IsBrain = isBrain, Widening = true }, Cost.Of(1024, perNanosecond: 6));

    public static void Round(Launcher launcher, Isa isa, float* from, ushort* to, long count, bool isBrain) =>
        launcher.Run(isa, (int)((count + 1023) / 1024), new StorageKernel { Narrow = to, Wide = from, Count = count, IsBrain = isBrain }, Cost.Of(1024, perNanosecond: 6));

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var i = from * 1024L;
        var end = Math.Min(Count, to * 1024L);
        for (; i + T.Width <= end; i += T.Width)
            One<T>(i);
        for (; i < end; i++)
            One<Lane1>(i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void One<T>(long i) where T : unmanaged, ILanes<T>
    {
        if (Widening)
            T.Store(IsBrain ? BrainFloat.ToSingle(T.Widen(Narrow + i)) : HalfFloat.ToSingle(T.Widen(Narrow + i)), Wide + i);
        else
            T.Narrow(IsBrain ? BrainFloat.FromSingle(T.Load(Wide + i)) : HalfFloat.FromSingle(T.Load(Wide + i)), Narrow + i);
    }
}
