namespace Assay.Engine.Numerics;

/// <summary>Convolution as the product weights [channels out, k] by patches [k, outputs], the patches read from padded planes.</summary>
internal static unsafe class Convolution
{
    /// <summary>Room after the last plane: whole vectors are read.</summary>
    public const int Slack = 64;

    /// <summary>Floats of packed weights: every group's, one after the other.</summary>
    public static long PackedSize(int groups, int outPerGroup, int k) => groups * Packing.Size(outPerGroup, k);

    /// <summary>Packs weights [groups·outPerGroup, k] for <see cref="Run"/>.</summary>
    public static void Pack(Isa isa, float* weights, int groups, int outPerGroup, int k, float* packed)
    {
        for (var g = 0; g < groups; g++)
            Packing.Rows(isa, weights + ((long)g * outPerGroup * k), k, 1, outPerGroup, k, packed + (g * Packing.Size(outPerGroup, k)));
    }

    /// <summary>The same as kernels, for weights that only a run knows.</summary>
    public static void Pack(Launcher launcher, Isa isa, float* weights, int groups, int outPerGroup, int k, float* packed) =>
        launcher.Run(isa, groups, new PackKernel { Weights = weights, Packed = packed, OutPerGroup = outPerGroup, K = k, Isa = isa }, Cost.Of((double)outPerGroup * k, perNanosecond: 2));

    /// <summary>Floats of <see cref="Scratch.Planes"/> that <see cref="Run"/> takes.</summary>
    public static long PlanesSize(in WindowShape shape, int channels) =>
        shape.IsPointwise ? 0 : (long)Int128.Min(((Int128)shape.PlaneSize * channels) + Slack, long.MaxValue / 4);

    /// <summary>y [batch, groups·outPerGroup, out...] from x [batch, groups·inPerGroup, in...].</summary>
    /// <param name="packed">From <c>Pack</c>.</param>
    /// <param name="epilogue">What follows each chain; channels are output channels.</param>
    /// <param name="isReversed">The packed weights' elements meet the window's from its last to its first.</param>
    public static void Run(Launcher launcher, Isa isa, Scratch scratch, WindowShape shape, int batch, int groups, int inPerGroup, int outPerGroup, float* x, float* packed, Epilogue epilogue, float* y, bool isReversed = false)
    {
        if (shape.OutSize == 0 || batch == 0)
            return;
        var k = inPerGroup * shape.KernelSize;
        var channels = groups * inPerGroup;
        var pointwise = shape.IsPointwise;
        var planeSize = pointwise ? shape.InSize : (nint)shape.PlaneSize;
        var planes = pointwise ? x : scratch.Planes(PlanesSize(shape, channels));
        var rows = new RowTiles { M = outPerGroup, K = k, Height = RowTiles.HeightOf(isa) };
        var way = ConvolutionWay.Choose(isa, rows, shape);
        var offsets = scratch.Offsets((long)k + (way == ConvolutionWay.Kind.ByChannel ? shape.OutSize : 0));
        WriteOffsets(offsets, shape, inPerGroup, planeSize, isReversed);
        for (var n = 0; n < batch; n++)
        {
            if (pointwise)
                planes = x;
            else
                launcher.Run(isa, channels, new PlaneKernel { Shape = shape, Input = x, Planes = planes }, Cost.Of(shape.PlaneSize, perNanosecond: 4, start: 20));
            for (var g = 0; g < groups; g++)
            {
                rows.A = packed + (g * Packing.Size(outPerGroup, k));
                rows.Epilogue = epilogue.From(g * outPerGroup);
                var c = y + ((long)g * outPerGroup * shape.OutSize);
                var b = planes + (g * inPerGroup * planeSize);
                switch (way)
                {
                    case ConvolutionWay.Kind.ByChannel:
                        WriteStarts(offsets + k, shape);
                        ChannelProduct.Run(launcher, isa, new() { A = rows, B = b, C = c, Offsets = offsets, Starts = offsets + k, N = shape.OutSize });
                        break;
                    case ConvolutionWay.Kind.Lines or ConvolutionWay.Kind.OneLine:
                        DirectProduct.Run(launcher, isa, ConvolutionWay.Product(shape, way) with { A = rows, B = b, C = c, Offsets = offsets });
                        break;
                    case ConvolutionWay.Kind.Packed when pointwise:
                        Gemm.Run(launcher, isa, scratch, rows, shape.OutSize, new MatrixSource { B = b, Step = shape.InSize }, c);
                        break;
                    default:
                        Gemm.Run(launcher, isa, scratch, rows, shape.OutSize, new PatchSource { Planes = b, Offsets = offsets, Shape = shape }, c);
                        break;
                }
            }
            x += (long)channels * shape.InSize;
            y += (long)groups * outPerGroup * shape.OutSize;
        }
    }

    /// <summary>Where the elements of a patch stand: channel, then kernel element in row-major order or against it.</summary>
    private static void WriteOffsets(nint* offsets, in WindowShape shape, int channels, nint planeSize, bool isReversed)
    {
        shape.WriteOffsets(offsets);
        if (isReversed)
            new Span<nint>(offsets, shape.KernelSize).Reverse();
        for (var c = 1; c < channels; c++)
            for (var i = 0; i < shape.KernelSize; i++)
                offsets[((long)c * shape.KernelSize) + i] = offsets[i] + (c * planeSize);
    }

    /// <summary>Where the patches begin.</summary>
    private static void WriteStarts(nint* starts, in WindowShape shape)
    {
        for (var d = 0; d < shape.OutD; d++)
            for (var h = 0; h < shape.OutH; h++)
                for (var w = 0; w < shape.OutW; w++)
                    *starts++ = shape.RowStart(d, h) + w;
    }

    /// <summary>Packs weights; one item is one group.</summary>
    private struct PackKernel : IKernel
    {
        public float* Weights, Packed;
        public int OutPerGroup, K;
        public Isa Isa;

        readonly void IKernel.Run<T>(int part, int from, int to) =>
            Pack(Isa, Weights + ((long)from * OutPerGroup * K), to - from, OutPerGroup, K, Packed + (from * Packing.Size(OutPerGroup, K)));
    }

    /// <summary>Makes the padded planes; one item is one channel.</summary>
    private struct PlaneKernel : IKernel
    {
        public WindowShape Shape;
        public float* Input, Planes;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            for (var c = from; c < to; c++)
                Shape.WritePlane<T>(Input + ((long)c * Shape.InSize), Planes + (c * Shape.PlaneSize), 0);
        }
    }

    /// <summary>The patches of a convolution, seen as a matrix [k, outputs].</summary>
    private struct PatchSource : IPanelSource
    {
        public float* Planes;
        public nint* Offsets;
        public WindowShape Shape;

        public readonly void Pack<T>(float* panel, int step, int k0, int depth, int column, int columns) where T : unmanaged, ILanes<T>
        {
            // The columns are runs of neighbours, one per row of outputs. At most 48 columns, so at most 48 runs.
            var starts = stackalloc nint[48];
            var lengths = stackalloc int[48];
            var runs = 0;
            var w = column % Shape.OutW;
            var row = column / Shape.OutW;
            for (var left = columns; left > 0; row++, w = 0)
            {
                var length = Math.Min(left, Shape.OutW - w);
                starts[runs] = Shape.RowStart(row / Shape.OutH, row % Shape.OutH) + w;
                lengths[runs++] = length;
                left -= length;
            }
            for (var k = k0; k < k0 + depth; k++, panel += step)
            {
                var source = Planes + Offsets[k];
                var target = panel;
                // Whole vectors: what is written too far is overwritten by the next run or row, or lies in the panel's room.
                for (var r = 0; r < runs; r++)
                {
                    var from = source + starts[r];
                    var length = lengths[r];
                    for (var j = 0; j < length; j += T.Width)
                        T.Store(T.Load(from + j), target + j);
                    target += length;
                }
            }
        }
    }
}
