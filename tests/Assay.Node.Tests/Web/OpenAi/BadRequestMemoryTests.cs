namespace Assay.Node.Tests.Web.OpenAi;

/// <summary>Reads how much memory the whole process holds, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;

/// <summary>A flood of requests that cannot be answered costs nothing that stays.</summary>
[Collection(nameof(Alone))]
public class BadRequestMemoryTests(ChatHost host) : IClassFixture<ChatHost>
{
    private const string Chat = "/v1/chat/completions";

    [Fact]
    public async Task Thousand_bad_requests_leave_nothing_behind()
    {
        string[] bodies =
        [
            "{", """{"model":"nothing"}""", """{"model":"tiny","messages":[{"role":"user","content":"hi"}],"temperature":9}""",
            $$"""{"model":"tiny","prompt":[{{string.Join(',', Enumerable.Repeat("3", 20_000))}}]}""",
            """{"model":"tiny","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"no"}}}}""",
        ];
        await ManyAsync(200);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await ManyAsync(1000);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4 << 20);

        async Task ManyAsync(int count)
        {
            for (var i = 0; i < count; i++)
                await host.RefusedAsync(i % 5 == 3 ? "/v1/completions" : Chat, bodies[i % 5]);
        }
    }
}
