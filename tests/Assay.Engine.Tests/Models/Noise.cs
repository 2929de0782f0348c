namespace Assay.Engine.Tests.Models;

/// <summary>A small counter-based generator (SplitMix64, Steele and others 2014): the same numbers everywhere.</summary>
internal sealed class Noise(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>Uniform in [-1, 1).</summary>
    public float Float() => (int)(Next() >> 40) / 8388608f - 1;

    public float[] Floats(int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = Float();
        return values;
    }

    /// <summary>A copy with a few bytes changed, removed, doubled or cut off.</summary>
    public byte[] Mutate(ReadOnlySpan<byte> bytes)
    {
        var list = new List<byte>(bytes.ToArray());
        for (var n = 1 + Below(4); n > 0 && list.Count > 0; n--)
        {
            var at = Below(list.Count);
            switch (Below(6))
            {
                case 0: list[at] = (byte)Next(); break;
                case 1: list[at] ^= (byte)(1 << Below(8)); break;
                case 2: list.RemoveRange(at, Math.Min(1 + Below(8), list.Count - at)); break;
                case 3: list.InsertRange(at, list.GetRange(at, Math.Min(1 + Below(16), list.Count - at))); break;
                case 4: list[at] = 0xFF; break;
                default: list.RemoveRange(at, list.Count - at); break;
            }
        }
        return [.. list];
    }
}
