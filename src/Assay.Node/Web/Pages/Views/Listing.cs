using System.Collections.Immutable;

namespace Assay.Node.Web.Pages.Views;

/// <summary>A fact of a list: its name, and what it is.</summary>
public sealed record Fact(string Name, string Value, bool IsHash = false, string? Url = null);

/// <param name="IsFigure">Its cells are numbers, and stand at the right.</param>
public readonly record struct Column(string Name, bool IsFigure = false, bool IsHash = false)
{
    /// <summary>Of its cells, in the stylesheet.</summary>
    public string? Class => IsFigure ? "figure" : IsHash ? "hash" : null;
}

/// <param name="Name">Heads the row.</param>
/// <param name="Url">Where the name leads; null for nowhere.</param>
/// <param name="Cells">One for each column after the first.</param>
public sealed record Row(string Name, string? Url, ImmutableArray<string> Cells);

/// <summary>A table of a page.</summary>
/// <param name="Id">Of its heading.</param>
/// <param name="Columns">The first is that of the rows' names.</param>
/// <param name="Empty">What stands there where there are no rows; empty to leave all of it out.</param>
/// <param name="More">Said below where not all rows are shown; else empty.</param>
public sealed record Listing(string Id, string Title, ImmutableArray<Column> Columns, ImmutableArray<Row> Rows, string Empty, string More = "");
