using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Verify;
using Assay.Verify.Statements;

namespace Assay.Market.Tests.Journal;

public sealed class MarketFoldTests
{
    private readonly MarketFold market = new(Trader.Market);
    private readonly Trader first = new("first", 0), second = new("second", 1);
    private readonly List<JournalEvent> entries = [];

    public MarketFoldTests()
    {
        Log(100, Of(new TermsEvent(new MarketTerms { Grace = 3 })), Of(first.Join()), Of(second.Join(Trader.Word("account"))));
        Log(101, Of(new GrantEvent(0, 1000, "paper:1")), first.Does((by, n) => new PayEvent(by, n, 1, 250, Trader.Word("account"))));
        Log(103, first.Does((by, n) => new FundEvent(by, n, 300)), second.Does((by, n) => new WithdrawEvent(by, n, 50)), Of(new DivideEvent(7)), Of(new TickEvent()));
    }

    private static byte[] Of(MarketEvent step) => SignedEvent.Of(step).ToBytes();

    private void Log(ulong time, params byte[][] events)
    {
        foreach (var bytes in events)
            market.Add(bytes, time);
        entries.Add(market.Close()!);
        market.Keep();
    }

    [Fact]
    public void A_journal_that_is_read_again_gives_the_same_state()
    {
        var read = new MarketFold(Trader.Market);
        foreach (var entry in entries)
            Assert.True(read.Take((JournalEvent)LogEvent.Parse(entry.ToBytes())), read.Broken?.Why);
        Assert.Equal((3UL, market.Digest), (read.Entries, read.Digest));
        Assert.Equal(market.State.ToBytes(), read.State.ToBytes());
        Assert.Equal((457L, 200L, 293L), (Units(0), Units(1), market.State.Book.UnitsOf(HolderKind.Pool)));
        Assert.Equal(250, market.State.Spends.Of(0, Trader.Word("account")));
        Assert.Equal(-950, market.State.Book.Of(Holder.Issuer, Asset.Unit));
        Assert.Equal(3UL, market.State.Terms.Grace);
        market.State.CheckAll();

        long Units(ulong participant) => market.State.Book.Of(Holder.Participant(participant), Asset.Unit);
    }

    [Fact]
    public void A_journal_in_bytes() => MarketVectors.Check("journal",
    [
        .. entries.Select(e => new object?[] { e.Time, e.Events.Select(b => Convert.ToBase64String(b.Span)), e.State.ToHex() }),
        [Convert.ToHexStringLower(market.State.ToBytes())],
    ]);

    [Fact]
    public void What_is_refused_leaves_no_trace()
    {
        var before = market.State.Digest();
        Refused(first.Does((by, n) => new WithdrawEvent(by, n, 458)), "has 457");
        Refused(new Trader("first", 0).Does((by, n) => new WithdrawEvent(by, n, 1)), "instruction 0 of participant 0 where 2 comes next");
        Refused(new Trader("other", 0).Does((by, _) => new WithdrawEvent(by, 2, 1)), "has not signed");
        Refused(new Trader("second", 7).Does((by, n) => new WithdrawEvent(by, n, 1)), "no participant 7");
        Refused(first.Does((by, _) => new PayEvent(by, 2, 1, 1, Trader.Word("another"))), "not affiliated");
        Refused(second.Does((by, _) => new PayEvent(by, 1, 1, 1, Trader.Word("account"))), "affiliated with the account");
        Refused(Of(new GrantEvent(0, 1, "paper:1")), "made already");
        Refused(Of(new GrantEvent(0, 1, "gold:1")), "no grant of the settlement paper");
        Refused(Of(second.Join()), "has this key already");
        Refused(Of(new DivideEvent(294)), "293 units free");
        Assert.Throws<MarketRefusal>(() => market.Add(Of(new TickEvent()), 102));
        Assert.Equal(before, market.State.Digest());
        Assert.Null(market.Close());

        void Refused(byte[] bytes, string why)
        {
            Assert.Contains(why, Assert.Throws<MarketRefusal>(() => market.Add(bytes, 200)).Message, StringComparison.Ordinal);
            Assert.Equal(before, market.State.Digest());
        }
    }

    [Fact]
    public void What_could_not_be_logged_is_forgotten()
    {
        var before = market.State.Digest();
        market.Add(first.Does((by, n) => new WithdrawEvent(by, n, 1)), 300);
        Assert.NotNull(market.Close());
        market.Undo();
        Assert.Equal(before, market.State.Digest());
        Log(301, new Trader("first", 0).Does((by, _) => new WithdrawEvent(by, 2, 456)));
        Assert.Equal(4UL, market.Entries);
    }

    [Fact]
    public void Any_byte_of_an_event_that_is_changed_breaks_the_journal_there()
    {
        foreach (var (number, entry) in entries.Index())
            foreach (var (place, bytes) in entry.Events.Index())
                for (var at = 0; at < bytes.Length; at++)
                {
                    var changed = bytes.ToArray();
                    changed[at] ^= 1;
                    var read = new MarketFold(Trader.Market);
                    foreach (var good in entries[..number])
                        Assert.True(read.Take(good));
                    Assert.False(read.Take(entry with { Events = entry.Events.SetItem(place, changed) }), $"byte {at} of event {place} of entry {number}");
                    Assert.Equal((ulong)number, read.Broken!.Value.Number);
                    Assert.False(read.Take(entry));
                    Assert.Equal(number == 0 ? default : entries[number - 1].State, number == 0 ? read.Digest : read.State.Digest());
                }
    }

    [Fact]
    public void An_entry_that_says_another_state_or_place_breaks_the_journal()
    {
        foreach (var changed in new[]
        {
            entries[0] with { State = Trader.Word("x") }, entries[0] with { Number = 1 }, entries[0] with { Previous = Trader.Word("x") },
            entries[0] with { Origin = "other.test/log" }, entries[0] with { Journal = "other" }, entries[0] with { Time = 99 },
        })
            Assert.False(new MarketFold(Trader.Market).Take(changed), changed.ToString());
    }

    [Fact]
    public void An_instruction_for_one_market_is_nothing_in_another()
    {
        var other = new MarketFold("other.test/log");
        foreach (var entry in entries[..1])
            foreach (var bytes in entry.Events)
                other.Add(bytes, 100);
        Assert.Contains("has not signed", Assert.Throws<MarketRefusal>(() => other.Add(entries[1].Events[1], 101)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Signatures_stand_where_they_must()
    {
        var tick = SignedEvent.Of(new TickEvent());
        Assert.Throws<MalformedException>(() => SignedEvent.Parse((tick with { Signature = new byte[64] }).ToBytes()));
        var pay = SignedEvent.Parse(first.Does((by, n) => new PayEvent(by, n, 1, 1, null)));
        Assert.Throws<MalformedException>(() => SignedEvent.Parse((pay with { Signature = default }).ToBytes()));
        Assert.Throws<MalformedException>(() => SignedEvent.Parse(new byte[] { 0 }));
        Assert.Throws<MalformedException>(() => SignedEvent.Parse(ReadOnlyMemory<byte>.Empty));
    }
}
