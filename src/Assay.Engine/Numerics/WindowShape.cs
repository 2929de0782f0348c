namespace Assay.Engine.Numerics;

/// <summary>Windows over planes of up to three axes (depth, height, width; absent ones are 1), one line per axis.</summary>
/// <remarks>
/// The kernels read a <i>padded plane</i>: the part of the input that windows touch, padding written out, and each row cut in
/// <c>StrideW</c> phases (columns q, q + stride, q + 2·stride, ...). Whatever the stride, padding or dilation, the elements that
/// one kernel element meets along a row of outputs then stand side by side.
/// </remarks>
internal struct WindowShape
{
    public int InD, InH, InW;
    public int OutD, OutH, OutW;
    public int KernelD, KernelH, KernelW;
    public int StrideD, StrideH, StrideW;
    public int DilationD, DilationH, DilationW;
    public int PadD, PadH, PadW;

    /// <summary>Reads spatial lists of 1 to 3 axes, outermost first.</summary>
    public static WindowShape Of(ReadOnlySpan<int> input, ReadOnlySpan<int> output, ReadOnlySpan<int> kernel, ReadOnlySpan<int> strides, ReadOnlySpan<int> dilations, ReadOnlySpan<int> padBegin) => new()
    {
        InD = At(input, 2), InH = At(input, 1), InW = At(input, 0),
        OutD = At(output, 2), OutH = At(output, 1), OutW = At(output, 0),
        KernelD = At(kernel, 2), KernelH = At(kernel, 1), KernelW = At(kernel, 0),
        StrideD = At(strides, 2), StrideH = At(strides, 1), StrideW = At(strides, 0),
        DilationD = At(dilations, 2), DilationH = At(dilations, 1), DilationW = At(dilations, 0),
        PadD = At(padBegin, 2, 0), PadH = At(padBegin, 1, 0), PadW = At(padBegin, 0, 0),
    };

    public readonly int InSize => InD * InH * InW;

    public readonly int OutSize => OutD * OutH * OutW;

    public readonly int KernelSize => KernelD * KernelH * KernelW;

    public readonly long PlaneD => ((long)(OutD - 1) * StrideD) + ((long)(KernelD - 1) * DilationD) + 1;

    public readonly long PlaneH => ((long)(OutH - 1) * StrideH) + ((long)(KernelH - 1) * DilationH) + 1;

    /// <summary>Columns of one phase.</summary>
    public readonly long PhasePitch => (((long)(OutW - 1) * StrideW) + ((long)(KernelW - 1) * DilationW) + StrideW) / StrideW;

    public readonly long RowPitch => PhasePitch * StrideW;

    /// <summary>Floats of one padded plane; saturated where it could never be allocated.</summary>
    public readonly long PlaneSize => (long)Int128.Min((Int128)PlaneD * PlaneH * RowPitch, long.MaxValue / 4);

    /// <summary>A product of one element per output: windows and padded planes are the same as the input itself.</summary>
    public readonly bool IsPointwise => KernelSize == 1 && (StrideD, StrideH, StrideW) == (1, 1, 1) && (PadD, PadH, PadW) == (0, 0, 0)
        && (OutD, OutH, OutW) == (InD, InH, InW);

    /// <summary>Where kernel element (d, h, w) meets the plane, relative to <see cref="RowStart"/>.</summary>
    public readonly nint ElementOffset(int d, int h, int w)
    {
        var column = (long)w * DilationW;
        return (nint)(((((long)d * DilationD * PlaneH) + ((long)h * DilationH)) * RowPitch) + (column % StrideW * PhasePitch) + (column / StrideW));
    }

    /// <summary>Where the outputs of row (d, h) begin in the plane.</summary>
    public readonly nint RowStart(int d, int h) => (nint)((((long)d * StrideD * PlaneH) + ((long)h * StrideH)) * RowPitch);

    /// <summary>Writes the offsets of all kernel elements in row-major order.</summary>
    public readonly unsafe void WriteOffsets(nint* offsets)
    {
        for (var d = 0; d < KernelD; d++)
            for (var h = 0; h < KernelH; h++)
                for (var w = 0; w < KernelW; w++)
                    *offsets++ = ElementOffset(d, h, w);
    }

    /// <summary>Makes one padded plane.</summary>
    public readonly unsafe void WritePlane<T>(float* input, float* plane, float padding) where T : unmanaged, ILanes<T>
    {
        var (planeD, planeH, pitch) = (PlaneD, PlaneH, RowPitch);
        for (var d = 0; d < planeD; d++)
            for (var h = 0; h < planeH; h++, plane += pitch)
            {
                long z = d - PadD, y = h - PadH;
                if (z < 0 || z >= InD || y < 0 || y >= InH)
                    Fill(plane, (int)pitch, padding);
                else
                    WriteRow<T>(input + (((z * InH) + y) * InW), plane, padding);
            }
    }

    private readonly unsafe void WriteRow<T>(float* input, float* row, float padding) where T : unmanaged, ILanes<T>
    {
        var pitch = (int)PhasePitch;
        var stride = StrideW;
        // Strides of two are the common ones: both phases at once.
        var isSplit = stride == 2 && PadW >= 0 && PadW < 2L * pitch;
        if (isSplit)
            Rows.Split<T>(input, row, pitch, PadW, (int)Math.Min(InW, (2L * pitch) - PadW));
        for (var phase = 0; phase < stride; phase++, row += pitch)
        {
            // Column j of this phase is input column j·stride + phase - pad.
            var shift = (long)phase - PadW;
            var from = (int)Math.Clamp(stride == 1 ? -shift : (-shift + stride - 1) / stride, 0, pitch);
            var to = (int)Math.Clamp(stride == 1 ? InW - shift : (InW - shift + stride - 1) / stride, from, pitch);
            Fill(row, from, padding);
            if (stride == 1)
                Rows.Copy<T>(input + from + shift, row + from, to - from);
            else if (!isSplit)
                EveryNth(input + ((long)from * stride) + shift, stride, row + from, to - from);
            Fill(row + to, pitch - to, padding);
        }
    }

    private static unsafe void Fill(float* target, int count, float value)
    {
        if (count > 16)
            new Span<float>(target, count).Fill(value);
        else
            for (var i = 0; i < count; i++)
                target[i] = value;
    }

    private static unsafe void EveryNth(float* source, nint stride, float* target, int count)
    {
        for (var i = 0; i < count; i++, source += stride)
            target[i] = *source;
    }

    private static int At(ReadOnlySpan<int> list, int fromEnd, int otherwise = 1) => fromEnd < list.Length ? list[^(fromEnd + 1)] : otherwise;
}
