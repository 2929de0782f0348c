using System.Collections.Concurrent;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models.Language;
using Assay.Node.Receipts;
using Assay.Providers.Language;
using Assay.Store;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node.Language;

/// <summary>A node's language models: opened once, run by one engine, every answer begun with a ticket.</summary>
internal sealed class LanguageDesk(Func<StoredModel, LanguageModel> open, LanguageIssuer issuer, LanguageEngineOptions options, string service, string region, Action issuedOne) : IDisposable
{
    private readonly LanguageEngine engine = new(options);
    private readonly ConcurrentDictionary<Hash, Lazy<RunnableLanguageModel>> opened = [];

    /// <summary>Most tokens of prompt and answer together.</summary>
    public int ContextOf(LanguageModel model) => engine.ContextOf(model);

    /// <exception cref="NodeException">The files make another architecture now than when they were imported.</exception>
    public RunnableLanguageModel Load(StoredModel model)
    {
        var opening = opened.GetOrAdd(model.Digest, _ => new Lazy<RunnableLanguageModel>(() => Open(model)));
        RunnableLanguageModel runnable;
        try
        {
            runnable = opening.Value;
        }
        catch
        {
            // Whatever it was may be mended when somebody asks again.
            opened.TryRemove(new(model.Digest, opening));
            throw;
        }
        // The same files may be known under two names; the receipt says the one that was asked for.
        return runnable with { Claim = runnable.Claim with { Name = model.Name, Version = model.Version } };
    }

    /// <summary>Begins an answer: its ticket is taken when this returns.</summary>
    public async Task<LanguageAnswer> BeginAsync(
        RunnableLanguageModel model, LanguageRequest request, CallerTerms terms, string caller, DateTimeOffset requestedAt, CancellationToken cancel)
    {
        var input = PromptTokens.Encode(request.Generation.Prompt.AsSpan());
        var segment = new Segment(service, model.Claim.Manifest, LanguageEngine.Profile, region);
        // What cannot be answered gets no ticket.
        request = request with { Generation = await engine.CheckAsync(new LanguageInvocation(model, request.Generation with { Caller = caller }), cancel) };
        var begun = await issuer.BeginAsync(segment, model, ticket => ParametersOf(model, request, ticket), input, terms, requestedAt);
        var generation = request.Generation with { Seed = begun.Parameters.Seed.Derive(terms.Nonce, input) };
        try
        {
            var run = await engine.StartAsync(new LanguageInvocation(model, generation), cancel);
            return new LanguageAnswer(issuer, begun, run, request with { Generation = generation }, issuedOne);
        }
        catch (Exception e)
        {
            // The ticket is used up, whatever comes.
            var reason = e is OperationCanceledException ? VoidReason.Cancelled : VoidReason.Failed;
            var salt = ReceiptIssuer.Salted([]).Salt;
            if (await issuer.TryVoidAsync(begun, new AnswerRecorder(generation.Choices, salt).Finish(), salt, reason))
                issuedOne();
            throw;
        }
    }

    /// <summary>Logs a key's tickets that were lost with an earlier process as void.</summary>
    public Task VoidLostAsync(Segment segment, StoredModel model, DateTimeOffset now) => issuer.VoidLostAsync(segment, Load(model), now);

    public GeneratorFigures? FiguresOf(in Hash manifest) => engine.FiguresOf(manifest);

    public void Forget(StoredModel model)
    {
        engine.Forget(model.Digest);
        if (opened.TryRemove(model.Digest, out var runnable) && runnable.IsValueCreated)
            runnable.Value.Model.Dispose();
    }

    public void Dispose()
    {
        engine.Dispose();
        foreach (var model in opened.Values.Where(m => m.IsValueCreated))
            model.Value.Model.Dispose();
    }

    private RunnableLanguageModel Open(StoredModel model)
    {
        var language = open(model);
        // Receipts name this digest: what the record says of it is not believed.
        if (Hash.From(language.Digest.AsSpan()) != model.Graph)
        {
            language.Dispose();
            throw new NodeException(NodeFault.Unavailable,
                $"this version of Assay reads {model.Reference} as another architecture than the one that imported it: `assay rm` it and `assay import` it again");
        }
        return new RunnableLanguageModel(
            new ModelClaim(model.Name, model.Version, model.Digest, model.Format, ModelDigests.ClaimOf(language)), language);
    }

    private static AnswerParameters ParametersOf(RunnableLanguageModel model, LanguageRequest request, Ticket ticket) => new()
    {
        Api = request.Api,
        Ticket = ticket.Number,
        Seed = request.Seed is { } seed ? new SeedClaim.Client(seed) : new SeedClaim.Node(ticket.Key, ticket.Number),
        Sampler = request.Generation.Sampler,
        N = request.Generation.Choices,
        MaxTokens = request.Generation.MaxTokens,
        Stop = request.Generation.Stop,
        Alternatives = request.Generation.Alternatives,
        Grammar = request.Grammar,
        TemplateClock = request.TemplateClock,
        PromptTokens = (ulong)request.Generation.Prompt.Length,
        SystemFingerprint = ModelDigests.FingerprintOf(model),
    };
}
