using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>One output element from one element, or from one pair, of the operands.</summary>
internal static class Elementwise
{
    public static void Unary(Primitive op, Tensor x, Tensor y)
    {
        if (x.Type == DType.Float64)
        {
            Doubles.Unary(op, x, y);
            return;
        }
        if (!x.Type.IsFloat())
        {
            for (var i = 0; i < y.Count; i++)
                Numbers.StoreWhole(y, i, Whole(op, Numbers.LoadWhole(x, i)));
            return;
        }
        var values = new Reals(x);
        for (var i = 0; i < values.Length; i++)
            Numbers.Store(y, i, Real(op, values[i]));
    }

    public static void Binary(Primitive op, Tensor a, Tensor b, Tensor y)
    {
        IndexMap left = IndexMap.Broadcast(a.Shape, y.Shape), right = IndexMap.Broadcast(b.Shape, y.Shape);
        if (a.Type == DType.Float64)
        {
            Doubles.Binary(op, a, left, b, right, y);
            return;
        }
        if (!a.Type.IsFloat())
        {
            for (var i = 0; i < y.Count; i++)
                Numbers.StoreWhole(y, i, Whole(op, Numbers.LoadWhole(a, left[i]), Numbers.LoadWhole(b, right[i])));
            return;
        }
        Reals p = new(a), q = new(b);
        for (var i = 0; i < y.Count; i++)
            Numbers.Store(y, i, Real(op, p[left[i]], q[right[i]]));
    }

    public static void Compare(Primitive op, Tensor a, Tensor b, Tensor y)
    {
        IndexMap left = IndexMap.Broadcast(a.Shape, y.Shape), right = IndexMap.Broadcast(b.Shape, y.Shape);
        if (a.Type == DType.Float64)
        {
            Doubles.Compare(op, a, left, b, right, y);
            return;
        }
        if (!a.Type.IsFloat())
        {
            for (var i = 0; i < y.Count; i++)
                y.MutableBytes[i] = Holds(op, Numbers.LoadWhole(a, left[i]).CompareTo(Numbers.LoadWhole(b, right[i])) is var c && c < 0, c == 0, c > 0) ? (byte)1 : (byte)0;
            return;
        }
        Reals p = new(a), q = new(b);
        for (var i = 0; i < y.Count; i++)
        {
            float l = p[left[i]], r = q[right[i]];
            y.MutableBytes[i] = Holds(op, l < r, l == r, l > r) ? (byte)1 : (byte)0;
        }
    }

    public static bool Holds(Primitive op, bool less, bool equal, bool greater) =>
        op switch { Primitive.Less => less, Primitive.Equal => equal, _ => greater };

    private static float Real(Primitive op, float x) => op switch
    {
        Primitive.Relu => x > 0 || float.IsNaN(x) ? x : 0,
        Primitive.Sigmoid => ScalarMath.Sigmoid(x),
        Primitive.Tanh => ScalarMath.Tanh(x),
        Primitive.Exp => ScalarMath.Exp(x),
        Primitive.Log => ScalarMath.Log(x),
        Primitive.Sqrt => ScalarMath.Sqrt(x),
        Primitive.Neg => -x,
        Primitive.Abs => MathF.Abs(x),
        _ => throw new ModelException($"{op} of floating-point numbers is not in the profile"),
    };

    private static float Real(Primitive op, float a, float b) => op switch
    {
        Primitive.Add => a + b,
        Primitive.Sub => a - b,
        Primitive.Mul => a * b,
        Primitive.Div => a / b,
        Primitive.Pow => ScalarMath.Pow(a, b),
        Primitive.Min => Least(a, b),
        Primitive.Max => Greatest(a, b),
        _ => throw new ModelException($"{op} of floating-point numbers is not in the profile"),
    };

    /// <summary>The greater; NaN where either is NaN; +0 above -0.</summary>
    public static float Greatest(float a, float b) =>
        float.IsNaN(a) || float.IsNaN(b) ? float.NaN : a > b || a == b && float.IsNegative(b) ? a : b;

    /// <summary>The lesser; NaN where either is NaN; -0 below +0.</summary>
    public static float Least(float a, float b) => -Greatest(-a, -b);

    private static Int128 Whole(Primitive op, Int128 x) => op switch
    {
        Primitive.Relu => Int128.Max(x, 0),
        Primitive.Neg => -x,
        Primitive.Abs => Int128.Abs(x),
        Primitive.Not => 1 - x,
        _ => throw new ModelException($"{op} of whole numbers is not in the profile"),
    };

    private static Int128 Whole(Primitive op, Int128 a, Int128 b) => op switch
    {
        Primitive.Add => a + b,
        Primitive.Sub => a - b,
        Primitive.Mul => unchecked(a * b),
        Primitive.Div => b == 0 ? throw new ModelException("division of a whole number by 0") : a / b,
        Primitive.Min => Int128.Min(a, b),
        Primitive.Max => Int128.Max(a, b),
        _ => throw new ModelException($"{op} of whole numbers is not in the profile"),
    };
}
