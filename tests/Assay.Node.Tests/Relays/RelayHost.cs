using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Node.Relays;
using Assay.Node.Tests.Web;
using Assay.Providers.Relay;
using Assay.Verify.Bundles;
using Assay.Verify.Relays;
using Assay.Verify.Statements;
using OpenAI;

namespace Assay.Node.Tests.Relays;

/// <summary>A node whose one model runs elsewhere, behind its web host on a free port.</summary>
public sealed class RelayHost : NodeHost
{
    public const string Key = "sk-the-operators-own-key";

    internal TestUpstream Upstream { get; } = new();

    /// <summary>The official client, as it comes.</summary>
    public OpenAIClient OpenAI => new(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(Url, "/v1"), RetryPolicy = new ClientRetryPolicy(0) });

    protected override NodeOptions Options => new()
    {
        Relay = new RelayOptions { AnswerWithin = TimeSpan.FromSeconds(2), SilenceWithin = TimeSpan.FromSeconds(2), MaxBytes = 1 << 20 },
    };

    protected override Task ImportAsync()
    {
        Node.Relays.Store.Add(new Relay("far", new RelayDescription(Upstream.Url, "far-model-2", "far"), null, 0), Key);
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    public static string Chat(string rest = "") => $$"""{"model":"far","messages":[{"role":"user","content":"hello"}]{{rest}}}""";

    public async Task<(HttpResponseMessage Answer, string Text)> PostAsync(string body, string path = "/v1/chat/completions", CancellationToken cancel = default)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await Client.PostAsync(path, content, cancel);
        return (answer, await answer.Content.ReadAsStringAsync(cancel));
    }

    /// <summary>The receipt in an answer, once its bundle is there and accepted.</summary>
    public async Task<(Receipt Receipt, Bundle Bundle)> ReceiptAsync(JsonElement answer)
    {
        var assay = answer.GetProperty("assay");
        while (true)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, assay.GetProperty("bundle").GetString());
            ask.Headers.Add("Assay-Disclosure", assay.GetProperty("salts").GetProperty("output").GetString());
            using var got = await Client.SendAsync(ask);
            if (got.StatusCode == HttpStatusCode.Accepted)
            {
                await Task.Delay(20);
                continue;
            }
            var bundle = Bundle.Parse(await got.Content.ReadAsByteArrayAsync());
            Test.AssertAccepted(bundle);
            return (Receipt.Parse(bundle.Envelope.Payload.Span), bundle);
        }
    }

    /// <summary>The newest record of the log, once it is there: what became of an answer that its caller was not given a receipt of.</summary>
    public async Task<(Receipt Receipt, Bundle Bundle)> NewestAsync(int records)
    {
        while (true)
        {
            var kept = Node.Vault.Between(0, long.MaxValue).ToList();
            if (kept.Count >= records && Node.Vault.Find(kept[^1].RecordId) is { } newest && !Node.IsPending(kept[^1].RecordId))
            {
                var bundle = Node.MakeBundle(newest, disclose: true);
                Test.AssertAccepted(bundle);
                return (Receipt.Parse(bundle.Envelope.Payload.Span), bundle);
            }
            await Task.Delay(20);
        }
    }

    public int Records => Node.Vault.Between(0, long.MaxValue).Count();
}
