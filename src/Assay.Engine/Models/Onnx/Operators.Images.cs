using System.Collections.Immutable;

namespace Assay.Engine.Models.Onnx;

/// <content>Images: resizing, sampling, regions, blocks.</content>
internal static partial class Operators
{
    private static Rule[] Images =>
    [
        new("Resize", 1, 4, Resize),
        new("Upsample", 1, 2, Upsample),
        new("GridSample", 2, 2, GridSample),
        new("AffineGrid", 2, 2, n => n.Output(0, n.Emit(Primitive.AffineGrid, AlignCorners(n), n.Input(0), n.Input(1)))),
        new("RoiAlign", 3, 3, RoiAlign),
        new("MaxRoiPool", 2, 2, MaxRoiPool),
        new("CenterCropPad", 2, 2, CenterCropPad),
        new("DepthToSpace", 1, 1, DepthToSpace),
        new("SpaceToDepth", 1, 1, SpaceToDepth),
        new("ImageDecoder", 1, 1, n => n.Output(0, n.Emit(Primitive.DecodeImage, WithText(n, Attributes.None, "pixel_format", "RGB"), n.Input(0)))),
    ];

    private static Attributes WithText(OnnxNode n, Attributes a, string name, string otherwise) =>
        n.Text(name, otherwise) is var text && text == otherwise ? a : a.With(name, text);

    private static Attributes WithFloat(OnnxNode n, Attributes a, string name, float otherwise) =>
        n.Float(name, otherwise) is var value && value.Equals(otherwise) ? a : a.With(name, value);

    private static Attributes AlignCorners(OnnxNode n) => WithInt(Attributes.None, "align_corners", n.Int("align_corners", 0) == 0 ? 0 : 1, 0);

    private static void Resize(OnnxNode n)
    {
        var a = WithText(n, Attributes.None, "mode", "nearest");
        if (n.Opset < 11)
        {
            a = a.With("coordinate_transformation_mode", "asymmetric").With("nearest_mode", "floor");
            Resized(n, a, n.Input(0), -1, n.Input(1), -1);
            return;
        }
        a = WithText(n, a, "coordinate_transformation_mode", "half_pixel");
        a = WithText(n, a, "nearest_mode", "round_prefer_floor");
        a = WithFloat(n, a, "cubic_coeff_a", -0.75f);
        a = WithFloat(n, a, "extrapolation_value", 0);
        a = WithInt(a, "exclude_outside", n.Int("exclude_outside", 0) == 0 ? 0 : 1, 0);
        if (n.Opset >= 18)
        {
            a = WithInt(a, "antialias", n.Int("antialias", 0) == 0 ? 0 : 1, 0);
            a = WithText(n, a, "keep_aspect_ratio_policy", "stretch");
            a = WithInts(n, a, "axes");
        }
        var isCrop = a.Text("coordinate_transformation_mode", "") == "tf_crop_and_resize";
        Resized(n, a, n.Input(0), isCrop ? n.Optional(1) : -1, n.Optional(2), n.Optional(3));
    }

    /// <summary>Small whole numbers are interpolated as float32, and what is behind the point is cut off.</summary>
    private static void Resized(OnnxNode n, Attributes a, int x, int roi, int scales, int sizes)
    {
        var type = n.FactOf(x).Type;
        var isCast = a.Text("mode", "nearest") != "nearest" && type is DType.Int8 or DType.UInt8 or DType.Int16 or DType.UInt16;
        if (isCast)
            x = n.Emit(Primitive.Cast, To(DType.Float32), x);
        var y = n.Emit(Primitive.Resize, a, x, roi, scales, sizes);
        n.Output(0, isCast ? n.Emit(Primitive.Cast, To(type!.Value), y) : y);
    }

    private static void Upsample(OnnxNode n)
    {
        if (n.Opset < 7)
            throw new ModelException("scales of height and width, of before operator set 7, are not supported");
        var a = WithText(n, Attributes.None, "mode", "nearest").With("coordinate_transformation_mode", "asymmetric").With("nearest_mode", "floor");
        if (n.Opset < 9 && n.InputCount > 1)
            throw new ModelException("scales are an attribute before operator set 9");
        var scales = n.Opset < 9 ? n.Constant(Tensor.From(Shape.Of(n.Floats("scales").Length), n.Floats("scales").AsSpan())) : n.Input(1);
        Resized(n, a, n.Input(0), -1, scales, -1);
    }

    private static void GridSample(OnnxNode n)
    {
        // Versions before 20 had two spatial axes and other names of the modes.
        var mode = n.Text("mode", n.Opset < 20 ? "bilinear" : "linear");
        mode = n.Opset < 20 && mode is "bilinear" or "bicubic" ? mode[2..] : mode;
        var a = mode == "linear" ? AlignCorners(n) : AlignCorners(n).With("mode", mode);
        n.Output(0, n.Emit(Primitive.GridSample, WithText(n, a, "padding_mode", "zeros"), n.Input(0), n.Input(1)));
    }

    private static void RoiAlign(OnnxNode n)
    {
        var a = WithText(n, Attributes.None, "mode", "avg");
        if (n.Opset < 16)
            a = a.With("coordinate_transformation_mode", "output_half_pixel");
        else
            a = WithText(n, a, "coordinate_transformation_mode", "half_pixel");
        a = WithInt(a, "output_height", n.Int("output_height", 1), 1);
        a = WithInt(a, "output_width", n.Int("output_width", 1), 1);
        a = WithInt(a, "sampling_ratio", n.Int("sampling_ratio", 0), 0);
        n.Output(0, n.Emit(Primitive.RoiAlign, WithFloat(n, a, "spatial_scale", 1), n.Input(0), n.Input(1), n.Input(2)));
    }

    private static void MaxRoiPool(OnnxNode n)
    {
        var a = WithFloat(n, WithInts(n, Attributes.None, "pooled_shape"), "spatial_scale", 1);
        n.Output(0, n.Emit(Primitive.MaxRoiPool, a, n.Input(0), n.Input(1)));
    }

    /// <summary>Padding that may be negative: half of what is wanted beyond what is there, the smaller half first.</summary>
    private static void CenterCropPad(OnnxNode n)
    {
        int x = n.Input(0), target = AsInt64(n, n.Input(1));
        var axes = n.Ints("axes");
        var given = n.Has("axes");
        var there = n.Emit(Primitive.Shape, Attributes.None, x);
        if (given)
            there = n.Emit(Primitive.Gather, Attributes.None, there, n.Constant([.. axes.Select(v => v < 0 && n.FactOf(x).HasRank ? v + n.FactOf(x).Dims.Length : v)]));
        var beyond = n.Emit(Primitive.Sub, Attributes.None, target, there);
        // Division cuts towards zero: an odd element more is added, or cut off, at the end.
        var before = n.Emit(Primitive.Div, Attributes.None, beyond, n.Constant([2]));
        var pads = n.Emit(Primitive.Concat, Attributes.None.With("axis", 0L), before, n.Emit(Primitive.Sub, Attributes.None, beyond, before));
        n.Output(0, n.Emit(Primitive.Pad, Attributes.None, x, pads, -1, given ? n.Constant(axes.AsSpan()) : -1));
    }

    private static int AsInt64(OnnxNode n, int x) => n.FactOf(x).Type == DType.Int64 ? x : n.Emit(Primitive.Cast, To(DType.Int64), x);

    private static void DepthToSpace(OnnxNode n)
    {
        var mode = n.Text("mode", "DCR");
        if (mode is not ("DCR" or "CRD"))
            throw new ModelException($"mode '{OnnxModel.Cut(mode)}' is not DCR or CRD");
        var (x, block) = Blocked(n);
        int depth = Over(n, Extent(n, x, 1), block * block), rows = Extent(n, x, 2), columns = Extent(n, x, 3);
        int b = n.Constant([block]), batch = Extent(n, x, 0);
        // [N, b, b, C, H, W], or [N, C, b, b, H, W], to [N, C, H, b, W, b].
        var cut = mode == "DCR" ? Cut(n, x, batch, b, b, depth, rows, columns) : Cut(n, x, batch, depth, b, b, rows, columns);
        ImmutableArray<long> order = mode == "DCR" ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
        n.Output(0, Cut(n, n.Emit(Primitive.Transpose, Attributes.None.With("perm", order), cut), batch, depth, Times(n, rows, block), Times(n, columns, block)));
    }

    private static void SpaceToDepth(OnnxNode n)
    {
        var (x, block) = Blocked(n);
        int rows = Over(n, Extent(n, x, 2), block), columns = Over(n, Extent(n, x, 3), block), b = n.Constant([block]), batch = Extent(n, x, 0), depth = Extent(n, x, 1);
        // [N, C, H, b, W, b] to [N, b, b, C, H, W].
        var turned = n.Emit(Primitive.Transpose, Attributes.None.With("perm", ImmutableArray.Create<long>(0, 3, 5, 1, 2, 4)), Cut(n, x, batch, depth, rows, b, columns, b));
        n.Output(0, Cut(n, turned, batch, Times(n, depth, block * block), rows, columns));
    }

    private static (int X, long Block) Blocked(OnnxNode n)
    {
        var (x, block) = (n.Input(0), n.Int("blocksize", 0));
        if (block is < 1 or > 1 << 15)
            throw new ModelException($"blocksize is {block}");
        if (n.FactOf(x) is { HasRank: true, Dims.Length: not 4 } odd)
            throw new ModelException($"the input is {odd}; N x C x H x W is needed");
        return (x, block);
    }

    /// <summary>One extent of a tensor as a list of one number: a constant where it is known.</summary>
    private static int Extent(OnnxNode n, int x, int axis) => n.FactOf(x) is { HasRank: true } fact && fact.Dims[axis] >= 0
        ? n.Constant([fact.Dims[axis]])
        : n.Emit(Primitive.Gather, Attributes.None, n.Emit(Primitive.Shape, Attributes.None, x), n.Constant([axis]));

    private static int Times(OnnxNode n, int extent, long factor) => n.FactOf(extent).Value is { } known
        ? n.Constant([known.Span<long>()[0] * factor])
        : n.Emit(Primitive.Mul, Attributes.None, extent, n.Constant([factor]));

    /// <summary>The quotient; where there is a rest, the reshape that it is for does not fit and says so.</summary>
    private static int Over(OnnxNode n, int extent, long divisor) => n.FactOf(extent).Value is { } known
        ? n.Constant([known.Span<long>()[0] / divisor])
        : n.Emit(Primitive.Div, Attributes.None, extent, n.Constant([divisor]));

    private static int Cut(OnnxNode n, int x, params ReadOnlySpan<int> extents) =>
        n.Emit(Primitive.Reshape, Attributes.None.With("allowzero", 1L), x, n.Emit(Primitive.Concat, Attributes.None.With("axis", 0L), extents));
}
