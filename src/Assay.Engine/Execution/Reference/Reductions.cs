using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Folds along axes.</summary>
internal static class Reductions
{
    /// <summary>
    /// Section 3: element i goes into lane i mod 16, in ascending order from +0, and the lanes are folded 8, 4, 2, 1.
    /// </summary>
    public static float Sum(ReadOnlySpan<float> values)
    {
        Span<float> lanes = stackalloc float[16];
        lanes.Clear();
        for (var i = 0; i < values.Length; i++)
            lanes[i % 16] += values[i];
        for (var half = 8; half >= 1; half /= 2)
            for (var i = 0; i < half; i++)
                lanes[i] += lanes[i + half];
        return lanes[0];
    }

    public static void Reduce(Primitive op, int[] axes, Tensor x, Tensor y)
    {
        var groups = Groups(axes, x.Shape, y.Count);
        if (!x.Type.IsFloat())
        {
            for (var o = 0; o < y.Count; o++)
                Numbers.StoreWhole(y, o, Whole(op, groups[o], x));
            return;
        }
        var values = Numbers.Load(x);
        for (var o = 0; o < y.Count; o++)
        {
            var group = groups[o].ConvertAll(i => values[i]).ToArray();
            Numbers.Store(y, o, op switch
            {
                Primitive.ReduceSum => Sum(group),
                Primitive.ReduceMean => Sum(group) / group.Length,
                Primitive.ReduceMax => group.Aggregate(float.NegativeInfinity, Elementwise.Greatest),
                _ => group.Aggregate(float.PositiveInfinity, Elementwise.Least),
            });
        }
    }

    /// <summary>max, then exp(x - max), then the sum, then the quotients: two passes, nothing rescaled.</summary>
    public static void Softmax(int axis, Tensor x, Tensor y)
    {
        var (outer, extent, inner) = Places.Around(x.Shape, axis);
        var values = Numbers.Load(x);
        var row = new float[extent];
        for (var o = 0; o < outer; o++)
            for (var i = 0; i < inner; i++)
            {
                for (var e = 0; e < extent; e++)
                    row[e] = values[(o * extent + e) * inner + i];
                var max = row.Aggregate(float.NegativeInfinity, Elementwise.Greatest);
                for (var e = 0; e < extent; e++)
                    row[e] = ScalarMath.Exp(row[e] - max);
                var sum = Sum(row);
                for (var e = 0; e < extent; e++)
                    Numbers.Store(y, (o * extent + e) * inner + i, row[e] / sum);
            }
    }

    /// <summary>For each output element, the input elements that fold into it, in row-major order.</summary>
    private static List<int>[] Groups(int[] axes, Shape shape, int outputs)
    {
        var groups = new List<int>[outputs];
        for (var o = 0; o < outputs; o++)
            groups[o] = [];
        Span<int> at = stackalloc int[shape.Rank];
        for (var i = 0; i < shape.Count; i++)
        {
            Places.Coordinates(shape, i, at);
            var o = 0;
            for (var axis = 0; axis < shape.Rank; axis++)
                if (!axes.AsSpan().Contains(axis))
                    o = o * shape[axis] + at[axis];
            groups[o].Add(i);
        }
        return groups;
    }

    private static Int128 Whole(Primitive op, List<int> group, Tensor x)
    {
        var (least, greatest) = Numbers.Range(x.Type);
        Int128 result = op switch { Primitive.ReduceMax => least, Primitive.ReduceMin => greatest, _ => 0 };
        foreach (var i in group)
        {
            var value = Numbers.LoadWhole(x, i);
            result = op switch
            {
                Primitive.ReduceMax => Int128.Max(result, value),
                Primitive.ReduceMin => Int128.Min(result, value),
                Primitive.ReduceSum => result + value,
                _ => throw new ModelException($"{op} of {x.Type.Name()} is not in the profile"),
            };
        }
        return group.Count > 0 || op == Primitive.ReduceSum ? result : throw new ModelException($"{op} over no element of {x.Type.Name()}");
    }
}
