using System.Globalization;
using System.Net;
using System.Text;
using Assay.Simulation.Measures;

namespace Assay.Simulation.Experiments;

/// <summary>Numbers with their intervals, one below another, as an SVG that stands alone and reads on light and dark.</summary>
public static class IntervalPlot
{
    private const double Width = 720, Left = 190, Right = 24, Top = 34, Row = 22, Bottom = 34;

    /// <param name="mark">A line across all rows: a threshold, or nothing gained.</param>
    public static string Of(string title, IReadOnlyList<(string Label, Estimate Estimate)> rows, double? mark = null)
    {
        var ends = rows.SelectMany(r => (double[])[r.Estimate.Value, Low(r.Estimate), High(r.Estimate)]).Concat(mark is { } m ? [m] : Array.Empty<double>()).ToArray();
        var (least, most) = (ends.Min(), ends.Max());
        var room = (most - least) * 0.05 + (most == least ? 1 : 0);
        (least, most) = (least - room, most + room);
        var height = Top + Bottom + Row * rows.Count;
        double X(double value) => Left + (value - least) / (most - least) * (Width - Left - Right);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{WebUtility.HtmlEncode(title)}</title>\n");
        svg.Append("<style>text{fill:#333}.l{stroke:#bbb}.m{stroke:#b3261e;stroke-dasharray:4 3}.i{stroke:#1a5fb4;stroke-width:2}.v{fill:#1a5fb4}@media(prefers-color-scheme:dark){text{fill:#ddd}.l{stroke:#555}.i{stroke:#8ab4f8}.v{fill:#8ab4f8}.m{stroke:#f28b82}}</style>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"8\" y=\"18\" font-size=\"13\">{WebUtility.HtmlEncode(title)}</text>\n");
        var step = Step((most - least) / 5);
        for (var i = Math.Ceiling(least / step); i * step <= most; i++)
        {
            var value = i * step;
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"l\" x1=\"{X(value):0.#}\" x2=\"{X(value):0.#}\" y1=\"{Top}\" y2=\"{height - Bottom}\"/><text x=\"{X(value):0.#}\" y=\"{height - 12}\" text-anchor=\"middle\">{Number(value, step)}</text>\n");
        }
        if (mark is { } at)
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"m\" x1=\"{X(at):0.#}\" x2=\"{X(at):0.#}\" y1=\"{Top}\" y2=\"{height - Bottom}\"/>\n");
        for (var i = 0; i < rows.Count; i++)
        {
            var (label, e) = rows[i];
            var y = Top + Row * (i + 0.5);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 10}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{WebUtility.HtmlEncode(label)}</text>");
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"i\" x1=\"{X(Low(e)):0.#}\" x2=\"{X(High(e)):0.#}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/><circle class=\"v\" cx=\"{X(e.Value):0.#}\" cy=\"{y:0.#}\" r=\"3.5\"/>\n");
        }
        return svg.Append("</svg>\n").ToString();
    }

    private static double Low(Estimate e) => double.IsFinite(e.Lower) ? e.Lower : e.Value;

    private static double High(Estimate e) => double.IsFinite(e.Upper) ? e.Upper : e.Value;

    // 1, 2 or 5 of some power of ten: the least that is not below.
    private static double Step(double least)
    {
        var power = 1.0;
        while (power > least)
            power /= 10;
        while (power * 10 <= least)
            power *= 10;
        return least <= power ? power : least <= 2 * power ? 2 * power : least <= 5 * power ? 5 * power : 10 * power;
    }

    private static string Number(double value, double step) =>
        value.ToString(step switch { >= 1 => "#,0", >= 0.1 => "0.0", >= 0.01 => "0.00", _ => "0.000" }, CultureInfo.InvariantCulture);
}
