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
/// <remarks>It is the node's own engine both times: two copies of one model may differ by a tenth in speed, by where their weights lie in memory.</remarks>
internal sealed class ReceiptRun : IAsyncDisposable
{
    private readonly AssayNode node;
    private readonly StoredModel model;
    private readonly RunnableLanguageModel runnable;
    private readonly byte[] body, shortBody;

    private ReceiptRun(AssayNode node, StoredModel model, int[] prompt, int tokens)
    {
        (this.node, this.model, runnable) = (node, model, node.LoadLanguage(model));
        body = Body(prompt, tokens);
        shortBody = Body(prompt[..1], 2);
    }

    // A seed of the caller's, so that every answer has the same tokens.
    private byte[] Body(int[] prompt, int tokens) => Encoding.UTF8.GetBytes(
        $$"""{"model":"{{model.Reference}}","prompt":[{{string.Join(',', prompt)}}],"max_tokens":{{tokens}},"temperature":0.8,"top_p":0.9,"seed":1}""");

    /// <param name="folder">For the node's data; nothing is there yet.</param>
    public static async Task<ReceiptRun> OpenAsync(string folder, string file, int threads, int contextLength, int[] prompt, int tokens)
    {
        var options = new LanguageEngineOptions { Session = new LanguageSessionOptions { Threads = threads }, MaxContext = contextLength };
        var node = AssayNode.Open(new DataFolder(folder), new NodeOptions { Language = options });
        return new ReceiptRun(node, await node.ImportAsync(file, "bench", "1"), prompt, tokens);
    }

    /// <summary>Short answers with receipts, as many as the compiler's last tier takes: an answer runs through most of a receipt's code only once.</summary>
    public async Task WarmUpAsync()
    {
        const int Answers = 200;
        for (var i = 0; i < Answers; i++)
            await AnswerAsync(shortBody);
        // The compiler waits for a pause.
        await Task.Delay(500);
    }

    /// <summary>The answer with its receipt, which is durable and promised at the end.</summary>
    /// <returns>How long it took, and how much of that went by before the engine had the request and after the last token.</returns>
    public Task<(double Seconds, double Own, GenerationRequest Request, int[] Tokens)> WithReceiptAsync() => AnswerAsync(body);

    private async Task<(double Seconds, double Own, GenerationRequest Request, int[] Tokens)> AnswerAsync(byte[] body)
    {
        var start = Stopwatch.GetTimestamp();
        var request = RequestReader.Read(RequestReader.Completion, body, runnable, DateTimeOffset.UtcNow);
        await using var answer = await node.BeginAsync(model, request, new CallerTerms(Wire: new WireInput("application/json", body)));
        var begun = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var tokens = new List<int>();
        await foreach (var token in answer.ReadAllAsync())
            tokens.Add(token.Id);
        var made = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await answer.FinishAsync();
        var finished = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (finished, begun + finished - made, answer.Request.Generation, [.. tokens]);
    }

    /// <summary>The same tokens and nothing else.</summary>
    public async Task<(double Seconds, int[] Tokens)> AloneAsync(GenerationRequest request)
    {
        var start = Stopwatch.GetTimestamp();
        using var run = await node.LanguageEngine.StartAsync(new LanguageInvocation(runnable, request), default);
        var tokens = new List<int>();
        await foreach (var token in run.Tokens.ReadAllAsync())
            tokens.Add(token.Id);
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, [.. tokens]);
    }

    public ValueTask DisposeAsync() => node.DisposeAsync();

    /// <summary>
    /// What a receipt costs of an answer, in percent: rounds of one answer with it and two without, who is first changing from round to
    /// round. The second without says how far apart two measurements of one thing are.
    /// </summary>
    /// <exception cref="BenchException">The two do not give the same tokens.</exception>
    public static async Task<List<Row>> MeasureAsync(string file, int threads, int contextLength, int[] prompt, int tokens, int rounds)
    {
        const int WarmUp = 2;
        var folder = Directory.CreateTempSubdirectory("assay-receipts-").FullName;
        try
        {
            await using var run = await OpenAsync(folder, file, threads, contextLength, prompt, tokens);
            await run.WarmUpAsync();
            var (_, _, request, expected) = await run.WithReceiptAsync();
            List<double> overheads = [], controls = [], shares = [];
            var seconds = new double[3];
            for (var round = 0; round < WarmUp + rounds; round++)
            {
                var own = 0.0;
                for (var turn = 0; turn < seconds.Length; turn++)
                {
                    var side = (round + turn) % seconds.Length;
                    int[] made;
                    if (side == 0)
                        (seconds[side], own, _, made) = await run.WithReceiptAsync();
                    else
                        (seconds[side], made) = await run.AloneAsync(request);
                    if (!made.AsSpan().SequenceEqual(expected))
                        throw new BenchException("an answer without a receipt has other tokens than the one with it");
                }
                if (round < WarmUp)
                    continue;
                overheads.Add(100 * ((seconds[0] / seconds[1]) - 1));
                controls.Add(100 * ((seconds[2] / seconds[1]) - 1));
                shares.Add(100 * own / seconds[0]);
            }
            return
            [
                Percent("receipt-overhead-percent", overheads), Percent("receipt-overhead-percent/control", controls), Percent("receipt-own-percent", shares),
            ];

            Row Percent(string name, List<double> runs) => Row.Of(name, "%", Row.Lower, runs) with { Threads = threads };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
