using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// Maxima over windows of rows and columns: one item is one plane. A row of outputs takes first the maxima down the columns, which
/// lie side by side whatever the stride, and then those along what that gives.
/// </summary>
/// <remarks>
/// The order of a maximum does not show (1.5 of the profile). Floats are compared as integers: as they are where none of them is
/// negative, as nearly always behind a Relu, and else as <see cref="LaneMath.OrderKey"/>.
/// </remarks>
internal unsafe struct MaxPool : IKernel
{
    // OrderKey(-infinity): below whatever a row can hold, in either form.
    private const int Nothing = unchecked((int)0x807FFFFF);

    private WindowShape shape;
    private float* input, output, rows;
    private long rowPitch;

    public static bool Suits(in WindowShape s) => (s.InD, s.OutD, s.KernelD, s.PadD) == (1, 1, 1, 0) && RowSize(s) < 1 << 20;

    public static void Run(Launcher launcher, Isa isa, Scratch scratch, in WindowShape shape, float* input, float* output, int planes)
    {
        var kernel = new MaxPool { shape = shape, input = input, output = output, rowPitch = RowSize(shape) };
        kernel.rows = scratch.Planes(launcher.Threads * kernel.rowPitch);
        launcher.Run(isa, planes, kernel, Cost.Of((shape.InSize + (2.0 * shape.OutSize)) * shape.KernelH, perNanosecond: 30, start: 100));
    }

    // What windows reach, what is written beyond it, and what whole vectors read beyond it.
    private static long RowSize(in WindowShape s) =>
        Math.Max((long)s.PadW + s.InW, ((s.OutW - 1L) * s.StrideW) + ((s.KernelW - 1L) * s.DilationW) + 1) + Convolution.Slack;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var row = rows + (part * rowPitch);
        // The padding beside the row stays as it is from here on.
        new Span<int>(row, (int)rowPitch).Fill(Nothing);
        for (var item = from; item < to; item++)
        {
            var plane = input + ((long)item * shape.InSize);
            var y = output + ((long)item * shape.OutSize);
            for (var h = 0; h < shape.OutH && !Interrupt.IsRaised; h++, y += shape.OutW)
            {
                Down<T>(plane, (h * (long)shape.StrideH) - shape.PadH, row + shape.PadW);
                if (shape.OutW >= T.Width)
                    Along<T>(row, y);
                else if (T.Width > 8 && shape.OutW >= 8)
                    Along<Lane8>(row, y);
                else if (T.Width > 4 && shape.OutW >= 4)
                    Along<Lane4>(row, y);
                else
                    Along<Lane1>(row, y);
            }
        }
    }

    /// <summary>The maxima of each column over the rows of one window, from row <paramref name="top"/> of the plane on.</summary>
    private readonly void Down<T>(float* plane, long top, float* row) where T : unmanaged, ILanes<T>
    {
        // The window's rows that lie in the input.
        var step = shape.DilationH;
        var first = top < 0 ? (-top + step - 1) / step : 0;
        var last = top >= shape.InH ? 0 : Math.Min(shape.KernelH, ((shape.InH - 1 - top) / step) + 1);
        if (first >= last)
        {
            new Span<int>(row, shape.InW).Fill(Nothing);
            return;
        }
        var x = plane + ((top + (first * step)) * shape.InW);
        if (shape.InW >= T.Width)
            Columns<T>(x, (nint)step * shape.InW, (int)(last - first), row);
        else if (T.Width > 8 && shape.InW >= 8)
            Columns<Lane8>(x, (nint)step * shape.InW, (int)(last - first), row);
        else if (T.Width > 4 && shape.InW >= 4)
            Columns<Lane4>(x, (nint)step * shape.InW, (int)(last - first), row);
        else
            Columns<Lane1>(x, (nint)step * shape.InW, (int)(last - first), row);
    }

    private readonly void Columns<T>(float* x, nint step, int count, float* row) where T : unmanaged, ILanes<T>
    {
        T any = default;
        nint width = shape.InW;
        for (nint j = 0; j < width; j = Rows.Next<T>(j, width))
        {
            var a = x + j;
            var most = T.Load(a);
            any |= most;
            for (var i = 1; i < count; i++)
            {
                a += step;
                var next = T.Load(a);
                any |= next;
                most = T.MaxInt(most, next);
            }
            T.Store(most, row + j);
        }
        if (!T.AnyTopBit(any))
            return;
        for (nint j = 0; j < width; j = Rows.Next<T>(j, width))
        {
            var a = x + j;
            var most = LaneMath.OrderKey(T.Load(a));
            for (var i = 1; i < count; i++)
            {
                a += step;
                most = T.MaxInt(most, LaneMath.OrderKey(T.Load(a)));
            }
            T.Store(most, row + j);
        }
    }

    private readonly void Along<T>(float* row, float* y) where T : unmanaged, ILanes<T>
    {
        nint width = shape.OutW, dilation = shape.DilationW;
        if (shape.StrideW == 1)
            for (nint j = 0; j < width; j = Rows.Next<T>(j, width))
            {
                var most = T.Load(row + j);
                for (var k = 1; k < shape.KernelW; k++)
                    most = T.MaxInt(most, T.Load(row + j + (k * dilation)));
                Store(most, y + j);
            }
        else if (shape.StrideW == 2 && dilation == 1 && shape.KernelW is 2 or 3)
            for (nint j = 0; j < width; j = Rows.Next<T>(j, width))
            {
                var x = row + (2 * j);
                T a = T.Load(x), b = T.Load(x + T.Width);
                var most = T.MaxInt(T.Even(a, b), T.Odd(a, b));
                if (shape.KernelW == 3)
                    most = T.MaxInt(most, T.Even(T.Load(x + 2), T.Load(x + 2 + T.Width)));
                Store(most, y + j);
            }
        else
            for (nint j = 0; j < width; j++)
            {
                var x = (int*)row + (j * shape.StrideW);
                var most = *x;
                for (var k = 1; k < shape.KernelW; k++)
                    most = Math.Max(most, x[k * dilation]);
                Store(Lane1.BroadcastBits(most), y + j);
            }
    }

    /// <summary>Puts keys back into floats; what was no key stays as it is but for the canonical NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T most, float* y) where T : unmanaged, ILanes<T> =>
        T.Store(LaneMath.Canonical(most ^ T.ShiftRight(T.ShiftRightArithmetic(most, 31), 1)), y);
}
