using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Market.Journal;
using Assay.Node.Market;
using Assay.Verify.Crypto;

namespace Assay.Node.Tests.Market;

/// <summary>A participant of a node's market, whose key follows from a word.</summary>
internal sealed class MarketTrader(AssayNode node, string word) : IDisposable
{
    private readonly SigningKey key = SigningKey.FromSeed(Sha256.Of(Encoding.UTF8.GetBytes(word)).Bytes);

    public Hash Key => Hash.From(key.PublicKey.Raw);

    public ulong Number { get; set; }

    public ulong Nonce => node.Market.Look(m => m.State.Participants.NonceOf(Number));

    public long Units => node.Market.Look(m => m.State.Book.Of(global::Assay.Market.Ledger.Holder.Participant(Number), global::Assay.Market.Ledger.Asset.Unit));

    /// <summary>Joins, and gets units.</summary>
    public async Task<MarketTrader> JoinAsync(long units, params Hash[] affiliates)
    {
        Number = (await node.Market.DoAsync(new JoinEvent(Key, [.. affiliates]))).Number!.Value;
        if (units > 0)
            await node.Market.DoAsync(new GrantEvent(Number, units, $"paper:{Key.ToHex()[..16]}"));
        return this;
    }

    public byte[] Sign(Func<ulong, ulong, MarketInstruction> make) => Sign(make(Number, Nonce));

    public byte[] Sign(MarketInstruction step) => SignedEvent.Sign(node.Origin, step, key).ToBytes();

    public Task<MarketDone> DoAsync(Func<ulong, ulong, MarketInstruction> make) => node.Market.InstructAsync(Sign(make));

    /// <summary>The same over HTTP.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(HttpClient client, MarketInstruction step)
    {
        var signed = SignedEvent.Sign(node.Origin, step, key);
        using var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new { text = Encoding.UTF8.GetString(signed.Text.Span), signature = Convert.ToBase64String(signed.Signature.Span) }));
        using var answer = await client.PostAsync("/v1/market/instructions", body);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement);
    }

    public void Dispose() => key.Dispose();
}
