using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>What is done with the elements of a window, in row-major order of the window.</summary>
internal unsafe interface IWindowOperation
{
    /// <summary>The value that stands for padding.</summary>
    static abstract float Padding { get; }

    /// <summary>The elements are put in another form before windows look at them, by <see cref="Prepare"/>.</summary>
    static abstract bool Prepares { get; }

    static abstract T Prepare<T>(T x) where T : unmanaged, ILanes<T>;

    static abstract T Start<T>() where T : unmanaged, ILanes<T>;

    static abstract T Step<T>(T accumulator, T x, float weight) where T : unmanaged, ILanes<T>;

    /// <param name="scale">This row's factor of the window counts.</param>
    /// <param name="columns">One number per output of the row.</param>
    static abstract T Finish<T>(T accumulator, float scale, float* columns) where T : unmanaged, ILanes<T>;
}

/// <summary>Depthwise convolution: one chain over the window. The bias and what else follows is the kernel's epilogue.</summary>
internal readonly unsafe struct DepthwiseOperation : IWindowOperation
{
    public static float Padding => 0;

    public static bool Prepares => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Prepare<T>(T x) where T : unmanaged, ILanes<T> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Start<T>() where T : unmanaged, ILanes<T> => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Step<T>(T accumulator, T x, float weight) where T : unmanaged, ILanes<T> => T.Fma(x, T.Broadcast(weight), accumulator);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Finish<T>(T accumulator, float scale, float* columns) where T : unmanaged, ILanes<T> => accumulator;
}

/// <summary>The maximum, of integers that stand in the same order; padding is its neutral element.</summary>
internal readonly unsafe struct MaxOperation : IWindowOperation
{
    public static float Padding => float.NegativeInfinity;

    public static bool Prepares => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Prepare<T>(T x) where T : unmanaged, ILanes<T> => LaneMath.OrderKey(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Start<T>() where T : unmanaged, ILanes<T> => LaneMath.OrderKey(T.Broadcast(float.NegativeInfinity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Step<T>(T accumulator, T x, float weight) where T : unmanaged, ILanes<T> => T.MaxInt(accumulator, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Finish<T>(T accumulator, float scale, float* columns) where T : unmanaged, ILanes<T> =>
        accumulator ^ T.ShiftRight(T.ShiftRightArithmetic(accumulator, 31), 1);
}

/// <summary>The sum over the count. A sum that begins with +0 is never -0, so a padding of +0 leaves it as it is.</summary>
internal readonly unsafe struct AverageOperation : IWindowOperation
{
    public static float Padding => 0;

    public static bool Prepares => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Prepare<T>(T x) where T : unmanaged, ILanes<T> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Start<T>() where T : unmanaged, ILanes<T> => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Step<T>(T accumulator, T x, float weight) where T : unmanaged, ILanes<T> => accumulator + x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Finish<T>(T accumulator, float scale, float* columns) where T : unmanaged, ILanes<T> => accumulator / (T.Broadcast(scale) * T.Load(columns));
}

/// <summary>Windows that stay within one channel. One item is one input plane; it makes <see cref="OutPerPlane"/> output planes.</summary>
internal unsafe struct WindowKernel<TOperation> : IKernel, IFinishingKernel where TOperation : unmanaged, IWindowOperation
{
    public WindowShape Shape;
    public int Channels, OutPerPlane;
    public float* Input, Output;

    /// <summary>Depthwise: [channels, OutPerPlane, kernel], and what follows each chain; <see cref="Epilogue.Bias"/> is null for pools.</summary>
    public float* Weights;
    public Epilogue Epilogue;

    /// <summary>Average: elements counted along each axis of the output; <see cref="CountW"/> has a vector to spare. Else null.</summary>
    public float* CountD, CountH, CountW;

    /// <summary>One plane per thread, <see cref="PlanePitch"/> floats apart, and the offsets of the kernel's elements.</summary>
    public float* Planes;
    public long PlanePitch;
    public nint* Offsets;

    /// <summary>Runs all planes.</summary>
    public static void Run(Launcher launcher, Isa isa, Scratch scratch, WindowKernel<TOperation> kernel, int planes)
    {
        if (kernel.Shape.OutSize == 0)
            return;
        kernel.PlanePitch = kernel.Shape.PlaneSize + Convolution.Slack;
        kernel.Planes = scratch.Planes(launcher.Threads * kernel.PlanePitch);
        kernel.Offsets = scratch.Offsets(kernel.Shape.KernelSize);
        kernel.Shape.WriteOffsets(kernel.Offsets);
        launcher.Run(isa, planes, kernel, Cost.Of((double)kernel.Shape.OutSize * kernel.Shape.KernelSize, perNanosecond: 4, start: 100));
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        if (Epilogue.Bias is null)
            Run<T, NothingMore>(part, from, to);
        else
            Epilogue.Choose<T, WindowKernel<TOperation>>(this, part, from, to);
    }

    public readonly void Run<T, TFinish>(int part, int from, int to) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var plane = Planes + (part * PlanePitch);
        for (var item = from; item < to; item++)
        {
            Shape.WritePlane<T>(Input + ((long)item * Shape.InSize), plane, TOperation.Padding);
            for (var i = 0L; TOperation.Prepares && i < PlanePitch - Convolution.Slack; i += T.Width)
                T.Store(TOperation.Prepare(T.Load(plane + i)), plane + i);
            for (var o = 0; o < OutPerPlane; o++)
            {
                var output = ((long)item * OutPerPlane) + o;
                var channel = ((nint)(item % Channels) * OutPerPlane) + o;
                Plane<T, TFinish>(plane, Output + (output * Shape.OutSize), Weights is null ? null : Weights + (channel * Shape.KernelSize), TFinish.At<T>(Epilogue, channel));
            }
        }
    }

    private readonly void Plane<T, TFinish>(float* plane, float* output, float* weights, in Channel<T> channel) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        for (var d = 0; d < Shape.OutD; d++)
            for (var h = 0; h < Shape.OutH && !Interrupt.IsRaised; h++, output += Shape.OutW)
                Row<T, TFinish>(plane + Shape.RowStart(d, h), output, weights, CountH is null ? 1 : CountD[d] * CountH[h], channel);
    }

    // Taps of one window that are worth asking whether the run goes on.
    private const int MuchOfAWindow = 4096;

    private readonly void Row<T, TFinish>(float* row, float* output, float* weights, float scale, in Channel<T> channel) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var size = Shape.KernelSize;
        var w = 0;
        for (; w + (4 * T.Width) <= Shape.OutW && !(size > MuchOfAWindow && Interrupt.IsRaised); w += 4 * T.Width)
        {
            T a0 = TOperation.Start<T>(), a1 = a0, a2 = a0, a3 = a0;
            for (var k = 0; k < size; k++)
            {
                var x = row + Offsets[k] + w;
                var weight = weights is null ? 0 : weights[k];
                a0 = TOperation.Step(a0, T.Load(x), weight);
                a1 = TOperation.Step(a1, T.Load(x + T.Width), weight);
                a2 = TOperation.Step(a2, T.Load(x + (2 * T.Width)), weight);
                a3 = TOperation.Step(a3, T.Load(x + (3 * T.Width)), weight);
            }
            T.Store(Finish<T, TFinish>(a0, scale, w, channel), output + w);
            T.Store(Finish<T, TFinish>(a1, scale, w + T.Width, channel), output + w + T.Width);
            T.Store(Finish<T, TFinish>(a2, scale, w + (2 * T.Width), channel), output + w + (2 * T.Width));
            T.Store(Finish<T, TFinish>(a3, scale, w + (3 * T.Width), channel), output + w + (3 * T.Width));
        }
        var edge = stackalloc float[T.Width];
        for (; w < Shape.OutW && !(size > MuchOfAWindow && Interrupt.IsRaised); w += T.Width)
        {
            var a = TOperation.Start<T>();
            for (var k = 0; k < size; k++)
                a = TOperation.Step(a, T.Load(row + Offsets[k] + w), weights is null ? 0 : weights[k]);
            a = Finish<T, TFinish>(a, scale, w, channel);
            if (w + T.Width <= Shape.OutW)
            {
                T.Store(a, output + w);
                continue;
            }
            T.Store(a, edge);
            for (var j = 0; w + j < Shape.OutW; j++)
                output[w + j] = edge[j];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly T Finish<T, TFinish>(T a, float scale, int w, in Channel<T> channel) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish =>
        TFinish.Apply(TOperation.Finish(a, scale, CountW + w), channel);
}
