using System.Collections.Concurrent;
using System.Text;
using Assay.Log.Files;
using Assay.Log.Witnessing;
using Assay.Verify.Crypto;
using Assay.Verify.Policies;

namespace Assay.Log.Tests.Witnessing;

/// <summary>Witnesses w1, w2, ... in one process, and the network between them and a log: some can be down, or answer what a test says.</summary>
internal sealed class WitnessNet : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly List<CheckpointWitness> witnesses = [];

    public WitnessNet(int count)
    {
        for (var i = 1; i <= count; i++)
            witnesses.Add(new CheckpointWitness(
                new PosixLogFiles(Path.Combine(directory.Path, $"w{i}")), $"w{i}.test", SigningKey.FromSeed(Sha256.Of([(byte)i]).Bytes), [TestLogs.VerifierKey]));
    }

    public CheckpointWitness this[int number] => witnesses[number - 1];

    /// <summary>Numbers of those that do not answer.</summary>
    public ConcurrentDictionary<int, bool> Down { get; } = [];

    /// <summary>Answers in a witness's place, if it gives anything.</summary>
    public Func<int, byte[], WitnessReply?>? Instead { get; set; }

    /// <summary>Requests that reached somebody.</summary>
    public ConcurrentQueue<(int Witness, AddCheckpoint Request)> Requests { get; } = [];

    public TlogPolicy Policy(int quorum)
    {
        var text = new StringBuilder($"log {TestLogs.VerifierKey}\n");
        for (var i = 1; i <= witnesses.Count; i++)
            text.Append($"witness w{i} {this[i].VerifierKey} http://w{i}.test/prefix/\n");
        text.Append($"group g {quorum}{string.Concat(Enumerable.Range(1, witnesses.Count).Select(i => $" w{i}"))}\nquorum g\n");
        return TlogPolicy.Parse(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Asks again at once, so that no test waits for a clock.</summary>
    public CosignerOptions Options => new()
    {
        Interval = TimeSpan.FromMilliseconds(1), RetryFirst = TimeSpan.FromMilliseconds(1), RetryMost = TimeSpan.FromMilliseconds(20),
        Grace = TimeSpan.FromSeconds(30), Timeout = TimeSpan.FromSeconds(30), Transport = Post,
    };

    public void Dispose()
    {
        foreach (var witness in witnesses)
            witness.Dispose();
        directory.Dispose();
    }

    private Task<WitnessReply> Post(Uri url, byte[] body, CancellationToken ct)
    {
        Assert.Equal("/prefix/add-checkpoint", url.AbsolutePath);
        var number = int.Parse(url.Host[1..^5]);
        if (Down.ContainsKey(number))
            throw new HttpRequestException("connection refused");
        Requests.Enqueue((number, AddCheckpoint.Parse(body)));
        if (Instead?.Invoke(number, body) is { } reply)
            return Task.FromResult(reply);
        var answer = this[number].Add(body);
        return Task.FromResult(new WitnessReply((int)answer.Outcome, answer.ContentType.Split(';')[0], Encoding.UTF8.GetBytes(answer.Body)));
    }
}
