using System.Numerics;

namespace Assay.Engine.Numerics.Int8;

/// <summary>Whole numbers of section 4 of docs/spec/assay-int8-v1.md.</summary>
internal static class Int8Rows
{
    /// <summary>f: the largest power of two with f² times the next power of two of <paramref name="length"/>, 1 to 1024, at most 2^16.</summary>
    public static int Fineness(int length) => 1 << ((16 - (length == 1 ? 0 : BitOperations.Log2((uint)length - 1) + 1)) / 2);

    /// <summary>⌊a / b⌋, b above 0.</summary>
    public static int Floor(int a, int b) => a / b - (a % b < 0 ? 1 : 0);

    /// <summary>The whole number s nearest to √v: s² − s &lt; v ≤ s² + s.</summary>
    /// <param name="v">1 to 2^30.</param>
    public static int Root(int v)
    {
        var s = 1;
        for (var step = 1 << 14; step > 0; step >>= 1)
            if ((long)(s + step) * (s + step - 1) < v)
                s += step;
        return s;
    }
}
