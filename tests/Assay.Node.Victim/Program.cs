using System.Globalization;
using System.Text;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Node;
using Assay.Node.Receipts;

// Runs models as fast as it may until it is killed: the victim of the node's crash tests.
//   DATA MAXLEASE CALLERS MODEL [MODEL ...]      each model adds to an input x of two floats
// For each acknowledged receipt, one line on standard output: record id, index.
if (args is not [var data, var maxLease, var callersText, .. var files])
    return 2;
await using var node = AssayNode.Open(new DataFolder(data), new NodeOptions
{
    MaxLease = ulong.Parse(maxLease, CultureInfo.InvariantCulture), Engine = new SessionOptions { Threads = 1 },
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
        var inputs = new Dictionary<string, Tensor> { ["x"] = Tensor.From<float>(Shape.Of(2), [caller, i]) };
        var answer = await node.InvokeAsync(models[(caller + i) % models.Count], inputs, new CallerTerms());
        var line = string.Create(CultureInfo.InvariantCulture, $"{answer.Receipt.RecordId} {answer.Receipt.Index}\n");
        lock (output)
            output.Write(Encoding.ASCII.GetBytes(line));
    }
}
