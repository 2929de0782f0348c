using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Engine.Numerics.Int8;

/// <summary>
/// A picture as products of pairs want it: in each lane of 32 bits two differences from the zero point, of two channels at one place, or of one channel at two places that
/// two taps of a row read. Padding is 0. Rows and columns are parted by what they leave over a stride, so that the places which a tap reads lie side by side.
/// </summary>
internal struct PairShape
{
    public int Channels, InH, InW, PadH, PadW, StrideH, StrideW, DilationW, ZeroPoint;

    /// <summary>Rows and columns of one part.</summary>
    public int Rows, Columns;

    /// <summary>A lane's second half is the same channel, so much to the right; else it is the next channel.</summary>
    public bool IsAlong;

    /// <summary>Channels are paired with nothing.</summary>
    public bool IsApart;

    /// <summary>It is the second operand's: the rows of a matrix are its channels.</summary>
    public bool IsOfSecond;

    public readonly int Planes => IsAlong || IsApart ? Channels : (Channels + 1) / 2;

    /// <summary>Lanes of all parts of one plane.</summary>
    public readonly long PlaneSize => (long)StrideH * StrideW * Rows * Columns;

    /// <summary>Where in a plane the tap at that row and column of a window begins.</summary>
    public readonly long OffsetOf(int row, int column) =>
        ((((row % StrideH * (long)StrideW) + (column % StrideW)) * Rows) + (row / StrideH)) * Columns + (column / StrideW);
}

/// <summary>Makes the planes of <see cref="PairShape"/>. One item is one plane.</summary>
internal unsafe struct Int8Planes : IKernel
{
    public PairShape Shape;
    public sbyte* X;
    public int* Output;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var item = from; item < to; item++)
        {
            var (picture, plane) = (item / Shape.Planes, item % Shape.Planes);
            var channel = Shape.IsAlong || Shape.IsApart ? plane : 2 * plane;
            var first = X + (((long)picture * Shape.Channels) + channel) * Shape.InH * Shape.InW;
            var second = Shape.IsAlong ? first : Shape.IsApart || channel + 1 == Shape.Channels ? null : first + ((long)Shape.InH * Shape.InW);
            var y = Output + (item * Shape.PlaneSize);
            for (var a = 0; a < Shape.StrideH; a++)
                for (var b = 0; b < Shape.StrideW; b++)
                    for (var i = 0; i < Shape.Rows && !Interrupt.IsRaised; i++, y += Shape.Columns)
                    {
                        new Span<int>(y, Shape.Columns).Clear();
                        var row = ((long)i * Shape.StrideH) + a - Shape.PadH;
                        if (row < 0 || row >= Shape.InH)
                            continue;
                        Row(first + (row * Shape.InW), b - Shape.PadW, y, isSecond: false);
                        if (second is not null)
                            Row(second + (row * Shape.InW), b - Shape.PadW + (Shape.IsAlong ? Shape.DilationW : 0), y, isSecond: true);
                    }
        }
    }

    /// <summary>Puts x[j · stride + <paramref name="shift"/>] into one half of lane j, wherever that is in the row.</summary>
    private readonly void Row(sbyte* x, long shift, int* y, bool isSecond)
    {
        long step = Shape.StrideW;
        var j = shift >= 0 ? 0 : (-shift + step - 1) / step;
        var end = shift >= Shape.InW ? 0 : Math.Min(Shape.Columns, ((Shape.InW - 1 - shift) / step) + 1);
        var zero = Shape.ZeroPoint;
        if (step == 1)
        {
            var zeros = Vector128.Create(zero);
            for (; j + 16 <= end; j += 16)
            {
                var (low, high) = Vector128.Widen(Vector128.Load(x + j + shift));
                Four(low, y + j, zeros, isSecond);
                Four(high, y + j + 8, zeros, isSecond);
            }
        }
        for (; j < end; j++)
        {
            var value = x[(j * step) + shift] - zero;
            y[j] = isSecond ? y[j] | (value << 16) : value & 0xFFFF;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(Vector128<short> values, int* y, Vector128<int> zeros, bool isSecond)
    {
        var (low, high) = Vector128.Widen(values);
        (low, high) = (low - zeros, high - zeros);
        if (isSecond)
        {
            ((low << 16) | Vector128.Load(y)).Store(y);
            ((high << 16) | Vector128.Load(y + 4)).Store(y + 4);
        }
        else
        {
            (low & Vector128.Create(0xFFFF)).Store(y);
            (high & Vector128.Create(0xFFFF)).Store(y + 4);
        }
    }
}
