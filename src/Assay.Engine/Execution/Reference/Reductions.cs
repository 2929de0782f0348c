using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Folds along axes.</summary>
internal static class Reductions
{
    public static void Reduce<T>(Primitive op, int[] axes, Tensor x, Tensor y) where T : unmanaged, IReal<T>
    {
        var (groups, members) = Split(x.Shape, axes);
        var values = new Reals<T>(x);
        for (var o = 0; o < y.Count; o++)
            T.Store(y, o, op switch
            {
                Primitive.ReduceSum => Sum(values, groups[o], members),
                Primitive.ReduceMean => Sum(values, groups[o], members) / T.Of(members.Count),
                Primitive.ReduceMax => Greatest(values, groups[o], members),
                Primitive.ReduceProd => Product(values, groups[o], members),
                _ => Least(values, groups[o], members),
            });
    }

    /// <summary>Whole numbers.</summary>
    public static void Reduce(Primitive op, int[] axes, Tensor x, Tensor y)
    {
        var (groups, members) = Split(x.Shape, axes);
        for (var o = 0; o < y.Count; o++)
            Numbers.StoreWhole(y, o, Whole(op, x, groups[o], members));
    }

    /// <summary>max, then exp(x - max), then the sum, then the quotients: nothing rescaled.</summary>
    public static void Softmax<T>(int axis, Tensor x, Tensor y) where T : unmanaged, IReal<T>
    {
        var (groups, members) = Split(x.Shape, axis);
        var values = new Reals<T>(x);
        for (var g = 0; g < groups.Count && members.Count > 0; g++)
        {
            var first = groups[g];
            var max = Greatest(values, first, members);
            var sum = new LaneSum<T>();
            for (var i = 0; i < members.Count; i++)
                sum.Add(T.Exp(values[first + members[i]] - max));
            var total = sum.Total();
            for (var i = 0; i < members.Count; i++)
                T.Store(y, first + members[i], T.Exp(values[first + members[i]] - max) / total);
        }
    }

    /// <summary>Group g holds the elements groups[g] + members[0], groups[g] + members[1], ...: in row-major order, as the axes ascend.</summary>
    private static (IndexMap Groups, IndexMap Members) Split(Shape shape, params int[] axes) =>
        (IndexMap.Along(shape, [.. Enumerable.Range(0, shape.Rank).Except(axes)]), IndexMap.Along(shape, axes));

    private static T Sum<T>(Reals<T> values, int first, IndexMap members) where T : unmanaged, IReal<T>
    {
        var sum = new LaneSum<T>();
        for (var i = 0; i < members.Count; i++)
            sum.Add(values[first + members[i]]);
        return sum.Total();
    }

    private static T Greatest<T>(Reals<T> values, int first, IndexMap members) where T : unmanaged, IReal<T>
    {
        var result = T.Of(double.NegativeInfinity);
        for (var i = 0; i < members.Count; i++)
            result = T.Max(result, values[first + members[i]]);
        return result;
    }

    private static T Least<T>(Reals<T> values, int first, IndexMap members) where T : unmanaged, IReal<T>
    {
        var result = T.Of(double.PositiveInfinity);
        for (var i = 0; i < members.Count; i++)
            result = T.Min(result, values[first + members[i]]);
        return result;
    }

    private static T Product<T>(Reals<T> values, int first, IndexMap members) where T : unmanaged, IReal<T>
    {
        var result = T.One;
        for (var i = 0; i < members.Count; i++)
            result *= values[first + members[i]];
        return result;
    }

    /// <summary>A mean truncates towards zero; of no element, the least and greatest are the ends of the type's range.</summary>
    private static Int128 Whole(Primitive op, Tensor x, int first, IndexMap members)
    {
        var (least, greatest) = Numbers.Range(x.Type);
        Int128 result = op switch { Primitive.ReduceMax => least, Primitive.ReduceMin => greatest, Primitive.ReduceProd => 1, _ => 0 };
        for (var i = 0; i < members.Count; i++)
        {
            var value = Numbers.LoadWhole(x, first + members[i]);
            result = op switch
            {
                Primitive.ReduceMax => Int128.Max(result, value),
                Primitive.ReduceMin => Int128.Min(result, value),
                Primitive.ReduceProd => unchecked(result * value),
                _ => result + value,
            };
        }
        if (op != Primitive.ReduceMean)
            return result;
        return members.Count > 0 ? result / members.Count : throw new ModelException($"{op} over no element of {x.Type.Name()}");
    }
}
