using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Which function computes which primitive of images, signals and places named by indices.</summary>
internal static class PlaceKernels
{
    /// <summary>What moves elements of any type; false, with nothing done, where the node is none of these.</summary>
    public static bool Run(Node node, Tensor?[] x, Tensor[] y)
    {
        var a = node.Attributes;
        switch (node.Op)
        {
            case Primitive.GatherElements:
                Indexing.GatherElements(ShapeRules.Axis(a.Int("axis", 0), x[0]!.Shape.Rank), x[0]!, x[1]!, y[0]);
                break;
            case Primitive.GatherNd:
                Indexing.GatherNd((int)a.Int("batch_dims", 0), x[0]!, x[1]!, y[0]);
                break;
            case Primitive.ScatterElements when x[0]!.Type == DType.Float64:
                ScatterElements<Real64>(a, x, y[0]);
                break;
            case Primitive.ScatterElements:
                ScatterElements<Real32>(a, x, y[0]);
                break;
            case Primitive.ScatterNd when x[0]!.Type == DType.Float64:
                Indexing.ScatterNd<Real64>(a.Text("reduction", "none"), x[0]!, x[1]!, x[2]!, y[0]);
                break;
            case Primitive.ScatterNd:
                Indexing.ScatterNd<Real32>(a.Text("reduction", "none"), x[0]!, x[1]!, x[2]!, y[0]);
                break;
            case Primitive.TensorScatter:
                Indexing.TensorScatter(ShapeRules.Axis(a.Int("axis", -2), x[0]!.Shape.Rank), a.Text("mode", "linear") == "circular", x[0]!, x[1]!, Optional(x, 2), y[0]);
                break;
            case Primitive.OneHot:
                Arranging.OneHot(ShapeRules.Axis(a.Int("axis", -1), y[0].Shape.Rank), x[0]!, x[2]!, y[0]);
                break;
            case Primitive.Trilu:
                Arranging.Trilu(a.Int("upper", 1) != 0, Optional(x, 1)?.ToInts("k")[0] ?? 0, x[0]!, y[0]);
                break;
            case Primitive.EyeLike:
                Arranging.EyeLike(a.Int("k", 0), y[0]);
                break;
            case Primitive.ReverseSequence:
                Arranging.ReverseSequence((int)a.Int("time_axis", 0), x[0]!, x[1]!, y[0]);
                break;
            case Primitive.Tile:
                Arranging.Tile(x[0]!, y[0]);
                break;
            case Primitive.Split:
                Arranging.Split(ShapeRules.Axis(a.Int("axis", 0), x[0]!.Shape.Rank), x[0]!, y);
                break;
            case Primitive.Resize when a.Text("mode", "nearest") == "nearest":
                Resizing.Nearest(a, ResizeAxis.Of(a, x[0]!.Shape.Dims.AsSpan(), Optional(x, 1), Optional(x, 2), Optional(x, 3)), x[0]!, Beyond(a, x[0]!.Type), y[0]);
                break;
            case Primitive.MaxPool:
                MaxPlaces.Whole(a, x[0]!, y[0], y.Length > 1 ? y[1] : null);
                break;
            default:
                return false;
        }
        return true;
    }

    /// <summary>What is arithmetic on <typeparamref name="T"/>; false, with nothing done, where the node is none of these.</summary>
    public static bool IsReal<T>(Node node, Tensor?[] x, Tensor[] y) where T : unmanaged, IReal<T>
    {
        var a = node.Attributes;
        switch (node.Op)
        {
            case Primitive.Resize when a.Text("mode", "nearest") != "nearest":
                Resizing.Interpolate<T>(a, ResizeAxis.Of(a, x[0]!.Shape.Dims.AsSpan(), Optional(x, 1), Optional(x, 2), Optional(x, 3)), x[0]!, y[0]);
                break;
            case Primitive.GridSample:
                Sampling.GridSample<T>(a, x[0]!, x[1]!, y[0]);
                break;
            case Primitive.AffineGrid:
                Sampling.AffineGrid<T>(a.Int("align_corners", 0) != 0, x[0]!, y[0]);
                break;
            case Primitive.RoiAlign:
                Regions.Align<T>(a, x[0]!, x[1]!, x[2]!, y[0]);
                break;
            case Primitive.MaxRoiPool:
                Regions.MaxPool<T>(a, x[0]!, x[1]!, y[0]);
                break;
            case Primitive.ConvTranspose:
                Transposed.Conv<T>(a, x[0]!, x[1]!, Optional(x, 2), y[0]);
                break;
            case Primitive.DeformConv:
                Transposed.Deform<T>(a, x[0]!, x[1]!, x[2]!, Optional(x, 3), Optional(x, 4), y[0]);
                break;
            case Primitive.Col2Im:
                Transposed.Col2Im<T>(a, x[0]!, Array.ConvertAll(x[2]!.ToInts("the block's shape"), v => (int)v), y[0]);
                break;
            case Primitive.LpPool:
                Windows.LpPool<T>(a, x[0]!, y[0]);
                break;
            case Primitive.MaxPool when y.Length > 1:
                MaxPlaces.Real<T>(a, x[0]!, y[0], y[1]);
                break;
            case Primitive.Dft:
                Signals.Dft<T>(a, x[0]!, y[0], ShapeRules.DftAxis(a, Optional(x, 2), x[0]!.Shape.Rank), ShapeRules.DftLength(a, x[0]!.Shape.Dims.AsSpan(), Optional(x, 1), Optional(x, 2)));
                break;
            case Primitive.Stft:
                Signals.Stft<T>(x[0]!, (int)x[1]!.ToInts("frame_step")[0], Optional(x, 2), y[0], ShapeRules.FrameLength(Fact.Of(x[0]!), x.Length > 2 && x[2] is { } w ? Fact.Of(w) : null, Optional(x, 3)));
                break;
            default:
                return false;
        }
        return true;
    }

    private static void ScatterElements<T>(Attributes a, Tensor?[] x, Tensor y) where T : unmanaged, IReal<T> =>
        Indexing.ScatterElements<T>(ShapeRules.Axis(a.Int("axis", 0), x[0]!.Shape.Rank), a.Text("reduction", "none"), x[0]!, x[1]!, x[2]!, y);

    /// <summary>The value beyond a cropped region, in the type of the image.</summary>
    private static Tensor? Beyond(Attributes a, DType type)
    {
        if (!a.Has("extrapolation_value"))
            return null;
        var value = Tensor.Create(type, Shape.Scalar);
        Casts.Cast(Attributes.None, Tensor.Scalar(a.Float("extrapolation_value", 0)), value);
        return value;
    }

    private static Tensor? Optional(Tensor?[] x, int i) => i < x.Length ? x[i] : null;
}
