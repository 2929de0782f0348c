namespace Assay.Engine.Models.Onnx;

/// <content>Elementwise operators beyond plain arithmetic, casts, choices, ranges; and those that draw random numbers.</content>
internal static partial class Operators
{
    private static Rule[] Elementwise =>
    [
        new("Cast", 1, 1, n => CastTo(n, n.Int("to", 0))),
        new("CastLike", 2, 2, n => CastTo(n, (long)TypeOf(n, n.Input(1)))),
        new("BitCast", 1, 1, n => n.Output(0, n.Emit(Primitive.BitCast, Attributes.None.With("to", n.Int("to", 0)), n.Input(0)))),
        new("Not", 1, 1, n => { Bool(n, 0); Unary(n, Primitive.Not); }),
        new("And", 2, 2, n => Logic(n, Primitive.And)),
        new("Or", 2, 2, n => Logic(n, Primitive.Or)),
        new("Xor", 2, 2, n => Logic(n, Primitive.Xor)),
        new("BitwiseNot", 1, 1, n => Unary(n, Primitive.Not)),
        new("BitwiseAnd", 2, 2, n => Binary(n, Primitive.And)),
        new("BitwiseOr", 2, 2, n => Binary(n, Primitive.Or)),
        new("BitwiseXor", 2, 2, n => Binary(n, Primitive.Xor)),
        new("BitShift", 2, 2, n => n.Output(0, n.Emit(Primitive.BitShift, Attributes.None.With("direction", n.Text("direction", "")), n.Input(0), n.Input(1)))),
        new("Mod", 2, 2, n => n.Output(0, n.Emit(Primitive.Mod, WithInt(Attributes.None, "fmod", n.Int("fmod", 0) == 0 ? 0 : 1, 0), n.Input(0), n.Input(1)))),
        new("Pow", 2, 2, Pow),
        new("Mean", 1, Any, Mean),
        new("Clip", 1, 3, Clip),
        new("Reciprocal", 1, 1, Reciprocal),
        new("IsNaN", 1, 1, IsNaN),
        new("IsInf", 1, 1, IsInf),
        new("Where", 3, 3, n => n.Output(0, n.Emit(Primitive.Where, Attributes.None, n.Input(0), n.Input(1), n.Input(2)))),
        new("Range", 3, 3, n => n.Output(0, n.Emit(Primitive.Range, Attributes.None, n.Input(0), n.Input(1), n.Input(2)))),
        new("Dropout", 1, 3, Dropout),
        .. new[] { "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial" }.Select(name => new Rule(name, 0, 1, Random)),
    ];

    private static void Random(OnnxNode n) => throw new ModelException($"{n.Op} draws random numbers: nobody could replay its answer");

    private static void CastTo(OnnxNode n, long to)
    {
        var a = Attributes.None.With("to", to);
        var target = ShapeRules.CastTarget(a);
        a = n.Int("saturate", 1) == 0 && target.IsSmallFloat() ? a.With("saturate", 0L) : a;
        var mode = n.Text("round_mode", "up");
        if (target == DType.Float8E8M0 && mode != "up")
            a = a.With("round_mode", mode);
        n.Output(0, n.Emit(Primitive.Cast, a, n.Input(0)));
    }

    /// <summary>The element type of a value.</summary>
    /// <exception cref="ModelException">Only running tells it.</exception>
    private static DType TypeOf(OnnxNode n, int id) => n.FactOf(id).Type ?? throw new ModelException("an element type that only running tells is not supported");

    private static void Bool(OnnxNode n, int input)
    {
        if (n.FactOf(n.Input(input)).Type is { } type and not DType.Bool)
            throw new ModelException($"input {input} is {type.Name()}, not bool");
    }

    private static void Logic(OnnxNode n, Primitive op)
    {
        Bool(n, 0);
        Bool(n, 1);
        Binary(n, op);
    }

    /// <summary>A number as a constant of the type, which one operand beside it has.</summary>
    private static int Number(OnnxNode n, DType type, double value) => type switch
    {
        DType.Float32 => n.Constant(Tensor.Scalar((float)value)),
        DType.Float64 => n.Constant(Tensor.Scalar(value)),
        _ => n.Emit(Primitive.Cast, To(type), n.Constant(Tensor.Scalar((float)value))),
    };

    private static void Pow(OnnxNode n)
    {
        n.Ignore("consumed_inputs");
        int x = n.Input(0), y = n.Input(1);
        if (n.Opset < 7)
            y = AlignedAt(n, x, y);
        // Since version 12 the exponent may be of another type; the result is of the base's.
        if (n.FactOf(x).Type is not { } type || n.FactOf(y).Type is not { } other || type == other)
            n.Output(0, n.Emit(Primitive.Pow, Attributes.None, x, y));
        else if (type.IsInteger() && other.IsFloat())
            // A whole number to a power that is none: computed as floating-point numbers, and the whole part kept.
            n.Output(0, n.Emit(Primitive.Cast, To(type), n.Emit(Primitive.Pow, Attributes.None, n.Emit(Primitive.Cast, To(DType.Float32), x), n.Emit(Primitive.Cast, To(DType.Float32), y))));
        else
            n.Output(0, n.Emit(Primitive.Pow, Attributes.None, x, n.Emit(Primitive.Cast, To(type), y)));
    }

    private static void Mean(OnnxNode n)
    {
        n.Ignore("consumed_inputs");
        var type = TypeOf(n, n.Input(0));
        n.Output(0, Widely(n, type, n.Input(0), (first, wide) =>
        {
            var sum = first;
            for (var i = 1; i < n.InputCount; i++)
                sum = n.Emit(Primitive.Add, Attributes.None, sum, wide == type ? n.Input(i) : n.Emit(Primitive.Cast, To(wide), n.Input(i)));
            return n.Emit(Primitive.Div, Attributes.None, sum, Number(n, wide, n.InputCount));
        }));
    }

    private static void Clip(OnnxNode n)
    {
        n.Ignore("consumed_inputs");
        int x = n.Input(0), low = n.Optional(1), high = n.Optional(2);
        if (n.Opset < 11)
        {
            if (n.InputCount > 1)
                throw new ModelException("bounds are attributes before operator set 11");
            if (n.Has("min"))
                low = Number(n, TypeOf(n, x), n.Float("min", 0));
            if (n.Has("max"))
                high = Number(n, TypeOf(n, x), n.Float("max", 0));
        }
        var result = low < 0 && high < 0 ? n.Emit(Primitive.Identity, Attributes.None, x) : x;
        if (low >= 0)
            result = n.Emit(Primitive.Max, Attributes.None, result, low);
        if (high >= 0)
            result = n.Emit(Primitive.Min, Attributes.None, result, high);
        n.Output(0, result);
    }

    private static void Reciprocal(OnnxNode n)
    {
        n.Ignore("consumed_inputs");
        var x = n.Input(0);
        n.Output(0, n.Emit(Primitive.Div, Attributes.None, Number(n, TypeOf(n, x), 1), x));
    }

    private static void IsNaN(OnnxNode n)
    {
        var x = Computable(n, n.Input(0));
        n.Output(0, n.Emit(Primitive.Not, Attributes.None, n.Emit(Primitive.Equal, Attributes.None, x, x)));
    }

    private static void IsInf(OnnxNode n)
    {
        var x = Computable(n, n.Input(0));
        bool negative = n.Int("detect_negative", 1) != 0, positive = n.Int("detect_positive", 1) != 0;
        if (positive && negative)
            x = n.Emit(Primitive.Abs, Attributes.None, x);
        // Where neither is asked for, a comparison with NaN is false everywhere.
        var sought = positive ? double.PositiveInfinity : negative ? double.NegativeInfinity : double.NaN;
        n.Output(0, n.Emit(Primitive.Equal, Attributes.None, x, Number(n, TypeOf(n, x), sought)));
    }

    /// <summary>A small float as float32, which holds it exactly.</summary>
    private static int Computable(OnnxNode n, int x) => n.FactOf(x).Type is { } type && type.IsSmallFloat() ? n.Emit(Primitive.Cast, To(DType.Float32), x) : x;

    /// <summary>Computes in float32 what is float16 or bfloat16, and rounds once at the end: the steps of one operator are not rounded each.</summary>
    /// <param name="steps">From the operand and the type it now has to the result.</param>
    private static int Widely(OnnxNode n, DType type, int x, Func<int, DType, int> steps) => type is DType.Float16 or DType.BFloat16
        ? n.Emit(Primitive.Cast, To(type), steps(n.Emit(Primitive.Cast, To(DType.Float32), x), DType.Float32))
        : steps(x, type);

    private static void Dropout(OnnxNode n)
    {
        n.Ignore("seed");
        n.Ignore("consumed_inputs");
        if (n.Opset < 7)
            n.Only("is_test", 1);
        n.Ignore("ratio");      // a constant in a model that is only run
        if (n.HasInput(2) && IsTraining(n))
            throw new ModelException("training mode with a ratio above 0 draws random numbers: nobody could replay its answer");
        var x = n.Input(0);
        n.Output(0, x);
        if (!n.HasOutput(1))
            return;
        // All elements are kept; before version 10 the mask was of the input's type.
        var kept = n.Opset >= 10 ? n.Constant(Tensor.Scalar(true)) : Number(n, TypeOf(n, x), 1);
        n.Output(1, n.Emit(Primitive.ConstantOfShape, Attributes.None, n.Emit(Primitive.Shape, Attributes.None, x), kept));
    }

    private static bool IsTraining(OnnxNode n)
    {
        if (n.FactOf(n.Input(2)).Value is not { Count: 1, Type: DType.Bool } training)
            throw new ModelException("a training mode that only running tells is not supported");
        if (training.Bytes[0] == 0)
            return false;
        if (!n.HasInput(1))
            return true;
        return n.FactOf(n.Input(1)).Value is not { Count: 1 } ratio || ratio.Bytes.ContainsAnyExcept((byte)0);
    }
}
