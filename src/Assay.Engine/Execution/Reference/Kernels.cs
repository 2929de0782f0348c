using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Which function computes which primitive. Types and shapes have been checked; the outputs are allocated, all zero.</summary>
internal static class Kernels
{
    public static void Run(Node node, Tensor?[] x, Tensor[] y)
    {
        if (Array.Exists(x, t => t is { Type: DType.String }) && node.Op is not (Primitive.Shape or Primitive.Size))
        {
            OnTexts(node, x, y);
            return;
        }
        // The first operand's type says in which numbers the node computes.
        if (x[0]!.Type == DType.Float64 ? IsReal<Real64>(node, x, y) : x[0]!.Type.IsFloat() && IsReal<Real32>(node, x, y))
            return;
        var a = node.Attributes;
        switch (node.Op)
        {
            case Primitive.Relu or Primitive.Neg or Primitive.Abs or Primitive.Sign or Primitive.Not:
                Elementwise.Unary(node.Op, x[0]!, y[0]);
                break;
            case Primitive.Add or Primitive.Sub or Primitive.Mul or Primitive.Div or Primitive.Pow or Primitive.Min or Primitive.Max:
                Elementwise.Binary(node.Op, x[0]!, x[1]!, y[0]);
                break;
            case Primitive.Equal or Primitive.Less or Primitive.Greater:
                Elementwise.Compare(node.Op, x[0]!, x[1]!, y[0]);
                break;
            case Primitive.ReduceSum or Primitive.ReduceMean or Primitive.ReduceMax or Primitive.ReduceMin or Primitive.ReduceProd:
                Reductions.Reduce(node.Op, ShapeRules.ReducedAxes(a, Optional(x, 1), x[0]!.Shape.Rank), x[0]!, y[0]);
                break;
            case Primitive.MatMul:
                Quantization.MatMul(x[0]!, x[1]!, null, null, y[0]);
                break;
            case Primitive.Mod or Primitive.And or Primitive.Or or Primitive.Xor or Primitive.BitShift:
                Integers.Run(node.Op, a, x[0]!, x[1]!, y[0]);
                break;
            case Primitive.PRelu:
                Activations.PRelu(x[0]!, x[1]!, y[0]);
                break;
            case Primitive.BitCast:
                Choices.BitCast(x[0]!, y[0]);
                break;
            case Primitive.Where:
                Choices.Where(x[0]!, x[1]!, x[2]!, y[0]);
                break;
            case Primitive.Range:
                Choices.Range(x[0]!, x[2]!, y[0]);
                break;
            case Primitive.QuantizeLinear:
                Quantization.Quantize(a, x[0]!, x[1]!, Optional(x, 2), y[0]);
                break;
            case Primitive.DequantizeLinear:
                Quantization.Dequantize(a, x[0]!, x[1]!, Optional(x, 2), y[0]);
                break;
            case Primitive.MatMulInteger:
                Quantization.MatMul(x[0]!, x[1]!, Optional(x, 2), Optional(x, 3), y[0]);
                break;
            case Primitive.ConvInteger:
                Quantization.Conv(a, x[0]!, x[1]!, Optional(x, 2), Optional(x, 3), y[0]);
                break;
            case Primitive.Cast:
                Casts.Cast(a, x[0]!, y[0]);
                break;
            case Primitive.Identity or Primitive.Reshape or Primitive.Flatten or Primitive.Squeeze or Primitive.Unsqueeze:
                x[0]!.Bytes.CopyTo(y[0].MutableBytes);
                break;
            case Primitive.Shape:
                for (var i = 0; i < x[0]!.Shape.Rank; i++)
                    y[0].MutableSpan<long>()[i] = x[0]!.Shape[i];
                break;
            case Primitive.Size:
                y[0].MutableSpan<long>()[0] = x[0]!.Count;
                break;
            case Primitive.Transpose:
                Movement.Transpose(ShapeRules.Permutation(a, x[0]!.Shape.Rank), x[0]!, y[0]);
                break;
            case Primitive.Concat:
                Movement.Concat(ShapeRules.Axis(a.Int("axis"), y[0].Shape.Rank), x!, y[0]);
                break;
            case Primitive.Slice:
                Movement.Slice(
                    SliceRange.Of(x[0]!.Shape.Dims.AsSpan(), x[1]!.ToInts("starts"), x[2]!.ToInts("ends"), Optional(x, 3)?.ToInts("axes"), Optional(x, 4)?.ToInts("steps")),
                    x[0]!, y[0]);
                break;
            case Primitive.Gather:
                Movement.Gather(ShapeRules.Axis(a.Int("axis", 0), x[0]!.Shape.Rank), x[0]!, x[1]!, y[0]);
                break;
            case Primitive.Pad:
                Movement.Pad(a.Text("mode", "constant"), ShapeRules.Pads(x[1]!, Optional(x, 3), x[0]!.Shape.Rank).Before, x[0]!, Optional(x, 2), y[0]);
                break;
            case Primitive.Expand:
                Movement.Expand(x[0]!, y[0]);
                break;
            case Primitive.ConstantOfShape:
                Movement.Expand(x[1]!.Reshape(Shape.Scalar), y[0]);
                break;
            default:
                if (!AxisKernels.IsWhole(node, x, y) && !PlaceKernels.Run(node, x, y) && !SignalKernels.Run(node, x, y) && !Int8Kernels.Run(node, x, y))
                    throw new ModelException($"{node.Op} cannot be run");
                break;
        }
    }

    /// <summary>What only moves or compares elements does to the numbers of strings what it does to the strings.</summary>
    private static void OnTexts(Node node, Tensor?[] x, Tensor[] y)
    {
        var table = new List<string>();
        var numbers = TensorTexts.ToNumbers(x, table);
        if (y[0].Type != DType.String)
        {
            Run(node, numbers, y);
            return;
        }
        var moved = Array.ConvertAll(y, t => Tensor.Create(DType.Int64, t.Shape));
        Run(node, numbers, moved);
        for (var o = 0; o < y.Length; o++)
            for (var i = 0; i < y[o].Count; i++)
                y[o].MutableTexts[i] = table[(int)moved[o].Span<long>()[i]];
    }

    /// <summary>Computes what is arithmetic on <typeparamref name="T"/>; false, with nothing done, where the node is none.</summary>
    private static bool IsReal<T>(Node node, Tensor?[] x, Tensor[] y) where T : unmanaged, IReal<T>
    {
        var a = node.Attributes;
        switch (node.Op)
        {
            case Primitive.Relu or Primitive.Neg or Primitive.Abs:
            case var op when op.ToFunction() is not null:
                Elementwise.Unary<T>(node.Op, x[0]!, y[0]);
                break;
            case Primitive.Add or Primitive.Sub or Primitive.Mul or Primitive.Div or Primitive.Pow or Primitive.Min or Primitive.Max:
                Elementwise.Binary<T>(node.Op, x[0]!, x[1]!, y[0]);
                break;
            case Primitive.Equal or Primitive.Less or Primitive.Greater:
                Elementwise.Compare<T>(node.Op, x[0]!, x[1]!, y[0]);
                break;
            case Primitive.Mod:
                Elementwise.Binary<T>(node.Op, x[0]!, x[1]!, y[0]);
                break;
            case Primitive.LeakyRelu or Primitive.Elu or Primitive.HardSigmoid:
                Activations.Run<T>(node.Op, a, x[0]!, y[0]);
                break;
            case Primitive.PRelu:
                Activations.PRelu<T>(x[0]!, x[1]!, y[0]);
                break;
            case Primitive.Range:
                Choices.Range<T>(x[0]!, x[2]!, y[0]);
                break;
            case Primitive.MatMul:
                Contractions.MatMul<T>(x[0]!, x[1]!, y[0]);
                break;
            case Primitive.Conv:
                Contractions.Conv<T>(a, x[0]!, x[1]!, Optional(x, 2), y[0]);
                break;
            case Primitive.MaxPool when y.Length == 1:
                Windows.MaxPool<T>(a, x[0]!, y[0]);
                break;
            case Primitive.AveragePool:
                Windows.AveragePool<T>(a, x[0]!, y[0]);
                break;
            case Primitive.ReduceSum or Primitive.ReduceMean or Primitive.ReduceMax or Primitive.ReduceMin or Primitive.ReduceProd:
                Reductions.Reduce<T>(node.Op, ShapeRules.ReducedAxes(a, Optional(x, 1), x[0]!.Shape.Rank), x[0]!, y[0]);
                break;
            case Primitive.Softmax:
                Reductions.Softmax<T>(ShapeRules.Axis(a.Int("axis", -1), x[0]!.Shape.Rank), x[0]!, y[0]);
                break;
            case Primitive.BatchNormalization:
                Normalization.BatchNormalization<T>(a.Float("epsilon", 1e-5f), x[0]!, x[1]!, x[2]!, x[3]!, x[4]!, y[0]);
                break;
            case Primitive.Lstm or Primitive.Gru or Primitive.Rnn:
                Recurrence.Run<T>(node, x, y);
                break;
            default:
                return AxisKernels.IsReal<T>(node, x, y) || PlaceKernels.IsReal<T>(node, x, y);
        }
        return true;
    }

    private static Tensor? Optional(Tensor?[] x, int i) => i < x.Length ? x[i] : null;
}
