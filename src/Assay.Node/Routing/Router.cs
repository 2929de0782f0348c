using System.Collections.Immutable;
using Assay.Node.Relays;
using Assay.Reliability.Accounts;
using Assay.Reliability.Routing;
using Assay.Store;
using Assay.Verify.Relays;

namespace Assay.Node.Routing;

/// <summary>Someone who serves a model that was asked for: this node itself, or a relay.</summary>
/// <param name="Model">What receipts call it.</param>
/// <param name="Relay">Null where the model is this node's own.</param>
public sealed record RouteTarget(StoredModel Model, Relay? Relay, RouteCandidate Candidate);

/// <summary>A rule applied.</summary>
public sealed record ChosenRoute(string Asked, ImmutableArray<RouteTarget> Order, ImmutableArray<(RouteCandidate Candidate, string Reason)> Excluded)
{
    /// <summary>What the receipt says where one of <see cref="Order"/> answers and those before it have failed.</summary>
    public RouteClaim ClaimOf(int place)
    {
        var candidate = Order[place].Candidate;
        var account = candidate.Certificate is { } c ? new RoutedAccount(c.Account, (ulong)c.Segment, c.State, c.Time, candidate.FailureBound) : null;
        return new RouteClaim(Asked, candidate.Name, account, candidate.Latency, candidate.Price,
        [
            .. Order.Select((t, i) => (t.Candidate.Name, i)).Where(t => t.i != place).Select(t => new RoutedOther(t.Name, t.i < place ? RouteClaim.Failed : RouteClaim.Later)),
            .. Excluded.Select(e => new RoutedOther(e.Candidate.Name, e.Reason)),
        ], candidate.Cover);
    }
}

/// <summary>Chooses who answers a request that says what it asks of whoever does (docs/routing.md).</summary>
/// <param name="certificates">What is proved of each.</param>
/// <param name="cover">What insuring one unit against the failures of an account's segment costs, in millionths; null, also of it, where nobody quotes.</param>
public sealed class Router(AssayNode node, ICertificates certificates, Func<AccountCertificate, RouteRule, ulong?>? cover = null)
{
    // More are not looked at: a receipt names all that were.
    private const int MostTargets = 64;

    /// <summary>By the accounts that the node keeps.</summary>
    public Router(AssayNode node, Func<AccountCertificate, RouteRule, ulong?>? cover = null) : this(node, new AccountCertificates(node), cover)
    {
    }

    /// <summary>How long each took to begin its answers, routed or not, since the node was opened.</summary>
    public Latencies Latencies { get; } = new();

    /// <exception cref="Verify.MalformedException">Not a rule.</exception>
    public ChosenRoute Choose(string asked)
    {
        var rule = RouteRule.Parse(asked);
        var targets = Targets(rule).Take(MostTargets).ToDictionary(t => t.Candidate.Name);
        var plan = RoutePlan.Of(rule, targets.Values.Select(t => t.Candidate), (ulong)node.Options.Clock.GetUtcNow().ToUnixTimeSeconds());
        return new ChosenRoute(asked, [.. plan.Order.Select(c => targets[c.Name])], plan.Excluded);
    }

    private IEnumerable<RouteTarget> Targets(RouteRule rule)
    {
        var name = rule.Model;
        if (node.Models.Has(name) && node.Models.Find(name) is { IsLanguage: true } model)
            // Its own answers cost the node's operator what they cost, and nothing is said of that.
            yield return new RouteTarget(model, null, Candidate(model.Reference, certificates.Of(model), 0));
        foreach (var relay in node.Relays.Store.List().Where(r => r.Description.Claims == name))
            yield return new RouteTarget(relay.Model, relay, Candidate(
                relay.Model.Reference, certificates.Of(relay), relay.Price is { } price ? Math.Max(price.In, price.Out) : null));

        RouteCandidate Candidate(string reference, AccountCertificate? certificate, ulong? price) => new(
            reference, certificate, Latencies.Of(reference), price, rule.Cover is null || certificate is null ? null : cover?.Invoke(certificate, rule));
    }
}
