using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;

namespace Assay.Proofs.Models.Layers;

/// <summary>
/// 1 at the entries of a window along the last axis and 0 behind: in padded places, and with <paramref name="causal"/> in those of row i of the
/// last but one axis after entry i. Padded rows have windows too.
/// </summary>
public sealed class WindowColumn(TensorShape shape, bool causal) : PublicColumn
{
    private readonly Axis entries = shape.Axes[^1];

    public override int At(int place) => (place & (1 << entries.Log) - 1) is var j && j < (causal ? Length(shape.Index(place, shape.Axes.Length - 2)) : entries.Size) ? 1 : 0;

    public override Felt4 Evaluate(ReadOnlySpan<Felt4> point)
    {
        // The sum of eq over the first entries, as many as the longest window has.
        var eq = Multilinear.EqTable(point[^entries.Log..]);
        var upTo = new Felt4[entries.Size + 1];
        for (var j = 0; j < entries.Size; j++)
            upTo[j + 1] = upTo[j] + eq[j];
        if (!causal)
            return upTo[^1];
        var rows = Multilinear.EqTable(shape.Of(point, shape.Axes.Length - 2));
        var sum = Felt4.Zero;
        for (var i = 0; i < rows.Length; i++)
            sum += rows[i] * upTo[Length(i)];
        return sum;
    }

    private int Length(int row) => Math.Min(row + 1, entries.Size);
}

/// <summary>
/// What remains of a division by 2 D, D of a window: 0 ≤ rest &lt; 2 D, by lookups of the rest and of 2 D − 1 − rest. In the range where it reaches
/// so far; else each in two limbs of <see cref="LimbBits"/> bits, for which a layer has a table of its own.
/// </summary>
internal static class Remainder
{
    /// <summary>Of a limb.</summary>
    public const int LimbBits = 11;

    /// <summary>All limbs.</summary>
    public static ImmutableArray<TableRow> Limbs { get; } = [.. Enumerable.Range(0, 1 << LimbBits).Select(l => new TableRow(l, 0, 0))];

    /// <summary>Whether the range is too short for what 2 D can be.</summary>
    public static bool IsWide(long most, int logRange) => most > 1L << logRange;

    /// <summary>The rest; where that is wide, its low and its high limb, and the high limb of 2 D − 1 − rest.</summary>
    public static ImmutableArray<Column> Columns(bool wide) =>
        wide ? [new("rest", true), new("rest above", true), new("opposite above", true)] : [new("rest", true)];

    /// <param name="rest">The first of the columns above.</param>
    /// <param name="half">D.</param>
    public static ImmutableArray<Lookup> Lookups(bool wide, int rest, int half, int limbTag)
    {
        const int limb = 1 << LimbBits;
        return wide
            ? [Is(limbTag, Linear.Of(rest)), Is(limbTag, Linear.Of(rest + 1)), Is(limbTag, Linear.Of(rest + 2)), Is(limbTag, new(-1, (half, 2), (rest, -1), (rest + 1, -limb), (rest + 2, -limb)))]
            : [Is(0, Linear.Of(rest)), Is(0, new(-1, (half, 2), (rest, -1)))];
    }

    /// <summary>A value is in a table of one column.</summary>
    public static Lookup Is(int tag, Linear value) => new(new(tag), value, Linear.Zero, Linear.Zero);

    /// <summary>The rest, of the columns' values.</summary>
    public static Felt4 Of(bool wide, ReadOnlySpan<Felt4> columns) => wide ? columns[0] + columns[1] * Felt.From(1L << LimbBits) : columns[0];
}
