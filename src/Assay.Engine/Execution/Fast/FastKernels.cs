using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>Which fast kernel computes which primitive.</summary>
internal static unsafe class FastKernels
{
    /// <summary>The node's outputs, or null where only the reference computes such operands.</summary>
    public static Value[]? Run(in Call call) => call.Node.Op switch
    {
        Primitive.Relu => Unary<ReluFunction>(call),
        Primitive.Sigmoid => Unary<SigmoidFunction>(call),
        Primitive.Tanh => Unary<TanhFunction>(call),
        Primitive.Exp => Unary<ExpFunction>(call),
        Primitive.Log => Unary<LogFunction>(call),
        Primitive.Sqrt => Unary<SqrtFunction>(call),
        Primitive.Neg => Unary<NegateFunction>(call),
        Primitive.Abs => Unary<AbsFunction>(call),
        Primitive.Erf => Unary<ErfFunction>(call),
        Primitive.Round => Unary<RoundFunction>(call),
        Primitive.Floor => Unary<FloorFunction>(call),
        Primitive.Ceil => Unary<CeilFunction>(call),
        Primitive.Sign => Unary<SignFunction>(call),
        Primitive.Sin => Unary<Wide<SinFunction>>(call),
        Primitive.Cos => Unary<Wide<CosFunction>>(call),
        Primitive.Tan => Unary<Wide<TanFunction>>(call),
        Primitive.Asin => Unary<Wide<AsinFunction>>(call),
        Primitive.Acos => Unary<Wide<AcosFunction>>(call),
        Primitive.Atan => Unary<Wide<AtanFunction>>(call),
        Primitive.Sinh => Unary<Wide<SinhFunction>>(call),
        Primitive.Cosh => Unary<Wide<CoshFunction>>(call),
        Primitive.Asinh => Unary<Wide<AsinhFunction>>(call),
        Primitive.Acosh => Unary<Wide<AcoshFunction>>(call),
        Primitive.Atanh => Unary<Wide<AtanhFunction>>(call),
        Primitive.Softplus => Unary<Wide<SoftplusFunction>>(call),
        Primitive.Add => Binary<AddFunction>(call) ?? Elements.Pair(call),
        Primitive.Sub => Binary<SubtractFunction>(call) ?? Elements.Pair(call),
        Primitive.Mul => Binary<MultiplyFunction>(call) ?? Elements.Pair(call),
        Primitive.Div => Binary<DivideFunction>(call),
        Primitive.Min => Binary<MinFunction>(call) ?? Elements.Pair(call),
        Primitive.Max => Binary<MaxFunction>(call) ?? Elements.Pair(call),
        Primitive.Pow => Pow(call),
        Primitive.Cast => Cast(call) ?? Elements.Cast(call),
        Primitive.And or Primitive.Or or Primitive.Xor => Elements.Pair(call),
        Primitive.Not => Elements.Not(call),
        Primitive.Equal or Primitive.Less or Primitive.Greater => Elements.Compare(call),
        Primitive.Where => Elements.Where(call),
        Primitive.MatMulInteger => IntegerProducts.MatMul(call),
        Primitive.PRelu => Binary<PReluFunction>(call),
        Primitive.LeakyRelu => WithParameter<PReluFunction>(call, call.Attributes.Float("alpha", 0)),
        Primitive.Elu => WithParameter<EluFunction>(call, call.Attributes.Float("alpha", 0)),
        Primitive.HardSigmoid => HardSigmoid(call),
        Primitive.MatMul => Contractions.MatMul(call),
        Primitive.Conv => Contractions.Conv(call),
        Primitive.MaxPool => Pools.MaxPool(call),
        Primitive.AveragePool => Pools.AveragePool(call),
        Primitive.ReduceSum => AlongAxes.Reduce(call, Fold.Sum),
        Primitive.ReduceMean => AlongAxes.Reduce(call, Fold.Mean),
        Primitive.ReduceMax => AlongAxes.Reduce(call, Fold.Max),
        Primitive.ReduceMin => AlongAxes.Reduce(call, Fold.Min),
        Primitive.Softmax => AlongAxes.Softmax(call),
        Primitive.BatchNormalization => AlongAxes.BatchNormalization(call),
        Primitive.LayerNormalization => Normalizations.Rows(call, isCentred: true),
        Primitive.RmsNormalization => Normalizations.Rows(call, isCentred: false),
        Primitive.Attention => Attentions.Attention(call),
        Primitive.LinearAttention => Attentions.Linear(call),
        Primitive.Lstm => Recurrences.Lstm(call),
        Primitive.Identity or Primitive.Reshape or Primitive.Flatten or Primitive.Squeeze or Primitive.Unsqueeze =>
            [call.Operand(0)!.Reshape(call.OutputShape())],
        Primitive.Transpose => Moves.Transpose(call),
        Primitive.Slice => Moves.Slice(call),
        Primitive.Expand => Moves.Expand(call),
        Primitive.Concat => Moves.Concat(call),
        Primitive.Pad => Moves.Pad(call),
        Primitive.Tile => Moves.Tile(call),
        Primitive.Dft => Transforms.Dft(call),
        Primitive.Stft => Transforms.Stft(call),
        Primitive.Resize => Resizes.Resize(call),
        Primitive.ConvTranspose => TransposedConvolutions.Run(call),
        >= Primitive.Int8Quantize and <= Primitive.Int8Normalize => Int8Operations.Run(call),
        _ => null,
    };

    private static Value[]? Unary<TFunction>(in Call call) where TFunction : unmanaged, IUnaryFunction
    {
        if (!call.IsWide())
            return null;
        var x = call.Input(0);
        var y = call.RentOver(0);
        UnaryKernel<TFunction>.Run(call.Launcher, call.Isa, x, y.Pointer, call.OutputShape().Count);
        return [call.Rounded(y)];
    }

    /// <summary>A function of the operand and one number.</summary>
    private static Value[]? WithParameter<TFunction>(in Call call, float parameter) where TFunction : unmanaged, IBinaryFunction
    {
        if (!call.IsWide())
            return null;
        var x = call.Input(0);
        var y = call.RentOver(0);
        Parameter<TFunction>(call, x, parameter, y.Pointer);
        return [call.Rounded(y)];
    }

    private static Value[]? HardSigmoid(in Call call)
    {
        if (!call.IsWide())
            return null;
        var x = call.Input(0);
        var y = call.RentOver(0);
        Parameter<MultiplyFunction>(call, x, call.Attributes.Float("alpha", 0), y.Pointer);
        Parameter<AddAndLimitFunction>(call, y.Pointer, call.Attributes.Float("beta", 0), y.Pointer);
        return [call.Rounded(y)];
    }

    private static void Parameter<TFunction>(in Call call, float* x, float parameter, float* y) where TFunction : unmanaged, IBinaryFunction
    {
        var number = call.Context.RentForKnown(1);
        *number.Pointer = parameter;
        var dims = call.OutputShape().Dims.AsSpan();
        BinaryKernel<TFunction>.Run(call.Launcher, call.Isa, x, dims, number.Pointer, [], y, dims);
        number.Release();
    }

    private static Value[]? Binary<TFunction>(in Call call) where TFunction : unmanaged, IBinaryFunction =>
        call.IsWide() ? Binary<TFunction>(call, 1) : null;

    private static Value[] Binary<TFunction>(in Call call, int right) where TFunction : unmanaged, IBinaryFunction
    {
        float* a = call.Input(0), b = call.Input(right);
        var y = call.RentOver(call.ShapeOf(0).Count == call.OutputShape().Count ? 0 : right);
        BinaryKernel<TFunction>.Run(call.Launcher, call.Isa, a, call.ShapeOf(0).Dims.AsSpan(), b, call.ShapeOf(right).Dims.AsSpan(), y.Pointer, call.OutputShape().Dims.AsSpan());
        return [call.Rounded(y)];
    }

    /// <summary>pow(x, 2) is x·x (4.6 of the profile), and that goes in lanes. 1 and NaN squared are what pow says of them.</summary>
    private static Value[]? Pow(in Call call)
    {
        if (!call.IsWide())
            return null;
        var isSquare = call.OutputShape() == call.ShapeOf(0) && call.Operand(1)!.Known is { Count: 1 } exponent && Number(exponent) == 2;
        return isSquare ? Binary<MultiplyFunction>(call, 0) : Binary<PowFunction>(call, 1);
    }

    private static float Number(Tensor x) => x.Type switch
    {
        DType.Float16 => HalfFloat.ToSingle(x.Span<ushort>()[0]),
        DType.BFloat16 => BrainFloat.ToSingle(x.Span<ushort>()[0]),
        _ => x.Span<float>()[0],
    };

    /// <summary>Between float32 and the 16-bit floats; not the 16-bit ones among themselves.</summary>
    private static Value[]? Cast(in Call call)
    {
        var x = call.Operand(0)!;
        if (!call.IsWide() || x.Type == ShapeRules.CastTarget(call.Attributes))
            return null;
        var y = call.Rent();
        CopyKernel.Run(call.Launcher, call.Isa, call.Input(0), y.Pointer, x.Shape.Count);
        if (ShapeRules.CastTarget(call.Attributes) != DType.Float32)
            return [call.Rounded(y)];
        return [call.Moved(y)];
    }
}
