using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Activations with parameters (section 5).</summary>
internal static class Activations
{
    public static void Run<T>(Primitive op, Attributes a, Tensor x, Tensor y) where T : unmanaged, IReal<T>
    {
        T alpha = T.Of(a.Float("alpha", 0)), beta = T.Of(a.Float("beta", 0));
        var values = new Reals<T>(x);
        for (var i = 0; i < y.Count; i++)
            T.Store(y, i, op switch
            {
                Primitive.LeakyRelu => values[i] < T.Zero ? alpha * values[i] : values[i],
                Primitive.Elu => values[i] < T.Zero ? alpha * (T.Exp(values[i]) - T.One) : values[i],
                _ => T.Max(T.Min(alpha * values[i] + beta, T.One), T.Zero),
            });
    }

    public static void PRelu<T>(Tensor x, Tensor slope, Tensor y) where T : unmanaged, IReal<T>
    {
        var places = IndexMap.Broadcast(slope.Shape, y.Shape);
        Reals<T> values = new(x), slopes = new(slope);
        for (var i = 0; i < y.Count; i++)
            T.Store(y, i, values[i] < T.Zero ? values[i] * slopes[places[i]] : values[i]);
    }

    /// <summary>Whole numbers: the low bits.</summary>
    public static void PRelu(Tensor x, Tensor slope, Tensor y)
    {
        var places = IndexMap.Broadcast(slope.Shape, y.Shape);
        for (var i = 0; i < y.Count; i++)
            Numbers.StoreWhole(y, i, Numbers.LoadWhole(x, i) is var v && v < 0 ? unchecked(v * Numbers.LoadWhole(slope, places[i])) : v);
    }
}
