using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Int8;

/// <summary>Windows of a plane.</summary>
internal struct Int8Window
{
    public int InH, InW, OutH, OutW, KernelH, KernelW, StrideH, StrideW, PadH, PadW;

    /// <summary>The window's places inside the input along one axis: from the first to before the last, counted in the input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (int From, int To) Inside(int output, int stride, int pad, int kernel, int extent)
    {
        var start = ((long)output * stride) - pad;
        return ((int)Math.Clamp(start, 0, extent), (int)Math.Clamp(start + kernel, 0, extent));
    }
}

/// <summary>The greatest of a window, −128 where it lies in padding. One item is a plane.</summary>
internal unsafe struct Int8MaxPool : IKernel
{
    public Int8Window Window;
    public sbyte* X, Y;

    public readonly void Run(Launcher launcher, Isa isa, int planes) =>
        launcher.Run(isa, planes, this, Cost.Of((double)Window.OutH * Window.OutW * Window.KernelH * Window.KernelW, perNanosecond: 2, start: 20));

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var item = from; item < to; item++)
        {
            var x = X + ((long)item * Window.InH * Window.InW);
            var y = Y + ((long)item * Window.OutH * Window.OutW);
            for (var h = 0; h < Window.OutH && !Interrupt.IsRaised; h++)
            {
                var (top, bottom) = Int8Window.Inside(h, Window.StrideH, Window.PadH, Window.KernelH, Window.InH);
                for (var w = 0; w < Window.OutW; w++)
                {
                    var (left, right) = Int8Window.Inside(w, Window.StrideW, Window.PadW, Window.KernelW, Window.InW);
                    var most = (int)sbyte.MinValue;
                    for (var i = top; i < bottom; i++)
                        for (var j = left; j < right; j++)
                            most = Math.Max(most, x[((long)i * Window.InW) + j]);
                    *y++ = (sbyte)most;
                }
            }
        }
    }
}

/// <summary>RQ of the sum of what a window has inside the input. One item is a plane.</summary>
internal unsafe struct Int8AveragePool : IKernel
{
    private const int Some = 64;

    public Int8Window Window;
    public sbyte* X, Y;
    public int ZeroPoint;

    /// <summary>One for all places, or where <see cref="HasFactors"/> one for each, and fifteen more.</summary>
    public double* Factors;
    public bool HasFactors;
    public Int8Scale Scale;

    public readonly void Run(Launcher launcher, Isa isa, int planes) =>
        launcher.Run(isa, planes, this, Cost.Of((double)Window.OutH * Window.OutW * ((Window.KernelH * (double)Window.KernelW) + 4), perNanosecond: 2, start: 20));

    [SkipLocalsInit]
    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var sums = stackalloc int[Some];
        var bytes = stackalloc sbyte[Some];
        for (var item = from; item < to; item++)
        {
            var x = X + ((long)item * Window.InH * Window.InW);
            var y = Y + ((long)item * Window.OutH * Window.OutW);
            var places = Window.OutH * Window.OutW;
            for (var place = 0; place < places && !Interrupt.IsRaised; place += Some)
            {
                var count = Math.Min(Some, places - place);
                for (var i = 0; i < count; i++)
                    sums[i] = Sum(x, (place + i) / Window.OutW, (place + i) % Window.OutW);
                Scale.Run<T>(sums, count, Factors + (HasFactors ? place : 0), HasFactors, bytes);
                new ReadOnlySpan<sbyte>(bytes, count).CopyTo(new Span<sbyte>(y + place, count));
            }
        }
    }

    private readonly int Sum(sbyte* x, int h, int w)
    {
        var (top, bottom) = Int8Window.Inside(h, Window.StrideH, Window.PadH, Window.KernelH, Window.InH);
        var (left, right) = Int8Window.Inside(w, Window.StrideW, Window.PadW, Window.KernelW, Window.InW);
        var sum = 0;
        for (var i = top; i < bottom; i++)
            for (var j = left; j < right; j++)
                sum += x[((long)i * Window.InW) + j];
        return sum - (ZeroPoint * (bottom - top) * (right - left));
    }
}
