using System.Text;
using Assay.Audit.Oracles;
using Assay.Bench.Oracles;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Tests.Oracles;

/// <summary>What the oracles see of a provider that is honest, and of one that is not: few seeds of what <c>assay bench oracles</c> measures.</summary>
public sealed class OracleTests : IDisposable
{
    private readonly TrialModels models = TrialModels.Of(TinyModels.Write("qwen2", WeightType.Q8_0, 1), TinyModels.Write("qwen2", WeightType.Q8_0, 2), "tiny");

    public void Dispose() => models.Dispose();

    [Theory]
    [InlineData("drift", Cheat.Quantises, 60)]
    [InlineData("drift", Cheat.Truncates, 60)]
    [InlineData("drift", Cheat.Rewrites, 60)]
    [InlineData("drift", Cheat.Substitutes, 100)]
    [InlineData("likelihood, tokens", Cheat.Substitutes, 200)]
    [InlineData("likelihood, tokens", Cheat.Caches, 200)]
    [InlineData("likelihood, tokens", Cheat.Rewrites, 200)]
    [InlineData("likelihood, tokens", Cheat.Truncates, 200)]
    [InlineData("likelihood, tokens, knowing the four bits", Cheat.Quantises, 300)]
    [InlineData("likelihood, one token", Cheat.Caches, 200)]
    [InlineData("likelihood, texts", Cheat.Caches, 300)]
    public async Task An_oracle_sees_what_it_can_see(string oracle, Cheat cheat, int most)
    {
        Assert.InRange(await new OracleTrial(models, cheat, 5).RunAsync(oracle, most) ?? int.MaxValue, 1, most);
        Assert.Null(await new OracleTrial(models, Cheat.Honest, 5).RunAsync(oracle, 150));
    }

    [Fact]
    public async Task Drift_never_sees_what_was_so_at_enrolment_and_service_sees_no_cheat_at_all()
    {
        Assert.Null(await new OracleTrial(models, Cheat.Caches, 5).RunAsync("drift", 100));
        Assert.Null(await new OracleTrial(models, Cheat.Quantises, 5).RunAsync("service", 100));
    }

    [Fact]
    public void Four_bits_are_the_same_weights_as_Q4_0_rounds_them()
    {
        var eight = TinyModels.Write("qwen2", WeightType.Q8_0, 1);
        var four = FourBits.Of(eight);
        Assert.Equal(eight.Length, four.Length);
        Assert.NotEqual(eight, four);
        Assert.Equal(four, FourBits.Of(four));
    }

    [Fact]
    public async Task Graded_answers_wait_for_their_labels_and_then_count()
    {
        var set = ProbeSet.Parse(Encoding.UTF8.GetBytes("""
            {"id": "a", "prompt": "x", "answer": {"contains": "yes"}}
            {"id": "b", "prompt": "y"}
            """));
        var logged = new List<Batch>();
        ObservationMemory? kept = null;
        using var http = new HttpClient(new Yes());
        var observation = new Observation(new Endpoint(http, "http://x.test/v1", "m", null, TimeSpan.FromSeconds(5)), TimeProvider.System, Log, m => kept = m, _ => { });
        var memory = await observation.RunAsync(new GradedOracle(set), new ObservationMemory(0, [], null), 6, 100, TimeSpan.Zero, default);
        Assert.Equal("ppp", Assert.Single(logged).Letters);
        Assert.Equal((6, 3), (memory.Next, memory.Pending.Count));
        Assert.Equal(memory.Next, kept!.Next);
        var labelled = set.WithLabels("""{"id": "b", "answer": {"exact": "no"}}"""u8.ToArray());
        memory = await observation.RunAsync(new GradedOracle(labelled), kept, 1, 100, TimeSpan.Zero, default);
        Assert.Equal(["ppp", "fff", "p"], logged.Select(b => b.Letters));
        Assert.Empty(memory.Pending);
        var observed = new Observed("svc", ObservationsEvent.AddressOf("http://x.test/v1", "m"), ObservationOracle.Graded, set.Digest("graded"));
        Assert.All(logged, b => Assert.Equal(observed.Event("a.test/log", b), LogEvent.Parse(observed.Event("a.test/log", b).ToBytes())));

        Task Log(Batch batch)
        {
            // As a log writes times, in milliseconds.
            static DateTimeOffset Cut(DateTimeOffset t) => DateTimeOffset.FromUnixTimeMilliseconds(t.ToUnixTimeMilliseconds());
            logged.Add(batch with { From = Cut(batch.From), To = Cut(batch.To) });
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void A_damaged_enrolment_and_one_of_other_probes_are_refused()
    {
        var set = ProbeSet.Parse("""{"id": "a", "prompt": "x"}"""u8.ToArray());
        foreach (var file in (string[])["", "[]", "{}", """{"a": ["00"]}""", """{"a": 1}""", """{"b": []}"""])
            Assert.Throws<AuditException>(() => new DriftOracle(set, Encoding.UTF8.GetBytes(file)));
        var good = new DriftOracle(set, Encoding.UTF8.GetBytes($$"""{"a": ["{{Sha256.Of("stop\nyes"u8).ToHex()}}"]}"""));
        Assert.Equal(('p', 'f', 'n'), (good.Judge(set.Probes[0], Answer("yes")), good.Judge(set.Probes[0], Answer("no")), good.Judge(set.Probes[0], Answer("yes") with { Kind = ReplyKind.None })));
    }

    [Fact]
    public void Service_passes_what_comes_in_time_whole_and_well_formed()
    {
        var set = ProbeSet.Parse("{\"id\": \"a\", \"prompt\": \"x\"}\n{\"id\": \"b\", \"prompt\": \"x\", \"json\": true}"u8.ToArray());
        var oracle = new ServiceOracle(set, 100, 1000);
        Assert.NotEqual(oracle.Task, new ServiceOracle(set, 101, 1000).Task);
        char? Judge(Reply reply, int probe = 0) => oracle.Judge(set.Probes[probe], reply);
        Assert.Equal('p', Judge(Answer("yes")));
        Assert.Equal('f', Judge(Answer("yes") with { FirstToken = TimeSpan.FromMilliseconds(101) }));
        Assert.Equal('f', Judge(Answer("yes") with { Total = TimeSpan.FromMilliseconds(1001) }));
        Assert.Equal('f', Judge(Answer("yes") with { Kind = ReplyKind.Malformed }));
        Assert.Equal('f', Judge(Answer("yes") with { Finish = null }));
        Assert.Equal('n', Judge(Answer("yes") with { Kind = ReplyKind.None }));
        Assert.Equal(('f', 'p'), (Judge(Answer("yes"), 1), Judge(Answer("{\"a\": 1}"), 1)));
    }

    private static Reply Answer(string text) => new(ReplyKind.Answered, text, null, "stop", TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(60));

    private sealed class Yes : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage
        {
            Content = new StringContent("""{"choices": [{"text": "yes", "finish_reason": "stop"}]}"""),
        });
    }
}
