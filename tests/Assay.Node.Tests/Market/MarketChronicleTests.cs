using Assay.Market.Journal;
using Assay.Node.Web.Pages;

namespace Assay.Node.Tests.Market;

/// <summary>What is over in a market: gathered from the journal, as far as the journal, whenever it is asked for.</summary>
public class MarketChronicleTests
{
    [Fact]
    public async Task It_follows_the_journal_and_goes_on_after_a_restart()
    {
        await using var test = TestNode.Open();
        Assert.Null(MarketPages.Overview(test.Node));
        await test.Node.Market.BeginAsync(new TermsEvent(new MarketTerms()));
        using var a = await new MarketTrader(test.Node, "a").JoinAsync(1000);
        await FollowsAsync(3);
        await a.DoAsync((by, nonce) => new FundEvent(by, nonce, 400));
        await FollowsAsync(4);
        var page = MarketPages.Overview(test.Node)!;
        Assert.Same(page, MarketPages.Overview(test.Node));
        Assert.Contains(page.Pool, f => f is { Name: "Free", Value: "400 units" });
        await a.DoAsync((by, nonce) => new FundEvent(by, nonce, 1));
        Assert.Contains(MarketPages.Overview(test.Node)!.Pool, f => f is { Name: "Free", Value: "401 units" });
        await test.ReopenAsync();
        await FollowsAsync(5);

        // The state is durable at once, what is over is read from the tree.
        async Task FollowsAsync(ulong entries)
        {
            while (test.Node.Market.Look((journal, past) => (journal.Entries, past.Entries)) is var at && at != (entries, entries))
            {
                Assert.True(at.Item1 == entries && at.Item2 < entries);
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }
    }
}
