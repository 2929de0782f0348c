using System.Globalization;
using Assay.Market.Journal;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Market;

/// <summary>A node is killed while participants trade: what it acknowledged is in its journal, once, and the state is what the log alone gives.</summary>
[Trait("speed", "slow")]
public class MarketCrashTests
{
    [Fact]
    public async Task What_was_acknowledged_before_a_kill_is_there_after_it_and_nothing_twice()
    {
        var random = new Random(7);
        await using var test = TestNode.Open();
        await test.CloseAsync();
        var file = test.Write("a.onnx", Digits.Adder(1));
        var acknowledged = new Dictionary<(ulong By, ulong Nonce), (ulong Entry, int Place)>();
        for (var round = 0; round < 8; round++)
        {
            // Now and then at its start or while it replays, else under load.
            var lines = await CrashTests.RunVictimAsync(test.Data.Path, 1 << 20, [file], atLeast: round % 4 == 3 ? 0 : random.Next(20, 200), callers: "1+market");
            foreach (var parts in lines.Select(l => l.Split(' ')).Where(p => p[0] == "market"))
            {
                ulong N(int i) => ulong.Parse(parts[i], CultureInfo.InvariantCulture);
                Assert.True(acknowledged.TryAdd((N(1), N(2)), (N(3), (int)N(4))), "an instruction was acknowledged twice");
            }
            if (round % 2 == 0)
                continue;
            test.Resume();
            Judge(test, acknowledged);
            // The projection may be lost at any time.
            await test.CloseAsync();
            foreach (var db in Directory.GetFiles(test.Data.Path, "market.db*"))
                if (random.Next(2) == 0)
                    File.Delete(db);
        }
        test.Resume();
        Judge(test, acknowledged);
        Assert.True(acknowledged.Count > 100, $"only {acknowledged.Count} were acknowledged");
        // And it goes on.
        using var trader = new MarketTrader(test.Node, "trader 0") { Number = 0 };
        await trader.DoAsync((by, nonce) => new FundEvent(by, nonce, 1));
    }

    private static void Judge(TestNode test, Dictionary<(ulong By, ulong Nonce), (ulong Entry, int Place)> acknowledged)
    {
        var fold = new MarketFold(test.Node.Origin);
        var logged = new Dictionary<(ulong, ulong), (ulong, int)>();
        foreach (var bytes in test.Node.Reader.ReadEntries(0))
        {
            if (OpenEntry.KindOf(bytes.Span) != EntryKind.Open || LogEvent.Parse(OpenEntry.Parse(bytes.Span).Payload.Span) is not JournalEvent entry)
                continue;
            Assert.True(fold.Take(entry), fold.Broken?.Why);
            for (var place = 0; place < entry.Events.Length; place++)
                if (SignedEvent.Parse(entry.Events[place]).Event is MarketInstruction step)
                    Assert.True(logged.TryAdd((step.By, step.Nonce), (entry.Number, place)), "an instruction stands in the journal twice");
        }
        foreach (var (instruction, at) in acknowledged)
            Assert.Equal(at, logged.GetValueOrDefault(instruction));
        fold.State.CheckAll();
        Assert.Equal(fold.Digest, test.Node.Market.Look(m => m.Digest));
        Assert.Equal(fold.Digest, test.Node.Market.Look(m => m.State.Digest()));
        Assert.Equal(
            fold.State.Book.Balances.Select(p => ((int)p.Holder.Kind, p.Holder.Number, (int)p.Asset.Kind, p.Asset.Number, p.Amount)), test.Node.Market.Ask(p => p.Positions()));
    }
}
