using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Assay.Proofs.Models.Layers;

/// <summary>Accumulators from <paramref name="Low"/> to <paramref name="High"/> that all give <paramref name="Output"/>.</summary>
public readonly record struct Interval(int Output, int Low, int High);

/// <summary>
/// How an accumulator becomes an activation of eight bits (docs/spec/proofs.md section 2): T[clamp(zp + ((acc · m + 2^(s−1)) >> s))], so ties go
/// toward +∞.
/// </summary>
/// <param name="Multiplier">m: 1 to 2^15 − 1.</param>
/// <param name="Shift">s: 1 to 46.</param>
/// <param name="ZeroPoint">zp, an int8.</param>
/// <param name="Low">The least that the clamp leaves.</param>
/// <param name="High">The greatest.</param>
/// <param name="Table">T of −128 to 127, 256 int8; empty where it changes nothing.</param>
public sealed record ScaleGroup(int Multiplier, int Shift, int ZeroPoint, int Low, int High, ImmutableArray<sbyte> Table)
{
    /// <summary>Whether every figure is in its range (C4).</summary>
    public bool IsValid => Multiplier is >= 1 and < 1 << 15 && Shift is >= 1 and <= 46 && ZeroPoint is >= -128 and <= 127
        && Low >= -128 && Low <= High && High <= 127 && (Table.IsEmpty || Table.Length == 256);

    /// <summary>R: how far an activation can be from its zero point.</summary>
    public static int Reach(int zeroPoint) => Math.Max(127 - zeroPoint, 128 + zeroPoint);

    /// <summary>The function itself.</summary>
    /// <param name="accumulator">Within ±(2^30 − 2^24).</param>
    public sbyte Apply(int accumulator)
    {
        var scaled = ZeroPoint + (((long)accumulator * Multiplier + (1L << (Shift - 1))) >> Shift);
        return Through((int)Math.Clamp(scaled, Low, High));
    }

    /// <summary>
    /// All accumulators of [−B, B], cut where the activation changes, and from the low end of each such piece into lengths of at most
    /// 2^<paramref name="logRange"/>; ascending. At most 256 + (2 B + 1) / 2^κ of them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ImmutableArray<Interval> Intervals(int bound, int logRange)
    {
        var intervals = ImmutableArray.CreateBuilder<Interval>(High - Low + 1 + (int)((2L * bound + 1) >> logRange));
        for (var y = Low; y <= High; y++)
        {
            var from = y == Low ? -bound : Math.Max(-bound, First(y));
            var to = y == High ? bound : Math.Min(bound, First(y + 1) - 1);
            for (var low = from; low <= to; low += 1L << logRange)
                intervals.Add(new Interval(Through(y), (int)low, (int)Math.Min(to, low + (1L << logRange) - 1)));
        }
        return intervals.DrainToImmutable();
    }

    // The least accumulator that gives y or more: ⌈((y − zp) 2^s − 2^(s−1)) / m⌉.
    private long First(int y)
    {
        var above = ((long)(y - ZeroPoint) << Shift) - (1L << (Shift - 1));
        var (quotient, rest) = Math.DivRem(above, Multiplier);
        return rest > 0 ? quotient + 1 : quotient;
    }

    private sbyte Through(int y) => Table.IsEmpty ? (sbyte)y : Table[y + 128];
}
