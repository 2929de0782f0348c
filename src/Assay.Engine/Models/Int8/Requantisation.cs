using System.Collections.Immutable;

namespace Assay.Engine.Models.Int8;

/// <summary>
/// How accumulators of int32 become activations of int8 (docs/spec/assay-int8-v1.md, section 1): of group g,
/// T[clamp(zp + ((acc · m_g + 2^(s_g − 1)) >> s_g), lo, hi)], so ties go toward +∞.
/// </summary>
/// <param name="Multipliers">m of each group, 1 to 2^15 − 1.</param>
/// <param name="Shifts">s of each group, 1 to 46.</param>
/// <param name="Groups">The group of each channel; empty where there is one group.</param>
/// <param name="ZeroPoint">zp of the output.</param>
/// <param name="Low">lo.</param>
/// <param name="High">hi.</param>
/// <param name="Table">T, whose entry of v stands at v + 128; empty where there is none.</param>
public sealed record Requantisation(
    ImmutableArray<int> Multipliers, ImmutableArray<int> Shifts, ImmutableArray<int> Groups, int ZeroPoint, int Low, int High, ImmutableArray<sbyte> Table)
{
    public const int MostGroups = 4096, MostMultiplier = (1 << 15) - 1, MostShift = 46;

    /// <summary>One group for all channels, and no table.</summary>
    public static Requantisation Of(int multiplier, int shift, int zeroPoint, int low = -128, int high = 127) =>
        new([multiplier], [shift], [], zeroPoint, low, high, []);

    /// <param name="accumulator">Within ±(2^30 − 2^24).</param>
    /// <param name="channel">Of as many as <see cref="Groups"/> is long; any where that is empty.</param>
    public sbyte Apply(int accumulator, int channel)
    {
        var group = Groups.IsEmpty ? 0 : Groups[channel];
        var scaled = ZeroPoint + (((long)accumulator * Multipliers[group] + (1L << (Shifts[group] - 1))) >> Shifts[group]);
        var v = (int)Math.Clamp(scaled, Low, High);
        return Table.IsEmpty ? (sbyte)v : Table[v + 128];
    }

    /// <summary>The requantisation of a node: the operands from <paramref name="first"/> on (multipliers, shifts, groups, table), and the attributes.</summary>
    /// <param name="channels">How many channels have a group each, or −1 where that is not known yet.</param>
    /// <exception cref="ModelException">A figure is out of its range, or not known before the run.</exception>
    internal static Requantisation Read(Attributes a, ReadOnlySpan<Fact?> operands, int first, int channels)
    {
        var multipliers = Parameters.Int32(operands[first]!, "multipliers", 1, MostMultiplier);
        var shifts = Parameters.Int32(operands[first + 1]!, "shifts", 1, MostShift);
        if (multipliers.Length is < 1 or > MostGroups || shifts.Length != multipliers.Length)
            throw new ModelException($"{multipliers.Length} multipliers and {shifts.Length} shifts, where 1 to {MostGroups} of each are needed");
        var groups = operands.Length > first + 2 && operands[first + 2] is { } given ? Parameters.Int32(given, "groups", 0, multipliers.Length - 1) : [];
        if (groups.IsEmpty ? multipliers.Length > 1 : channels >= 0 && groups.Length != channels)
            throw new ModelException($"{groups.Length} entries in groups, for {multipliers.Length} groups and {(channels < 0 ? "?" : $"{channels}")} channels");
        var table = operands.Length > first + 3 && operands[first + 3] is { } t ? Parameters.Table(t) : [];
        var (low, high) = Limits(a);
        return new(multipliers, shifts, groups, Parameters.Figure(a, "y_zero_point", -128, 127), low, high, table);
    }

    /// <summary>lo and hi of a node.</summary>
    /// <exception cref="ModelException">They are no int8, or the wrong way round.</exception>
    internal static (int Low, int High) Limits(Attributes a)
    {
        int low = Parameters.Figure(a, "low", -128, 127, -128), high = Parameters.Figure(a, "high", -128, 127, 127);
        return low <= high ? (low, high) : throw new ModelException($"low is {low}, above high, {high}");
    }
}
