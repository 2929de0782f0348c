using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Assay.Proofs.Models;

namespace Assay.Proofs.Protocol;

/// <summary>A section of a layer, where the proof has it.</summary>
/// <param name="Number">Of the layer's sections.</param>
/// <param name="Places">Of each column: where it is committed to, or null.</param>
public sealed record PlacedSection(int Layer, int Number, Section Section, ImmutableArray<BlockPlace?> Places);

/// <summary>A table: the range, whose rows are 0 … 2^κ − 1, or a layer's.</summary>
/// <param name="Layer">-1 of the range.</param>
/// <param name="Rows">The last one repeated to a power of two; empty of the range.</param>
public sealed record PlacedTable(int Layer, int Tag, int Log, ImmutableArray<TableRow> Rows, BlockPlace Multiplicities);

/// <summary>A block of the tree's leaves: a lookup of a section, or a table.</summary>
/// <param name="Lookup">-1 of a table.</param>
public readonly record struct LeafBlock(int Section, int Lookup, int Table, int Log);

/// <summary>All lookups of a proof and where they stand in its tree.</summary>
public sealed class LookupPlan
{
    public LookupPlan(ImmutableArray<PlacedSection> sections, ImmutableArray<PlacedTable> tables)
    {
        (Sections, Tables) = (sections, tables);
        Leaves =
        [
            .. Sections.SelectMany((s, i) => s.Section.Lookups.Select((_, lookup) => new LeafBlock(i, lookup, -1, s.Section.Log))),
            .. Tables.Select((t, i) => new LeafBlock(-1, -1, i, t.Log)),
        ];
        Tree = new BlockLayout(0, 0);
        foreach (var leaf in Leaves)
            Tree.Add(leaf.Log);
        Tree.Place();
    }

    public ImmutableArray<PlacedSection> Sections { get; }

    /// <summary>The range first.</summary>
    public ImmutableArray<PlacedTable> Tables { get; }

    /// <summary>Lookups in the order of sections, then the tables.</summary>
    public ImmutableArray<LeafBlock> Leaves { get; }

    /// <summary>Where they stand among the leaves of the tree.</summary>
    public BlockLayout Tree { get; }

    /// <summary>N + T.</summary>
    public long LeafCount => Leaves.Sum(l => 1L << l.Log);

    /// <summary>The tree has 2^this leaves.</summary>
    public int Depth => Math.Max(1, Axis.LogOf(checked((int)LeafCount)));

    /// <summary>Rows of a table, the last one repeated to a power of two.</summary>
    public static ImmutableArray<TableRow> Padded(ImmutableArray<TableRow> rows)
    {
        var padded = new TableRow[1 << Axis.LogOf(rows.Length)];
        rows.CopyTo(padded);
        Array.Fill(padded, rows[^1], rows.Length, padded.Length - rows.Length);
        return ImmutableCollectionsMarshal.AsImmutableArray(padded);
    }
}
