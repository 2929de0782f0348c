using System.Collections.Immutable;
using Assay.Reliability.Accounts;

namespace Assay.Reliability.Routing;

/// <summary>Someone who could answer, with what is known of it.</summary>
/// <param name="Certificate">Of its account's segment; null where there is none.</param>
/// <param name="Latency">Measured by whoever chooses, in milliseconds; null where nothing was.</param>
/// <param name="Price">Of a million tokens, in millionths; null where nobody says.</param>
/// <param name="Cover">What insuring one unit against its failures costs, in millionths, as whoever chooses was quoted; null where nobody quotes.</param>
public sealed record RouteCandidate(string Name, AccountCertificate? Certificate, uint? Latency, ulong? Price, ulong? Cover = null)
{
    /// <summary>The worse of the life's and the trailing bound, in millionths; null where one of them says nothing.</summary>
    public uint? FailureBound => Certificate?.Figures is { Life.FailureBound: { } life, Trailing.FailureBound: { } trailing } ? Math.Max(life, trailing) : null;
}

/// <summary>Why a candidate does not answer. The codes stand in receipts.</summary>
public static class RouteReasons
{
    /// <summary>Its account's change detector has alarmed: never excused.</summary>
    public const string Alarmed = "alarmed";

    /// <summary>Its certificate is of a time that is over, or not yet: never excused.</summary>
    public const string Expired = "expired";

    /// <summary>No account is known of it, or none with enough data for a bound.</summary>
    public const string InsufficientData = "insufficient-data";

    /// <summary>Its bound is worse than was asked for.</summary>
    public const string ProvesLess = "proves-less";

    /// <summary>Nobody has measured it yet.</summary>
    public const string NotMeasured = "not-measured";

    public const string Slower = "slower";

    /// <summary>Nobody says what it costs.</summary>
    public const string NoPrice = "no-price";

    public const string Dearer = "dearer";

    /// <summary>Nobody quotes what insuring against its failures costs, or nobody would insure it now.</summary>
    public const string NoCover = "no-cover";

    public const string CoverDearer = "cover-dearer";
}

/// <summary>Whom a rule chooses, in order, and whom it does not.</summary>
/// <param name="Order">The first answers; each next one where those before it fail.</param>
public sealed record RoutePlan(ImmutableArray<RouteCandidate> Order, ImmutableArray<(RouteCandidate Candidate, string Reason)> Excluded)
{
    // What "any" excuses.
    private static readonly string[] Missing = [RouteReasons.InsufficientData, RouteReasons.NotMeasured, RouteReasons.NoPrice, RouteReasons.NoCover];

    /// <summary>Applies a rule: the alarmed, the expired and those of too little data are out; of the others those that show all that was asked for come first, the cheapest of them first, then the best proven, then the fastest.</summary>
    /// <param name="now">Unix seconds.</param>
    public static RoutePlan Of(RouteRule rule, IEnumerable<RouteCandidate> candidates, ulong now)
    {
        var order = new List<(RouteCandidate Candidate, bool Lacks)>();
        var excluded = ImmutableArray.CreateBuilder<(RouteCandidate, string)>();
        foreach (var candidate in candidates)
        {
            var reasons = Reasons(rule, candidate, now).ToList();
            if (reasons.Find(r => !rule.AllowsInsufficient || !Missing.Contains(r)) is { } reason)
                excluded.Add((candidate, reason));
            else
                order.Add((candidate, reasons.Count > 0));
        }
        return new RoutePlan(
            [
                .. order.OrderBy(c => c.Lacks).ThenBy(c => c.Candidate.Price ?? ulong.MaxValue).ThenBy(c => c.Candidate.FailureBound ?? uint.MaxValue)
                    .ThenBy(c => c.Candidate.Latency ?? uint.MaxValue).ThenBy(c => c.Candidate.Name, StringComparer.Ordinal).Select(c => c.Candidate),
            ],
            excluded.ToImmutable());
    }

    // In the order in which they are told. What is alarmed or expired is out whatever was asked.
    private static IEnumerable<string> Reasons(RouteRule rule, RouteCandidate candidate, ulong now)
    {
        if (candidate.Certificate is { } certificate)
        {
            if (certificate.Figures.Alarmed)
                yield return RouteReasons.Alarmed;
            if (now < certificate.Time || now >= certificate.Expires)
                yield return RouteReasons.Expired;
        }
        if (rule.Failures is { } failures)
        {
            if (candidate.FailureBound is null)
                yield return RouteReasons.InsufficientData;
            else if (candidate.FailureBound > failures)
                yield return RouteReasons.ProvesLess;
        }
        if (rule.Latency is { } latency)
        {
            if (candidate.Latency is null)
                yield return RouteReasons.NotMeasured;
            else if (candidate.Latency > latency)
                yield return RouteReasons.Slower;
        }
        if (rule.Price is { } price)
        {
            if (candidate.Price is null)
                yield return RouteReasons.NoPrice;
            else if (candidate.Price > price)
                yield return RouteReasons.Dearer;
        }
        if (rule.Cover is { } cover)
        {
            if (candidate.Cover is null)
                yield return RouteReasons.NoCover;
            else if (candidate.Cover > cover)
                yield return RouteReasons.CoverDearer;
        }
    }
}
