using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>One output element from one element, or from one pair, of the operands.</summary>
internal static class Elementwise
{
    public static void Unary<T>(Primitive op, Tensor x, Tensor y) where T : unmanaged, IReal<T>
    {
        var function = op.ToFunction();
        var values = new Reals<T>(x);
        for (var i = 0; i < values.Length; i++)
            T.Store(y, i, function is { } f ? T.Apply(f, values[i]) : Real(op, values[i]));
    }

    /// <summary>Whole numbers and bools.</summary>
    public static void Unary(Primitive op, Tensor x, Tensor y)
    {
        for (var i = 0; i < y.Count; i++)
            Numbers.StoreWhole(y, i, op == Primitive.Not && x.Type == DType.Bool ? 1 - Numbers.LoadWhole(x, i) : Whole(op, Numbers.LoadWhole(x, i)));
    }

    public static void Binary<T>(Primitive op, Tensor a, Tensor b, Tensor y) where T : unmanaged, IReal<T>
    {
        IndexMap left = IndexMap.Broadcast(a.Shape, y.Shape), right = IndexMap.Broadcast(b.Shape, y.Shape);
        Reals<T> p = new(a), q = new(b);
        for (var i = 0; i < y.Count; i++)
            T.Store(y, i, Real(op, p[left[i]], q[right[i]]));
    }

    /// <summary>Whole numbers.</summary>
    public static void Binary(Primitive op, Tensor a, Tensor b, Tensor y)
    {
        IndexMap left = IndexMap.Broadcast(a.Shape, y.Shape), right = IndexMap.Broadcast(b.Shape, y.Shape);
        for (var i = 0; i < y.Count; i++)
            Numbers.StoreWhole(y, i, Whole(op, Numbers.LoadWhole(a, left[i]), Numbers.LoadWhole(b, right[i])));
    }

    public static void Compare<T>(Primitive op, Tensor a, Tensor b, Tensor y) where T : unmanaged, IReal<T>
    {
        IndexMap left = IndexMap.Broadcast(a.Shape, y.Shape), right = IndexMap.Broadcast(b.Shape, y.Shape);
        Reals<T> p = new(a), q = new(b);
        for (var i = 0; i < y.Count; i++)
        {
            T l = p[left[i]], r = q[right[i]];
            y.MutableBytes[i] = Holds(op, l < r, T.Equal(l, r), l > r) ? (byte)1 : (byte)0;
        }
    }

    /// <summary>Whole numbers and bools.</summary>
    public static void Compare(Primitive op, Tensor a, Tensor b, Tensor y)
    {
        IndexMap left = IndexMap.Broadcast(a.Shape, y.Shape), right = IndexMap.Broadcast(b.Shape, y.Shape);
        for (var i = 0; i < y.Count; i++)
        {
            var order = Numbers.LoadWhole(a, left[i]).CompareTo(Numbers.LoadWhole(b, right[i]));
            y.MutableBytes[i] = Holds(op, order < 0, order == 0, order > 0) ? (byte)1 : (byte)0;
        }
    }

    private static bool Holds(Primitive op, bool less, bool equal, bool greater) =>
        op switch { Primitive.Less => less, Primitive.Equal => equal, _ => greater };

    private static T Real<T>(Primitive op, T x) where T : unmanaged, IReal<T> => op switch
    {
        Primitive.Relu => x > T.Zero || T.IsNaN(x) ? x : T.Zero,
        Primitive.Neg => -x,
        Primitive.Abs => T.Abs(x),
        _ => throw new ModelException($"{op} of floating-point numbers is not in the profile"),
    };

    private static T Real<T>(Primitive op, T a, T b) where T : unmanaged, IReal<T> => op switch
    {
        Primitive.Add => a + b,
        Primitive.Sub => a - b,
        Primitive.Mul => a * b,
        Primitive.Div => a / b,
        Primitive.Pow => T.Pow(a, b),
        Primitive.Mod => T.Rest(a, b),
        Primitive.Min => T.Min(a, b),
        Primitive.Max => T.Max(a, b),
        _ => throw new ModelException($"{op} of floating-point numbers is not in the profile"),
    };

    private static Int128 Whole(Primitive op, Int128 x) => op switch
    {
        Primitive.Relu => Int128.Max(x, 0),
        Primitive.Neg => -x,
        Primitive.Abs => Int128.Abs(x),
        Primitive.Sign => Int128.Sign(x),
        Primitive.Not => ~x,
        _ => throw new ModelException($"{op} of whole numbers is not in the profile"),
    };

    private static Int128 Whole(Primitive op, Int128 a, Int128 b) => op switch
    {
        Primitive.Add => a + b,
        Primitive.Sub => a - b,
        Primitive.Mul => unchecked(a * b),
        Primitive.Div => b == 0 ? throw new ModelException("division of a whole number by 0") : a / b,
        Primitive.Pow => Integers.Power(a, b),
        Primitive.Min => Int128.Min(a, b),
        Primitive.Max => Int128.Max(a, b),
        _ => throw new ModelException($"{op} of whole numbers is not in the profile"),
    };
}
