namespace Assay.Engine.Models.Onnx;

/// <content>Sequences and optionals.</content>
internal static partial class Operators
{
    private static Rule[] Sequences =>
    [
        new("SequenceConstruct", 1, Any, n => n.Output(0, n.Emit(Primitive.SequenceConstruct, Attributes.None, n.AllInputs().AsSpan()))),
        new("SequenceEmpty", 0, 0, n => n.Output(0, n.Emit(Primitive.SequenceEmpty, To((DType)Math.Clamp(n.Int("dtype", 1), 0, 255))))),
        new("SequenceInsert", 2, 3, n => n.Output(0, n.Emit(Primitive.SequenceInsert, Attributes.None, n.Input(0), n.Input(1), n.Optional(2)))),
        new("SequenceErase", 1, 2, n => n.Output(0, n.Emit(Primitive.SequenceErase, Attributes.None, n.Input(0), n.Optional(1)))),
        new("SequenceAt", 2, 2, n => n.Output(0, n.Emit(Primitive.SequenceAt, Attributes.None, n.Input(0), n.Input(1)))),
        new("SequenceLength", 1, 1, n => n.Output(0, n.Emit(Primitive.SequenceLength, Attributes.None, n.Input(0)))),
        new("SplitToSequence", 1, 2, SplitToSequence),
        new("ConcatFromSequence", 1, 1, ConcatFromSequence),
        new("Optional", 0, 1, Optional),
        new("OptionalHasElement", 0, 1, OptionalHasElement),
        new("OptionalGetElement", 1, 1, n => n.Output(0, n.Emit(Primitive.OptionalGetElement, Attributes.None, n.Input(0)))),
    ];

    private static void SplitToSequence(OnnxNode n)
    {
        var a = WithInt(Attributes.None, "axis", n.Int("axis", 0), 0);
        var keep = n.Int("keepdims", 1) == 0 ? 0 : 1;
        // ONNX: keepdims is ignored where split is given.
        a = n.HasInput(1) ? a : WithInt(a, "keepdims", keep, 1);
        n.Output(0, n.Emit(Primitive.SplitToSequence, a, n.Input(0), n.Optional(1)));
    }

    private static void ConcatFromSequence(OnnxNode n)
    {
        if (!n.Has("axis"))
            throw new ModelException("attribute 'axis' is missing");
        var a = Attributes.None.With("axis", n.Int("axis", 0));
        n.Output(0, n.Emit(Primitive.ConcatFromSequence, WithInt(a, "new_axis", n.Int("new_axis", 0) == 0 ? 0 : 1, 0), n.Input(0)));
    }

    private static void Optional(OnnxNode n)
    {
        var type = n.Type("type");
        if (n.HasInput(0))
        {
            n.Output(0, n.Emit(Primitive.Optional, Attributes.None, n.Input(0)));
            return;
        }
        if (type is not { Type: { } element, Kind: ValueKind.Tensor or ValueKind.Sequence })
            throw new ModelException("neither an input nor the type of what is absent");
        n.Output(0, n.Emit(Primitive.Optional, WithInt(To(element), "sequence", type.Kind == ValueKind.Sequence ? 1 : 0, 0)));
    }

    private static void OptionalHasElement(OnnxNode n) => n.Output(0, n.HasInput(0)
        ? n.Emit(Primitive.OptionalHasElement, Attributes.None, n.Input(0))
        : n.Constant(Tensor.Scalar(false)));
}
