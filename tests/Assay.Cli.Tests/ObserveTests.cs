using System.Diagnostics;
using System.Text;
using Assay.Engine.Tests.Models.Gguf;

namespace Assay.Cli.Tests;

/// <summary><c>assay observe</c> of a node that another process serves, and <c>assay import-history</c>.</summary>
public sealed class ObserveTests
{
    private const string Tasks = """
        {"id": "a", "prompt": "hello", "maxTokens": 6, "temperatureThousandths": 1000, "answer": {"contains": "never in there"}}
        {"id": "b", "prompt": "world", "maxTokens": 6, "temperatureThousandths": 1000}
        """;

    [Fact]
    public async Task A_node_is_observed_by_every_oracle_and_the_observations_are_in_the_observers_log()
    {
        using var provider = new Assay();
        using var observer = new Assay();
        var model = provider.Write("tiny.gguf", TinyModels.Write("qwen2", WeightType.Q8_0));
        Assert.Equal(0, provider.Run("import", model).ExitCode);
        using var serving = provider.Start([], "serve", "--url", "http://127.0.0.1:0");
        try
        {
            var url = await UrlOfAsync(serving) + "/v1";
            var tasks = observer.Write("tasks.jsonl", Encoding.UTF8.GetBytes(Tasks));

            var likely = observer.Run("observe", url, "--model", "tiny", "--oracle", "likelihood", "--tasks", tasks, "--claim", model, "--probes", "40", "--batch", "20", "--json");
            Assert.True(likely.ExitCode == 0, likely.Error);
            var segment = likely.Json.GetProperty("segments")[0];
            Assert.Equal((2, false), (segment.GetProperty("batches").GetInt32(), segment.GetProperty("refuted").GetBoolean()));
            Assert.NotEqual(0, segment.GetProperty("logE").GetInt64());

            var other = observer.Write("other.gguf", TinyModels.Write("qwen2", WeightType.Q8_0, seed: 2));
            var wrong = observer.Run("observe", url, "--model", "tiny", "--oracle", "likelihood", "--tasks", tasks, "--claim", other, "--probes", "40", "--batch", "20", "--json");
            Assert.True(wrong.Json.GetProperty("segments")[0].GetProperty("refuted").GetBoolean());

            var graded = observer.Run("observe", url, "--model", "tiny", "--oracle", "graded", "--tasks", tasks, "--probes", "4");
            Assert.True(graded.ExitCode == 0, graded.Error);
            Assert.Contains("n = 2: 0 pass, 2 fail", graded.Output, StringComparison.Ordinal);
            var labels = observer.Write("labels.jsonl", """{"id": "b", "answer": {"contains": ""}}"""u8.ToArray());
            Assert.Equal(3, observer.Run("observe", url, "--model", "tiny", "--oracle", "graded", "--tasks", tasks, "--labels", labels, "--probes", "0").ExitCode);
            observer.Write("labels.jsonl", """{"id": "b", "answer": {"exact": "nothing like it"}}"""u8.ToArray());
            Assert.Contains("n = 4: 0 pass, 4 fail", observer.Run("observe", url, "--model", "tiny", "--oracle", "graded", "--tasks", tasks, "--labels", labels, "--probes", "0").Output, StringComparison.Ordinal);

            var greedy = observer.Write("greedy.jsonl", Encoding.UTF8.GetBytes(Tasks.Replace("1000", "0", StringComparison.Ordinal)));
            var drift = observer.Run("observe", url, "--model", "tiny", "--oracle", "drift", "--tasks", greedy, "--enrol", "2", "--probes", "10");
            Assert.Contains("n = 10: 10 pass", drift.Output, StringComparison.Ordinal);
            // A second run goes on with the same enrolment: the account grows.
            Assert.Contains("n = 20: 20 pass", observer.Run("observe", url, "--model", "tiny", "--oracle", "drift", "--tasks", greedy, "--probes", "10").Output, StringComparison.Ordinal);

            var service = observer.Run("observe", url, "--model", "tiny", "--oracle", "service", "--tasks", tasks, "--first-token", "3600000", "--total", "3600000", "--probes", "4");
            Assert.Contains("n = 4: 4 pass", service.Output, StringComparison.Ordinal);
            Assert.Contains("its word, not a proof", service.Output, StringComparison.Ordinal);
            Assert.Equal(6, observer.Run("observe", url, "--model", "nobody", "--oracle", "graded", "--tasks", tasks).ExitCode);
        }
        finally
        {
            serving.Kill();
            await serving.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal(0, observer.Run("log", "fsck").ExitCode);
    }

    [Fact]
    public void A_history_is_imported_once_and_shown()
    {
        using var assay = new Assay();
        var file = assay.Write("fast.csv", "time_utc,region,provider,model,ttft_s,total_time_s,error\n2024-04-15T08:04:59,sea,p,m,0.5,1.7,\n2024-04-16T08:04:59,sea,p,m,0.5,1.7,late\n"u8.ToArray());
        var first = assay.Run("import-history", "thefastest", file, "--json");
        Assert.True(first.ExitCode == 0, first.Error);
        Assert.Equal((2, 0), (first.Json.GetProperty("entries").GetInt32(), first.Json.GetProperty("known").GetInt32()));
        var again = assay.Run("import-history", "thefastest", file, "--json");
        Assert.Equal((0, 2), (again.Json.GetProperty("entries").GetInt32(), again.Json.GetProperty("known").GetInt32()));
        Assert.Contains("n = 2: 1 pass, 0 fail, 1 without an answer", assay.Run("import-history", "thefastest", file).Output, StringComparison.Ordinal);
        Assert.Equal(3, assay.Run("import-history", "nothing", file).ExitCode);
        Assert.Equal(0, assay.Run("log", "fsck").ExitCode);
    }

    [Theory]
    [InlineData("http://api.example/v1")]
    [InlineData("https://name:word@127.0.0.1:1/v1")]
    [InlineData("https://127.0.0.1:1/v1?key=word")]
    [InlineData("ftp://127.0.0.1:1/v1")]
    public void A_key_goes_nowhere_where_others_could_read_it(string url)
    {
        using var assay = new Assay();
        var tasks = assay.Write("tasks.jsonl", Encoding.UTF8.GetBytes(Tasks));
        var refused = assay.RunWith([("ASSAY_OBSERVE_KEY", "sk-secret")], "observe", url, "--model", "m", "--oracle", "service", "--tasks", tasks, "--probes", "1");
        Assert.Equal(2, refused.ExitCode);
        Assert.DoesNotContain("word@", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret", refused.Error, StringComparison.Ordinal);
    }

    private static async Task<string> UrlOfAsync(Process serving) =>
        (await serving.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))?["listening on ".Length..].TrimEnd('/') ?? throw new InvalidOperationException("the node does not serve");
}
