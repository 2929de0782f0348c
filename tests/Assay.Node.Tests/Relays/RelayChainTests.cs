using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Assay.Node.Relays;
using Assay.Node.Tests.Web;
using Assay.Node.Tests.Web.OpenAi;
using Assay.Providers.Language;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Relays;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Relays;

/// <summary>A node that relays to another node: the official clients through it, and the chain of their receipts.</summary>
public sealed class RelayChainTests : NodeHost
{
    private readonly ChatHost upstream = new();

    protected override async Task ImportAsync()
    {
        await upstream.InitializeAsync();
        foreach (var model in (string[])["tiny", "plain"])
            Node.Relays.Store.Add(new Relay(model, new RelayDescription(new Uri(upstream.Url, "/v1").ToString(), model, model), null, 0), null);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await upstream.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    public async Task Receipt_of_the_upstream_is_found_from_the_relays_and_replays(string stream)
    {
        var body = $$"""{"model":"tiny","messages":[{"role":"user","content":"once upon a time"}],"max_tokens":12{{stream}}}""";
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync("/v1/chat/completions", content);
        var text = await answer.Content.ReadAsStringAsync();
        if (stream.Length > 0)
            text = text.Split("\n\n")[^3]["data: ".Length..];
        var bundle = await BundleAsync(Client, JsonDocument.Parse(text).RootElement.GetProperty("assay"));
        Test.AssertAccepted(bundle);
        var ours = Receipt.Parse(bundle.Envelope.Payload.Span);
        var parameters = RelayParameters.Read(ours.Parameters);

        // From here on with what the bundle holds: the bytes that came back, and in them the receipt.
        var output = bundle.Disclosures.Output!.Bytes.Span;
        var last = stream.Length > 0 ? RelayedAnswer.Events(output)[^1] : output.ToArray();
        var theirs = await BundleAsync(upstream.Client, JsonDocument.Parse(last).RootElement.GetProperty("assay"));
        upstream.Test.AssertAccepted(theirs);
        var receipt = Receipt.Parse(theirs.Envelope.Payload.Span);
        Assert.Equal(new UpstreamReceipt(receipt.RecordId, Sha256.Of(theirs.Envelope.Payload.Span)), parameters.Receipt);
        Assert.Equal(RelayParameters.NonceOf(ours.RecordId), receipt.ClientNonce);
        Assert.Equal(bundle.Disclosures.Input!.Bytes.ToArray(), theirs.Disclosures.WireInput!.Bytes.ToArray());
        var replay = await LanguageReplay.RunAsync(theirs, LanguageReplayTools.Local(_ => upstream.Node.LoadLanguage(upstream.Node.Models.Find("tiny"))), default);
        Assert.True(replay.Status == Assay.Providers.ReplayStatus.Reproduced, replay.Detail);
    }

    [Fact]
    public async Task Official_client_for_JavaScript_runs_unchanged_through_a_relay()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder.FullName, "tests", "openai-js")))
            folder = folder.Parent!;
        var scripts = Path.Combine(folder.FullName, "tests", "openai-js");
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, "node"))), "it needs Node.js 20 or newer");
        Assert.SkipUnless(Directory.Exists(Path.Combine(scripts, "node_modules", "openai")), "it needs the package openai: npm ci --ignore-scripts in tests/openai-js");
        var start = new ProcessStartInfo("node", ["chat.mjs", Url.ToString().TrimEnd('/')]) { WorkingDirectory = scripts, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var node = Process.Start(start)!;
        var (said, wrong) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, await said + await wrong);
    }

    [Fact]
    public async Task Official_client_for_dotnet_runs_unchanged_through_a_relay()
    {
        var client = new global::OpenAI.OpenAIClient(new System.ClientModel.ApiKeyCredential("none"), new global::OpenAI.OpenAIClientOptions { Endpoint = new Uri(Url, "/v1") });
        var chat = client.GetChatClient("tiny");
        var options = new global::OpenAI.Chat.ChatCompletionOptions { MaxOutputTokenCount = 12, Temperature = 0 };
        global::OpenAI.Chat.ChatMessage[] messages = [global::OpenAI.Chat.ChatMessage.CreateUserMessage("once upon a time")];
        global::OpenAI.Chat.ChatCompletion whole = await chat.CompleteChatAsync(messages, options);
        var text = new StringBuilder();
        await foreach (var update in chat.CompleteChatStreamingAsync(messages, options))
            foreach (var part in update.ContentUpdate)
                text.Append(part.Text);
        Assert.Equal(string.Concat(whole.Content.Select(c => c.Text)), text.ToString());
        Assert.InRange(whole.Usage.OutputTokenCount, 1, 12);
    }

    private static async Task<Bundle> BundleAsync(HttpClient client, JsonElement assay)
    {
        while (true)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, assay.GetProperty("bundle").GetString());
            ask.Headers.Add("Assay-Disclosure", assay.GetProperty("salts").GetProperty("output").GetString());
            using var got = await client.SendAsync(ask);
            if (got.StatusCode == System.Net.HttpStatusCode.OK)
                return Bundle.Parse(await got.Content.ReadAsByteArrayAsync());
            Assert.Equal(System.Net.HttpStatusCode.Accepted, got.StatusCode);
            await Task.Delay(20);
        }
    }
}
