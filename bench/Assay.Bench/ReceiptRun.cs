using System.Diagnostics;
using System.Text;
using Assay.Engine.Language;
using Assay.Engine.Language.Generation;
using Assay.Node;
using Assay.Node.Receipts;
using Assay.Providers.Language;
using Assay.Store;

namespace Assay.Bench;

/// <summary>
/// One and the same answer of a language model, given by a node (a ticket, the tree of tokens, the receipt signed, flushed to the log and
/// promised: what <c>/v1/completions</c> does but for HTTP) and by the engine alone.
/// </summary>
internal sealed class ReceiptRun : IAsyncDisposable
{
    private readonly AssayNode node;
    private readonly LanguageEngine engine;
    private readonly StoredModel model;
    private readonly RunnableLanguageModel runnable;
    private readonly byte[] body;

    private ReceiptRun(AssayNode node, LanguageEngineOptions options, StoredModel model, int[] prompt, int tokens)
    {
        (this.node, this.model, engine, runnable) = (node, model, new LanguageEngine(options), node.LoadLanguage(model));
        // A seed of the caller's, so that every answer has the same tokens.
        body = Encoding.UTF8.GetBytes($$"""{"model":"{{model.Reference}}","prompt":[{{string.Join(',', prompt)}}],"max_tokens":{{tokens}},"temperature":0.8,"top_p":0.9,"seed":1}""");
    }

    /// <param name="folder">For the node's data; nothing is there yet.</param>
    public static async Task<ReceiptRun> OpenAsync(string folder, string file, int threads, int contextLength, int[] prompt, int tokens)
    {
        var options = new LanguageEngineOptions { Session = new LanguageSessionOptions { Threads = threads }, MaxContext = contextLength };
        var node = AssayNode.Open(new DataFolder(folder), new NodeOptions { Language = options });
        return new ReceiptRun(node, options, await node.ImportAsync(file, "bench", "1"), prompt, tokens);
    }

    /// <summary>The answer with its receipt, which is durable and promised at the end.</summary>
    public async Task<(double Seconds, GenerationRequest Request, int[] Tokens)> WithReceiptAsync()
    {
        var start = Stopwatch.GetTimestamp();
        var request = RequestReader.Read(RequestReader.Completion, body, runnable, DateTimeOffset.UtcNow);
        await using var answer = await node.BeginAsync(model, request, new CallerTerms(Wire: new WireInput("application/json", body)));
        var tokens = new List<int>();
        await foreach (var token in answer.ReadAllAsync())
            tokens.Add(token.Id);
        await answer.FinishAsync();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, answer.Request.Generation, [.. tokens]);
    }

    /// <summary>The same tokens and nothing else.</summary>
    public async Task<(double Seconds, int[] Tokens)> AloneAsync(GenerationRequest request)
    {
        var start = Stopwatch.GetTimestamp();
        using var run = await engine.StartAsync(new LanguageInvocation(runnable, request), default);
        var tokens = new List<int>();
        await foreach (var token in run.Tokens.ReadAllAsync())
            tokens.Add(token.Id);
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, [.. tokens]);
    }

    public async ValueTask DisposeAsync()
    {
        engine.Dispose();
        await node.DisposeAsync();
    }

    /// <summary>What a receipt costs of an answer, in percent: pairs of answers, with and without, each pair beginning with the other.</summary>
    /// <exception cref="BenchException">The two do not give the same tokens.</exception>
    public static async Task<Row> MeasureAsync(string file, int threads, int contextLength, int[] prompt, int tokens, int pairs)
    {
        const int WarmUp = 2;
        var folder = Directory.CreateTempSubdirectory("assay-receipts-").FullName;
        try
        {
            await using var run = await OpenAsync(folder, file, threads, contextLength, prompt, tokens);
            var (_, request, expected) = await run.WithReceiptAsync();
            var overheads = new List<double>();
            for (var pair = -WarmUp; pair < pairs; pair++)
            {
                double with = 0, without = 0;
                for (var turn = 0; turn < 2; turn++)
                {
                    int[] made;
                    if ((pair + turn) % 2 == 0)
                        (with, _, made) = await run.WithReceiptAsync();
                    else
                        (without, made) = await run.AloneAsync(request);
                    if (!made.AsSpan().SequenceEqual(expected))
                        throw new BenchException("an answer without a receipt has other tokens than the one with it");
                }
                if (pair >= 0)
                    overheads.Add(100 * ((with / without) - 1));
            }
            return Row.Of("receipt-overhead-percent", "%", Row.Lower, overheads) with { Threads = threads };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
