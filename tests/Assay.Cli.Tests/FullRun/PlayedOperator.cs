using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Assay.Engine.Models.Formats;
using Assay.Node;
using Assay.Node.Audits;
using Assay.Node.Web;
using Assay.Store;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;
using Microsoft.AspNetCore.Builder;
using SessionOptions = Assay.Engine.Execution.SessionOptions;

namespace Assay.Cli.Tests.FullRun;

/// <summary>A provider's node behind its web host, whose operator may be dishonest, and its callers.</summary>
internal sealed class PlayedOperator : IAsyncDisposable
{
    private const int Callers = 8;

    private static readonly string Digits = Path.Combine(Assay.Repository, "models", "digits");

    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentDictionary<Hash, bool> bad = [];
    private WebApplication app = null!;
    private HttpClient callers = null!;
    private readonly RoundedModel cheat;
    private int answers;

    private PlayedOperator(Func<long, bool> isSwapped) => cheat = new RoundedModel(isSwapped, run => bad[Sha256.Of(run.EncodedOutputs)] = true);

    public static string ModelFile => Path.Combine(Digits, "model.onnx");

    public AssayNode Node { get; private set; } = null!;

    public string Url { get; private set; } = null!;

    public string VerifierKey => Node.Genesis.LogKey.ToString();

    public int Answers => answers;

    public string PolicyFile => Node.Folder.Policy;

    /// <param name="isSwapped">Which answers are the rounded model's.</param>
    /// <param name="hides">Whether auditors are told that those are gone.</param>
    public static async Task<PlayedOperator> OpenAsync(AuditorList auditors, uint epochRecords, Func<long, bool>? isSwapped = null, bool hides = false)
    {
        var operated = new PlayedOperator(isSwapped ?? (_ => false));
        operated.Node = AssayNode.Open(new DataFolder(operated.folder["data"]), new NodeOptions
        {
            Auditors = auditors,
            Engine = new SessionOptions { Threads = 1 },
            Runs = operated.cheat.InvokeAsync,
            Withholds = kept => hides && operated.bad.ContainsKey(Sha256.Of(Opening.Parse(kept.Opening).Output.Bytes)),
        });
        await operated.Node.AppendEventAsync(new AuditTermsEvent(operated.Node.Origin, epochRecords, 3600));
        await operated.Node.ImportAsync(ModelFile, "digits", "1");
        operated.app = WebHost.Build(operated.Node, new Uri("http://127.0.0.1:0"), apiKey: null);
        await operated.app.StartAsync();
        operated.Url = operated.app.Urls.First();
        operated.callers = new HttpClient { BaseAddress = new Uri(operated.Url) };
        return operated;
    }

    /// <summary>Has callers ask until there are so many answers in all; then they are all in the tree.</summary>
    public async Task ServeAsync(int until, CancellationToken cancel)
    {
        var next = answers - 1;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            for (int number; (number = Interlocked.Increment(ref next)) < until;)
                await AskAsync(number, cancel);
        }));
        answers = until;
        while (Node.Look(s => s.Keys.Values.Aggregate(0UL, (sum, k) => sum + k.Receipts)) < (ulong)until)
            await Task.Delay(5, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        callers.Dispose();
        await app.DisposeAsync();
        await Node.DisposeAsync();
        cheat.Dispose();
        folder.Dispose();
    }

    private async Task AskAsync(int number, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/digits/infer") { Content = new ByteArrayContent(Body(number)) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("Assay-Auditable", "true");
        using var answer = await callers.SendAsync(request, cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancel));
    }

    // A drawn digit with one pixel that no other request has.
    private static byte[] Body(int number)
    {
        var pixels = (float[])Pictures[number % Pictures.Length].Clone();
        pixels[0] = (number + 1) / 65536f;
        return Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"image","datatype":"FP32","shape":[1,1,28,28],"data":[{{string.Join(',', pixels.Select(p => p.ToString("R", CultureInfo.InvariantCulture)))}}]}]}""");
    }

    private static readonly float[][] Pictures = [.. Enumerable.Range(0, 10).Select(digit =>
        Png.Read(File.ReadAllBytes(Path.Combine(Digits, "samples", $"{digit}.png"))).Pixels.Select(p => p / 255f).ToArray())];
}
