using System.Collections.Immutable;

namespace Assay.Node.Web.Pages.Charts;

/// <summary>How a curve is drawn: each with a stroke of its own, so that nobody needs to see colours.</summary>
public enum Stroke
{
    /// <summary>What was seen: a line.</summary>
    Seen,

    /// <summary>What is proven: long dashes.</summary>
    Proven,

    /// <summary>What was expected: dots.</summary>
    Expected,

    /// <summary>An area between two ends.</summary>
    Band,

    /// <summary>A limit: a thin line across, with its name.</summary>
    Limit,
}

/// <param name="To">The other end of an area.</param>
public readonly record struct Spot(double X, double Y, double To = 0);

public sealed record Curve(string Label, Stroke Stroke, ImmutableArray<Spot> Spots);

/// <summary>Something that happened: a diamond, with its name.</summary>
public sealed record Sign(double X, double Y, string Label);

/// <summary>The numbers behind a chart.</summary>
/// <param name="Rows">The first cell of each names it.</param>
public sealed record Numbers(ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string>> Rows);

/// <summary>A chart: what is drawn, what it says in words, and the numbers behind it.</summary>
/// <param name="Summary">For whoever does not see it: what it shows, in one or two sentences.</param>
/// <param name="Limit">A value of the vertical axis that means something, with its name; null for none.</param>
public sealed record Chart(
    string Title, string Note, string Summary, Axis X, Axis Y, ImmutableArray<Curve> Curves, ImmutableArray<Sign> Signs, (double Y, string Label)? Limit, Numbers Numbers);

/// <summary>Intervals side by side on one axis of rates.</summary>
public sealed record IntervalChart(string Title, string Note, string Summary, Axis X, ImmutableArray<IntervalRow> Rows, Numbers Numbers);

/// <param name="Seen">The share that was seen; null where nothing was.</param>
public sealed record IntervalRow(string Label, double? Seen, double Lower, double Upper);
