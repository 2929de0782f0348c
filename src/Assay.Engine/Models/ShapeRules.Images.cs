using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <content>Images and the regions of them.</content>
public static partial class ShapeRules
{
    private static Fact? Image(Primitive op, Attributes a, ReadOnlySpan<Fact?> x) => op switch
    {
        Primitive.Resize => Resize(a, x),
        Primitive.GridSample => GridSample(a, x[0]!, x[1]!),
        Primitive.AffineGrid => AffineGrid(x[0]!, x[1]!),
        Primitive.RoiAlign => RoiAlign(a, x[0]!, x[1]!, x[2]!),
        Primitive.MaxRoiPool => MaxRoiPool(a, x[0]!, x[1]!),
        Primitive.ConvTranspose => ConvTranspose(a, x[0]!, x[1]!, x.Length > 2 ? x[2] : null),
        Primitive.DeformConv => DeformConv(a, x),
        Primitive.Col2Im => Col2Im(a, x[0]!, x[1]!, x[2]!),
        Primitive.LpPool => LpPool(a, x[0]!),
        Primitive.DecodeImage => DecodeImage(a, x[0]!),
        _ => null,
    };

    private static Fact Resize(Attributes a, ReadOnlySpan<Fact?> x)
    {
        Named(a, "mode", "nearest", "nearest", "linear", "cubic");
        Named(a, "coordinate_transformation_mode", "half_pixel", "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize");
        Named(a, "nearest_mode", "round_prefer_floor", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil");
        Named(a, "keep_aspect_ratio_policy", "stretch", "stretch", "not_larger", "not_smaller");
        var data = x[0]!;
        if (a.Text("mode", "nearest") != "nearest")
            Float(data);
        if (!data.HasRank)
            return data with { Value = null };
        // Said of the type, which everyone knows, before the elements are looked at, which only some executors show.
        if (x.Length > 3 && x[3] is { Type: { } type and not (DType.Int64 or DType.Int32) } sizes && !(sizes.HasRank && sizes.Dims.Contains(0)))
            throw new ModelException($"sizes is {type.Name()}, not int64");
        var unknown = false;
        for (var i = 1; i < x.Length; i++)
            unknown |= x[i] is { Value: null } operand && !(operand.HasRank && operand.Dims.Contains(0));
        if (unknown || data.Dims.Contains(-1))
            return new(data.Type, UnknownDims(data.Dims.Length));
        var axes = ResizeAxis.Of(a, data.Dims.AsSpan(), At(x, 1), At(x, 2), At(x, 3));
        return new(data.Type, [.. axes.Select(axis => axis.Out)]);

        static Tensor? At(ReadOnlySpan<Fact?> x, int i) => i < x.Length ? x[i]?.Value : null;
    }

    /// <summary>X [N, C, in...], grid [N, out..., axes] to [N, C, out...].</summary>
    private static Fact GridSample(Attributes a, Fact x, Fact grid)
    {
        Named(a, "mode", "linear", "nearest", "linear", "cubic");
        Named(a, "padding_mode", "zeros", "zeros", "border", "reflection");
        var type = Float(x);
        Float(grid);
        if ((x.Type == DType.Float64) != (grid.Type == DType.Float64) && x.Type is not null && grid.Type is not null)
            throw new ModelException($"a {grid.Type.Value.Name()} grid over {x.Type.Value.Name()}");
        if (!x.HasRank || !grid.HasRank)
            return new(type, default);
        var rank = Rank(x, 3, "the input");
        if (grid.Dims.Length != rank || grid.Dims[^1] >= 0 && grid.Dims[^1] != rank - 2)
            throw new ModelException($"a grid {Fact.Describe(grid.Dims)} over {Fact.Describe(x.Dims)}");
        var batch = Agree(x.Dims[0], grid.Dims[0], "batches of the input and of the grid");
        var dims = (ImmutableArray<int>)[batch, x.Dims[1], .. grid.Dims[1..^1]];
        if (x.Dims[2..].Contains(0) && !dims.Contains(0) && !dims.Contains(-1))
            throw new ModelException("a grid over an input without elements");
        return new(type, dims);
    }

    /// <summary>Theta [N, k, k+1] and a size [N, C, out...] of k extents to [N, out..., k].</summary>
    private static Fact AffineGrid(Fact theta, Fact size)
    {
        var type = Float(theta);
        var axes = theta is { HasRank: true } ? theta.Dims.Length == 3 ? theta.Dims[1] : throw new ModelException($"theta has rank {theta.Dims.Length}, not 3") : -1;
        if (axes >= 0 && (axes is not (2 or 3) || theta.Dims[2] is var columns && columns >= 0 && columns != axes + 1))
            throw new ModelException($"theta is {theta}, not N x 2 x 3 or N x 3 x 4");
        if (Listed(size, "the size") is not { } known)
            return new(type, axes < 0 ? default : UnknownDims(axes + 2));
        var extents = known.ToInts("the size");
        if (extents.Length is not (4 or 5) || axes >= 0 && extents.Length != axes + 2)
            throw new ModelException($"a size of {extents.Length} extents for theta {theta}");
        if (theta.HasRank && extents[0] is >= 0 and <= int.MaxValue)
            Agree(theta.Dims[0], (int)extents[0], "batches of theta and of the size");
        return new(type, Shape.Of([extents[0], .. extents[2..], extents.Length - 2]).Dims);
    }

    /// <summary>X [N, C, H, W], regions [R, 4], the batch of each [R] to [R, C, height, width].</summary>
    private static Fact RoiAlign(Attributes a, Fact x, Fact rois, Fact batches)
    {
        Named(a, "mode", "avg", "avg", "max");
        Named(a, "coordinate_transformation_mode", "half_pixel", "half_pixel", "output_half_pixel");
        var type = Float(x with { Type = Same(x, rois) });
        Require(batches, t => t == DType.Int64, "int64 batch indices");
        Extent(a, "sampling_ratio", 0, 0, 1 << 15);
        var regions = Regions(x, rois, 4);
        if (batches.HasRank)
            regions = Agree(batches.Dims.Length == 1 ? batches.Dims[0] : throw new ModelException($"batch indices of rank {batches.Dims.Length}"), regions, "regions and their batch indices");
        return new(type, [regions, x.HasRank ? x.Dims[1] : -1, Extent(a, "output_height", 1, 1, int.MaxValue), Extent(a, "output_width", 1, 1, int.MaxValue)]);
    }

    /// <summary>X [N, C, H, W], regions [R, 5] that begin with the batch, to [R, C, height, width].</summary>
    private static Fact MaxRoiPool(Attributes a, Fact x, Fact rois)
    {
        var type = Float(x with { Type = Same(x, rois) });
        var shape = a.Ints("pooled_shape");
        if (shape.Length != 2 || shape.Any(s => s is < 1 or > int.MaxValue))
            throw new ModelException("pooled_shape is not two extents above 0");
        return new(type, [Regions(x, rois, 5), x.HasRank ? x.Dims[1] : -1, (int)shape[0], (int)shape[1]]);
    }

    private static int Regions(Fact x, Fact rois, int columns)
    {
        if (x.HasRank && (x.Dims.Length != 4 || x.Dims[2] == 0 || x.Dims[3] == 0))
            throw new ModelException($"the input is {x}; N x C x H x W with elements is needed");
        if (rois.HasRank && (rois.Dims.Length != 2 || rois.Dims[1] >= 0 && rois.Dims[1] != columns))
            throw new ModelException($"the regions are {rois}, not R x {columns}");
        return rois.HasRank ? rois.Dims[0] : -1;
    }

    private static Fact DecodeImage(Attributes a, Fact x)
    {
        Named(a, "pixel_format", "RGB", "RGB", "BGR", "Grayscale");
        Require(x, t => t == DType.UInt8, "uint8");
        if (x.HasRank && x.Dims.Length != 1)
            throw new ModelException($"the file has rank {x.Dims.Length}, not 1");
        return new(DType.UInt8, [-1, -1, a.Text("pixel_format", "RGB") == "Grayscale" ? 1 : 3]);
    }

    private static int Extent(Attributes a, string name, int otherwise, int least, int most) => a.Int(name, otherwise) is var value && value >= least && value <= most
        ? (int)value
        : throw new ModelException($"{name} is {value}, not between {least} and {most}");

    private static void Named(Attributes a, string name, string otherwise, params ReadOnlySpan<string> known)
    {
        if (!known.Contains(a.Text(name, otherwise)))
            throw new ModelException($"{name} '{Onnx.OnnxModel.Cut(a.Text(name, otherwise))}' is not known");
    }
}
