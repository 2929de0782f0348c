using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Verify;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Market;

/// <summary>A node's market: instructions in, journal entries out, the same state after a restart.</summary>
public class MarketDeskTests
{
    [Fact]
    public async Task Node_without_a_market_says_so()
    {
        await using var test = TestNode.Open();
        Assert.False(test.Node.Market.IsOpen);
        Assert.Equal(NodeFault.NotFound, Assert.Throws<NodeException>(() => test.Node.Market.Look(m => m.Entries)).Fault);
        Assert.Equal(NodeFault.NotFound, (await Assert.ThrowsAsync<NodeException>(() => test.Node.Market.DoAsync(new TickEvent()))).Fault);
        await test.Node.Market.TickAsync();
        Assert.Equal(1UL, test.Node.Look(s => s.Size));
    }

    [Fact]
    public async Task What_was_done_is_in_the_log_and_gives_the_same_state_after_a_restart()
    {
        await using var test = TestNode.Open();
        await test.Node.Market.BeginAsync(new TermsEvent(new MarketTerms()));
        Assert.Equal(NodeFault.Conflict, (await Assert.ThrowsAsync<NodeException>(() => test.Node.Market.BeginAsync(new TermsEvent(new MarketTerms())))).Fault);
        using var a = await new MarketTrader(test.Node, "a").JoinAsync(1000);
        using var b = await new MarketTrader(test.Node, "b").JoinAsync(0);
        Assert.Equal((0UL, 1UL), (a.Number, b.Number));
        var done = await a.DoAsync((by, nonce) => new PayEvent(by, nonce, b.Number, 300, null));
        Assert.Equal((4UL, 0), (done.Entry, done.Place));
        Assert.Equal((700L, 300L), (a.Units, b.Units));

        var before = test.Node.Market.Look(m => (m.Entries, m.Digest, m.State.Digest()));
        Assert.Equal(before.Digest, before.Item3);
        await test.ReopenAsync();
        Assert.True(test.Node.Market.IsOpen);
        Assert.Equal(before, test.Node.Market.Look(m => (m.Entries, m.Digest, m.State.Digest())));
        // The log's own fold says where the journal stands.
        Assert.Equal((before.Entries - 1, before.Digest), test.Node.Look(s => s.EndOf("market") is { } end ? (end.Number, end.State) : default));
        Assert.Equal(done.Index, IndexOf(test, 4));
        using var again = new MarketTrader(test.Node, "b") { Number = 1 };
        await again.DoAsync((by, nonce) => new FundEvent(by, nonce, 100));
        Assert.Equal(200, again.Units);
    }

    [Fact]
    public async Task What_is_refused_changes_nothing_and_leaves_nothing_in_the_log()
    {
        await using var test = TestNode.Open();
        await test.Node.Market.BeginAsync(new TermsEvent(new MarketTerms()));
        using var a = await new MarketTrader(test.Node, "a").JoinAsync(10);
        using var stranger = new MarketTrader(test.Node, "stranger") { Number = a.Number };
        var (digest, size) = (test.Node.Market.Look(m => m.Digest), test.Node.Look(s => s.Size));
        foreach (var (instruction, why) in new (byte[], string)[]
        {
            (a.Sign(new FundEvent(a.Number, 0, 11)), "11"),
            (a.Sign(new FundEvent(a.Number, 1, 1)), "0 comes next"),
            (a.Sign(new FundEvent(7, 0, 1)), "no participant 7"),
            (stranger.Sign(new FundEvent(a.Number, 0, 1)), "has not signed"),
        })
        {
            var e = await Assert.ThrowsAsync<NodeException>(() => test.Node.Market.InstructAsync(instruction));
            Assert.Equal(NodeFault.Conflict, e.Fault);
            Assert.Contains(why, e.Message, StringComparison.Ordinal);
        }
        Assert.Equal(NodeFault.Forbidden, (await Assert.ThrowsAsync<NodeException>(() => test.Node.Market.InstructAsync(SignedEvent.Of(new GrantEvent(0, 5, "paper:x")).ToBytes()))).Fault);
        await Assert.ThrowsAsync<MalformedException>(() => test.Node.Market.InstructAsync(new byte[] { 64, 1, 2 }));
        Assert.Equal((digest, size), (test.Node.Market.Look(m => m.Digest), test.Node.Look(s => s.Size)));
        Assert.Equal(digest, test.Node.Market.Look(m => m.State.Digest()));
    }

    [Fact]
    public async Task Those_that_wait_together_share_an_entry_and_each_is_told_of_its_own()
    {
        await using var test = TestNode.Open();
        await test.Node.Market.BeginAsync(new TermsEvent(new MarketTerms()));
        using var a = await new MarketTrader(test.Node, "a").JoinAsync(1_000_000);
        // Every tenth is refused, for what it says and for the nonce that it leaves out.
        var all = Enumerable.Range(0, 1000).Select(i => test.Node.Market.DoAsync(i % 10 == 3 ? new GrantEvent(9, 1, $"paper:{i}") : new GrantEvent(a.Number, 1, $"paper:{i}"))).ToList();
        var refused = 0;
        var places = new HashSet<(ulong, int)>();
        foreach (var one in all)
            try
            {
                var done = await one;
                Assert.True(places.Add((done.Entry, done.Place)));
            }
            catch (NodeException e) when (e.Fault == NodeFault.Conflict)
            {
                refused++;
            }
        Assert.Equal((100, 900), (refused, places.Count));
        Assert.Equal(1_000_900, a.Units);
        var entries = test.Node.Market.Look(m => m.Entries);
        Assert.True(entries < 600, $"{entries} entries for 903 events");
        var digest = test.Node.Market.Look(m => m.Digest);
        await test.ReopenAsync();
        Assert.Equal(digest, test.Node.Market.Look(m => m.Digest));
    }

    [Fact]
    public async Task Projection_that_was_dropped_or_damaged_is_made_again_and_says_the_same()
    {
        await using var test = TestNode.Open();
        await test.Node.Market.BeginAsync(new TermsEvent(new MarketTerms()));
        using var a = await new MarketTrader(test.Node, "a").JoinAsync(1000);
        using var b = await new MarketTrader(test.Node, "b").JoinAsync(50);
        await a.DoAsync((by, nonce) => new FundEvent(by, nonce, 400));
        await a.DoAsync((by, nonce) => new GiveEvent(by, nonce, b.Number, Asset.PoolShare, 10));
        var said = Said(test);
        Assert.Contains("give", said, StringComparison.Ordinal);
        var (db, dropped) = (test.Data.Market, 0);
        foreach (var harm in (Action[])[() => { }, () => File.Delete(db), () => File.WriteAllBytes(db, new byte[8192]), () => File.WriteAllBytes(db, [1, 2, 3])])
        {
            await test.CloseAsync();
            harm();
            foreach (var rest in (string[])[db + "-wal", db + "-shm"])
                File.Delete(rest);
            test.Resume();
            Assert.Equal(said, Said(test));
            dropped++;
        }
        // One of another history is no use either.
        await test.CloseAsync();
        await using (var other = TestNode.Open())
        {
            await other.Node.Market.BeginAsync(new TermsEvent(new MarketTerms()));
            _ = other.Node.Market.Ask(p => p.Positions().Count);
            await other.CloseAsync();
            File.Copy(other.Data.Market, db, overwrite: true);
            other.Resume();
        }
        test.Resume();
        Assert.Equal((said, 4), (Said(test), dropped));
    }

    // All that the projection has, and that its positions are those of the book.
    private static string Said(TestNode test)
    {
        var book = test.Node.Market.Look(m => m.State.Book.Balances.Select(p => ((int)p.Holder.Kind, p.Holder.Number, (int)p.Asset.Kind, p.Asset.Number, p.Amount)).ToList());
        return test.Node.Market.Ask(p =>
        {
            Assert.Equal(book, p.Positions());
            return string.Join('\n', p.HistoryOf((int)HolderKind.Participant, 0, ulong.MaxValue, 100).Concat(p.HistoryOf((int)HolderKind.Participant, 1, ulong.MaxValue, 100))
                .Select(e => $"{e.Entry} {e.Place} {e.Do} {e.By} {string.Join(',', e.Changes)}")) + string.Join(',', p.PricesOf("pool", "", 10));
        });
    }

    private static ulong IndexOf(TestNode test, ulong number)
    {
        var index = 0UL;
        foreach (var entry in test.Node.Reader.ReadEntries(0))
        {
            if (OpenEntry.KindOf(entry.Span) == EntryKind.Open && LogEvent.Parse(OpenEntry.Parse(entry.Span).Payload.Span) is JournalEvent journal && journal.Number == number)
                return index;
            index++;
        }
        throw new InvalidOperationException($"no entry {number}");
    }
}
