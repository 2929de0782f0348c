namespace Assay.Engine.Tests.Numerics;

/// <summary>Deterministic float32 samples: every edge, then a counter-based generator (SplitMix64).</summary>
internal static class Sample
{
    public static readonly float[] Edges = [.. EdgeBits().Select(BitConverter.Int32BitsToSingle)];

    public static ulong Hash(ulong counter)
    {
        var z = (counter + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Any of the 2^32 float32 bit patterns.</summary>
    public static float Any(ulong counter) => BitConverter.Int32BitsToSingle((int)Hash(counter));

    /// <summary>Uniform in [-1, 1), 24 bits.</summary>
    public static float Unit(ulong counter) => ((int)(Hash(counter) >> 40) - (1 << 23)) * (1f / (1 << 23));

    public static float[] Units(int count, ulong seed = 0)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = Unit((seed << 32) + (ulong)i);
        return values;
    }

    private static IEnumerable<int> EdgeBits()
    {
        for (var exponent = 0; exponent < 256; exponent++)
            foreach (var mantissa in new[] { 0, 1, 2, 0x3FFFFF, 0x400000, 0x400001, 0x7FFFFE, 0x7FFFFF, 0x3504F3 })
                foreach (var sign in new[] { 0, int.MinValue })
                    yield return sign | (exponent << 23) | mantissa;
    }
}
