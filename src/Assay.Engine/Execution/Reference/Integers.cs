using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Mod, bits, shifts and powers of whole numbers.</summary>
internal static class Integers
{
    public static void Run(Primitive op, Attributes a, Tensor x, Tensor z, Tensor y)
    {
        IndexMap left = IndexMap.Broadcast(x.Shape, y.Shape), right = IndexMap.Broadcast(z.Shape, y.Shape);
        for (var i = 0; i < y.Count; i++)
            Numbers.StoreWhole(y, i, Whole(op, a, Numbers.LoadWhole(x, left[i]), Numbers.LoadWhole(z, right[i]), x.Type.Bits()));
    }

    private static Int128 Whole(Primitive op, Attributes a, Int128 p, Int128 q, int bits) => op switch
    {
        Primitive.And => p & q,
        Primitive.Or => p | q,
        Primitive.Xor => p ^ q,
        Primitive.Mod => Mod(p, q, likeDividend: a.Int("fmod", 0) != 0),
        // All bits shifted out leave 0.
        _ => q >= bits ? 0 : a.Text("direction", "") == "LEFT" ? p << (int)q : p >> (int)q,
    };

    private static Int128 Mod(Int128 p, Int128 q, bool likeDividend)
    {
        if (q == 0)
            throw new ModelException("the remainder of a division of a whole number by 0");
        var rest = p % q;
        return !likeDividend && rest != 0 && rest < 0 != q < 0 ? rest + q : rest;
    }

    /// <summary>The low bits of the exact power; 1 / x^-n, towards zero, for negative exponents.</summary>
    /// <exception cref="ModelException">0 to a negative power.</exception>
    public static Int128 Power(Int128 x, Int128 n)
    {
        if (n < 0)
            return x == 0 ? throw new ModelException("0 to a negative power, of whole numbers")
                : x == 1 ? 1 : x == -1 ? ((n & 1) == 0 ? 1 : -1) : 0;
        // 64 bits are enough: the low ones of a product depend on the low ones of its factors.
        ulong result = 1, power = unchecked((ulong)x);
        for (; n > 0; n >>= 1)
        {
            if ((n & 1) != 0)
                result = unchecked(result * power);
            power = unchecked(power * power);
        }
        return result;
    }
}
