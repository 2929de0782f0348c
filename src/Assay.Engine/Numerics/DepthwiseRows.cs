using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// Depthwise convolution by 3 by 3 elements with one line of padding all around, read from the input where it stands: one item is one
/// input plane. Several rows of outputs share what they read.
/// </summary>
/// <remarks>
/// What lies beside a row is read with it and masked to the padding's +0; rows above and below are a row of zeros. The one row that
/// has nothing before it, the first of the first plane, and the one with nothing behind it are read from a copy.
/// </remarks>
internal unsafe struct DepthwiseRows : IKernel, IFinishingKernel
{
    /// <summary>Rows of outputs that are computed together, by stride.</summary>
    private const int Together1 = 4, Together2 = 2;

    /// <summary>Rows of scratch memory: zeros, the first row of all, the last, and masks.</summary>
    private const int Buffers = 4;

    /// <summary>Outputs after which a run may be called off.</summary>
    private const int MostOutputs = 1 << 12;

    public WindowShape Shape;
    public int Channels, OutPerPlane;
    public float* Input, Output, Weights;
    public Epilogue Epilogue;

    private float* rows;
    private int planes, rowPitch;

    public static bool Suits(in WindowShape s) => Depthwise.Suits(s) && (s.PadH, s.PadW) == (1, 1) && s.StrideH == s.StrideW
        && s.OutH == ((s.InH - 1) / s.StrideH) + 1 && s.OutW == ((s.InW - 1) / s.StrideW) + 1 && s.OutH >= (s.StrideH == 1 ? Together1 : Together2) && s.InW < 1 << 28;

    public static long ScratchSize(in WindowShape shape, int threads) => (long)Buffers * threads * RowPitch(shape);

    public static void Run(Launcher launcher, Isa isa, Scratch scratch, DepthwiseRows kernel, int planes)
    {
        kernel.planes = planes;
        kernel.rowPitch = (int)RowPitch(kernel.Shape);
        kernel.rows = scratch.Planes(ScratchSize(kernel.Shape, launcher.Threads));
        launcher.Run(isa, planes, kernel, Cost.Of((double)kernel.Shape.OutSize * kernel.OutPerPlane, perNanosecond: 4, start: 40));
    }

    // A vector before the row, and whole vectors behind it.
    private static long RowPitch(in WindowShape s) => ((s.InW + 15) / 16 * 16) + 48;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T> => Epilogue.Choose<T, DepthwiseRows>(this, part, from, to);

    public readonly void Run<T, TFinish>(int part, int from, int to) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        if (T.Width > 8 && Shape.OutW is >= 8 and < 16)
            Planes<Lane8, TFinish>(part, from, to);
        else if (T.Width > 4 && Shape.OutW < 8)
            Planes<Lane4, TFinish>(part, from, to);
        else
            Planes<T, TFinish>(part, from, to);
    }

    private readonly void Planes<T, TFinish>(int part, int from, int to) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var zeros = rows + ((long)part * Buffers * rowPitch);
        new Span<float>(zeros, Buffers * rowPitch).Clear();
        // Ones, but for the lane of padding before (behind) a row.
        var masks = (int*)zeros + (3 * rowPitch);
        new Span<int>(masks, 2 * T.Width).Fill(-1);
        (masks[0], masks[(2 * T.Width) - 1]) = (0, 0);
        zeros += 16;
        var edges = new Edges { Zeros = zeros, First = zeros + rowPitch, Last = zeros + (2 * rowPitch), FirstRow = Input, LastRow = Input + ((long)planes * Shape.InSize) - Shape.InW, Masks = (float*)masks };
        if (from == 0)
            Rows.Copy<T>(edges.FirstRow, edges.First, Shape.InW);
        if (to == planes)
            Rows.Copy<T>(edges.LastRow, edges.Last, Shape.InW);
        var together = Shape.StrideH == 1 ? Together1 : Together2;
        var most = Math.Max(1, MostOutputs / Shape.OutW / together) * together;
        for (var item = from; item < to; item++)
            for (var o = 0; o < OutPerPlane; o++)
            {
                var plane = Input + ((long)item * Shape.InSize);
                var channel = ((nint)(item % Channels) * OutPerPlane) + o;
                var output = Output + ((((long)item * OutPerPlane) + o) * Shape.OutSize);
                for (var h = 0; h < Shape.OutH && !Interrupt.IsRaised; h += most)
                    if (Shape.StrideH == 1)
                    {
                        if (Shape.OutW > 2 * T.Width)
                            ByOne<T, TFinish, Interior>(plane, output, h, Math.Min(Shape.OutH, h + most), Weights + (channel * 9), edges, TFinish.At<T>(Epilogue, channel));
                        ByOne<T, TFinish, Edge>(plane, output, h, Math.Min(Shape.OutH, h + most), Weights + (channel * 9), edges, TFinish.At<T>(Epilogue, channel));
                    }
                    else
                        ByTwo<T, TFinish>(plane, output, h, Math.Min(Shape.OutH, h + most), Weights + (channel * 9), edges, TFinish.At<T>(Epilogue, channel));
            }
    }

    private interface IPart
    {
        static abstract bool IsEdge { get; }

        static abstract T Mask<T>(T x, T mask) where T : unmanaged, ILanes<T>;
    }

    private readonly struct Edge : IPart
    {
        public static bool IsEdge => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Mask<T>(T x, T mask) where T : unmanaged, ILanes<T> => x & mask;
    }

    private readonly struct Interior : IPart
    {
        public static bool IsEdge => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Mask<T>(T x, T mask) where T : unmanaged, ILanes<T> => x;
    }

    /// <summary>What stands for rows that may not be read where they are, and for none.</summary>
    private struct Edges
    {
        public float* Zeros, First, Last, FirstRow, LastRow, Masks;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly float* Row(float* plane, nint y, nint height, nint width)
        {
            var row = plane + (y * width);
            return (nuint)y >= (nuint)height ? Zeros : row == FirstRow ? First : row == LastRow ? Last : row;
        }
    }

    /// <summary>Rows <paramref name="from"/> to <paramref name="to"/> of the outputs, four from six of the input.</summary>
    // Nothing is called in here: weights stay in registers.
    private readonly void ByOne<T, TFinish, TPart>(float* plane, float* output, nint from, nint to, float* weights, in Edges edges, in Channel<T> channel) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish where TPart : unmanaged, IPart
    {
        nint width = Shape.InW, height = Shape.InH;
        T w0 = T.Broadcast(weights[0]), w1 = T.Broadcast(weights[1]), w2 = T.Broadcast(weights[2]);
        T w3 = T.Broadcast(weights[3]), w4 = T.Broadcast(weights[4]), w5 = T.Broadcast(weights[5]);
        T w6 = T.Broadcast(weights[6]), w7 = T.Broadcast(weights[7]), w8 = T.Broadcast(weights[8]);
        var numbers = channel;
        T first = T.Load(edges.Masks), last = T.Load(edges.Masks + T.Width), all = T.BroadcastBits(-1);
        for (var h = from; h < to; h += Together1)
        {
            // The last rows overlap those before them.
            var top = Math.Min(h, height - Together1);
            var y = output + (top * width);
            float* x0 = edges.Row(plane, top - 1, height, width), x1 = edges.Row(plane, top, height, width), x2 = edges.Row(plane, top + 1, height, width);
            float* x3 = edges.Row(plane, top + 2, height, width), x4 = edges.Row(plane, top + 3, height, width), x5 = edges.Row(plane, top + 4, height, width);
            for (nint j = TPart.IsEdge ? 0 : T.Width; TPart.IsEdge ? j < width : j + T.Width < width; j = !TPart.IsEdge ? j + T.Width : j == 0 && width > T.Width ? width - T.Width : width)
            {
                var before = j == 0 ? first : all;
                var behind = j + T.Width == width ? last : all;
                T l = TPart.Mask(T.Load(x0 + j - 1), before), m = T.Load(x0 + j), r = TPart.Mask(T.Load(x0 + j + 1), behind);
                T c0 = T.Fma(r, w2, T.Fma(m, w1, T.Fma(l, w0, default)));
                l = TPart.Mask(T.Load(x1 + j - 1), before);
                m = T.Load(x1 + j);
                r = TPart.Mask(T.Load(x1 + j + 1), behind);
                c0 = T.Fma(r, w5, T.Fma(m, w4, T.Fma(l, w3, c0)));
                T c1 = T.Fma(r, w2, T.Fma(m, w1, T.Fma(l, w0, default)));
                l = TPart.Mask(T.Load(x2 + j - 1), before);
                m = T.Load(x2 + j);
                r = TPart.Mask(T.Load(x2 + j + 1), behind);
                c0 = T.Fma(r, w8, T.Fma(m, w7, T.Fma(l, w6, c0)));
                T.Store(TFinish.Apply(c0, numbers), y + j);
                c1 = T.Fma(r, w5, T.Fma(m, w4, T.Fma(l, w3, c1)));
                T c2 = T.Fma(r, w2, T.Fma(m, w1, T.Fma(l, w0, default)));
                l = TPart.Mask(T.Load(x3 + j - 1), before);
                m = T.Load(x3 + j);
                r = TPart.Mask(T.Load(x3 + j + 1), behind);
                c1 = T.Fma(r, w8, T.Fma(m, w7, T.Fma(l, w6, c1)));
                T.Store(TFinish.Apply(c1, numbers), y + width + j);
                c2 = T.Fma(r, w5, T.Fma(m, w4, T.Fma(l, w3, c2)));
                T c3 = T.Fma(r, w2, T.Fma(m, w1, T.Fma(l, w0, default)));
                l = TPart.Mask(T.Load(x4 + j - 1), before);
                m = T.Load(x4 + j);
                r = TPart.Mask(T.Load(x4 + j + 1), behind);
                c2 = T.Fma(r, w8, T.Fma(m, w7, T.Fma(l, w6, c2)));
                T.Store(TFinish.Apply(c2, numbers), y + (2 * width) + j);
                c3 = T.Fma(r, w5, T.Fma(m, w4, T.Fma(l, w3, c3)));
                l = TPart.Mask(T.Load(x5 + j - 1), before);
                m = T.Load(x5 + j);
                r = TPart.Mask(T.Load(x5 + j + 1), behind);
                c3 = T.Fma(r, w8, T.Fma(m, w7, T.Fma(l, w6, c3)));
                T.Store(TFinish.Apply(c3, numbers), y + (3 * width) + j);
            }
        }
    }

    /// <summary>The same where every other row and column is an output's: two rows from five.</summary>
    private readonly void ByTwo<T, TFinish>(float* plane, float* output, nint from, nint to, float* weights, in Edges edges, in Channel<T> channel) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        nint width = Shape.OutW, inputs = Shape.InW, height = Shape.InH, lastTop = Shape.OutH - Together2;
        T w0 = T.Broadcast(weights[0]), w1 = T.Broadcast(weights[1]), w2 = T.Broadcast(weights[2]);
        T w3 = T.Broadcast(weights[3]), w4 = T.Broadcast(weights[4]), w5 = T.Broadcast(weights[5]);
        T w6 = T.Broadcast(weights[6]), w7 = T.Broadcast(weights[7]), w8 = T.Broadcast(weights[8]);
        var numbers = channel;
        T first = T.Load(edges.Masks), last = T.Load(edges.Masks + T.Width), all = T.BroadcastBits(-1);
        for (var h = from; h < to; h += Together2)
        {
            var top = Math.Min(h, lastTop);
            var y = output + (top * width);
            float* x0 = edges.Row(plane, (2 * top) - 1, height, inputs), x1 = edges.Row(plane, 2 * top, height, inputs), x2 = edges.Row(plane, (2 * top) + 1, height, inputs);
            float* x3 = edges.Row(plane, (2 * top) + 2, height, inputs), x4 = edges.Row(plane, (2 * top) + 3, height, inputs);
            for (nint j = 0; j < width; j = Rows.Next<T>(j, width))
            {
                var before = j == 0 ? first : all;
                var behind = (2 * (j + T.Width)) - 1 == inputs ? last : all;
                var (l, m, r) = Thirds(x0 + (2 * j), before, behind);
                T c0 = T.Fma(r, w2, T.Fma(m, w1, T.Fma(l, w0, default)));
                (l, m, r) = Thirds(x1 + (2 * j), before, behind);
                c0 = T.Fma(r, w5, T.Fma(m, w4, T.Fma(l, w3, c0)));
                (l, m, r) = Thirds(x2 + (2 * j), before, behind);
                c0 = T.Fma(r, w8, T.Fma(m, w7, T.Fma(l, w6, c0)));
                T c1 = T.Fma(r, w2, T.Fma(m, w1, T.Fma(l, w0, default)));
                T.Store(TFinish.Apply(c0, numbers), y + j);
                (l, m, r) = Thirds(x3 + (2 * j), before, behind);
                c1 = T.Fma(r, w5, T.Fma(m, w4, T.Fma(l, w3, c1)));
                (l, m, r) = Thirds(x4 + (2 * j), before, behind);
                c1 = T.Fma(r, w8, T.Fma(m, w7, T.Fma(l, w6, c1)));
                T.Store(TFinish.Apply(c1, numbers), y + width + j);
            }
        }
    }

    /// <summary>What the left, middle and right element of the window meet from column <paramref name="x"/> on, two columns an output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (T Left, T Middle, T Right) Thirds<T>(float* x, T before, T behind) where T : unmanaged, ILanes<T>
    {
        T a = T.Load(x), b = T.Load(x + T.Width);
        return (T.Odd(T.Load(x - 2), T.Load(x - 2 + T.Width)) & before, T.Even(a, b), T.Odd(a, b) & behind);
    }
}
