using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Statements;

/// <summary>Times have one form, whatever the platform's parser would let through.</summary>
public class InstantTests
{
    [Theory]
    [InlineData("2026-01-02T03:04:05Z", 0)]
    [InlineData("2026-01-02T03:04:05.1Z", 1_000_000)]
    [InlineData("2026-01-02T03:04:05.0000001Z", 1)]
    [InlineData("2026-01-02T03:04:05.1234567Z", 1_234_567)]
    [InlineData("2026-01-02T03:04:05.000Z", 0)]
    public void A_time_is_read_to_the_tick(string text, int ticks) =>
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(ticks), Read(text));

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z")]
    [InlineData("2024-02-29T00:00:00Z")]
    [InlineData("2000-02-29T23:59:59Z")]
    public void A_date_of_the_calendar_is_read(string text) => Read(text);

    [Theory]
    [InlineData("")]
    [InlineData("2026-01-02T03:04:05.Z")]
    [InlineData("2026-01-02T03:04:05.12345678Z")]
    [InlineData("2026-01-02T03:04:05,1Z")]
    [InlineData("2026-01-02T03:04:05")]
    [InlineData("2026-01-02T03:04:05z")]
    [InlineData("2026-01-02t03:04:05Z")]
    [InlineData("2026-01-02 03:04:05Z")]
    [InlineData("2026-01-02T03:04:05+00:00")]
    [InlineData("2026-01-02T03:04:05.1+00:00")]
    [InlineData(" 2026-01-02T03:04:05Z")]
    [InlineData("2026-01-02T03:04:05Z ")]
    [InlineData("2026-1-02T03:04:05Z")]
    [InlineData("2026-01-02T03:04Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("2026-00-01T00:00:00Z")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("2026-01-00T00:00:00Z")]
    [InlineData("2026-01-32T00:00:00Z")]
    [InlineData("2026-02-29T00:00:00Z")]
    [InlineData("1900-02-29T00:00:00Z")]
    [InlineData("2026-04-31T00:00:00Z")]
    [InlineData("2026-01-02T24:00:00Z")]
    [InlineData("2026-01-02T03:60:00Z")]
    [InlineData("2026-06-30T23:59:60Z")]
    [InlineData("2026-01-02T03:04:05.1\u0660Z")]
    [InlineData("\u0662026-01-02T03:04:05Z")]
    [InlineData("+026-01-02T03:04:05Z")]
    public void Anything_else_is_no_time(string text) => Assert.Throws<MalformedException>(() => Read(text));

    private static DateTimeOffset Read(string text) => Instant.Read(JsonAt.Root(JsonValue.Of(text), "time"));
}
