using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Int8;

/// <summary>
/// y = RQ(b + W (x − zx)), one vector of outputs at a time, two terms of a sum in each lane: the weights are read once for each four rows of x, as bytes. One item is sixteen
/// outputs of all rows.
/// </summary>
internal unsafe struct Int8Dense : IKernel
{
    /// <summary>Outputs of a panel.</summary>
    public const int Panel = 16;

    /// <summary>Rows that share a reading of the weights.</summary>
    private const int Together = 4;

    public int Rows, Outputs, Pairs;

    /// <summary>[rows, pairs]: two differences from the zero point in each.</summary>
    public int* X;

    /// <summary>[outputs / 16, pairs, 16, 2], the last filled up with zeros.</summary>
    public sbyte* Weights;

    /// <summary>Of every output, and of those that fill the last panel.</summary>
    public int* Bias;
    public double* Factors;

    public Int8Scale Scale;
    public sbyte* Output;

    public readonly void Run(Launcher launcher, Isa isa) =>
        launcher.Run(isa, (Outputs + Panel - 1) / Panel, this, Cost.Of(Rows * (double)Panel * (Pairs + 8), perNanosecond: 16));

    [SkipLocalsInit]
    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var sums = stackalloc int[Together * Panel];
        var bytes = stackalloc sbyte[Panel];
        for (var panel = from; panel < to; panel++)
            for (var row = 0; row < Rows && !Interrupt.IsRaised; row += Together)
            {
                var rows = Math.Min(Together, Rows - row);
                for (var lane = 0; lane < Panel; lane += T.Width)
                {
                    var w = Weights + (((long)panel * Pairs * Panel) + lane) * 2;
                    var b = T.Load((float*)(Bias + (panel * Panel) + lane));
                    if (rows == Together)
                        Four(X + ((long)row * Pairs), w, b, sums + lane);
                    else
                        for (var r = 0; r < rows; r++)
                            One(X + ((long)(row + r) * Pairs), w, b, sums + (r * Panel) + lane);
                }
                for (var r = 0; r < rows; r++)
                {
                    Scale.Run<T>(sums + (r * Panel), Panel, Factors + (panel * Panel), each: true, bytes);
                    var count = Math.Min(Panel, Outputs - (panel * Panel));
                    new ReadOnlySpan<sbyte>(bytes, count).CopyTo(new Span<sbyte>(Output + ((long)(row + r) * Outputs) + (panel * Panel), count));
                }
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Four<T>(int* x, sbyte* w, T bias, int* sums) where T : unmanaged, ILanes<T>
    {
        T a0 = bias, a1 = bias, a2 = bias, a3 = bias;
        int* x1 = x + Pairs, x2 = x1 + Pairs, x3 = x2 + Pairs;
        for (var k = 0; k < Pairs; k++, w += 2 * Panel)
        {
            var v = T.WidenBytes(w);
            a0 = T.AddInt(a0, T.MultiplyAddShorts(v, T.Broadcast(*(float*)(x + k))));
            a1 = T.AddInt(a1, T.MultiplyAddShorts(v, T.Broadcast(*(float*)(x1 + k))));
            a2 = T.AddInt(a2, T.MultiplyAddShorts(v, T.Broadcast(*(float*)(x2 + k))));
            a3 = T.AddInt(a3, T.MultiplyAddShorts(v, T.Broadcast(*(float*)(x3 + k))));
        }
        T.Store(a0, (float*)sums);
        T.Store(a1, (float*)(sums + Panel));
        T.Store(a2, (float*)(sums + (2 * Panel)));
        T.Store(a3, (float*)(sums + (3 * Panel)));
    }

    /// <summary>One row, in two sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void One<T>(int* x, sbyte* w, T bias, int* sums) where T : unmanaged, ILanes<T>
    {
        T a = bias, b = default;
        var k = 0;
        for (; k + 2 <= Pairs; k += 2, w += 4 * Panel)
        {
            a = T.AddInt(a, T.MultiplyAddShorts(T.WidenBytes(w), T.Broadcast(*(float*)(x + k))));
            b = T.AddInt(b, T.MultiplyAddShorts(T.WidenBytes(w + (2 * Panel)), T.Broadcast(*(float*)(x + k + 1))));
        }
        if (k < Pairs)
            a = T.AddInt(a, T.MultiplyAddShorts(T.WidenBytes(w), T.Broadcast(*(float*)(x + k))));
        T.Store(T.AddInt(a, b), (float*)sums);
    }
}
