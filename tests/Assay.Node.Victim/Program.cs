using System.Globalization;
using System.Text;
using Assay.Engine.Language;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Market.Journal;
using Assay.Node;
using Assay.Node.Audits;
using Assay.Node.Receipts;
using Assay.Providers.Language;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

// Runs models as fast as it may until it is killed: the victim of the node's crash tests.
//   DATA MAXLEASE CALLERS[+audits|+market] MODEL [MODEL ...]      each model adds to an input x of two floats, or is a language model (.gguf)
// For each acknowledged receipt, one line on standard output: record id, index. With "+audits" auditors commit to epochs of the first
// key meanwhile, and for each acknowledged commitment there is a line: "commitment", serving key, number of the auditor, index. With "+market"
// participants trade meanwhile: "market", participant, nonce, entry of the journal, place in it.
if (args is not [var data, var maxLease, var callersText, .. var files])
    return 2;
var isAudited = callersText.EndsWith("+audits", StringComparison.Ordinal);
var trades = callersText.EndsWith("+market", StringComparison.Ordinal);
await using var node = AssayNode.Open(new DataFolder(data), new NodeOptions
{
    MaxLease = ulong.Parse(maxLease, CultureInfo.InvariantCulture), Engine = new SessionOptions { Threads = 1 },
    Auditors = isAudited ? new AuditorList(true, []) : null,
    Language = new LanguageEngineOptions { Session = new LanguageSessionOptions { Threads = 1, CacheBytes = 1 << 24 } },
});
using var output = Console.OpenStandardOutput();
var models = new List<Assay.Store.StoredModel>();
foreach (var file in files)
    models.Add(await node.ImportAsync(file));
await Task.WhenAll([
    .. Enumerable.Range(0, int.Parse(callersText.Split('+')[0], CultureInfo.InvariantCulture)).Select(caller => Task.Run(() => Call(caller))),
    .. isAudited ? [Task.Run(CommitAsync)] : Array.Empty<Task>(),
    .. trades ? [Task.Run(TradeAsync)] : Array.Empty<Task>(),
]);
return 1;

// As many auditors as the epoch takes, each under a key that follows from its number.
async Task CommitAsync()
{
    while (node.Look(s => s.Keys.Count) == 0)
        await Task.Delay(5);
    var key = node.Look(s => s.Keys.MinBy(k => k.Value.Events[0].Index).Key);
    for (var number = node.Look(s => s.SeedsOf(key, 10).Length); number < AuditSeed.MaxPerEpoch; number++)
    {
        using var auditor = SigningKey.FromSeed(Sha256.Of(BitConverter.GetBytes(number)).Bytes);
        var seed = AuditSeedEvent.Sign(node.Origin, key, 10, $"auditor-{number}.test/log", auditor, 1000, Sha256.Of(BitConverter.GetBytes(~number)));
        var index = await node.Audits.CommitAsync(seed);
        var line = string.Create(CultureInfo.InvariantCulture, $"commitment {key.ToHex()} {number} {index}\n");
        lock (output)
            output.Write(Encoding.ASCII.GetBytes(line));
    }
}

// Several at a time, so that entries hold more than one; each by a key that follows from its number.
async Task TradeAsync()
{
    const int traders = 6;
    if (!node.Market.IsOpen)
        await node.Market.BeginAsync(new TermsEvent(new MarketTerms()));
    var keys = Enumerable.Range(0, traders).Select(i => SigningKey.FromSeed(Sha256.Of(Encoding.UTF8.GetBytes($"trader {i}")).Bytes)).ToArray();
    for (var i = node.Market.Look(m => m.State.Participants.Count); i < traders; i++)
        await node.Market.DoAsync(new JoinEvent(Hash.From(keys[i].PublicKey.Raw), []));
    for (var i = 0; i < traders; i++)
        if (!node.Market.Look(m => m.State.Grants.Has($"paper:{i}")))
            await node.Market.DoAsync(new GrantEvent((ulong)i, 1_000_000, $"paper:{i}"));
    await Task.WhenAll(Enumerable.Range(0, traders).Select(i => Task.Run(() => PayAsync((ulong)i, keys[i]))));

    async Task PayAsync(ulong by, SigningKey key)
    {
        for (var nonce = node.Market.Look(m => m.State.Participants.NonceOf(by)); ; nonce++)
        {
            MarketInstruction step = nonce % 3 == 0 ? new FundEvent(by, nonce, 2) : new PayEvent(by, nonce, (by + 1) % traders, 1, null);
            var done = await node.Market.InstructAsync(SignedEvent.Sign(node.Origin, step, key).ToBytes());
            var line = string.Create(CultureInfo.InvariantCulture, $"market {by} {nonce} {done.Entry} {done.Place}\n");
            lock (output)
                output.Write(Encoding.ASCII.GetBytes(line));
        }
    }
}

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
