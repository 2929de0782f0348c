namespace Assay.Reliability.Tests.Statistics;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every platform, for simulations that always go the same way.</summary>
internal struct Dice(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>True with this chance.</summary>
    public bool Chance(double p) => Uniform() < p;

    /// <summary>At least 0, below 1.</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>0 to below - 1.</summary>
    public int Below(int below) => (int)Math.BigMul(Next(), (ulong)below, out _);

    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
