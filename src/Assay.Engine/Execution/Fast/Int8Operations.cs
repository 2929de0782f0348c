using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Engine.Numerics;
using Assay.Engine.Numerics.Int8;

namespace Assay.Engine.Execution.Fast;

/// <summary>The operations of docs/spec/assay-int8-v1.md.</summary>
internal static unsafe class Int8Operations
{
    /// <summary>The node's output, or null where only the reference computes such operands.</summary>
    public static Value[]? Run(in Call call)
    {
        if (call.OutputShape().Count == 0)
            return null;
        switch (call.Node.Op)
        {
            case Primitive.Int8Quantize:
                return Quantize(call);
            case Primitive.Int8Dequantize:
                return Dequantize(call);
            case Primitive.Int8Dense:
                return Dense(call);
            case Primitive.Int8Conv:
                return Conv(call);
            case Primitive.Int8MaxPool or Primitive.Int8AveragePool:
                return Pool(call);
            case Primitive.Int8Add:
                return Add(call);
            case Primitive.Int8MatMul:
                return MatMul(call);
            case Primitive.Int8Table:
                var y = Rent(call);
                new Int8Table { X = Bytes(call, 0), Table = Bytes(call, 1), Y = (sbyte*)y.Pointer, Count = call.OutputShape().Count }.Run(call.Launcher, call.Isa);
                return Made(call, y);
            case Primitive.Int8Softmax or Primitive.Int8Normalize:
                return Rows(call);
            default:
                return null;
        }
    }

    private static Value[] Quantize(in Call call)
    {
        var x = call.Input(0);
        var y = Rent(call);
        new Int8Quantize
        {
            X = x, Y = (sbyte*)y.Pointer, Count = call.OutputShape().Count, InverseScale = call.Attributes.Float("inverse_scale", 0), ZeroPoint = (int)call.Attributes.Int("zero_point"),
        }.Run(call.Launcher, call.Isa);
        return Made(call, y);
    }

    private static Value[] Dequantize(in Call call)
    {
        var x = Bytes(call, 0);
        var y = call.Rent();
        new Int8Dequantize
        {
            X = x, Y = y.Pointer, Count = call.OutputShape().Count, Scale = call.Attributes.Float("scale", 0), ZeroPoint = (int)call.Attributes.Int("zero_point"),
        }.Run(call.Launcher, call.Isa);
        return [call.Moved(y)];
    }

    private static Value[]? Dense(in Call call)
    {
        var (shape, w) = (call.ShapeOf(0), call.ShapeOf(1));
        var rows = call.OutputShape().Count / w[0];
        var pairs = Int8PairRows.PairsOf(w[1]);
        if (call.Packed is null || (long)rows * pairs > call.Context.MostScratch || shape.Count == 0)
            return null;
        var packing = new Int8Packing(call.Packed, w[0]);
        var x = (int*)call.Scratch.Operands(((long)rows * pairs) + 1);
        Differences(call, Bytes(call, 0), rows, w[1], (int)call.Attributes.Int("x_zero_point"), x);
        var y = Rent(call);
        new Int8Dense
        {
            Rows = rows, Outputs = w[0], Pairs = pairs, X = x, Weights = (sbyte*)packing.Weights, Bias = packing.Bias, Factors = packing.Factors, Scale = Scale(call, 6), Output = (sbyte*)y.Pointer,
        }.Run(call.Launcher, call.Isa);
        return Made(call, y);
    }

    private static void Differences(in Call call, sbyte* x, int rows, int columns, int zero, int* target) =>
        call.Launcher.Run(call.Isa, rows, new Int8PairRows { Columns = columns, ZeroPoint = zero, X = x, Output = target }, Cost.Of(columns, perNanosecond: 8));

    private static Value[]? Conv(in Call call)
    {
        var (a, x, w, to) = (call.Attributes, call.ShapeOf(0), call.ShapeOf(1), call.OutputShape());
        if (call.Packed is null || x.Count == 0)
            return null;
        var window = Window.Of(a, x.Dims[2..].AsSpan(), w.Dims[2..].AsSpan());
        var isDepthwise = a.Int("group", 1) > 1;
        long reachH = ((to[2] - 1L) * window.Strides[0]) + ((w[2] - 1L) * window.Dilations[0]) + 1, reachW = ((to[3] - 1L) * window.Strides[1]) + ((w[3] - 1L) * window.Dilations[1]) + 1;
        var shape = new PairShape
        {
            Channels = x[1], InH = x[2], InW = x[3], PadH = window.PadBegin[0], PadW = window.PadBegin[1], StrideH = window.Strides[0], StrideW = window.Strides[1],
            DilationW = window.Dilations[1], ZeroPoint = (int)a.Int("x_zero_point"), IsAlong = Int8Packing.IsAlong(a, w), IsApart = isDepthwise,
            Rows = (int)Math.Min(int.MaxValue / 2, (reachH + window.Strides[0] - 1) / window.Strides[0]), Columns = (int)Math.Min(int.MaxValue / 2, (reachW + window.Strides[1] - 1) / window.Strides[1]),
        };
        var pairs = Int8Packing.PairsOf(a, w);
        var product = new Int8Product
        {
            PictureSize = shape.Planes * shape.PlaneSize, ChannelSize = shape.PlaneSize, Pairs = pairs, Channels = w[0], IsApart = isDepthwise, HasFactors = true,
            Rows = to[2], Columns = to[3], Pitch = shape.Columns, Scale = Scale(call, 6),
        };
        var room = (Int128)x[0] * shape.Planes * shape.StrideH * shape.StrideW * shape.Rows * shape.Columns + Int8Product.Slack;
        if (room > call.Context.MostScratch || !product.Fits(x[0]))
            return null;
        var packing = new Int8Packing(call.Packed, w[0]);
        product.Weights = (int*)packing.Weights;
        product.Bias = packing.Bias;
        product.Factors = packing.Factors;
        product.Offsets = Offsets(call, shape, w, window, pairs);
        product.Planes = Planes(call, shape, x[0], (long)room);
        var y = Rent(call);
        product.Output = (sbyte*)y.Pointer;
        product.Run(call.Launcher, call.Isa, x[0]);
        return Made(call, y);
    }

    /// <summary>Where each pair of terms begins, in the order of <see cref="Int8Packing"/>.</summary>
    private static nint* Offsets(in Call call, in PairShape shape, Shape w, Window window, int pairs)
    {
        var offsets = call.Scratch.Offsets(pairs);
        var taps = shape.IsAlong ? (w[3] + 1) / 2 : w[3];
        for (var k = 0; k < pairs; k++)
        {
            var (u, v) = (k / taps % w[2], k % taps * (shape.IsAlong ? 2 : 1));
            offsets[k] = (nint)((k / (taps * w[2]) * shape.PlaneSize) + shape.OffsetOf(u * window.Dilations[0], v * window.Dilations[1]));
        }
        return offsets;
    }

    private static int* Planes(in Call call, in PairShape shape, int pictures, long room)
    {
        var planes = (int*)call.Scratch.Planes(room);
        call.Launcher.Run(call.Isa, pictures * shape.Planes, new Int8Planes { Shape = shape, X = Bytes(call, shape.IsOfSecond ? 1 : 0), Output = planes }, Cost.Of(shape.PlaneSize, perNanosecond: 4));
        return planes;
    }

    private static Value[]? MatMul(in Call call)
    {
        Shape a = call.ShapeOf(0), b = call.ShapeOf(1);
        int rows = a[a.Rank - 2], inner = a[a.Rank - 1], columns = b[b.Rank - 1], pairs = Int8PairRows.PairsOf(inner);
        var matrices = call.OutputShape().Count / rows / columns;
        var shape = new PairShape { Channels = inner, InH = 1, InW = columns, StrideH = 1, StrideW = 1, DilationW = 1, ZeroPoint = (int)call.Attributes.Int("b_zero_point"), Rows = 1, Columns = columns, IsOfSecond = true };
        var left = new Int8PairBlocks { Rows = rows, Columns = inner, ZeroPoint = (int)call.Attributes.Int("a_zero_point") };
        long weights = (long)left.Blocks * pairs * Int8Product.Block, room = ((long)matrices * pairs * columns) + Int8Product.Slack;
        var product = new Int8Product
        {
            PictureSize = (long)pairs * columns, Pairs = pairs, WeightStep = weights, Channels = rows, Rows = 1, Columns = columns, Pitch = columns, Scale = Scale(call, 5),
        };
        if (inner == 0 || room > call.Context.MostScratch || matrices * weights > call.Context.MostScratch || !product.Fits(matrices))
            return null;
        product.Offsets = call.Scratch.Offsets(pairs);
        for (var k = 0; k < pairs; k++)
            product.Offsets[k] = (nint)((long)k * columns);
        // One factor, and as many biases of 0 as a block of rows has.
        var padded = left.Blocks * Int8Product.Block;
        var figures = call.Context.RentForKnown(2 + padded);
        new Span<float>(figures.Pointer, 2 + padded).Clear();
        product.Factors = (double*)figures.Pointer;
        product.Bias = (int*)figures.Pointer + 2;
        *product.Factors = Int8Packing.FactorOf(Figures(call, 2), 0);
        product.Weights = left.Output = (int*)call.Scratch.Operands(matrices * weights);
        left.X = Bytes(call, 0);
        call.Launcher.Run(call.Isa, matrices * left.Blocks, left, Cost.Of(Int8Product.Block * inner, perNanosecond: 1));
        product.Planes = Planes(call, shape, matrices, room);
        var y = Rent(call);
        product.Output = (sbyte*)y.Pointer;
        product.Run(call.Launcher, call.Isa, matrices);
        figures.Release();
        return Made(call, y);
    }

    private static Value[]? Pool(in Call call)
    {
        var (x, to) = (call.ShapeOf(0), call.OutputShape());
        var kernel = ShapeRules.PoolKernel(call.Attributes);
        var window = Window.Of(call.Attributes, x.Dims[2..].AsSpan(), kernel);
        var shape = new Int8Window
        {
            InH = x[2], InW = x[3], OutH = to[2], OutW = to[3], KernelH = kernel[0], KernelW = kernel[1], StrideH = window.Strides[0], StrideW = window.Strides[1], PadH = window.PadBegin[0], PadW = window.PadBegin[1],
        };
        var source = Bytes(call, 0);
        var y = Rent(call);
        if (call.Node.Op == Primitive.Int8MaxPool)
        {
            new Int8MaxPool { Window = shape, X = source, Y = (sbyte*)y.Pointer }.Run(call.Launcher, call.Isa, to[0] * to[1]);
            return Made(call, y);
        }
        var figures = Figures(call, 1);
        var places = figures.Groups.IsEmpty ? 1 : figures.Groups.Length;
        var factors = call.Context.RentForKnown(2L * (places + 16));
        for (var i = 0; i < places + 16; i++)
            ((double*)factors.Pointer)[i] = Int8Packing.FactorOf(figures, Math.Min(i, places - 1));
        new Int8AveragePool
        {
            Window = shape, X = source, Y = (sbyte*)y.Pointer, ZeroPoint = (int)call.Attributes.Int("x_zero_point"), Factors = (double*)factors.Pointer, HasFactors = places > 1, Scale = Scale(call, 4),
        }.Run(call.Launcher, call.Isa, to[0] * to[1]);
        factors.Release();
        return Made(call, y);
    }

    private static Value[] Add(in Call call)
    {
        sbyte* a = Bytes(call, 0), b = Bytes(call, 1);
        var y = Rent(call);
        int Figure(string name, in Call from) => (int)from.Attributes.Int(name);
        new Int8Add
        {
            A = a, B = b, Y = (sbyte*)y.Pointer, Count = call.OutputShape().Count, MultiplierA = Figure("a_multiplier", call), MultiplierB = Figure("b_multiplier", call),
            ZeroA = Figure("a_zero_point", call), ZeroB = Figure("b_zero_point", call), Factor = Int8Packing.FactorOf(Figures(call, 2), 0), Scale = Scale(call, 5),
        }.Run(call.Launcher, call.Isa);
        return Made(call, y);
    }

    private static Value[] Rows(in Call call)
    {
        var shape = call.OutputShape();
        int length = shape[shape.Rank - 1], rows = shape.Count / length;
        var x = Bytes(call, 0);
        if (call.Node.Op == Primitive.Int8Softmax)
        {
            var exponents = (int*)call.Operand(1)!.Stored(call.Context);
            var y = Rent(call);
            new Int8Softmax
            {
                Length = length, CausalRows = call.Attributes.Int("causal", 0) != 0 ? shape[shape.Rank - 2] : 0, Exponents = exponents, X = x, Y = (sbyte*)y.Pointer,
            }.Run(call.Launcher, call.Isa, rows);
            return Made(call, y);
        }
        var (low, high) = Requantisation.Limits(call.Attributes);
        var normal = Rent(call);
        new Int8Normalize
        {
            Length = length, Gain = (int)call.Attributes.Int("gain"), Epsilon = (int)call.Attributes.Int("epsilon"), ZeroPoint = (int)call.Attributes.Int("y_zero_point"), Low = low, High = high,
            X = x, Y = (sbyte*)normal.Pointer,
        }.Run(call.Launcher, call.Isa, rows);
        return Made(call, normal);
    }

    /// <summary>The node's clamp and its table, which is operand <paramref name="table"/> where there is one.</summary>
    private static Int8Scale Scale(in Call call, int table)
    {
        var (low, high) = Requantisation.Limits(call.Attributes);
        return new() { ZeroPoint = (int)call.Attributes.Int("y_zero_point"), Low = low, High = high, Table = call.Operand(table) is null ? null : Bytes(call, table) };
    }

    private static Requantisation Figures(in Call call, int first)
    {
        var operands = new Tensor?[call.Operands];
        for (var i = first; i < operands.Length; i++)
            operands[i] = call.Tensor(i);
        return Int8Kernels.Figures(call.Attributes, operands, first);
    }

    private static sbyte* Bytes(in Call call, int operand) => (sbyte*)call.Operand(operand)!.Stored(call.Context);

    private static Floats Rent(in Call call) => call.Context.Pool.Rent((call.OutputShape().Count + 3L) / 4);

    private static Value[] Made(in Call call, Floats y) => [Value.Stored(DType.Int8, call.OutputShape(), y, call.Context)];
}
