using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Non-maximum suppression: of each batch and class the boxes of highest scores that overlap none chosen before by too much (10.4).</summary>
/// <remarks>All arithmetic is float32, each operation rounded.</remarks>
internal static class Suppression
{
    public static Tensor Choose(Attributes a, Tensor?[] x, Func<DType, Shape, Tensor> allocate)
    {
        Tensor boxes = x[0]!, scores = x[1]!;
        int batches = scores.Shape[0], classes = scores.Shape[1], count = scores.Shape[2];
        var most = Scalar<long>(x, 2) ?? 0;
        var (overlap, least) = (Scalar<float>(x, 3) ?? 0, Scalar<float>(x, 4));
        var isCentred = a.Int("center_point_box", 0) != 0;
        var chosen = new List<(int Batch, int Class, int Box)>();
        var order = new int[count];
        for (var b = 0; b < batches && most > 0; b++)
            for (var c = 0; c < classes; c++)
            {
                var candidates = 0;
                for (var i = 0; i < count; i++)
                    if (least is null || scores.Span<float>()[(b * classes + c) * count + i] > least)
                        order[candidates++] = i;
                var from = (b * classes + c) * count;
                Sorting.Sort(order.AsSpan(0, candidates), (i, j) => Higher(scores.Span<float>()[from + i], scores.Span<float>()[from + j]) is var h && h != 0 ? h : i.CompareTo(j));
                var first = chosen.Count;
                for (var i = 0; i < candidates && chosen.Count - first < most; i++)
                {
                    Interrupt.Check();
                    var box = Box.At(boxes, b * count + order[i], isCentred);
                    var isFree = true;
                    for (var j = first; j < chosen.Count && isFree; j++)
                    {
                        Interrupt.Check(j);
                        isFree = !box.Overlaps(Box.At(boxes, b * count + chosen[j].Box, isCentred), overlap);
                    }
                    if (isFree)
                        chosen.Add((b, c, order[i]));
                }
            }
        var y = allocate(DType.Int64, Shape.Of(chosen.Count, 3));
        for (var i = 0; i < chosen.Count; i++)
            (y.MutableSpan<long>()[3 * i], y.MutableSpan<long>()[3 * i + 1], y.MutableSpan<long>()[3 * i + 2]) = chosen[i];
        return y;
    }

    private static T? Scalar<T>(Tensor?[] x, int i) where T : unmanaged =>
        i < x.Length && x[i] is { Count: > 0 } one ? one.Span<T>()[0] : null;

    /// <summary>Descending; a score that is no number comes last.</summary>
    private static int Higher(float a, float b) =>
        float.IsNaN(a) || float.IsNaN(b) ? float.IsNaN(a).CompareTo(float.IsNaN(b)) : a > b ? -1 : a < b ? 1 : 0;

    private readonly record struct Box(float Left, float Top, float Right, float Bottom)
    {
        /// <summary>From two opposite corners (y, x, y, x), or from centre and size (x, y, width, height).</summary>
        public static Box At(Tensor boxes, int i, bool isCentred)
        {
            var v = boxes.Span<float>().Slice(4 * i, 4);
            if (isCentred)
                return new(v[0] - v[2] / 2, v[1] - v[3] / 2, v[0] + v[2] / 2, v[1] + v[3] / 2);
            return new(Least(v[1], v[3]), Least(v[0], v[2]), Greatest(v[1], v[3]), Greatest(v[0], v[2]));
        }

        /// <summary>Intersection over union above the threshold.</summary>
        public bool Overlaps(Box other, float threshold)
        {
            var width = Least(Right, other.Right) - Greatest(Left, other.Left);
            var height = Least(Bottom, other.Bottom) - Greatest(Top, other.Top);
            if (!(width > 0 && height > 0))
                return false;
            float shared = width * height, mine = Area(this), theirs = Area(other);
            var union = mine + theirs - shared;
            return shared > 0 && mine > 0 && theirs > 0 && union > 0 && shared / union > threshold;
        }

        private static float Area(Box b) => (b.Right - b.Left) * (b.Bottom - b.Top);

        private static float Least(float a, float b) => a > b ? b : a;

        private static float Greatest(float a, float b) => a > b ? a : b;
    }
}
