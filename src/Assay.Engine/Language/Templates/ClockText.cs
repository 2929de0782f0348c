using System.Globalization;
using System.Text;

namespace Assay.Engine.Language.Templates;

/// <summary>What a template read from the clock: the format it asked for and the text it got.</summary>
public sealed record ClockReading(string Format, string Text);

/// <summary>strftime of the C locale.</summary>
internal static class ClockText
{
    /// <summary>The time by a format such as "%d %b %Y"; null where a directive is not known.</summary>
    public static string? Of(DateTimeOffset time, string format)
    {
        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }
            var isBare = i + 1 < format.Length && format[i + 1] == '-';
            i += isBare ? 2 : 1;
            if (i >= format.Length || Directive(time, format[i]) is not { } text)
                return null;
            result.Append(isBare && text.Length > 1 ? text.TrimStart('0') is { Length: > 0 } bare ? bare : "0" : text);
        }
        return result.ToString();
    }

    private static string? Directive(DateTimeOffset time, char directive) => directive switch
    {
        'Y' => time.In("yyyy"),
        'y' => time.In("yy"),
        'm' => time.In("MM"),
        'd' => time.In("dd"),
        'e' => time.Day.ToString().PadLeft(2),
        'H' => time.In("HH"),
        'I' => time.In("hh"),
        'M' => time.In("mm"),
        'S' => time.In("ss"),
        'p' => time.Hour < 12 ? "AM" : "PM",
        'A' => time.In("dddd"),
        'a' => time.In("ddd"),
        'B' => time.In("MMMM"),
        'b' or 'h' => time.In("MMM"),
        'j' => time.DayOfYear.ToString("000"),
        'F' => time.In("yyyy-MM-dd"),
        'T' => time.In("HH:mm:ss"),
        'R' => time.In("HH:mm"),
        'D' => time.In("MM/dd/yy"),
        'z' => time.In("zzz").Replace(":", "", StringComparison.Ordinal),
        'Z' => time.Offset == TimeSpan.Zero ? "UTC" : "",
        '%' => "%",
        _ => null,
    };

    private static string In(this DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
