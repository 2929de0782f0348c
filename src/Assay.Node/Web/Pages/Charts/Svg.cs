using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Assay.Node.Web.Pages.Charts;

/// <summary>Charts as SVG. All words are escaped; colours and strokes come from the stylesheet.</summary>
internal static class Svg
{
    private const double Width = 720, Height = 290, Left = 70, Right = 18, Top = 30, Bottom = 44, RowHeight = 44;

    public static string Of(Chart chart)
    {
        var svg = Begin(chart.Summary, Height);
        double X(double value) => Left + chart.X.At(value) * (Width - Left - Right);
        double Y(double value) => Height - Bottom - chart.Y.At(value) * (Height - Top - Bottom);
        Horizontal(svg, chart.X, X, Height - Bottom);
        foreach (var tick in chart.Y.Ticks())
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<line class="grid" x1="{Left:0.#}" x2="{Width - Right:0.#}" y1="{Y(tick):0.#}" y2="{Y(tick):0.#}"/>""");
            Words(svg, chart.Y.Words(tick), Left - 8, Y(tick) + 4, "end");
        }
        Words(svg, chart.Y.Label, 4, 14, "start");
        foreach (var curve in chart.Curves.OrderBy(c => c.Stroke != Stroke.Band))
            Draw(svg, curve, X, Y);
        if (chart.Limit is { } limit)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<line class="limit" x1="{Left:0.#}" x2="{Width - Right:0.#}" y1="{Y(limit.Y):0.#}" y2="{Y(limit.Y):0.#}"/>""");
            Words(svg, limit.Label, Left + 6, Y(limit.Y) - 7, "start", "named");
        }
        var named = double.NegativeInfinity;
        foreach (var sign in chart.Signs.OrderBy(s => s.X))
        {
            var (x, y) = (X(sign.X), Y(sign.Y));
            svg.Append(CultureInfo.InvariantCulture, $"""<line class="at" x1="{x:0.#}" x2="{x:0.#}" y1="{Top:0.#}" y2="{Height - Bottom:0.#}"/><path class="sign" d="M{x:0.#} {y - 7:0.#} {x + 7:0.#} {y:0.#} {x:0.#} {y + 7:0.#} {x - 7:0.#} {y:0.#}Z"/>""");
            // The first of a cluster is named for all of it.
            if (x - named > 70)
            {
                Words(svg, sign.Label, x + 5, Top - 6, x > Width - 70 ? "end" : "middle", "named");
                named = x;
            }
        }
        return svg.Append("</svg>").ToString();
    }

    public static string Of(IntervalChart chart)
    {
        var height = Top + Bottom + RowHeight * chart.Rows.Length;
        var svg = Begin(chart.Summary, height);
        const double left = Left + 90;
        double X(double value) => left + chart.X.At(value) * (Width - left - Right);
        Horizontal(svg, chart.X, X, height - Bottom);
        for (var i = 0; i < chart.Rows.Length; i++)
        {
            var (row, y) = (chart.Rows[i], Top + RowHeight * (i + 0.5));
            Words(svg, row.Label, left - 12, y + 4, "end", "named");
            svg.Append(CultureInfo.InvariantCulture, $"""<path class="reach" d="M{X(row.Lower):0.#} {y - 8:0.#}V{y + 8:0.#}M{X(row.Lower):0.#} {y:0.#}H{X(row.Upper):0.#}M{X(row.Upper):0.#} {y - 8:0.#}V{y + 8:0.#}"/>""");
            if (row.Seen is { } seen)
                svg.Append(CultureInfo.InvariantCulture, $"""<circle class="spot" cx="{X(seen):0.#}" cy="{y:0.#}" r="5"/>""");
        }
        return svg.Append("</svg>").ToString();
    }

    private static StringBuilder Begin(string summary, double height) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"""<svg class="chart" viewBox="0 0 {Width:0.#} {height:0.#}" role="img" aria-label="{HtmlEncoder.Default.Encode(summary)}">""");

    private static void Horizontal(StringBuilder svg, Axis axis, Func<double, double> x, double y)
    {
        svg.Append(CultureInfo.InvariantCulture, $"""<line class="axis" x1="{x(axis.From):0.#}" x2="{x(axis.To):0.#}" y1="{y:0.#}" y2="{y:0.#}"/>""");
        foreach (var tick in axis.Ticks())
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<line class="axis" x1="{x(tick):0.#}" x2="{x(tick):0.#}" y1="{y:0.#}" y2="{y + 5:0.#}"/>""");
            Words(svg, axis.Words(tick), x(tick), y + 18, "middle");
        }
        Words(svg, axis.Label, Width - Right, y + 37, "end");
    }

    private static void Draw(StringBuilder svg, Curve curve, Func<double, double> x, Func<double, double> y)
    {
        if (curve.Spots.IsEmpty)
            return;
        var path = new StringBuilder();
        for (var i = 0; i < curve.Spots.Length; i++)
            path.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{x(curve.Spots[i].X):0.#} {y(curve.Spots[i].Y):0.#}");
        if (curve.Stroke == Stroke.Band)
        {
            foreach (var spot in curve.Spots.Reverse())
                path.Append(CultureInfo.InvariantCulture, $"L{x(spot.X):0.#} {y(spot.To):0.#}");
            path.Append('Z');
        }
        svg.Append(CultureInfo.InvariantCulture, $"""<path class="{ClassOf(curve.Stroke)}" d="{path}"/>""");
    }

    /// <summary>A piece of a curve as it is drawn, to stand beside its name.</summary>
    public static string Sample(Stroke stroke) => stroke == Stroke.Band
        ? """<svg class="sample" viewBox="0 0 30 12" width="30" height="12" aria-hidden="true"><path class="band" d="M0 1H30V11H0Z"/></svg>"""
        : $"""<svg class="sample" viewBox="0 0 30 12" width="30" height="12" aria-hidden="true"><path class="{ClassOf(stroke)}" d="M0 6H30"/></svg>""";

    private static string ClassOf(Stroke stroke) => stroke switch
    {
        Stroke.Seen => "seen",
        Stroke.Proven => "proven",
        Stroke.Expected => "expected",
        Stroke.Band => "band",
        _ => "limit",
    };

    private static void Words(StringBuilder svg, string words, double x, double y, string anchor, string kind = "tick") =>
        svg.Append(CultureInfo.InvariantCulture, $"""<text class="{kind}" x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}">{HtmlEncoder.Default.Encode(words)}</text>""");
}
