using System.Collections.Immutable;
using Assay.Proofs.Field;

namespace Assay.Proofs.Protocol;

/// <summary>Values of a layer, one for each place of a section.</summary>
/// <param name="IsCommitted">Else the prover only says its value at the section's point, and the layer's relation shows it.</param>
public readonly record struct Column(string Name, bool IsCommitted);

/// <summary>A constant and multiples of a section's columns.</summary>
public sealed class Linear(int constant, params (int Column, int Factor)[] terms)
{
    public static Linear Zero { get; } = new(0);

    public int Constant => constant;

    public IReadOnlyList<(int Column, int Factor)> Terms => terms;

    public static Linear Of(int column) => new(0, (column, 1));

    /// <summary>Of the columns' values at a point.</summary>
    public Felt4 At(ReadOnlySpan<Felt4> columns)
    {
        var sum = Felt4.From(constant);
        foreach (var (column, factor) in terms)
            sum += columns[column] * Felt.From((long)factor);
        return sum;
    }

    /// <summary>Of their values at a place.</summary>
    public long At(ImmutableArray<int[]> columns, int place)
    {
        var sum = (long)constant;
        foreach (var (column, factor) in terms)
            sum += (long)factor * columns[column][place];
        return sum;
    }
}

/// <summary>A column that follows from the model alone.</summary>
public abstract class PublicColumn
{
    public abstract int At(int place);

    /// <summary>All 2^<paramref name="log"/> of them.</summary>
    public virtual int[] Values(int log) => [.. Enumerable.Range(0, 1 << log).Select(At)];

    /// <summary>Its extension.</summary>
    public abstract Felt4 Evaluate(ReadOnlySpan<Felt4> point);
}

/// <summary>Of each place of a section: (tag, a, b, c) is among the rows of the tables.</summary>
/// <param name="TagBy">What is added to the tag; null for nothing.</param>
/// <param name="Where">1 where it is looked up and 0 where not; null where it is everywhere.</param>
public sealed record Lookup(Linear Tag, Linear A, Linear B, Linear C, PublicColumn? TagBy = null, PublicColumn? Where = null);

/// <summary>Columns of one size, all seen at one point, and what is looked up of them.</summary>
/// <param name="Log">They have 2^<paramref name="Log"/> places.</param>
public sealed record Section(int Log, ImmutableArray<Column> Columns, ImmutableArray<Lookup> Lookups);

/// <summary>A row of a table, its tag aside.</summary>
public readonly record struct TableRow(int A, int B, int C);
