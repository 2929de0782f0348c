using System.Globalization;
using Assay.Market.Journal;
using Assay.Market.Ledger;

namespace Assay.Market.Tests.Journal;

/// <summary>No sequence of events breaks an invariant (docs/spec/market.md section 2).</summary>
public sealed class RandomMarketTests(ITestOutputHelper output)
{
    // What came of each kind of event: done, refused.
    private sealed class Tally : SortedDictionary<string, (int Done, int Refused)>
    {
        public int Events => Values.Sum(v => v.Done + v.Refused);

        public void Add(MarketEvent step, bool done)
        {
            var (d, r) = this.GetValueOrDefault(step.Do);
            this[step.Do] = done ? (d + 1, r) : (d, r + 1);
        }

        public override string ToString() => string.Join(", ", this.Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Key} {k.Value.Done}+{k.Value.Refused}")));
    }

    [Fact]
    public void No_sequence_of_events_breaks_an_invariant() => Play(first: 1, markets: 50, events: 4_000);

    [Fact]
    [Trait("speed", "slow")]
    public void Millions_of_events_break_no_invariant() => Play(first: 1_000, markets: 250, events: 8_000);

    private void Play(ulong first, int markets, int events)
    {
        var tally = new Tally();
        var gate = new Lock();
        Parallel.For(0, markets, new ParallelOptions { MaxDegreeOfParallelism = 2 }, market =>
        {
            var own = PlayOne(first + (ulong)market, events);
            lock (gate)
                foreach (var (kind, (done, refused)) in own)
                    tally[kind] = (tally.GetValueOrDefault(kind).Done + done, tally.GetValueOrDefault(kind).Refused + refused);
        });
        output.WriteLine($"{tally.Events} events: {tally}");
        // Every kind is done often enough to mean something, and nearly every kind is refused too.
        foreach (var (kind, (done, refused)) in tally)
        {
            Assert.True(done * 1_000L > tally.Events / 20 || kind == "join", $"{kind}: {done} done of {tally.Events}");
            Assert.True(refused > 0 || kind is "tick" or "terms", $"{kind}: never refused");
        }
        Assert.Equal(22, tally.Count);
    }

    private static Tally PlayOne(ulong seed, int events)
    {
        var (state, tally) = (new MarketState(), new Tally());
        var random = new RandomMarket(seed, state);
        var done = new List<(MarketEvent Event, ulong Time)>();
        var digest = state.Digest();
        foreach (var step in random.Start())
            Do(step);
        for (var i = 0; i < events; i++)
        {
            Do(random.Next());
            if (i % 64 == 0)
            {
                state.CheckAll();
                Check(state);
            }
            if (i % 512 == 0)
            {
                var bytes = state.ToBytes();
                Assert.Equal(bytes, MarketState.Parse(bytes).ToBytes());
            }
        }
        // The same events, and half of them by a state that was read back: the same digest.
        var again = new MarketState();
        foreach (var (number, (step, time)) in done.Index())
        {
            if (number == done.Count / 2)
                again = MarketState.Parse(again.ToBytes());
            again.Apply(step, time);
        }
        Assert.Equal(state.Digest(), again.Digest());
        return tally;

        void Do(MarketEvent step)
        {
            try
            {
                state.Apply(step, random.Time);
            }
            catch (MarketRefusal e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.True(digest == state.Digest(), $"seed {seed}: {step} was refused ({e.Message}), and changed the state");
                tally.Add(step, done: false);
                return;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, event {done.Count}: {step} at {random.Time}", e);
            }
            digest = state.Digest();
            done.Add((step, random.Time));
            random.Done(step);
            tally.Add(step, done: true);
        }
    }

    // Section 2, from nothing but the balances.
    private static void Check(MarketState state)
    {
        var balances = state.Book.Balances.ToArray();
        foreach (var asset in balances.GroupBy(b => b.Asset))
            Assert.Equal(0, asset.Sum(b => b.Amount));
        Assert.DoesNotContain(balances, b => b.Amount < 0 && b.Holder.Kind != HolderKind.Issuer);
        foreach (var yes in balances.Where(b => b.Asset.Kind is AssetKind.Yes or AssetKind.No && b.Holder.Kind == HolderKind.Issuer))
            Assert.Equal(-yes.Amount, state.Book.Of(new Holder(HolderKind.Sets, yes.Asset.Number), Asset.Unit));
        foreach (var policy in balances.Where(b => b.Asset.Kind == AssetKind.Cover && b.Holder.Kind == HolderKind.Issuer))
        {
            var sold = state.Policies.Of(policy.Asset.Number);
            Assert.NotNull(sold);
            Assert.Equal(sold.Cover.Sum - sold.FromBonds + sold.Premium, state.Book.Of(sold.Holder, Asset.Unit));
        }
        foreach (var bond in balances.Where(b => b.Asset.Kind == AssetKind.Bond))
            Assert.NotNull(state.Series.Of(bond.Asset.Number));
    }
}
