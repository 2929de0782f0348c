using Assay.Market.Journal;
using Assay.Reliability.Tests.Statistics;
using Assay.Verify;

namespace Assay.Market.Tests.Journal;

public sealed class MarketStateTests
{
    // Markets with something of everything in them.
    private static MarketState Played(ulong seed, int events)
    {
        var state = new MarketState();
        var random = new RandomMarket(seed, state);
        foreach (var step in random.Start())
            state.Apply(step, random.Time);
        for (var i = 0; i < events; i++)
        {
            var step = random.Next();
            try
            {
                state.Apply(step, random.Time);
                random.Done(step);
            }
            catch (MarketRefusal)
            {
            }
        }
        return state;
    }

    [Fact]
    public void A_state_has_one_encoding_and_whatever_else_is_read_is_malformed()
    {
        var dice = new Dice(5);
        var (read, refused) = (0, 0);
        for (ulong seed = 1; seed <= 12; seed++)
        {
            var good = Played(seed, 700).ToBytes();
            Assert.Equal(good, MarketState.Parse(good).ToBytes());
            for (var i = 0; i < 1_500; i++)
            {
                var bytes = good.ToArray();
                for (var n = 1 + dice.Below(2); n > 0; n--)
                    bytes[dice.Below(bytes.Length)] ^= (byte)(1 << dice.Below(8));
                if (dice.Below(10) == 0)
                    bytes = bytes[..dice.Below(bytes.Length)];
                else if (dice.Below(10) == 0)
                    bytes = [.. bytes, 0];
                try
                {
                    Assert.Equal(bytes, MarketState.Parse(bytes).ToBytes());
                    read++;
                }
                catch (MalformedException)
                {
                    refused++;
                }
            }
        }
        Assert.True(read > 1_000 && refused > 5_000, $"{read} read, {refused} refused");
    }

    [Fact]
    public void A_state_with_many_stakes_is_read_as_it_was_written()
    {
        var state = new MarketState();
        state.Apply(new TermsEvent(new MarketTerms()), 1);
        var trader = new Trader("rich", 0);
        state.Apply(trader.Join(), 1);
        state.Apply(new GrantEvent(0, 1L << 50, "paper:1"), 1);
        for (ulong i = 0; i < 30_000; i++)
            state.Apply(new StakeEvent(0, i, $"auditor-{i}.test/log", default, 1), 1);
        var bytes = state.ToBytes();
        Assert.Equal(bytes, MarketState.Parse(bytes).ToBytes());
        Assert.Equal(30_002, state.Book.Count);
    }
}
