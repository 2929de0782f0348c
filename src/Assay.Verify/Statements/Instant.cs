using System.Globalization;
using Assay.Verify.Json;

namespace Assay.Verify.Statements;

/// <summary>Times in statements: RFC 3339 in UTC, written with a final <c>Z</c> and milliseconds.</summary>
internal static class Instant
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    public static string Write(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <exception cref="MalformedException">Not such a time.</exception>
    public static DateTimeOffset Read(JsonAt json) =>
        DateTimeOffset.TryParseExact(
            json.Text(40), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw json.Wrong("a time in UTC such as 2026-01-31T12:00:00.000Z");
}
