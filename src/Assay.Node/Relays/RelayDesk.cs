using System.Diagnostics;
using Assay.Node.Language;
using Assay.Node.Receipts;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Providers.Relay;
using Assay.Store;
using Assay.Verify;
using Assay.Verify.Merkle;
using Assay.Verify.Relays;
using Assay.Verify.Statements;

namespace Assay.Node.Relays;

/// <summary>A node's relays: every answer is begun with a ticket before anything is sent, and ends in one record.</summary>
/// <remarks>What the node does before any answer is handed in: it publishes the model where it is not published, and refuses where it takes nothing more.</remarks>
public sealed class RelayDesk : IDisposable
{
    private readonly LanguageIssuer issuer;
    private readonly RelayProvider provider;
    private readonly Func<StoredModel, CallerTerms, Func<DateTimeOffset, Task<RelayAnswer>>, Task<RelayAnswer>> ask;
    private readonly (string Service, string Region) place;
    private readonly Action issuedOne;

    internal RelayDesk(
        string folder, LanguageIssuer issuer, RelayOptions options, string service, string region, Action issuedOne,
        Func<StoredModel, CallerTerms, Func<DateTimeOffset, Task<RelayAnswer>>, Task<RelayAnswer>> ask)
    {
        (Store, this.issuer, provider, this.ask, place, this.issuedOne) = (new RelayStore(folder), issuer, new RelayProvider(options), ask, (service, region), issuedOne);
    }

    public RelayStore Store { get; }

    /// <summary>Sends a request upstream. Its ticket is taken when this returns, and an answer of some status has begun: it ends with its receipt, or as void.</summary>
    /// <param name="api"><see cref="RequestReader.Chat"/> or <see cref="RequestReader.Completion"/>.</param>
    /// <param name="terms">With the caller's very bytes.</param>
    /// <param name="route">By what rule the relay was chosen; null where the caller asked for it.</param>
    /// <exception cref="NodeException">The body is not a JSON object, or the log takes nothing more.</exception>
    /// <exception cref="RelayException">No answer came; a void is logged.</exception>
    public Task<RelayAnswer> BeginAsync(Relay relay, string api, bool streams, CallerTerms terms, RouteClaim? route = null, CancellationToken cancel = default) =>
        ask(relay.Model, terms, requestedAt => BeginAsync(relay, api, streams, terms, route, requestedAt, cancel));

    /// <summary>Logs a key's tickets that were lost with an earlier process as void.</summary>
    internal Task VoidLostAsync(Relay relay, DateTimeOffset now) => issuer.VoidLostAsync(AnswererOf(relay), now);

    public void Dispose() => provider.Dispose();

    private async Task<RelayAnswer> BeginAsync(Relay relay, string api, bool streams, CallerTerms terms, RouteClaim? route, DateTimeOffset requestedAt, CancellationToken cancel)
    {
        byte[] sent;
        try
        {
            sent = RelayedAnswer.Sent(terms.Wire!.Bytes, relay.Description.Model);
        }
        catch (MalformedException e)
        {
            // What cannot be sent gets no ticket.
            throw new NodeException(NodeFault.BadRequest, $"the body cannot be forwarded: {e.Message}", e);
        }
        var target = Store.TargetOf(relay);
        var begun = await issuer.BeginAsync(AnswererOf(relay), new LanguageInput(Receipt.Relayed, sent), terms, requestedAt);
        var parameters = ParametersOf(relay, begun.Ticket) with { Api = api, Streams = streams, Route = route };
        var invocation = new RelayInvocation(target, api == RequestReader.Chat ? "chat/completions" : "completions", sent, streams, RelayParameters.NonceOf(begun.RecordId));
        var since = Stopwatch.StartNew();
        try
        {
            return new RelayAnswer(issuer, begun, parameters, await provider.InvokeAsync(invocation, cancel), since, issuedOne);
        }
        catch (Exception e)
        {
            // The ticket is used up, whatever comes.
            if (await RelayAnswer.TryVoidAsync(issuer, begun, parameters, [], e is OperationCanceledException ? "cancelled" : "failed"))
                issuedOne();
            throw;
        }
    }

    private Answerer AnswererOf(Relay relay) => new(
        new Segment(place.Service, relay.Model.Digest, RelayDescription.Profile, place.Region),
        new ModelClaim(relay.Name, relay.Model.Version, relay.Model.Digest, relay.Model.Format),
        new ExecutionClaim(RelayDescription.Profile, LocalEngine.Claim, relay.Model.Graph),
        lost => new LostAnswer(Receipt.Relayed, new OutputClaim(0, MerkleTree.Empty) { IsRelayed = true }, (ParametersOf(relay, lost) with { Void = "lost" }).ToJson()));

    private static RelayParameters ParametersOf(Relay relay, Ticket ticket) =>
        new() { Api = "none", Ticket = ticket.Number, Streams = false, Upstream = relay.Description };
}
