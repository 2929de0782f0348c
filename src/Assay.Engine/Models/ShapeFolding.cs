namespace Assay.Engine.Models;

/// <summary>
/// Values of the small integer tensors that shapes are computed with, where their operands are known before the run. They
/// are used to infer shapes only: the graph keeps its nodes, and a run computes them.
/// </summary>
public static class ShapeFolding
{
    /// <summary>Elements beyond which nothing is followed.</summary>
    private const int Limit = 1024;

    /// <summary>The value of the node's one output, or null where it is not known or not one of these.</summary>
    public static Tensor? Fold(Node node, ReadOnlySpan<Fact?> inputs)
    {
        foreach (var input in inputs)
            if (input is not null && input.Value is not { Type: DType.Int64, Count: <= Limit })
                return null;
        if (inputs.Length == 0 || inputs[0] is null)
            return null;
        var fact = ShapeRules.Infer(node, inputs)[0];
        var x = inputs[0]!.Value!;
        switch (node.Op)
        {
            case Primitive.Identity or Primitive.Reshape or Primitive.Squeeze or Primitive.Unsqueeze or Primitive.Flatten:
                return x.Reshape(fact.Shape);
            case Primitive.Cast when fact.Type == DType.Int64:
                return x;
            case Primitive.Size:
                return Tensor.Scalar((long)x.Count);
            case Primitive.Concat when fact is { IsComplete: true, Dims.Length: 1 } && fact.Shape.Count <= Limit:
                var all = new List<long>();
                foreach (var input in inputs)
                    all.AddRange(input!.Value!.Span<long>());
                return Tensor.From<long>(fact.Shape, all.ToArray());
            case Primitive.Gather when x.Shape.Rank == 1:
                return Gather(x, inputs[1]!.Value!, fact.Shape);
            case Primitive.Slice when x.Shape.Rank == 1:
                return Slice(x, inputs, fact.Shape);
            case Primitive.Add or Primitive.Sub or Primitive.Mul when fact.Shape.Count <= Limit && fact.Dims.Length <= 1:
                return Arithmetic(node.Op, x, inputs[1]!.Value!, fact.Shape);
            default:
                return null;
        }
    }

    private static Tensor? Gather(Tensor x, Tensor indices, Shape shape)
    {
        var result = Tensor.Create(DType.Int64, shape);
        for (var i = 0; i < indices.Count; i++)
        {
            var at = indices.Span<long>()[i];
            at = at < 0 ? at + x.Count : at;
            if (at < 0 || at >= x.Count)
                return null;
            result.MutableSpan<long>()[i] = x.Span<long>()[(int)at];
        }
        return result;
    }

    private static Tensor Slice(Tensor x, ReadOnlySpan<Fact?> inputs, Shape shape)
    {
        long[]? Ints(ReadOnlySpan<Fact?> all, int i) => i < all.Length && all[i] is { } fact ? fact.Value!.ToInts("a bound") : null;
        var range = SliceRange.Of(x.Shape.Dims.AsSpan(), Ints(inputs, 1)!, Ints(inputs, 2)!, Ints(inputs, 3), Ints(inputs, 4))[0];
        var result = Tensor.Create(DType.Int64, shape);
        for (var i = 0; i < range.Count; i++)
            result.MutableSpan<long>()[i] = x.Span<long>()[(int)(range.Start + i * range.Step)];
        return result;
    }

    private static Tensor Arithmetic(Primitive op, Tensor a, Tensor b, Shape shape)
    {
        var result = Tensor.Create(DType.Int64, shape);
        for (var i = 0; i < result.Count; i++)
        {
            var x = a.Span<long>()[a.Count == 1 ? 0 : i];
            var y = b.Span<long>()[b.Count == 1 ? 0 : i];
            result.MutableSpan<long>()[i] = unchecked(op switch { Primitive.Add => x + y, Primitive.Sub => x - y, _ => x * y });
        }
        return result;
    }
}
