using System.Collections.Immutable;

namespace Assay.Engine.Models.Onnx;

/// <content>Operators that move elements or speak of shapes.</content>
internal static partial class Operators
{
    private static Rule[] Movement =>
    [
        new("Shape", 1, 1, ShapeOf),
        new("Size", 1, 1, n => Unary(n, Primitive.Size)),
        new("Reshape", 2, 2, Reshape),
        new("Flatten", 1, 1, n => n.Output(0, n.Emit(Primitive.Flatten, WithInt(Attributes.None, "axis", n.Int("axis", 1), 1), n.Input(0)))),
        new("Squeeze", 1, 2, n => Squeeze(n, Primitive.Squeeze)),
        new("Unsqueeze", 1, 2, n => Squeeze(n, Primitive.Unsqueeze)),
        new("Transpose", 1, 1, n => n.Output(0, n.Emit(Primitive.Transpose, WithInts(n, Attributes.None, "perm"), n.Input(0)))),
        new("Concat", 1, Any, Concat),
        new("Split", 1, 2, Split),
        new("Slice", 1, 5, Slice),
        new("Gather", 2, 2, n => n.Output(0, n.Emit(Primitive.Gather, WithInt(Attributes.None, "axis", n.Int("axis", 0), 0), n.Input(0), n.Input(1)))),
        new("Pad", 1, 4, Pad),
        new("Expand", 2, 2, n => n.Output(0, n.Emit(Primitive.Expand, Attributes.None, n.Input(0), n.Input(1)))),
        new("ConstantOfShape", 1, 1, ConstantOfShape),
    ];

    private static void ShapeOf(OnnxNode n)
    {
        var shape = n.Emit(Primitive.Shape, Attributes.None, n.Input(0));
        if (n.Opset >= 15 && (n.Has("start") || n.Has("end")))
            shape = n.Emit(Primitive.Slice, Attributes.None, shape, n.Constant([n.Int("start", 0)]), n.Constant([n.Int("end", long.MaxValue)]));
        n.Output(0, shape);
    }

    private static void Reshape(OnnxNode n)
    {
        var a = n.Opset >= 14 ? WithInt(Attributes.None, "allowzero", n.Int("allowzero", 0) == 0 ? 0 : 1, 0) : Attributes.None;
        n.Output(0, n.Emit(Primitive.Reshape, a, n.Input(0), n.Input(1)));
    }

    private static void Squeeze(OnnxNode n, Primitive op)
    {
        var axes = -1;
        if (n.Opset >= 13)
            axes = n.Optional(1);
        else if (n.InputCount > 1)
            throw new ModelException("axes are an attribute before operator set 13");
        else if (n.Has("axes"))
            axes = n.Constant(n.Ints("axes").AsSpan());
        if (op == Primitive.Unsqueeze && axes < 0)
            throw new ModelException("axes are missing");
        n.Output(0, n.Emit(op, Attributes.None, n.Input(0), axes));
    }

    private static void Concat(OnnxNode n)
    {
        if (n.Opset >= 4 && !n.Has("axis"))
            throw new ModelException("attribute 'axis' is missing");
        var inputs = n.AllInputs();
        if (inputs.IsEmpty)
            throw new ModelException("input 0 is missing");
        n.Output(0, n.Emit(Primitive.Concat, Attributes.None.With("axis", n.Int("axis", 1)), inputs.AsSpan()));
    }

    private static void Split(OnnxNode n)
    {
        var x = n.Input(0);
        var fact = n.FactOf(x);
        if (n.Opset >= 18 && n.Has("num_outputs") && n.Int("num_outputs", 0) != n.OutputCount)
            throw new ModelException($"num_outputs is {n.Int("num_outputs", 0)}, and {n.OutputCount} are named");
        var axis = n.Int("axis", 0);
        ImmutableArray<long> parts = [];
        if (n.Opset < 13)
            parts = n.Ints("split");
        else if (n.HasInput(1) && n.FactOf(n.Input(1)).Value is { } known)
            parts = [.. known.ToInts("split")];
        if (parts.IsEmpty && fact.HasRank && fact.Dims[ShapeRules.Axis(axis, fact.Dims.Length)] is >= 0 and var whole && (n.Opset < 13 || !n.HasInput(1)))
            parts = EvenParts(whole, n.OutputCount);
        if (parts.IsEmpty)
        {
            var made = n.EmitAll(Primitive.Split, WithInt(Attributes.None, "axis", axis, 0), n.OutputCount, x, n.Opset < 13 ? -1 : n.Optional(1));
            for (var i = 0; i < made.Length; i++)
                n.Output(i, made[i]);
            return;
        }
        if (parts.Length != n.OutputCount)
            throw new ModelException($"{parts.Length} parts for {n.OutputCount} outputs");
        if (fact.HasRank && fact.Dims[ShapeRules.Axis(axis, fact.Dims.Length)] is >= 0 and var extent)
            if (parts.Any(p => p < 0 || p > extent) || parts.Sum() != extent)
                throw new ModelException($"parts {string.Join('+', parts.Take(8))} of an extent of {extent}");
        long start = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var end = checked(start + Math.Clamp(parts[i], 0, int.MaxValue));
            n.Output(i, n.Emit(Primitive.Slice, Attributes.None, x, n.Constant([start]), n.Constant([end]), n.Constant([axis])));
            start = end;
        }
    }

    /// <summary>Since version 18 the last part may be smaller; before, the extent has to divide.</summary>
    private static ImmutableArray<long> EvenParts(long extent, int outputs)
    {
        long size = (extent + outputs - 1) / outputs;
        return [.. Enumerable.Range(0, outputs).Select(i => Math.Clamp(extent - i * size, 0, size))];
    }

    private static void Slice(OnnxNode n)
    {
        if (n.Opset >= 10)
        {
            n.Output(0, n.Emit(Primitive.Slice, Attributes.None, n.Input(0), n.Input(1), n.Input(2), n.Optional(3), n.Optional(4)));
            return;
        }
        if (n.InputCount > 1)
            throw new ModelException("bounds are attributes before operator set 10");
        ImmutableArray<long> starts = n.Ints("starts"), ends = n.Ints("ends");
        var axes = n.Has("axes") ? n.Constant(n.Ints("axes").AsSpan()) : -1;
        n.Output(0, n.Emit(Primitive.Slice, Attributes.None, n.Input(0), n.Constant(starts.AsSpan()), n.Constant(ends.AsSpan()), axes));
    }

    private static void Pad(OnnxNode n)
    {
        var x = n.Input(0);
        var mode = n.Text("mode", "constant");
        if (mode is not ("constant" or "reflect" or "edge" or "wrap") || mode == "wrap" && n.Opset < 19)
            throw new ModelException($"mode '{OnnxModel.Cut(mode)}' is not supported in operator set {n.Opset}");
        var a = mode == "constant" ? Attributes.None : Attributes.None.With("mode", mode);
        if (n.Opset >= 11)
        {
            n.Output(0, n.Emit(Primitive.Pad, a, x, n.Input(1), n.Optional(2), n.Opset >= 18 ? n.Optional(3) : -1));
            return;
        }
        if (n.InputCount > 1)
            throw new ModelException("pads are an attribute before operator set 11");
        var value = n.Float("value", 0);
        if (value != 0 && n.FactOf(x).Type != DType.Float32)
            throw new ModelException("a value to pad with, on a tensor that is not float32, is not supported");
        n.Output(0, n.Emit(Primitive.Pad, a, x, n.Constant(n.Ints("pads").AsSpan()), value == 0 ? -1 : n.Constant(Tensor.Scalar(value))));
    }

    private static void ConstantOfShape(OnnxNode n)
    {
        var value = n.Tensor("value") ?? Tensor.Scalar(0f);
        if (value.Count != 1)
            throw new ModelException($"the value is {value}, not one element");
        n.Output(0, n.Emit(Primitive.ConstantOfShape, Attributes.None, n.Input(0), n.Constant(value)));
    }
}
