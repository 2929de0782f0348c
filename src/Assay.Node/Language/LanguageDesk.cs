using System.Collections.Concurrent;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Node.Receipts;
using Assay.Providers.Language;
using Assay.Store;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Statements;

namespace Assay.Node.Language;

/// <summary>A node's language models: opened once, run by one engine, every answer begun with a ticket.</summary>
internal sealed class LanguageDesk(Func<StoredModel, LanguageModel> open, LanguageIssuer issuer, LanguageEngineOptions options, string service, string region, Action issuedOne) : IDisposable
{
    private readonly LanguageEngine engine = new(options);
    private readonly ConcurrentDictionary<Hash, Lazy<RunnableLanguageModel>> opened = [];

    public LanguageEngine Engine => engine;

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
        // What cannot be answered gets no ticket.
        request = request with { Generation = await engine.CheckAsync(new LanguageInvocation(model, request.Generation with { Caller = caller }), cancel) };
        var begun = await issuer.BeginAsync(AnswererOf(model), new LanguageInput(PromptTokens.MediaType, input), terms, requestedAt);
        var parameters = ParametersOf(model, request, begun.Ticket);
        var generation = request.Generation with { Seed = parameters.Seed.Derive(terms.Nonce, input) };
        try
        {
            var run = await engine.StartAsync(new LanguageInvocation(model, generation), cancel);
            return new LanguageAnswer(issuer, begun, parameters, run, request with { Generation = generation }, model.Model.Tokenizer, issuedOne);
        }
        catch (Exception e)
        {
            // The ticket is used up, whatever comes.
            var salt = ReceiptIssuer.Salted([]).Salt;
            if (await issuer.TryVoidAsync(begun, parameters, new AnswerRecorder(generation.Choices, salt).Finish(), salt, ReasonOf(e)))
                issuedOne();
            throw;
        }
    }

    /// <summary>Logs a key's tickets that were lost with an earlier process as void.</summary>
    public Task VoidLostAsync(StoredModel model, DateTimeOffset now) => issuer.VoidLostAsync(AnswererOf(Load(model)), now);

    /// <summary>Makes embeddings and has their receipt issued; durable and promised when this returns. Where they cannot be made, a void is.</summary>
    public async Task<EmbeddedTexts> EmbedAsync(
        RunnableLanguageModel model, EmbeddingCall call, CallerTerms terms, string caller, DateTimeOffset requestedAt, CancellationToken cancel)
    {
        var invocation = new EmbeddingInvocation(model, call.Request with { Caller = caller });
        // What cannot be answered gets no ticket.
        await engine.CheckAsync(invocation, cancel);
        var input = PromptTokens.EncodeList([.. call.Request.Texts.Select(t => t.ToArray())]);
        var begun = await issuer.BeginAsync(AnswererOf(model), new LanguageInput(PromptTokens.ListMediaType, input), terms, requestedAt);
        var parameters = new EmbeddingParameters
        {
            Ticket = begun.Ticket.Number,
            Pooling = call.Request.Pooling,
            Dimensions = (ulong)call.Request.Dimensions,
            Encoding = call.Encoding,
            Texts = (ulong)call.Request.Texts.Length,
            PromptTokens = (ulong)call.Request.Texts.Sum(t => (long)t.Length),
            SystemFingerprint = ModelDigests.FingerprintOf(model),
        };
        try
        {
            using var made = await engine.StartAsync(invocation, cancel);
            var rows = await made.Rows;
            if (Array.FindIndex(rows, r => Array.Exists(r, v => !float.IsFinite(v))) is var at and >= 0)
                throw new ModelException($"input[{at}]: the model's states there are no finite numbers, or all zero, so there is no embedding");
            var issued = await issuer.IssueAsync(begun, parameters, TensorEncoding.Encode(EmbeddingTensors.Of(rows)), null);
            issuedOne();
            return new EmbeddedTexts(rows, parameters, issued);
        }
        catch (Exception e)
        {
            if (await issuer.TryVoidAsync(begun, parameters, ReasonOf(e)))
                issuedOne();
            throw;
        }
    }

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

    private Answerer AnswererOf(RunnableLanguageModel model) => new(
        new Segment(service, model.Claim.Manifest, LanguageEngine.Profile, region), model.Claim, LanguageEngine.ExecutionOf(model),
        lost => new LostAnswer(PromptTokens.MediaType, new OutputClaim(0, MerkleTree.Empty, 0), AnswerParametersFormat.Write(new AnswerParameters
        {
            Api = "none",
            Ticket = lost.Number,
            Seed = new SeedClaim.Node(lost.Key, lost.Number),
            MaxTokens = 0,
            PromptTokens = 0,
            SystemFingerprint = ModelDigests.FingerprintOf(model),
            Void = VoidReason.Lost,
        })));

    private static VoidReason ReasonOf(Exception e) => e is OperationCanceledException ? VoidReason.Cancelled : VoidReason.Failed;

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
        Tools = request.Tools?.ReadingOf(model.Model.Tokenizer),
        Grammar = request.Grammar,
        TemplateClock = request.TemplateClock,
        PromptTokens = (ulong)request.Generation.Prompt.Length,
        SystemFingerprint = ModelDigests.FingerprintOf(model),
        Route = request.Route,
    };
}

/// <summary>Embeddings with their receipt.</summary>
/// <param name="Rows">One for each text, each of length 1.</param>
public sealed record EmbeddedTexts(float[][] Rows, EmbeddingParameters Parameters, Issued Receipt);
