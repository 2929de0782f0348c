using Assay.Market.Bonds;
using Assay.Market.Contracts;
using Assay.Market.Corruption;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Verify;

namespace Assay.Market.Tests.Bonds;

/// <summary>Covers, contracts, bonds and stakes in any order: what holds of them whatever is done.</summary>
public sealed class AnySequenceTests
{
    private const int Events = 400;
    private static readonly string[] Auditors = ["a.test", "b.test", "c.test"];

    [Theory]
    [InlineData(1, false), InlineData(2, false), InlineData(3, false), InlineData(4, true), InlineData(5, true), InlineData(6, true)]
    public void No_sequence_breaks_what_must_hold_and_replay_gives_the_same_state(int seed, bool bad)
    {
        var random = new Random(seed);
        var world = new World(new MarketTerms { Grace = 1, OpenFree = 200_000, Dispute = 20_000, StakeDelay = 60_000, BondTail = 50_000, CoverLeast = 10_000 }, participants: 6);
        var (slashed, redeemed, decided, lost, settled, refused) = (0, 0, 0, 0, 0, 0);
        world.State.Series.Slashed = _ => slashed++;
        world.State.Series.Redeemed = _ => redeemed++;
        world.State.Contracts.Decided = _ => decided++;
        world.State.Stakes.Lost = (_, _) => lost++;
        world.State.Policies.Settled = _ => settled++;
        world.Do(5, (by, n) => new FundEvent(by, n, 500_000));
        world.Auditors.AddRange(Auditors.Select(a => new AuditorLook(a, Trader.Word(a), 1, 0)));
        world.Look(4, passes: 390, failures: 10);
        for (var i = 0; i < Events; i++)
        {
            var by = (ulong)random.Next(6);
            var step = Any(random, world, by);
            if (step is not null)
            {
                var before = i % 20 == 0 ? world.State.Digest() : default;
                try
                {
                    world.Do(step);
                }
                catch (MarketRefusal)
                {
                    refused++;
                    world.State.CheckAll();
                    if (i % 20 == 0)
                        Assert.Equal(before, world.State.Digest());
                }
            }
            else if (random.Next(3) > 0)
            {
                world.Time += (ulong)random.Next(0, 3_000);
                var failures = (ulong)random.Next(0, bad && random.Next(3) == 0 ? 60 : 3);
                if (random.Next(6) == 0)
                {
                    var place = random.Next(world.Auditors.Count);
                    world.Auditors[place] = world.Auditors[place] with { Contradicted = world.Auditors[place].Contradicted + 1 };
                }
                world.Waiting = (ulong)random.Next(3);
                world.Look((ulong)random.Next(1, 3), 100 - failures, failures);
            }
            else
                world.Tick((ulong)random.Next(0, 10_000));
        }
        world.MustReadBack();
        world.Tick(40 * 86_400); // everything ends
        world.Tick(40 * 86_400);
        Assert.Equal((0, 0, 0), (world.State.Series.Open.Count, world.State.Contracts.Open.Count, world.State.Policies.Open.Count));
        foreach (var kind in new[] { HolderKind.Bond, HolderKind.Coupon, HolderKind.Maker, HolderKind.Sets, HolderKind.Policy })
            Assert.Equal(0, world.State.Book.UnitsOf(kind));
        Assert.True(redeemed > 0 && decided > 0 && settled > 0 && refused > 20, $"{redeemed} redeemed, {decided} decided, {settled} settled, {refused} refused");
        Assert.True(lost > 0);
        Assert.Equal(bad, slashed > 0);

        // The same events give the same state, and so does a state that was written and read halfway.
        var again = new MarketState();
        foreach (var ((step, time), i) in world.Done.Select((d, i) => (d, i)))
        {
            again.Apply(step, time);
            if (i == world.Done.Count / 2)
                again = MarketState.Parse(again.ToBytes());
        }
        Assert.Equal(world.State.Digest(), again.Digest());
    }

    [Fact]
    public void Changed_bytes_of_a_state_are_another_state_or_malformed()
    {
        var world = new World();
        world.Look(5, passes: 495, failures: 5);
        world.Do(3, (by, n) => new FundEvent(by, n, 100_000));
        world.Do(World.Provider, (by, n) => new BondEvent(by, n, World.Account, 0, new BondTerms(1_000, 4_000, 2_000, 0, 2_000_000)));
        world.Do(4, (by, n) => new PayEvent(by, n, World.Provider, 4_000, World.Account));
        world.Do(4, (by, n) => new CoverEvent(by, n, World.Account, 0, new CoverTerms(100_000, 400_000, 1_000, 4_000), 2_000_000, 4_000));
        world.Do(1, (by, n) => new ContractEvent(by, n, World.Account, 0, new ContractTerms(1_000, 100, 50, 2_000_000)));
        world.Do(2, (by, n) => new TradeEvent(by, n, 0, true, AssetKind.Yes, 30, 100));
        world.Do(2, (by, n) => new StakeEvent(by, n, "a.test", Trader.Word("a.test"), 30));
        world.Auditors.Add(new AuditorLook("a.test", Trader.Word("a.test"), 1, 2));
        world.Look(1);
        var bytes = world.State.ToBytes();
        var (read, malformed) = (0, 0);
        for (var at = 0; at < bytes.Length; at++)
            foreach (var change in new byte[] { 1, 0x80 })
            {
                var changed = bytes.ToArray();
                changed[at] ^= change;
                try
                {
                    Assert.Equal(changed, MarketState.Parse(changed).ToBytes());
                    read++;
                }
                catch (MalformedException)
                {
                    malformed++;
                }
            }
        Assert.True(read > 100 && malformed > 100, $"{read} read, {malformed} malformed");
    }

    private static MarketEvent? Any(Random random, World world, ulong by)
    {
        var state = world.State;
        var nonce = state.Participants.NonceOf(by);
        var until = world.Time + (ulong)random.Next(1_000, 100_000);
        long Some(int most) => random.Next(1, most);
        ulong Number(ulong next) => (ulong)random.Next((int)next + 1);
        return random.Next(16) switch
        {
            0 => new BondEvent(0, state.Participants.NonceOf(0), World.Account, 0, new BondTerms((uint)random.Next(1, 30) * 2_000, Some(20_000), Some(20_000), (uint)random.Next(1_000_001), until)),
            1 or 2 => new SubscribeEvent(by, nonce, Number(state.Series.Issued), Some(8_000)),
            3 => new PayEvent(by, nonce, World.Provider, Some(30_000), World.Account),
            4 or 5 => new CoverEvent(by, nonce, World.Account, 0, new CoverTerms((uint)random.Next(200_000), (uint)random.Next(1, 300_000), (ulong)random.Next(500, 4_000), Some(15_000)), until, Some(15_000)),
            6 => new ContractEvent(by, nonce, World.Account, 0, new ContractTerms((uint)random.Next(60_000), (ulong)random.Next(1, 500), Some(3_000), until)),
            7 or 8 or 9 => new TradeEvent(by, nonce, Number(state.Contracts.Opened), random.Next(3) > 0, random.Next(2) == 0 ? AssetKind.Yes : AssetKind.No, Some(3_000), random.Next(2) * 3_000),
            10 => Auditors[random.Next(3)] is var auditor ? new StakeEvent(by, nonce, auditor, Trader.Word(auditor), Some(5_000)) : null,
            11 when random.Next(4) == 0 => Auditors[random.Next(3)] is var leaves ? new UnstakeEvent(by, nonce, leaves, Trader.Word(leaves)) : null,
            12 when random.Next(8) == 0 => Auditors[random.Next(3)] is var liar ? new RefuteEvent(World.Account, 0, liar, Trader.Word(liar), (ulong)random.Next(1, 20), Trader.Word("evidence")) : null,
            13 => new GiveEvent(by, nonce, (ulong)random.Next(6), new Asset((AssetKind)random.Next(6), Number(3)), Some(500)),
            _ => null,
        };
    }
}
