using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Engine.Numerics.Int8;

/// <summary>float32 to int8: one product, then the nearest, ties to even. One item is <see cref="Chunk"/> elements.</summary>
internal unsafe struct Int8Quantize : IKernel
{
    public const int Chunk = 4096;

    // Adding it leaves the nearest whole number, ties to even, in the low bits.
    private const float Rounding = 12582912f;

    public float* X;
    public sbyte* Y;
    public long Count;
    public float InverseScale;
    public int ZeroPoint;

    public readonly void Run(Launcher launcher, Isa isa) => launcher.Run(isa, (int)((Count + Chunk - 1) / Chunk), this, Cost.Of(Chunk, perNanosecond: 8));

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var end = Math.Min(Count, (long)to * Chunk);
        var i = (long)from * Chunk;
        for (; i + T.Width <= end; i += T.Width)
            Some<T>(X + i, Y + i);
        for (; i < end; i++)
            Some<Lane1>(X + i, Y + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Some<T>(float* x, sbyte* y) where T : unmanaged, ILanes<T>
    {
        T product = T.Load(x) * T.Broadcast(InverseScale), least = T.Broadcast(-1024), most = T.Broadcast(1024);
        product = T.Select(T.Equal(product, product), product, default);
        product = T.Select(T.Less(product, least), least, T.Select(T.Less(most, product), most, product));
        var v = T.AddInt(T.SubInt(product + T.Broadcast(Rounding), T.Broadcast(Rounding)), T.BroadcastBits(ZeroPoint));
        T low = T.BroadcastBits(-128), high = T.BroadcastBits(127);
        v = T.MaxInt(v, low);
        T.NarrowToBytes(T.Select(T.LessInt(high, v), high, v), y);
    }
}

/// <summary>int8 to float32, by a table of the 256 products. One item is <see cref="Chunk"/> elements.</summary>
internal unsafe struct Int8Dequantize : IKernel
{
    private const int Chunk = 4096;

    public sbyte* X;
    public float* Y;
    public long Count;
    public float Scale;
    public int ZeroPoint;

    public readonly void Run(Launcher launcher, Isa isa) => launcher.Run(isa, (int)((Count + Chunk - 1) / Chunk), this, Cost.Of(Chunk, perNanosecond: 2));

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var i = (long)from * Chunk; i < Math.Min(Count, (long)to * Chunk); i++)
            Y[i] = (X[i] - ZeroPoint) * Scale;
    }
}

/// <summary>T[x]. One item is <see cref="Chunk"/> elements.</summary>
internal unsafe struct Int8Table : IKernel
{
    private const int Chunk = 4096;

    public sbyte* X, Table, Y;
    public long Count;

    public readonly void Run(Launcher launcher, Isa isa) => launcher.Run(isa, (int)((Count + Chunk - 1) / Chunk), this, Cost.Of(Chunk, perNanosecond: 2));

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var i = (long)from * Chunk; i < Math.Min(Count, (long)to * Chunk); i++)
            Y[i] = Table[X[i] + 128];
    }
}

/// <summary>RQ(p (a − za) + q (b − zb)). One item is <see cref="Chunk"/> elements.</summary>
internal unsafe struct Int8Add : IKernel
{
    private const int Chunk = 4096, Some = 64;

    public sbyte* A, B, Y;
    public long Count;
    public int MultiplierA, MultiplierB, ZeroA, ZeroB;
    public double Factor;
    public Int8Scale Scale;

    public readonly void Run(Launcher launcher, Isa isa) => launcher.Run(isa, (int)((Count + Chunk - 1) / Chunk), this, Cost.Of(Chunk, perNanosecond: 4));

    [SkipLocalsInit]
    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var sums = stackalloc int[Some];
        var bytes = stackalloc sbyte[Some];
        var factor = Factor;
        // All that does not depend on a and b.
        var rest = -(MultiplierA * ZeroA) - (MultiplierB * ZeroB);
        var end = Math.Min(Count, (long)to * Chunk);
        for (var i = (long)from * Chunk; i < end; i += Some)
        {
            var count = (int)Math.Min(Some, end - i);
            var j = 0;
            for (; j + 16 <= count; j += 16)
            {
                var (a, c) = Vector128.Widen(Vector128.Load(A + i + j));
                var (b, d) = Vector128.Widen(Vector128.Load(B + i + j));
                Eight(a, b, rest, sums + j);
                Eight(c, d, rest, sums + j + 8);
            }
            for (; j < count; j++)
                sums[j] = (MultiplierA * A[i + j]) + (MultiplierB * B[i + j]) + rest;
            Scale.Run<T>(sums, count, &factor, each: false, bytes);
            new ReadOnlySpan<sbyte>(bytes, count).CopyTo(new Span<sbyte>(Y + i, count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Eight(Vector128<short> a, Vector128<short> b, int rest, int* sums)
    {
        var (lowA, highA) = Vector128.Widen(a);
        var (lowB, highB) = Vector128.Widen(b);
        ((lowA * MultiplierA) + (lowB * MultiplierB) + Vector128.Create(rest)).Store(sums);
        ((highA * MultiplierA) + (highB * MultiplierB) + Vector128.Create(rest)).Store(sums + 4);
    }
}
