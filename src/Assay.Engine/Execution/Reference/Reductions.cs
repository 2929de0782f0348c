using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Folds along axes.</summary>
internal static class Reductions
{
    public static void Reduce(Primitive op, int[] axes, Tensor x, Tensor y)
    {
        // Output o folds the elements groups[o] + members[0], groups[o] + members[1], ...: in row-major order, as the axes ascend.
        var groups = IndexMap.Along(x.Shape, [.. Enumerable.Range(0, x.Shape.Rank).Except(axes)]);
        var members = IndexMap.Along(x.Shape, axes);
        if (!x.Type.IsFloat())
        {
            for (var o = 0; o < y.Count; o++)
                Numbers.StoreWhole(y, o, Whole(op, x, groups[o], members));
            return;
        }
        var values = new Reals(x);
        for (var o = 0; o < y.Count; o++)
            Numbers.Store(y, o, op switch
            {
                Primitive.ReduceSum => Sum(values, groups[o], members),
                Primitive.ReduceMean => Sum(values, groups[o], members) / members.Count,
                Primitive.ReduceMax => Greatest(values, groups[o], members),
                _ => Least(values, groups[o], members),
            });
    }

    /// <summary>max, then exp(x - max), then the sum, then the quotients: nothing rescaled.</summary>
    public static void Softmax(int axis, Tensor x, Tensor y)
    {
        var groups = IndexMap.Along(x.Shape, [.. Enumerable.Range(0, x.Shape.Rank).Where(a => a != axis)]);
        var members = IndexMap.Along(x.Shape, [axis]);
        var values = new Reals(x);
        for (var g = 0; g < groups.Count && members.Count > 0; g++)
        {
            var first = groups[g];
            var max = Greatest(values, first, members);
            var sum = new LaneSum();
            for (var i = 0; i < members.Count; i++)
                sum.Add(ScalarMath.Exp(values[first + members[i]] - max));
            var total = sum.Total();
            for (var i = 0; i < members.Count; i++)
                Numbers.Store(y, first + members[i], ScalarMath.Exp(values[first + members[i]] - max) / total);
        }
    }

    private static float Sum(Reals values, int first, IndexMap members)
    {
        var sum = new LaneSum();
        for (var i = 0; i < members.Count; i++)
            sum.Add(values[first + members[i]]);
        return sum.Total();
    }

    private static float Greatest(Reals values, int first, IndexMap members)
    {
        var result = float.NegativeInfinity;
        for (var i = 0; i < members.Count; i++)
            result = Elementwise.Greatest(result, values[first + members[i]]);
        return result;
    }

    private static float Least(Reals values, int first, IndexMap members)
    {
        var result = float.PositiveInfinity;
        for (var i = 0; i < members.Count; i++)
            result = Elementwise.Least(result, values[first + members[i]]);
        return result;
    }

    private static Int128 Whole(Primitive op, Tensor x, int first, IndexMap members)
    {
        var (least, greatest) = Numbers.Range(x.Type);
        Int128 result = op switch { Primitive.ReduceMax => least, Primitive.ReduceMin => greatest, _ => 0 };
        for (var i = 0; i < members.Count; i++)
        {
            var value = Numbers.LoadWhole(x, first + members[i]);
            result = op switch
            {
                Primitive.ReduceMax => Int128.Max(result, value),
                Primitive.ReduceMin => Int128.Min(result, value),
                Primitive.ReduceSum => result + value,
                _ => throw new ModelException($"{op} of {x.Type.Name()} is not in the profile"),
            };
        }
        return members.Count > 0 || op == Primitive.ReduceSum ? result : throw new ModelException($"{op} over no element of {x.Type.Name()}");
    }
}
