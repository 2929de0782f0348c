using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Assay.Cli.Tests;

/// <summary>An auditor's commands against a node that serves, each a process of its own.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly Assay provider = new();
    private readonly Assay auditor = new();
    private Process? serving;

    public void Dispose()
    {
        if (serving is not null)
        {
            serving.Kill();
            serving.WaitForExit();
            serving.Dispose();
        }
        provider.Dispose();
        auditor.Dispose();
    }

    [Fact]
    public async Task An_auditor_follows_a_provider_and_audits_it_from_commitment_to_verdicts()
    {
        var model = Path.Combine(Assay.Repository, "models", "digits", "model.onnx");
        Assert.Equal(0, provider.Run("audit", "terms", "--epoch-records", "100", "--opening-seconds", "60").ExitCode);
        Assert.Equal(0, provider.Run("import", model, "--name", "digits").ExitCode);
        var url = Serve();
        Assert.Equal(4, auditor.Run("audit", "run").ExitCode);
        Assert.Contains("--vkey or --policy", auditor.Run("audit", "follow", url).OneLine, StringComparison.Ordinal);
        Assert.Equal(3, auditor.Run("audit", "follow", url, "--vkey", "x").ExitCode);
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        var policy = auditor.Write("them.json", await http.GetByteArrayAsync("policy.json"));
        Assert.Equal(2, auditor.Run("audit", "follow", url, "--policy", policy, "--rate", "2").ExitCode);
        var followed = auditor.Run("audit", "follow", url, "--policy", policy, "--rate", "0.3", "--json");
        Assert.Equal(300_000, followed.Json.GetProperty("rateMillionths").GetInt32());
        Assert.Equal(0, provider.Run("auditors", "add", followed.Json.GetProperty("auditor").GetString()!).ExitCode);

        var sample = await InferAsync(http);
        Assert.Equal(2, auditor.Run("audit", "run", "--json").Json.GetProperty("providers")[0].GetProperty("commitments").GetInt32());
        for (var i = 1; i < 100; i++)
            await InferAsync(http);
        await Task.Delay(500);
        // The model is not here: its records wait, and the cost says so.
        var first = auditor.Run("audit", "run", "--yes");
        Assert.Contains("NOT HERE", first.Output, StringComparison.Ordinal);
        // Nobody to ask: nothing is judged, and nothing is fetched.
        Assert.Equal(2, auditor.Run("audit", "run", "--pull", "ftp://nowhere").ExitCode);
        Assert.Contains("nothing was judged", auditor.Run("audit", "run", "--pull", model).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("digits", auditor.Run("list").Output, StringComparison.Ordinal);
        // Another model (the same but for its documentation: field 6 of ModelProto) than the one that was asked for is told of, and the records wait on.
        var other = auditor.Run("audit", "run", "--yes", "--json", "--pull", auditor.Write("other.onnx", [.. File.ReadAllBytes(model), 0x32, 0x01, (byte)'x']));
        Assert.Equal((0, 0), (other.ExitCode, other.Json.GetProperty("letters").EnumerateObject().Sum(l => l.Value.GetInt32())));
        Assert.Contains("no record that waits was made with it", other.Error, StringComparison.Ordinal);
        var run = auditor.Run("audit", "run", "--yes", "--json", "--pull", model);
        Assert.Equal(0, run.ExitCode);
        var drawn = run.Json.GetProperty("letters").GetProperty("r").GetInt32();
        Assert.InRange(drawn, 10, 55);
        Assert.Equal(drawn, run.Json.GetProperty("plan").GetProperty("runs").GetInt32());
        var epoch = auditor.Run("audit", "status", "--json").Json.GetProperty("providers")[0].GetProperty("epochs")[0];
        Assert.Equal(("judged", drawn), (epoch.GetProperty("phase").GetString(), epoch.GetProperty("judged").GetInt32()));
        Assert.Contains($"{drawn} of {drawn} judged", auditor.Run("audit", "status").Output, StringComparison.Ordinal);
        Assert.Equal(0, auditor.Run("log", "fsck").ExitCode);

        // Canaries and challenges of a node that does what it says.
        var requests = auditor.Write("requests.jsonl", Encoding.UTF8.GetBytes($$"""{"path":"/v2/models/digits/infer","body":{{await RequestAsync(http)}}}"""));
        var canary = auditor.Run("audit", "canary", url, requests, "--json");
        Assert.Equal((0, 1), (canary.ExitCode, canary.Json.GetProperty("letters").GetProperty("r").GetInt32()));
        var bundle = auditor.Write("a.receipt.json", sample);
        var challenge = auditor.Run("challenge", bundle, "--policy", policy, "--json");
        Assert.Equal((0, "reproduced", false), (challenge.ExitCode, challenge.Json.GetProperty("status").GetString(), challenge.Json.TryGetProperty("entry", out _)));
        Assert.Contains("does not diverge", auditor.Run("audit", "plant", "commit", bundle).OneLine, StringComparison.Ordinal);
        Assert.Equal(0, auditor.Run("audit", "unfollow", url).ExitCode);
        Assert.Equal(4, auditor.Run("audit", "run").ExitCode);
    }

    private static async Task<string> RequestAsync(HttpClient http)
    {
        var model = JsonDocument.Parse(await http.GetByteArrayAsync("v2/models/digits")).RootElement;
        var input = model.GetProperty("inputs")[0].GetProperty("name").GetString();
        return $$"""{"inputs":[{"name":"{{input}}","datatype":"FP32","shape":[1,1,28,28],"data":[{{string.Join(',', Enumerable.Repeat("0.5", 784))}}]}]}""";
    }

    // The bundle of the answer, with all that opens it.
    private static async Task<byte[]> InferAsync(HttpClient http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v2/models/digits/infer") { Content = new StringContent(await RequestAsync(http), Encoding.UTF8, "application/json") };
        request.Headers.Add("Assay-Auditable", "true");
        using var answer = await http.SendAsync(request);
        var assay = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement.GetProperty("assay");
        while (true)
        {
            using var get = new HttpRequestMessage(HttpMethod.Get, assay.GetProperty("bundle").GetString());
            get.Headers.Add("Assay-Disclosure", assay.GetProperty("salts").GetProperty("output").GetString());
            using var bundle = await http.SendAsync(get);
            if (bundle.StatusCode == System.Net.HttpStatusCode.OK)
                return await bundle.Content.ReadAsByteArrayAsync();
            await Task.Delay(20);
        }
    }

    private string Serve()
    {
        serving = provider.Start([], "serve", "--url", "http://127.0.0.1:0");
        for (string? line; (line = serving.StandardOutput.ReadLine()) is not null;)
            if (line.StartsWith("listening on ", StringComparison.Ordinal))
                return line["listening on ".Length..];
        throw new InvalidOperationException("it does not serve");
    }
}
