using System.Globalization;
using System.Text;
using Assay.Engine.Language;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Node;
using Assay.Node.Receipts;
using Assay.Providers.Language;

// Runs models as fast as it may until it is killed: the victim of the node's crash tests.
//   DATA MAXLEASE CALLERS MODEL [MODEL ...]      each model adds to an input x of two floats, or is a language model (.gguf)
// For each acknowledged receipt, one line on standard output: record id, index.
if (args is not [var data, var maxLease, var callersText, .. var files])
    return 2;
await using var node = AssayNode.Open(new DataFolder(data), new NodeOptions
{
    MaxLease = ulong.Parse(maxLease, CultureInfo.InvariantCulture), Engine = new SessionOptions { Threads = 1 },
    Language = new LanguageEngineOptions { Session = new LanguageSessionOptions { Threads = 1, CacheBytes = 1 << 24 } },
});
using var output = Console.OpenStandardOutput();
var models = new List<Assay.Store.StoredModel>();
foreach (var file in files)
    models.Add(await node.ImportAsync(file));
await Task.WhenAll(Enumerable.Range(0, int.Parse(callersText, CultureInfo.InvariantCulture)).Select(caller => Task.Run(() => Call(caller))));
return 1;

async Task Call(int caller)
{
    for (var i = 0; ; i++)
    {
        var model = models[(caller + i) % models.Count];
        var receipt = model.IsLanguage ? await SayAsync(model, caller + i) : await AddAsync(model, caller, i);
        var line = string.Create(CultureInfo.InvariantCulture, $"{receipt.RecordId} {receipt.Index}\n");
        lock (output)
            output.Write(Encoding.ASCII.GetBytes(line));
    }
}

async Task<Issued> AddAsync(Assay.Store.StoredModel model, int caller, int i)
{
    var inputs = new Dictionary<string, Tensor> { ["x"] = Tensor.From<float>(Shape.Of(2), [caller, i]) };
    return (await node.InvokeAsync(model, inputs, new CallerTerms())).Receipt;
}

async Task<Issued> SayAsync(Assay.Store.StoredModel model, int first)
{
    var body = Encoding.ASCII.GetBytes($$"""{"prompt":[3,{{3 + first % 200}}],"max_tokens":{{20 + first % 150}},"temperature":1}""");
    var request = RequestReader.Read(RequestReader.Completion, body, node.LoadLanguage(model), DateTimeOffset.UnixEpoch);
    await using var answer = await node.BeginAsync(model, request, new CallerTerms(Wire: new WireInput("application/json", body)));
    await foreach (var token in answer.ReadAllAsync())
        _ = token;
    return (await answer.FinishAsync()).Receipt;
}
