namespace Assay.Engine.Models;

/// <summary>What a Resize does along one axis.</summary>
/// <param name="In">Elements of the input.</param>
/// <param name="Out">Elements of the output.</param>
/// <param name="Scale">The factor, as given, or Out / In.</param>
/// <param name="Start">Where the region of interest begins, as a part of the input (<c>tf_crop_and_resize</c>); else 0.</param>
/// <param name="End">Where it ends; else 1.</param>
/// <remarks>Source: ONNX Resize, version 19 (docs/Operators.md). Arithmetic is binary64, each operation rounded.</remarks>
public readonly record struct ResizeAxis(int In, int Out, double Scale, float Start, float End)
{
    /// <summary>The axes of a resized tensor; an empty operand counts as absent.</summary>
    /// <param name="a">The node's attributes.</param>
    /// <param name="dims">Extents of the input, all known.</param>
    /// <exception cref="ModelException">The operands do not fit each other or the input.</exception>
    public static ResizeAxis[] Of(Attributes a, ReadOnlySpan<int> dims, Tensor? roi, Tensor? scales, Tensor? sizes)
    {
        (roi, scales, sizes) = (Given(roi), Given(scales), Given(sizes));
        if (scales is null == sizes is null)
            throw new ModelException("one of scales and sizes is needed, and not both");
        var rank = dims.Length;
        var axes = a.Has("axes") ? Array.ConvertAll([.. a.Ints("axes")], v => ShapeRules.Axis(v, rank)) : [.. Enumerable.Range(0, rank)];
        if (axes.Distinct().Count() != axes.Length)
            throw new ModelException("an axis is given twice");
        var list = new ResizeAxis[rank];
        for (var i = 0; i < rank; i++)
            list[i] = new(dims[i], dims[i], 1, 0, 1);
        var isCrop = a.Text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize";
        if (isCrop && (roi is null || roi.Count != 2 * axes.Length || roi.Shape.Rank != 1))
            throw new ModelException($"tf_crop_and_resize needs a region of {2 * axes.Length} numbers");
        var factors = scales is null ? BySizes(a, dims, axes, sizes!, out var extents) : ByScales(dims, axes, scales, out extents);
        for (var i = 0; i < axes.Length; i++)
        {
            if (dims[axes[i]] == 0 && extents[i] > 0)
                throw new ModelException($"an extent of 0 resized to {extents[i]}");
            list[axes[i]] = new(dims[axes[i]], extents[i], factors[i], isCrop ? Real(roi!, i) : 0, isCrop ? Real(roi!, axes.Length + i) : 1);
        }
        return list;
    }

    private static double[] ByScales(ReadOnlySpan<int> dims, int[] axes, Tensor scales, out int[] extents)
    {
        if (scales.Shape.Rank != 1 || scales.Count != axes.Length || scales.Type != DType.Float32)
            throw new ModelException($"the scales are {scales}, not one float32 for each of {axes.Length} axes");
        var factors = new double[axes.Length];
        extents = new int[axes.Length];
        for (var i = 0; i < axes.Length; i++)
        {
            var scale = scales.Span<float>()[i];
            // The product is float32, as in ONNX's own inference of shapes.
            var extent = scale * (float)dims[axes[i]];
            if (!(scale > 0) || !(extent < int.MaxValue))
                throw new ModelException($"a scale of {scale} on an extent of {dims[axes[i]]}");
            (factors[i], extents[i]) = (scale, (int)extent);
        }
        return factors;
    }

    private static double[] BySizes(Attributes a, ReadOnlySpan<int> dims, int[] axes, Tensor sizes, out int[] extents)
    {
        var wanted = sizes.ToInts("sizes");
        if (wanted.Length != axes.Length)
            throw new ModelException($"{wanted.Length} sizes for {axes.Length} axes");
        var factors = new double[axes.Length];
        extents = new int[axes.Length];
        for (var i = 0; i < axes.Length; i++)
        {
            if (wanted[i] is < 0 or > int.MaxValue)
                throw new ModelException($"sizes hold {wanted[i]}");
            extents[i] = (int)wanted[i];
            factors[i] = dims[axes[i]] == 0 ? 1 : (double)wanted[i] / dims[axes[i]];
        }
        var policy = a.Text("keep_aspect_ratio_policy", "stretch");
        if (policy == "stretch" || axes.Length == 0)
            return factors;
        var common = policy == "not_larger" ? factors.Min() : factors.Max();
        for (var i = 0; i < axes.Length; i++)
        {
            var extent = (common * dims[axes[i]]) + 0.5;
            extents[i] = extent < int.MaxValue ? (int)extent : throw new ModelException($"an extent of {extent}");
            factors[i] = common;
        }
        return factors;
    }

    private static Tensor? Given(Tensor? x) => x is { Count: > 0 } ? x : null;

    private static float Real(Tensor roi, int i) => roi.Type switch
    {
        DType.Float32 => roi.Span<float>()[i],
        DType.Float64 => (float)roi.Span<double>()[i],
        DType.Float16 => Numerics.HalfFloat.ToSingle(roi.Span<ushort>()[i]),
        _ => throw new ModelException($"the region is {roi}, not floating-point numbers"),
    };
}
