using System.Globalization;
using Assay.Verify.Json;

namespace Assay.Verify.Statements;

/// <summary>
/// Times in statements: <c>YYYY-MM-DDTHH:MM:SS[.F]Z</c> with one to seven digits F (RFC 3339 in UTC, without leap seconds). Written
/// with milliseconds.
/// </summary>
internal static class Instant
{
    public static string Write(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <exception cref="MalformedException">Not such a time.</exception>
    public static DateTimeOffset Read(JsonAt json) =>
        TryParse(json.Text()) ?? throw json.Wrong("a time in UTC such as 2026-01-31T12:00:00.000Z");

    // By hand: the platform's parser lets a point without digits pass, and who knows what else.
    private static DateTimeOffset? TryParse(string text)
    {
        if (text.Length is < 20 or > 28 || text.Length == 21 || text[^1] != 'Z' || text.Length > 20 && text[19] != '.')
            return null;
        if ((text[4], text[7], text[10], text[13], text[16]) != ('-', '-', 'T', ':', ':'))
            return null;
        if (Digits(text, 0, 4) is not { } year || Digits(text, 5, 2) is not { } month || Digits(text, 8, 2) is not { } day
            || Digits(text, 11, 2) is not { } hour || Digits(text, 14, 2) is not { } minute || Digits(text, 17, 2) is not { } second)
            return null;
        var ticks = 0;
        if (text.Length > 20)
        {
            if (Digits(text, 20, text.Length - 21) is not { } fraction)
                return null;
            ticks = fraction;
            for (var digits = text.Length - 21; digits < 7; digits++)
                ticks *= 10;
        }
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return null;
        return new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).AddTicks(ticks);
    }

    private static int? Digits(string text, int from, int count)
    {
        var value = 0;
        foreach (var c in text.AsSpan(from, count))
        {
            if (!char.IsAsciiDigit(c))
                return null;
            value = value * 10 + (c - '0');
        }
        return value;
    }
}
