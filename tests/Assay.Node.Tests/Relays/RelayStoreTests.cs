using System.Text;
using Assay.Node.Receipts;
using Assay.Node.Relays;
using Assay.Providers.Language;
using Assay.Providers.Relay;
using Assay.Verify.Relays;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Relays;

/// <summary>What is kept of relays, and what becomes of answers that a node's end cut off.</summary>
public class RelayStoreTests
{
    private static readonly RelayDescription There = new("https://api.example.com/v1", "big-2", "big");

    [Fact]
    public void Relay_is_found_as_it_was_added_and_its_key_is_in_no_text_of_it()
    {
        using var folder = new TemporaryFolder();
        var store = new RelayStore(folder["relays"]);
        var relay = new Relay("big", There, new RelayPrice(RelayPrice.Parse("2.5"), RelayPrice.Parse("10")), 5);
        store.Add(relay, "sk-1");
        store.Add(new Relay("a.small_one-2", There with { Model = "small" }, null, 6), null);
        Assert.Equal(["a.small_one-2", "big"], new RelayStore(folder["relays"]).List().Select(r => r.Name));
        Assert.Equal((relay.Description, relay.Price, "sk-1"), (store.Find("big")!.Description, store.Find("big")!.Price, store.TargetOf(relay).Key));
        Assert.Equal("big", store.Find($"big@{relay.Model.Version}")!.Name);
        Assert.Null(store.Find("big@1"));
        Assert.Null(store.Find("../big"));
        Assert.DoesNotContain("sk-1", $"{relay} {store.TargetOf(relay)} {Encoding.UTF8.GetString(relay.ToBytes())}", StringComparison.Ordinal);
        Assert.Equal(2_500_000UL, relay.Price!.In);
        store.Remove("big");
        Assert.Null(store.Find("big"));
        Assert.DoesNotContain(Directory.GetFiles(folder["relays"]), f => f.Contains("big", StringComparison.Ordinal));
        Assert.Throws<NodeException>(() => store.Remove("big"));
    }

    [Theory]
    [InlineData("../up", "k", "https://a.example/v1", "m")]
    [InlineData("", "k", "https://a.example/v1", "m")]
    [InlineData(".hidden", "k", "https://a.example/v1", "m")]
    [InlineData("a@1", "k", "https://a.example/v1", "m")]
    [InlineData("a", "k\r\nX: y", "https://a.example/v1", "m")]
    [InlineData("a", "", "https://a.example/v1", "m")]
    [InlineData("a", "k", "http://a.example/v1", "m")]
    [InlineData("a", "k", "https://a.example/v1", "m\"")]
    public void What_cannot_be_kept_is_refused_in_one_line(string name, string key, string url, string model)
    {
        using var folder = new TemporaryFolder();
        var store = new RelayStore(folder["relays"]);
        var refused = Assert.Throws<NodeException>(() => store.Add(new Relay(name, new RelayDescription(url, model, "c"), null, 0), key));
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Empty(store.List());
    }

    [Fact]
    public void Second_relay_of_a_name_is_refused_and_a_damaged_file_is_told()
    {
        using var folder = new TemporaryFolder();
        var store = new RelayStore(folder["relays"]);
        store.Add(new Relay("big", There, null, 0), null);
        Assert.Throws<NodeException>(() => store.Add(new Relay("big", There, null, 0), null));
        File.WriteAllText(Path.Combine(folder["relays"], "big.json"), "{}");
        Assert.Contains("is damaged", Assert.Throws<NodeException>(() => store.Find("big")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("0.0000001")]
    [InlineData("99999999999")]
    [InlineData("1,5")]
    [InlineData("")]
    public void Price_that_is_none_is_refused(string text) => Assert.Throws<NodeException>(() => RelayPrice.Parse(text));

    [Fact]
    public async Task Answer_that_was_under_way_when_the_node_ended_is_void()
    {
        await using var upstream = new TestUpstream();
        await using var test = TestNode.Open();
        var relay = new Relay("far", new RelayDescription(upstream.Url, "m", "far"), null, 0);
        test.Node.Relays.Store.Add(relay, null);
        var terms = new CallerTerms(Wire: new WireInput("application/json", "{\"model\":\"far\"}"u8.ToArray()));
        upstream.SaysJson("{}");
        await using (var answer = await test.Node.Relays.BeginAsync(relay, RequestReader.Chat, streams: false, terms))
        {
            await answer.ReadWholeAsync();
            await answer.FinishAsync();
        }
        // Begun, and the node is gone before it is told how it ended.
        _ = await test.Node.Relays.BeginAsync(relay, RequestReader.Chat, streams: false, terms);
        await test.ReopenAsync();
        await test.Node.VoidLostAsync();
        var kept = test.Node.Vault.Between(0, long.MaxValue).Select(k => k.RecordId).ToList();
        while (kept.Count < 2 || test.Node.IsPending(kept[^1]))
        {
            await Task.Delay(20);
            kept = [.. test.Node.Vault.Between(0, long.MaxValue).Select(k => k.RecordId)];
        }
        var bundles = kept.Select(id => test.Node.MakeBundle(test.Node.Vault.Find(id)!, disclose: true)).ToList();
        Assert.All(bundles, test.AssertAccepted);
        var said = bundles.Select(b => RelayParameters.Read(Receipt.Parse(b.Envelope.Payload.Span).Parameters)).ToList();
        Assert.Equal([(0UL, null), (1UL, "lost")], said.Select(s => (s.Ticket, s.Void)));
        test.Fold();
    }

    [Fact]
    public async Task Certificate_that_nobody_vouches_for_is_not_talked_to()
    {
        using var provider = new RelayProvider(new RelayOptions());
        await using var server = await SelfSigned.StartAsync();
        var target = new RelayTarget(new RelayDescription(server.Url, "m", "c"), "sk-1");
        var refused = await Assert.ThrowsAsync<RelayException>(() => provider.InvokeAsync(new RelayInvocation(target, "completions", "{}"u8.ToArray(), false, "n"), default));
        Assert.Equal(RelayFault.Unreachable, refused.Fault);
        Assert.Equal(0, server.Requests);
    }
}
