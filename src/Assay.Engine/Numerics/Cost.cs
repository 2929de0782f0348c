namespace Assay.Engine.Numerics;

/// <summary>
/// About how long one output of a kernel takes one thread, and which outputs are better made together. It decides into how many
/// pieces a launch is cut and whether a helper is woken, never what an output is; a factor of two does not matter.
/// </summary>
internal readonly struct Cost
{
    private Cost(double nanoseconds, int together) => (Nanoseconds, Together) = ((float)Math.Clamp(nanoseconds, 0.01, 1e12), Math.Max(together, 1));

    public float Nanoseconds { get; }

    /// <summary>Where a thread's share is cut into pieces, it is at multiples of so many outputs; shares themselves are cut anywhere.</summary>
    public int Together { get; }

    /// <summary>An output that takes <paramref name="start"/> nanoseconds whatever its size, and one for each <paramref name="perNanosecond"/> units of work.</summary>
    public static Cost Of(double units, double perNanosecond, double start = 0) => new(start + (units / perNanosecond), 1);

    /// <summary>Both, one after the other.</summary>
    public Cost And(Cost other) => new(Nanoseconds + other.Nanoseconds, Math.Max(Together, other.Together));

    /// <summary>The same, with pieces cut at multiples of <paramref name="together"/> outputs.</summary>
    public Cost By(int together) => new(Nanoseconds, together);
}
