using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Where, BitCast and Range.</summary>
internal static class Choices
{
    /// <summary>The bits of the one or the other.</summary>
    public static void Where(Tensor condition, Tensor a, Tensor b, Tensor y)
    {
        IndexMap which = IndexMap.Broadcast(condition.Shape, y.Shape), left = IndexMap.Broadcast(a.Shape, y.Shape), right = IndexMap.Broadcast(b.Shape, y.Shape);
        for (var i = 0; i < y.Count; i++)
            if (condition.Bytes[which[i]] != 0)
                Movement.Copy(a, left[i], y, i);
            else
                Movement.Copy(b, right[i], y, i);
    }

    /// <exception cref="ModelException">A byte is neither 0 nor 1 where a bool is asked for.</exception>
    public static void BitCast(Tensor x, Tensor y)
    {
        if (x.Type.IsSmallInteger() && y.Type.IsSmallInteger())
            for (var i = 0; i < y.Count; i++)
                Numbers.StoreWhole(y, i, Numbers.LoadWhole(x, i));
        else if (x.Type.Bits() < 8)
            for (var i = 0; i < y.Count; i++)
                y.MutableBytes[i] = y.Type == DType.Int4 ? (byte)((sbyte)(x.Bytes[i] << 4) >> 4) : (byte)(x.Bytes[i] & 15);
        else
        {
            if (y.Type == DType.Bool && x.Bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
                throw new ModelException("a byte that is to be a bool is neither 0 nor 1");
            x.Bytes.CopyTo(y.MutableBytes);
        }
    }

    /// <summary>start + i * delta: the product and the sum rounded.</summary>
    public static void Range<T>(Tensor start, Tensor delta, Tensor y) where T : unmanaged, IReal<T>
    {
        T first = new Reals<T>(start)[0], step = new Reals<T>(delta)[0];
        for (var i = 0; i < y.Count; i++)
            T.Store(y, i, first + T.Of(i) * step);
    }

    /// <summary>start + i * delta of whole numbers: the low bits.</summary>
    public static void Range(Tensor start, Tensor delta, Tensor y)
    {
        for (var i = 0; i < y.Count; i++)
            Numbers.StoreWhole(y, i, Numbers.LoadWhole(start, 0) + i * Numbers.LoadWhole(delta, 0));
    }
}
