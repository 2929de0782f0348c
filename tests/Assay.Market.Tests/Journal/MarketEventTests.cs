using System.Text;
using Assay.Market.Auctions;
using Assay.Market.Bonds;
using Assay.Market.Contracts;
using Assay.Market.Corruption;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Verify;

namespace Assay.Market.Tests.Journal;

public sealed class MarketEventTests
{
    private static readonly SegmentLook Segment = new(new SegmentCounts(1000, 2, 80, 5, 3, 2), 1, true, 60_000, 12_345, 70, 4);

    /// <summary>One of each kind.</summary>
    public static MarketEvent[] All { get; } =
    [
        new TermsEvent(new MarketTerms { Grace = 5, Fresh = 60 }),
        new Trader("a", 0).Join(), new Trader("a", 0).Join([.. new[] { Trader.Word("1"), Trader.Word("2") }.OrderBy(h => h.ToHex(), StringComparer.Ordinal)]),
        new GrantEvent(3, Book.Limit - 1, "paper:gift/1"),
        new WithdrawEvent(1, 2, 3), new PayEvent(1, 2, 3, 4, null), new PayEvent(1, 2, 3, 4, Trader.Word("account")),
        new GiveEvent(1, 2, 3, new Asset(AssetKind.Cover, 9), 7), new FundEvent(1, 2, 3), new DivideEvent(9),
        new StakeEvent(1, 2, "auditor.test/log", Trader.Word("key"), 10), new TickEvent(),
        new CommitEvent(1, 2, new Asset(AssetKind.Bond, 3), 4, 1_000, Trader.Word("commitment")),
        new RevealEvent(1, 3, 9, OrderSide.Buy, 970, 12, Trader.Word("salt")), new RevealEvent(2, 3, 10, OrderSide.Sell, 65_535, Book.Limit - 1, Trader.Word("salt")),
        new LookEvent(Trader.Word("account"), 4, [Segment, default], [new AuditorLook("auditor.test/log", Trader.Word("key"), 7, 1)]),
        new CoverEvent(7, 3, Trader.Word("account"), 2, new CoverTerms(20_000, 100_000, 1_000, 1_000), 1_900_000_000, 41),
        new ContractEvent(1, 2, Trader.Word("account"), 3, new ContractTerms(1_000, 10_000, 500, 99)), new TradeEvent(1, 2, 3, true, AssetKind.Yes, 4, 5),
        new TradeEvent(1, 2, 3, false, AssetKind.No, 4, 0),
        new BondEvent(1, 2, Trader.Word("account"), 3, new BondTerms(1_000, 500, 100, 300_000, 99)), new SubscribeEvent(1, 2, 3, 4),
        new UnstakeEvent(1, 2, "auditor.test/log", Trader.Word("key")),
        new RefuteEvent(Trader.Word("account"), 1, "auditor.test/log", Trader.Word("key"), 2, Trader.Word("evidence")),
        new TestimonyEvent(7, 3, Trader.Word("account"), 2, new CoverTerms(20_000, 100_000, 1_000, 1_000), 1_900_000_000, 41),
        new SightEvent(Trader.Word("account"), 4, [new SegmentSight(9, 1, true, [new ObserverSight("observer.test/log", Trader.Word("key"), new ObservedCounts(5, 6, 7))]), new SegmentSight(0, 0, false, [])]),
    ];

    [Fact]
    public void Every_event_has_one_spelling()
    {
        foreach (var step in All)
        {
            var read = MarketEvents.Parse(step.ToText());
            Assert.Equal(step, read);
            Assert.Equal(step.ToText(), read.ToText());
        }
        Assert.Equal(All.Select(e => e.GetType()).Distinct().Count(), typeof(MarketEvent).Assembly.GetTypes().Count(t => t.IsSubclassOf(typeof(MarketEvent)) && !t.IsAbstract));
    }

    [Theory]
    [InlineData("""{"do":"nothing"}""", "nothing that a market does")]
    [InlineData("""{"do":"tick","by":1}""", "unknown member")]
    [InlineData("""{"do":"withdraw","by":1,"nonce":2,"units":0}""", "from 1 to")]
    [InlineData("""{"do":"withdraw","by":1,"nonce":2,"units":9007199254740992}""", "2^53")]
    [InlineData("""{"do":"withdraw","by":1,"units":1}""", "nonce: required")]
    [InlineData("""{"do":"give","by":1,"nonce":0,"to":1,"asset":"gold","number":0,"shares":1}""", "one of unit")]
    [InlineData("""{"do":"join","key":"0100000000000000000000000000000000000000000000000000000000000000","affiliates":[]}""", "")]
    [InlineData("""{"do":"grant","to":0,"units":1,"settlement":"paper"}""", "name:id")]
    [InlineData("""{"do":"grant","to":0,"units":1,"settlement":"paper:a b"}""", "name:id")]
    [InlineData("""{"do":"terms","grace":1000001}""", "from 0 to")]
    [InlineData("""{"do":"terms","gracious":1}""", "unknown member")]
    [InlineData("""{"do":"commit","by":0,"nonce":0,"asset":"unit","number":0,"auction":0,"deposit":1,"commitment":"00"}""", "pool, cover or bond")]
    [InlineData("""{"do":"reveal","by":0,"nonce":0,"order":0,"side":"short","price":1,"lots":1,"salt":"00"}""", "buy or sell")]
    [InlineData("""{"do":"reveal","by":0,"nonce":0,"order":0,"side":"sell","price":65536,"lots":1,"salt":"00"}""", "from 1 to 65535")]
    [InlineData("""["do"]""", "")]
    public void What_is_no_event_is_refused_in_one_line(string text, string why)
    {
        var message = Assert.Throws<MalformedException>(() => MarketEvents.Parse(Encoding.UTF8.GetBytes(text))).Message;
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void An_instruction_has_a_bound()
    {
        var long1 = new StakeEvent(1, 2, new string('a', 1024), Trader.Word("key"), 10);
        Assert.Equal(long1, MarketEvents.Parse(long1.ToText()));
        var padded = Encoding.UTF8.GetString(long1.ToText()).Replace("\"by\"", new string(' ', 3000) + "\"by\"", StringComparison.Ordinal);
        Assert.Contains("at most 4096", Assert.Throws<MalformedException>(() => MarketEvents.Parse(Encoding.UTF8.GetBytes(padded))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Changed_bytes_are_another_event_or_none()
    {
        var random = new Random(7);
        var (read, refused) = (0, 0);
        foreach (var step in All)
            for (var i = 0; i < 2000; i++)
            {
                var text = step.ToText();
                for (var n = random.Next(1, 4); n > 0; n--)
                    text[random.Next(text.Length)] = (byte)random.Next(256);
                try
                {
                    Assert.Equal(MarketEvents.Parse(text), MarketEvents.Parse(MarketEvents.Parse(text).ToText()));
                    read++;
                }
                catch (MalformedException)
                {
                    refused++;
                }
            }
        Assert.True(read > 100 && refused > 10_000, $"{read} read, {refused} refused");
    }
}
