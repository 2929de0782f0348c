using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>MatMul and Conv.</summary>
internal static unsafe class Contractions
{
    /// <summary>Fewer rows than this are computed one by one, B read where it stands.</summary>
    private const int FewRows = 4;

    public static Value[]? MatMul(in Call call)
    {
        if (!call.IsWide())
            return null;
        Shape a = call.ShapeOf(0), b = call.ShapeOf(1);
        int k = a.Dims[^1], m = a.Rank == 1 ? 1 : a.Dims[^2], n = b.Rank == 1 ? 1 : b.Dims[^1];
        var batchA = a.Rank > 2 ? a.Dims[..^2] : [];
        var batchB = b.Rank > 2 ? b.Dims[..^2] : [];
        var batch = ShapeRules.Broadcast(batchA, batchB);
        // All rows on the left are packed together where there is one matrix on the right.
        if (Packing.Size(b.Rank <= 2 ? a.Count / Math.Max(1, k) : m, k) > call.Context.MostScratch)
            return null;
        var y = call.Rent();
        if (b.Rank <= 2)
        {
            // One matrix on the right: all rows on the left are rows of one product.
            Product(call, call.Input(0), call.Input(1), y.Pointer, k == 0 ? call.OutputShape().Count / Math.Max(1, n) : a.Count / k, n, k);
            return [call.Rounded(y)];
        }
        var (stepsA, stepsB) = (Steps(batchA, batch), Steps(batchB, batch));
        var count = Shape.Of(batch.AsSpan()).Count;
        if (BatchedProduct.Suits(count, n, k) && call.Launcher.Threads * BatchedProduct.ScratchSize(k) <= call.Context.MostScratch)
        {
            BatchedProduct.Run(call.Launcher, call.Isa, call.Scratch, call.Input(0), stepsA, call.Input(1), stepsB, y.Pointer, batch.AsSpan(), m, n, k);
            return [call.Rounded(y)];
        }
        if (call.Context.IsRecording && count > Planner.MostLaunches)
            throw new UnplannableException($"a product of {count} matrices");
        for (var s = 0; s < count && call.OutputShape().Count > 0; s++)
        {
            long p = 0, q = 0, rest = s;
            for (var axis = batch.Length - 1; axis >= 0; axis--)
            {
                p += rest % batch[axis] * stepsA[axis];
                q += rest % batch[axis] * stepsB[axis];
                rest /= batch[axis];
            }
            Product(call, call.Input(0) + (p * m * k), call.Input(1) + (q * k * n), y.Pointer + ((long)s * m * n), m, n, k);
        }
        return [call.Rounded(y)];
    }

    /// <summary>Output channels whose only input channel is their own.</summary>
    public static bool IsDepthwise(long groups, Shape w) => groups > 1 && w[1] == 1;

    public static Value[]? Conv(in Call call)
    {
        Shape x = call.ShapeOf(0), w = call.ShapeOf(1);
        if (!call.IsWide() || x.Rank > 5 || w.Count == 0 || call.OutputShape().Count == 0)
            return null;
        var spatial = x.Dims[2..].AsSpan();
        var window = Window.Of(call.Attributes, spatial, w.Dims[2..].AsSpan());
        var shape = WindowShape.Of(spatial, window.Output.AsSpan(), window.Kernel.AsSpan(), window.Strides.AsSpan(), window.Dilations.AsSpan(), window.PadBegin.AsSpan());
        var groups = (int)call.Attributes.Int("group", 1);
        int inPerGroup = w[1], outPerGroup = w[0] / groups;
        var isDepthwise = IsDepthwise(groups, w);
        var packed = call.Packed;
        var weights = packed is null && !isDepthwise ? Convolution.PackedSize(groups, outPerGroup, inPerGroup * shape.KernelSize) : 0;
        // Only absurd strides, paddings or numbers of groups need so much.
        var isSmallWindow = isDepthwise && Depthwise.Suits(shape);
        if (isDepthwise ? !isSmallWindow && !call.HasRoomForPlanes(shape) : Math.Max(weights, Convolution.PlanesSize(shape, x[1])) > call.Context.MostScratch)
            return null;
        var y = call.Rent();
        var epilogue = Epilogue(call, call.Input(2), w[0]);
        if (isDepthwise && DepthwiseRows.Suits(shape))
            DepthwiseRows.Run(call.Launcher, call.Isa, call.Scratch, new()
            {
                Shape = shape, Channels = groups, OutPerPlane = outPerGroup, Input = call.Input(0), Output = y.Pointer, Weights = call.Input(1), Epilogue = epilogue,
            }, x[0] * groups);
        else if (isSmallWindow)
            Depthwise.Run(call.Launcher, call.Isa, call.Scratch, new()
            {
                Shape = shape, Channels = groups, OutPerPlane = outPerGroup, Input = call.Input(0), Output = y.Pointer, Weights = call.Input(1), Epilogue = epilogue,
            }, x[0] * groups);
        else if (isDepthwise)
            WindowKernel<DepthwiseOperation>.Run(call.Launcher, call.Isa, call.Scratch, new()
            {
                Shape = shape, Channels = groups, OutPerPlane = outPerGroup, Input = call.Input(0), Output = y.Pointer, Weights = call.Input(1), Epilogue = epilogue,
            }, x[0] * groups);
        else
        {
            if (packed is null)
                Convolution.Pack(call.Launcher, call.Isa, call.Input(1), groups, outPerGroup, inPerGroup * shape.KernelSize, packed = call.Scratch.Weights(weights));
            Convolution.Run(call.Launcher, call.Isa, call.Scratch, shape, x[0], groups, inPerGroup, outPerGroup, call.Input(0), packed, epilogue, y.Pointer);
        }
        return [call.Moved(y)];
    }

    private static void Product(in Call call, float* a, float* b, float* y, int m, int n, int k)
    {
        if (m < FewRows)
        {
            for (var row = 0; row < m; row++)
                call.Launcher.Run(call.Isa, Gemv.Items(n), new Gemv { N = n, K = k, A = a + ((long)row * k), B = b, C = y + ((long)row * n) }, Cost.Of(16L * k, perNanosecond: 6));
            return;
        }
        var rows = new RowTiles { M = m, K = k, Height = RowTiles.HeightOf(call.Isa), Epilogue = new() { Bias = call.Scratch.NoBias(m) } };
        // Whole tiles read their rows where they stand; the last few are filled up.
        var whole = rows.Height == 8 && RowTiles.CanStand(k) ? m / 8 * 8 : 0;
        rows.InPlace = whole > 0 ? a : null;
        if (m > whole)
        {
            var packed = call.Scratch.Weights(Packing.Size(m - whole, k));
            Packing.Rows(call.Launcher, call.Isa, a + ((long)whole * k), k, 1, m - whole, k, packed);
            rows.A = packed - ((nint)whole * k);
        }
        Gemm.Run(call.Launcher, call.Isa, call.Scratch, rows, n, new MatrixSource { B = b, Step = n }, y);
    }

    public static Epilogue Epilogue(in Call call, float* bias, int channels)
    {
        var normalization = call.Fusion?.Normalization is { } buffer ? buffer.Pointer : null;
        return new()
        {
            Bias = bias is not null ? bias : call.Fusion?.Bias is { } added ? added.Pointer : call.Scratch.NoBias(channels),
            Mean = normalization,
            Factor = normalization is null ? null : normalization + channels,
            Shift = normalization is null ? null : normalization + (2 * channels),
            Relu = call.Fusion is { Relu: true },
            ToHalf = call.OutputType == DType.Float16,
            ToBrain = call.OutputType == DType.BFloat16,
        };
    }

    private static long[] Steps(System.Collections.Immutable.ImmutableArray<int> dims, System.Collections.Immutable.ImmutableArray<int> whole)
    {
        var steps = new long[whole.Length];
        long run = 1;
        for (var i = 1; i <= dims.Length; i++)
        {
            steps[^i] = dims[^i] == 1 ? 0 : run;
            run *= dims[^i];
        }
        return steps;
    }
}
