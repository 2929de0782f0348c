using Assay.Market.Bonds;
using Assay.Reliability.Statistics;

namespace Assay.Market.Tests.Bonds;

public sealed class DeterrenceTests
{
    private static readonly DeterrenceCase Usual = new(
        Promised: 1_000, Cheated: 100_000, GainPerMillion: 2_000_000, Judged: 50_000, EpochRecords: 2_000, RecordsPerDay: 10_000, DelaySeconds: 14 * 86_400, Own: 200_000);

    [Fact]
    public void Each_factor_is_what_the_one_before_gives()
    {
        var size = Deterrence.Of(Usual);
        var verdicts = size.Verdicts!.Value;
        // At one record in ten, failures less what bad luck takes show the excess, and one verdict fewer does not.
        Assert.True(Shown(verdicts));
        Assert.False(Shown(verdicts - 1));
        var records = verdicts * 20;
        Assert.Equal((records + 1_999) / 2_000 * 2_000, size.ServedUntilShown);
        Assert.Equal(140_000UL, size.ServedWhileWaiting);
        Assert.Equal((size.ServedUntilShown + 140_000) / 10, size.CheatedRecords);
        Assert.Equal(size.CheatedRecords * 2, size.Gain);
        Assert.Equal(size.Gain * 5 + 1, size.Bond);

        static bool Shown(ulong n)
        {
            var failures = n / 10 - (ulong)Math.Ceiling(Math.Sqrt(6 * ((n + 9) / 10)));
            return Excess.Shows(1_000, new Counts(n - failures, failures));
        }
    }

    [Fact]
    public void A_series_says_how_its_segment_is_audited_and_what_its_issuer_keeps()
    {
        var world = new World();
        world.Do(World.Provider, (by, n) => new BondEvent(by, n, World.Account, 0, new BondTerms(1_000, 10_000, 2_000, 0, 2_000_000)));
        Assert.Contains("no share of judged records", Assert.Throws<MarketRefusal>(() => Case()).Message, StringComparison.Ordinal);
        world.Do(1, (by, n) => new SubscribeEvent(by, n, 0, 6_000));
        world.Look(3, passes: 145, failures: 5);
        Assert.Equal(new DeterrenceCase(1_000, 100_000, 7, 50_000, World.EpochRecords, 9, 21 * 86_400, 250_000), Case());

        DeterrenceCase Case() => DeterrenceCase.Of(world.State, world.State.Series.Of(0)!, 100_000, 7, 9);
    }

    [Fact]
    public void Nineteen_of_twenty_cheaters_are_shown_in_time()
    {
        var random = new Random(19);
        foreach (var (promised, cheated) in new (uint, uint)[] { (1_000, 20_000), (1_000, 200_000), (10_000, 50_000) })
        {
            var most = Deterrence.VerdictsUntilShown(promised, cheated)!.Value;
            var late = 0;
            for (var run = 0; run < 400; run++)
            {
                var (passes, failures) = (0UL, 0UL);
                var shown = false;
                for (var i = 0UL; i < most && !shown; i++)
                    if (random.Next(1_000_000) < cheated)
                        shown = Promise.IsExceeded(promised, new Counts(passes, ++failures));
                    else
                        passes++;
                late += shown ? 0 : 1;
            }
            Assert.InRange(late, 0, 20);
        }
    }

    [Fact]
    public void What_was_promised_is_deterred_by_no_bond()
    {
        Assert.Null(Deterrence.Of(Usual with { Cheated = 1_000 }).Bond);
        Assert.Null(Deterrence.Of(Usual with { Cheated = 500 }).Verdicts);
        Assert.NotNull(Deterrence.Of(Usual with { Cheated = 1_500 }).Bond);
    }

    [Fact]
    public void More_delay_fewer_audits_and_less_of_its_own_need_a_larger_bond()
    {
        var bond = Deterrence.Of(Usual).Bond;
        Assert.True(Deterrence.Of(Usual with { DelaySeconds = 15 * 86_400 }).Bond > bond);
        Assert.True(Deterrence.Of(Usual with { Judged = 25_000 }).Bond > bond);
        Assert.True(Deterrence.Of(Usual with { Own = 100_000 }).Bond > bond);
        Assert.True(Deterrence.Of(Usual with { EpochRecords = 50_000 }).Bond > bond);
        Assert.True(Deterrence.Of(Usual with { GainPerMillion = 2_000_001 }).Bond > bond);
    }

    [Fact]
    public void Figures_out_of_their_range_are_refused()
    {
        DeterrenceCase[] wrong =
        [
            Usual with { Promised = 0 }, Usual with { Cheated = 0 }, Usual with { Cheated = 1_000_001 }, Usual with { Judged = 0 }, Usual with { Own = 0 },
            Usual with { EpochRecords = 0 }, Usual with { RecordsPerDay = 1UL << 53 }, Usual with { GainPerMillion = (1UL << 53) - 1, RecordsPerDay = (1UL << 53) - 1 },
            Usual with { Promised = 600_001 },
        ];
        foreach (var of in wrong)
            Assert.Throws<MarketRefusal>(() => Deterrence.Of(of));
    }
}
