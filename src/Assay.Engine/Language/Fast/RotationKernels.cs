using System.Runtime.CompilerServices;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>2.4: cosines and then sines of all pairs at positions from <see cref="First"/> on, [positions, 2, pairs]. One item is one position.</summary>
internal unsafe struct RotationTable : IKernel
{
    public float* Frequencies, Y;
    public int First, Pairs;
    public float Magnitude;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var row = from; row < to; row++)
        {
            var i = 0;
            for (; i + T.Width <= Pairs; i += T.Width)
                One<T>(row, i);
            for (; i < Pairs; i++)
                One<Lane1>(row, i);
        }
    }

    private readonly void One<T>(int row, int i) where T : unmanaged, ILanes<T>
    {
        var t = T.Broadcast(First + row) * T.Load(Frequencies + i);
        T c = Wide<CosFunction>.Apply(t), s = Wide<SinFunction>.Apply(t);
        if (Magnitude != 1)
            (c, s) = (c * T.Broadcast(Magnitude), s * T.Broadcast(Magnitude));
        var y = Y + (2L * row * Pairs) + i;
        T.Store(c, y);
        T.Store(s, y + Pairs);
    }
}

/// <summary>2.4: the heads of each row rotated in place by its position. One item is one row.</summary>
internal unsafe struct RotateKernel : IKernel
{
    /// <summary>[rows, heads, headSize].</summary>
    public float* X;
    public int Heads, HeadSize, Pairs;
    public int* Positions;

    /// <summary>Of each 64 positions what <see cref="RotationTable"/> made.</summary>
    public float** Blocks;
    public RotaryLayout Layout;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var row = from; row < to; row++)
        {
            var p = Positions[row];
            var c = Blocks[p / CacheLayout.Positions] + (2L * (p % CacheLayout.Positions) * Pairs);
            var s = c + Pairs;
            var x = X + ((long)row * Heads * HeadSize);
            for (var head = 0; head < Heads; head++, x += HeadSize)
            {
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
