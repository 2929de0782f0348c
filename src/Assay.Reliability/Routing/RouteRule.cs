using System.Globalization;
using Assay.Verify;
using Assay.Verify.Json;
using Assay.Verify.Relays;

namespace Assay.Reliability.Routing;

/// <summary>What a caller asks of whoever answers: <c>MODEL@proven&gt;=0.99,latency&lt;=800ms,price&lt;=2.5,cover&lt;=0.02,any</c> (docs/routing.md).</summary>
/// <param name="Model">Whose providers are chosen among.</param>
/// <param name="Failures">The most failures, in millionths, that the account's worse bound may leave; null where nothing is asked.</param>
/// <param name="Latency">In milliseconds.</param>
/// <param name="Price">Of a million tokens, in millionths.</param>
/// <param name="AllowsInsufficient">Whether who has no data, or too little, may answer too.</param>
/// <param name="Cover">The most that it may cost to insure one unit against more failures than that, in millionths.</param>
public sealed record RouteRule(string Model, uint? Failures, uint? Latency, ulong? Price, bool AllowsInsufficient, ulong? Cover = null)
{
    public const int MaxLength = 256;

    private const uint MaxLatency = 3_600_000;

    /// <summary>Whether a model's name asks for a choice. A version has no such characters.</summary>
    public static bool IsRoute(string name) => RouteClaim.IsRoute(name);

    /// <exception cref="MalformedException">Not such a rule: one line that says what would be right.</exception>
    public static RouteRule Parse(string text)
    {
        if (text.Length > MaxLength)
            throw new MalformedException($"a route has at most {MaxLength} characters");
        var at = text.IndexOf('@');
        if (at <= 0)
            throw Wrong(text);
        var rule = new RouteRule(text[..at], null, null, null, false);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var clause in text[(at + 1)..].Split(','))
        {
            var name = clause.Split('<', '>')[0];
            if (!seen.Add(name))
                throw new MalformedException($"the route says '{StrictJson.Shown(name)}' twice");
            rule = clause switch
            {
                "any" => rule with { AllowsInsufficient = true },
                _ when Value(clause, "proven>=") is { } proven => rule with { Failures = (uint)(Millionths.One - Fixed(clause, proven, Millionths.One)) },
                _ when Value(clause, "latency<=") is { } latency => rule with { Latency = Milliseconds(clause, latency) },
                _ when Value(clause, "price<=") is { } price => rule with { Price = Fixed(clause, price, StrictJson.MaxInteger) },
                _ when Value(clause, "cover<=") is { } cover => rule with { Cover = Fixed(clause, cover, Millionths.One) },
                _ => throw Wrong(clause),
            };
        }
        return rule is { Failures: null, Latency: null, Price: null, Cover: null } ? throw Wrong(text) : rule;
    }

    private static string? Value(string clause, string name) => clause.StartsWith(name, StringComparison.Ordinal) ? clause[name.Length..] : null;

    private static ulong Fixed(string clause, string text, ulong most) => Millionths.Parse(text) is { } value && value <= most ? value : throw Wrong(clause);

    private static uint Milliseconds(string clause, string text) =>
        text.EndsWith("ms", StringComparison.Ordinal) && uint.TryParse(text[..^2], NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is > 0 and <= MaxLatency
            ? value : throw Wrong(clause);

    private static MalformedException Wrong(string text) =>
        new($"'{StrictJson.Shown(text)}' is no route: MODEL@ and, with commas between them, proven>=0.99, latency<=800ms, price<=2.5, cover<=0.02 (each once, at least one) and perhaps any are right");
}
