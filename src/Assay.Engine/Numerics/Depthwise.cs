namespace Assay.Engine.Numerics;

/// <summary>
/// Depthwise convolution by 3 by 3 elements: one item is one input plane. A strip of padded rows is laid out, columns cut in
/// phases as in <see cref="WindowShape"/>, and four rows of outputs share what they read of it.
/// </summary>
/// <remarks>
/// The last vector of a row overlaps the one before it: outputs there are computed twice, alike, and nothing is read or written
/// beyond a row.
/// </remarks>
internal unsafe struct Depthwise : IKernel, IFinishingKernel
{
    /// <summary>Floats of a strip, small enough to stay in the first-level cache, unless four rows of outputs take more.</summary>
    private const int StripSize = 5000;

    private const int RowsTogether = 4;

    public WindowShape Shape;
    public int Channels, OutPerPlane;
    public float* Input, Output, Weights;
    public Epilogue Epilogue;

    private float* strips;
    private long stripPitch;
    private int rows;

    public static bool Suits(in WindowShape s) => (s.InD, s.OutD, s.KernelD, s.PadD) == (1, 1, 1, 0) && (s.KernelH, s.KernelW, s.DilationH, s.DilationW) == (3, 3, 1, 1)
        && s.StrideW is 1 or 2 && s.StrideH is 1 or 2 && s.OutW >= 4 && s.OutH >= 1 && s.PadW <= 2 && s.InW >= 1;

    /// <summary>Floats of scratch memory that <see cref="Run(Launcher, Isa, Scratch, Depthwise, int)"/> takes.</summary>
    public static long ScratchSize(in WindowShape shape, int threads) => threads * StripPitch(shape, out _);

    public static void Run(Launcher launcher, Isa isa, Scratch scratch, Depthwise kernel, int planes)
    {
        kernel.stripPitch = StripPitch(kernel.Shape, out kernel.rows);
        kernel.strips = scratch.Planes(launcher.Threads * kernel.stripPitch);
        launcher.Run(isa, planes, kernel, Cost.Of((double)kernel.Shape.OutSize * kernel.OutPerPlane, perNanosecond: 2.5, start: 50));
    }

    private static long StripPitch(in WindowShape shape, out int rows)
    {
        var fit = (int)Math.Clamp(((StripSize / shape.RowPitch) - 2) / shape.StrideH, RowsTogether, 1 << 20);
        rows = Math.Min(shape.OutH, fit / RowsTogether * RowsTogether);
        return ((((long)(rows - 1) * shape.StrideH) + 3) * shape.RowPitch) + Convolution.Slack;
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T> => Epilogue.Choose<T, Depthwise>(this, part, from, to);

    public readonly void Run<T, TFinish>(int part, int from, int to) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        // Half a vector more or less shows where rows are short.
        var halves = Shape.OutW < 48 && (Shape.OutW + 7) / 8 % 2 == 1;
        if (T.Width > 8 && Shape.OutW >= 8 && (halves || Shape.OutW < 16))
            Planes<Lane8, TFinish>(part, from, to);
        else if (T.Width > 4 && Shape.OutW < 8)
            Planes<Lane4, TFinish>(part, from, to);
        else
            Planes<T, TFinish>(part, from, to);
    }

    private readonly void Planes<T, TFinish>(int part, int from, int to) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var strip = strips + (part * stripPitch);
        // Padding between and beside the rows stays as it is from here on.
        new Span<float>(strip, (int)stripPitch).Clear();
        var height = ((rows - 1) * Shape.StrideH) + 3;
        for (var item = from; item < to; item++)
            for (var h = 0; h < Shape.OutH && !Interrupt.IsRaised; h += rows)
            {
                // The last strip overlaps the one before it.
                var top = Math.Min(h, Shape.OutH - rows);
                WriteStrip<T>(Input + ((long)item * Shape.InSize), strip, (top * Shape.StrideH) - Shape.PadH, height);
                for (var o = 0; o < OutPerPlane; o++)
                {
                    var channel = ((nint)(item % Channels) * OutPerPlane) + o;
                    var output = Output + (((((long)item * OutPerPlane) + o) * Shape.OutH) + top) * Shape.OutW;
                    Strip<T, TFinish>(strip, output, Weights + (channel * 9), TFinish.At<T>(Epilogue, channel));
                }
            }
    }

    private readonly void WriteStrip<T>(float* input, float* strip, int top, int height) where T : unmanaged, ILanes<T>
    {
        var pitch = (nint)Shape.RowPitch;
        for (var y = top; y < top + height; y++, strip += pitch)
            if (y < 0 || y >= Shape.InH)
                new Span<float>(strip, (int)pitch).Clear();
            else if (Shape.StrideW == 1)
                Rows.Copy<T>(input + ((long)y * Shape.InW), strip + Shape.PadW, (int)Math.Min(Shape.InW, pitch - Shape.PadW));
            else
                Rows.Split<T>(input + ((long)y * Shape.InW), strip, (nint)Shape.PhasePitch, Shape.PadW, (int)Math.Min(Shape.InW, pitch - Shape.PadW));
    }

    private readonly void Strip<T, TFinish>(float* strip, float* output, float* weights, in Channel<T> channel) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        nint pitch = (nint)Shape.RowPitch, width = Shape.OutW;
        nint second = Shape.ElementOffset(0, 0, 1), third = Shape.ElementOffset(0, 0, 2);
        if (Shape.StrideH == 1 && rows >= RowsTogether)
            for (var h = 0; h < rows; h += RowsTogether)
            {
                var top = Math.Min(h, rows - RowsTogether);
                Four<T, TFinish>(strip + (top * pitch), pitch, second, third, output + (top * width), width, weights, channel);
            }
        else
            for (var h = 0; h < rows; h++)
                One<T, TFinish>(strip + (h * Shape.StrideH * pitch), pitch, second, third, output + (h * width), width, weights, channel);
    }

    /// <summary>Four rows of outputs from six of the strip.</summary>
    private static void Four<T, TFinish>(float* x, nint pitch, nint second, nint third, float* y, nint width, float* weights, in Channel<T> channel) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        T w0 = T.Broadcast(weights[0]), w1 = T.Broadcast(weights[1]), w2 = T.Broadcast(weights[2]);
        T w3 = T.Broadcast(weights[3]), w4 = T.Broadcast(weights[4]), w5 = T.Broadcast(weights[5]);
        T w6 = T.Broadcast(weights[6]), w7 = T.Broadcast(weights[7]), w8 = T.Broadcast(weights[8]);
        var numbers = channel;
        for (nint j = 0; j < width; j = Rows.Next<T>(j, width))
        {
            var a = x + j;
            T c0 = default, c1 = default, c2 = default, c3 = default;
            T l = T.Load(a), m = T.Load(a + second), r = T.Load(a + third);
            c0 = T.Fma(r, w2, T.Fma(m, w1, T.Fma(l, w0, c0)));
            a += pitch;
            (l, m, r) = (T.Load(a), T.Load(a + second), T.Load(a + third));
            c0 = T.Fma(r, w5, T.Fma(m, w4, T.Fma(l, w3, c0)));
            c1 = T.Fma(r, w2, T.Fma(m, w1, T.Fma(l, w0, c1)));
            a += pitch;
            (l, m, r) = (T.Load(a), T.Load(a + second), T.Load(a + third));
            c0 = T.Fma(r, w8, T.Fma(m, w7, T.Fma(l, w6, c0)));
            c1 = T.Fma(r, w5, T.Fma(m, w4, T.Fma(l, w3, c1)));
            c2 = T.Fma(r, w2, T.Fma(m, w1, T.Fma(l, w0, c2)));
            a += pitch;
            (l, m, r) = (T.Load(a), T.Load(a + second), T.Load(a + third));
            c1 = T.Fma(r, w8, T.Fma(m, w7, T.Fma(l, w6, c1)));
            c2 = T.Fma(r, w5, T.Fma(m, w4, T.Fma(l, w3, c2)));
            c3 = T.Fma(r, w2, T.Fma(m, w1, T.Fma(l, w0, c3)));
            a += pitch;
            (l, m, r) = (T.Load(a), T.Load(a + second), T.Load(a + third));
            c2 = T.Fma(r, w8, T.Fma(m, w7, T.Fma(l, w6, c2)));
            c3 = T.Fma(r, w5, T.Fma(m, w4, T.Fma(l, w3, c3)));
            a += pitch;
            (l, m, r) = (T.Load(a), T.Load(a + second), T.Load(a + third));
            c3 = T.Fma(r, w8, T.Fma(m, w7, T.Fma(l, w6, c3)));
            T.Store(TFinish.Apply(c0, numbers), y + j);
            T.Store(TFinish.Apply(c1, numbers), y + width + j);
            T.Store(TFinish.Apply(c2, numbers), y + (2 * width) + j);
            T.Store(TFinish.Apply(c3, numbers), y + (3 * width) + j);
        }
    }

    /// <summary>One row of outputs from three of the strip.</summary>
    private static void One<T, TFinish>(float* x, nint pitch, nint second, nint third, float* y, nint width, float* weights, in Channel<T> channel) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        T w0 = T.Broadcast(weights[0]), w1 = T.Broadcast(weights[1]), w2 = T.Broadcast(weights[2]);
        T w3 = T.Broadcast(weights[3]), w4 = T.Broadcast(weights[4]), w5 = T.Broadcast(weights[5]);
        T w6 = T.Broadcast(weights[6]), w7 = T.Broadcast(weights[7]), w8 = T.Broadcast(weights[8]);
        var numbers = channel;
        for (nint j = 0; j < width; j = Rows.Next<T>(j, width))
        {
            var a = x + j;
            T c = default;
            c = T.Fma(T.Load(a + third), w2, T.Fma(T.Load(a + second), w1, T.Fma(T.Load(a), w0, c)));
            a += pitch;
            c = T.Fma(T.Load(a + third), w5, T.Fma(T.Load(a + second), w4, T.Fma(T.Load(a), w3, c)));
            a += pitch;
            c = T.Fma(T.Load(a + third), w8, T.Fma(T.Load(a + second), w7, T.Fma(T.Load(a), w6, c)));
            T.Store(TFinish.Apply(c, numbers), y + j);
        }
    }
}
