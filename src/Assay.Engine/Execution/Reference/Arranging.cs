using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Elements kept, repeated, turned about or written at places that follow from the shape (10.3).</summary>
internal static class Arranging
{
    /// <summary>The second of two values where the index is met, the first elsewhere; an index outside the depth is met nowhere.</summary>
    public static void OneHot(int axis, Tensor indices, Tensor values, Tensor y)
    {
        var (_, depth, inner) = Places.Around(y.Shape, axis);
        for (var i = 0; i < y.Count; i++)
        {
            var at = i / (depth * inner) * inner + i % inner;
            var index = Numbers.LoadWhole(indices, at);
            Movement.Copy(values, (index < 0 ? index + depth : index) == i / inner % depth ? 1 : 0, y, i);
        }
    }

    /// <summary>What lies on or above diagonal k (or on or below it); zero bits elsewhere.</summary>
    public static void Trilu(bool upper, long k, Tensor x, Tensor y)
    {
        int rows = x.Shape[x.Shape.Rank - 2], columns = x.Shape[x.Shape.Rank - 1];
        for (var i = 0; i < y.Count; i++)
        {
            var above = (Int128)(i % columns) - i / columns % rows - k;
            if (upper ? above >= 0 : above <= 0)
                Movement.Copy(x, i, y, i);
        }
    }

    public static void EyeLike(long k, Tensor y)
    {
        var one = Tensor.Create(y.Type, Shape.Scalar);
        Casts.Cast(Attributes.None, Tensor.Scalar(1f), one);
        for (var row = 0; row < y.Shape[0]; row++)
            if ((Int128)row + k is var column && column >= 0 && column < y.Shape[1])
                Movement.Copy(one, 0, y, row * y.Shape[1] + (int)column);
    }

    /// <summary>The first steps of each of the batch in reverse order, the rest as they are.</summary>
    /// <exception cref="ModelException">A length is negative or beyond the steps.</exception>
    public static void ReverseSequence(int time, Tensor x, Tensor lengths, Tensor y)
    {
        int rows = x.Shape[0], columns = x.Shape[1];
        var inner = Places.Around(x.Shape, 1).Inner;
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
            {
                var (step, steps, length) = time == 0 ? (row, rows, lengths.Span<long>()[column]) : (column, columns, lengths.Span<long>()[row]);
                if (length < 0 || length > steps)
                    throw new ModelException($"a sequence of {length} steps in {steps}");
                var from = step < length ? (int)length - 1 - step : step;
                var place = time == 0 ? from * columns + column : row * columns + from;
                Movement.Copy(x, place * inner, y, (row * columns + column) * inner, inner);
            }
    }

    public static void Tile(Tensor x, Tensor y)
    {
        var strides = Places.Strides(x.Shape);
        var at = new int[x.Shape.Rank];
        for (var i = 0; i < y.Count; i++)
        {
            Places.Coordinates(y.Shape, i, at);
            var from = 0;
            for (var axis = 0; axis < at.Length; axis++)
                from += at[axis] % x.Shape[axis] * strides[axis];
            Movement.Copy(x, from, y, i);
        }
    }

    public static void Split(int axis, Tensor x, Tensor[] parts)
    {
        var (outer, extent, inner) = Places.Around(x.Shape, axis);
        var start = 0;
        foreach (var part in parts)
        {
            var run = part.Shape[axis] * inner;
            for (var o = 0; o < outer; o++)
                Movement.Copy(x, o * extent * inner + start, part, o * run, run);
            start += run;
        }
    }
}
