using System.Text;
using Assay.Engine.Language;
using Assay.Engine.Language.Generation;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Node.Language;
using Assay.Node.Receipts;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Language;

/// <summary>A node that serves a small random language model.</summary>
internal sealed class TinyNode : IAsyncDisposable
{
    private Issued? newest;

    private TinyNode(TestNode test, StoredModel model, string file) => (Test, Model, File) = (test, model, file);

    public TestNode Test { get; }

    public StoredModel Model { get; }

    /// <summary>The model's own file, before it was imported.</summary>
    public string File { get; }

    public AssayNode Node => Test.Node;

    /// <param name="family">Of the tiny models; or the path of a .gguf file.</param>
    public static async Task<TinyNode> OpenAsync(string family = "llama", WeightType type = WeightType.F32, int threads = 1, GeneratorOptions? generator = null, ulong seed = 1, string? template = null,
        Func<NodeOptions, NodeOptions>? options = null, int context = 256, Action<GgufWriter>? keys = null)
    {
        var test = TestNode.Open((options ?? (o => o))(new NodeOptions
        {
            Language = new LanguageEngineOptions
            {
                Session = new LanguageSessionOptions { Threads = threads, CacheBytes = 1 << 24 }, Generator = generator ?? GeneratorOptions.Default,
            },
        }));
        var file = family.EndsWith(".gguf", StringComparison.Ordinal) ? family : test.Write("tiny.gguf", TinyModels.Write(family, type, seed, template, context, keys));
        return new TinyNode(test, await test.Node.ImportAsync(file), file);
    }

    /// <summary>Begins an answer to a body of the completions API, or, where it has messages, of the chat API.</summary>
    public Task<LanguageAnswer> BeginAsync(string body, string? nonce = null, CancellationToken cancel = default)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var request = Read(bytes);
        return Node.BeginAsync(Model, request, new CallerTerms(nonce, Wire: new WireInput("application/json", bytes)), cancel: cancel);
    }

    public async Task<FinishedAnswer> AnswerAsync(string body, string? nonce = null)
    {
        await using var answer = await BeginAsync(body, nonce);
        var made = new List<OutputToken>();
        await foreach (var token in answer.ReadAllAsync())
            made.Add(AnswerRecorder.Encode(token));
        // As the web host counts them; here of one choice.
        var request = Read(Encoding.UTF8.GetBytes(body));
        var finished = await answer.FinishAsync(request.Tools is { } tools ? [tools.CountIn(made, Node.LoadLanguage(Model).Model.Tokenizer)] : null);
        newest = newest is { } other && other.Index > finished.Receipt.Index ? other : finished.Receipt;
        return finished;
    }

    /// <summary>Answers a body of the embeddings API.</summary>
    public async Task<EmbeddedTexts> EmbedAsync(string body, string? nonce = null, CancellationToken cancel = default)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var call = RequestReader.ReadEmbedding(bytes, Node.LoadLanguage(Model));
        var made = await Node.EmbedAsync(Model, call, new CallerTerms(nonce, Wire: new WireInput("application/json", bytes)), cancel: cancel);
        newest = newest is { } other && other.Index > made.Receipt.Index ? other : made.Receipt;
        return made;
    }

    /// <summary>A bias that keeps a random model from ending its answers at once: it has several tokens that end one.</summary>
    public string NoEnd => NoEndOf(Node, Model);

    public static string NoEndOf(AssayNode node, StoredModel model)
    {
        var tokenizer = node.LoadLanguage(model).Model.Tokenizer;
        return "{" + string.Join(',', Enumerable.Range(0, tokenizer.Count).Where(tokenizer.IsEndOfGeneration).Select(id => $"\"{id}\":-100")) + "}";
    }

    public async Task<Bundle> BundleAsync(string body) => await Node.BundleAsync((await AnswerAsync(body)).Receipt);

    private LanguageRequest Read(byte[] body) => RequestReader.Read(
        body.AsSpan().IndexOf("\"messages\""u8) >= 0 ? RequestReader.Chat : RequestReader.Completion, body, Node.LoadLanguage(Model), DateTimeOffset.UnixEpoch);

    /// <summary>The same answer as if it had been given to another body: prompt, parameters and commitments are all that body's.</summary>
    public Bundle WithRequest(Bundle bundle, string body)
    {
        var (bytes, shown) = (Encoding.UTF8.GetBytes(body), bundle.Disclosures);
        var request = Read(bytes);
        var asked = request.Generation;
        var input = PromptTokens.Encode(asked.Prompt.AsSpan());
        return With(bundle, r => r with
        {
            Input = r.Input with { Length = (ulong)input.Length, Commitment = Commitment.OfInput(shown.Input!.Salt.Span, input) },
            WireInput = r.WireInput! with { Length = (ulong)bytes.Length, Commitment = Commitment.OfWireInput(shown.WireInput!.Salt.Span, bytes) },
            Parameters = AnswerParametersFormat.Write(AnswerParametersFormat.Read(r.Parameters) with
            {
                Sampler = asked.Sampler, Stop = asked.Stop, Alternatives = asked.Alternatives, MaxTokens = asked.MaxTokens, Grammar = request.Grammar,
                PromptTokens = (ulong)asked.Prompt.Length, Seed = request.Seed is { } value ? new SeedClaim.Client(value) : AnswerParametersFormat.Read(r.Parameters).Seed,
            }),
        }) with { Disclosures = shown with { Input = shown.Input! with { Bytes = input }, WireInput = shown.WireInput! with { Bytes = bytes } } };
    }

    /// <summary>Runs a receipt's answer again with another node's model, as who hands one in.</summary>
    public static Task<ReplayResult> ReplayAsync(Bundle bundle, RunnableLanguageModel model) =>
        LanguageReplay.RunAsync(bundle, LanguageReplayTools.Local(_ => model), default);

    /// <summary>Runs a receipt's answer again.</summary>
    public Task<ReplayResult> ReplayAsync(Bundle bundle, int threads = 1, Isa? isa = null) => LanguageReplay.RunAsync(
        bundle, LanguageReplayTools.Local(_ => Node.LoadLanguage(Model), new LanguageSessionOptions { Threads = threads, Isa = isa }), default);

    /// <summary>The same bundle with another statement, signed by whoever.</summary>
    public static Bundle With(Bundle bundle, Func<Receipt, Receipt> change)
    {
        using var key = SigningKey.FromSeed([.. Enumerable.Repeat((byte)7, 32)]);
        var receipt = change(Receipt.Parse(bundle.Envelope.Payload.Span));
        return bundle with { Envelope = Envelope.Sign(Envelope.InToto, receipt.ToBytes(), key) };
    }

    /// <summary>The same with another token, committed to as if it had been the answer's.</summary>
    public static Bundle WithToken(Bundle bundle, int at, Func<OutputToken, OutputToken> change)
    {
        var shown = bundle.Disclosures.Output!;
        var tokens = OutputCommitment.Pieces(OutputKind.Tokens, shown.Bytes.Span).Select(range => OutputToken.Parse(shown.Bytes.Span[range])).ToList();
        tokens[at] = change(tokens[at]);
        var bytes = OutputToken.Encode(tokens);
        var claim = new OutputClaim((ulong)bytes.Length, OutputCommitment.Of(OutputKind.Tokens, shown.Salt.Span, bytes), (ulong)tokens.Count);
        return With(bundle, r => r with { Output = claim }) with { Disclosures = bundle.Disclosures with { Output = shown with { Bytes = bytes } } };
    }

    /// <summary>The bundle of every receipt up to the newest answer's, in the log's order.</summary>
    public async Task<List<Bundle>> AllAsync()
    {
        await Node.BundleAsync(newest!);
        return [.. Node.Vault.Between(0, long.MaxValue).Select(s => Node.MakeBundle(Node.Vault.Find(s.RecordId)!, disclose: true))];
    }

    public static AnswerParameters ParametersOf(Bundle bundle) => AnswerParametersFormat.Read(Receipt.Parse(bundle.Envelope.Payload.Span).Parameters);

    public ValueTask DisposeAsync() => Test.DisposeAsync();
}
