namespace Assay.Digits.Drawing;

/// <summary>
/// Random numbers by counter: the n-th number of a key is SplitMix64's output function (Steele, Lea, Flood, "Fast
/// splittable pseudorandom number generators", OOPSLA 2014) of key + n·golden ratio. So the numbers of one sample do not
/// depend on which samples were drawn before it, or by which thread.
/// </summary>
internal struct Draws(ulong seed, ulong index)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private readonly ulong key = Mix(Mix(seed + Golden) ^ (index * 0xD1342543DE82EF95));
    private ulong counter;

    public ulong Next() => Mix(key + Golden * ++counter);

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public double Between(double low, double high) => low + (high - low) * Unit();

    /// <summary>A bell around 0 with deviation 1 and no tail beyond 3.5: a sum of four uniform numbers.</summary>
    public double Bell() => (Unit() + Unit() + Unit() + Unit() - 2) * 1.7320508075688772;

    public int Below(int count) => (int)(Unit() * count);

    public bool Chance(double probability) => Unit() < probability;

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
