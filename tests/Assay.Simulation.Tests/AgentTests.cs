using Assay.Reliability.Accounts;
using Assay.Simulation.Worlds;
using Assay.Verify.Statements;

namespace Assay.Simulation.Tests;

/// <summary>Each agent does what docs/experiment.md says of it, and auditors say what they would.</summary>
public sealed class AgentTests
{
    [Fact]
    public void Honest_agents_fail_as_often_as_their_rate()
    {
        var stable = Cast.At(7, 1, 0);
        Assert.Equal((AgentKind.Stable, 12_000u, 20_000u), (stable.Kind, stable.Rate, stable.Promised));
        Assert.Equal(12_000, Mean(stable, 200, tier: 0).Bad, 600.0);
        var drifting = Cast.At(8, 1, 0);
        for (var epoch = 0; epoch < 1000; epoch++)
            Assert.InRange(drifting.Plan(epoch, 0).Fails, 177u, 50_000u);
        // A twelfth of the epochs lose half of 500 records, and 0.1 % of all fail anyway.
        Assert.Equal(1_000 + 125_000 / 12, Mean(Cast.At(12, 1, 0), 4_000, tier: 0).Bad, 1_500.0);
    }

    [Fact]
    public void A_quantiser_is_honest_until_its_turn_and_an_exit_leaves_after_five_epochs()
    {
        var (quantiser, exit) = (Cast.At(15, 1, 0), Cast.At(30, 1, 0));
        Assert.InRange(quantiser.Turn, 30, 70);
        Assert.Equal(1_000u, quantiser.Plan(quantiser.Turn - 1, 2).BadChance);
        Assert.Equal(700_000u, quantiser.Plan(quantiser.Turn, 2).BadChance);
        Assert.InRange(exit.Turn, 60, 90);
        Assert.Equal(900_000u, exit.Plan(exit.Turn, 2).BadChance);
        Assert.False(exit.IsGone(exit.Turn + 4));
        Assert.True(exit.IsGone(exit.Turn + 5));
    }

    [Fact]
    public void A_substituter_serves_its_share_and_a_buyer_more()
    {
        Assert.Equal(0.009 * 1e6 + 990, Mean(Cast.At(19, 1, 0), 500, 0).Bad, 500.0);
        Assert.Equal(0.27 * 1e6 + 700, Mean(Cast.Successor(32, 1, 0), 50, 0).Bad, 5_000.0);
    }

    [Fact]
    public void A_washer_hides_its_customers_among_its_own_records()
    {
        var agent = Cast.At(22, 1, 0);
        var records = EpochRecords.Draw(agent.Plan(0, 0), new Draws(1));
        Assert.InRange(records.Customers, 420, 580);
        Assert.InRange(records.Truth, 130_000u, 230_000u);
        Assert.InRange(records.Failing, 60, 120); // of 2,000: what its account shows
        Assert.All(Enumerable.Range(0, EpochRecords.Count).Where(i => records.Own[i]), i => Assert.True(records.Letters[i] is 'r' or 'd'));
    }

    [Fact]
    public void One_that_refuses_opens_no_substituted_record_and_one_that_omits_logs_none()
    {
        var refused = EpochRecords.Draw(Cast.At(24, 1, 0).Plan(0, 0), new Draws(1));
        Assert.InRange(refused.Letters.Count(l => l == 'u'), 150, 250);
        Assert.True(refused.Letters.Count(l => l == 'd') < 10);
        var omitted = EpochRecords.Draw(Cast.At(26, 1, 0).Plan(0, 0), new Draws(1));
        Assert.Equal(2_200, omitted.Customers);
        Assert.InRange(omitted.Bad, 160, 200);
        Assert.True(omitted.Failing < 10);
    }

    [Fact]
    public void A_whitewasher_cheats_from_the_best_price_on_and_takes_a_name_when_it_falls()
    {
        var agent = Cast.At(28, 1, 0);
        Assert.Equal(1_000u, agent.Plan(0, 0).BadChance);
        Assert.False(agent.WantsName(1));
        Assert.True(agent.Plan(1, Prices.Best).BadChance > 250_000);
        Assert.False(agent.WantsName(Prices.Best));
        Assert.True(agent.WantsName(1));
        Assert.Equal(1_000u, agent.Plan(2, 0).BadChance);
    }

    [Fact]
    public void A_friend_dilutes_what_others_find_and_its_missing_secrets_show_it()
    {
        var (alone, helped) = (Audited(friend: false, lazy: true), Audited(friend: true, lazy: true));
        var (shown, diluted) = (Share(alone), Share(helped));
        Assert.InRange(shown, 0.24, 0.32);
        Assert.InRange(diluted, shown * 0.45, shown * 0.6);
        var tally = helped.State.Auditors.Single(a => a.Origin == Auditors.Origin(Auditors.Colluding));
        Assert.Equal((100UL, 400UL), (tally.Draws, tally.MissingSeeds));
        Assert.All(alone.State.Auditors, a => Assert.Equal(0UL, a.MissingSeeds));
        // The lazy one is caught by those who drew the same records.
        Assert.True(alone.State.Auditors.Single(a => a.Origin == Auditors.Origin(Auditors.Lazy)).Contradicted > 2_000);
    }

    [Fact]
    public void One_lazy_auditor_makes_records_that_nobody_was_shown_pass()
    {
        var conduct = new Conduct(0, 100_000, 900_000, Hides: true);
        Assert.Equal(0UL, Audited(false, lazy: true, conduct).State.Segments[0].Traffic.Counts.Failures);
        Assert.InRange(Share(Audited(false, lazy: false, conduct)), 0.08, 0.12);
        Assert.True(Audited(false, lazy: true, conduct).State.Segments[0].Disputed > 800);
    }

    [Fact]
    public void One_auditor_with_a_draw_of_its_own_can_slander()
    {
        var account = Audited(false, lazy: true, new Conduct(0), slandered: 300_000);
        Assert.InRange(Share(account), 0.12, 0.17);
        Assert.Equal(0UL, account.State.Segments[0].Traffic.Diverged);
    }

    private static double Share(GivenAccount account)
    {
        var counts = account.State.Segments[0].Traffic.Counts;
        return (double)counts.Failures / counts.Total;
    }

    private static GivenAccount Audited(bool friend, bool lazy, Conduct? conduct = null, uint slandered = 0)
    {
        var account = new GivenAccount(new AccountId(default, "s", "replay"));
        var segment = account.Begin(new Segment("s", default, "p", "r"), 0);
        var auditors = new Auditors(50_000, lazy);
        for (var epoch = 0; epoch < 100; epoch++)
        {
            account.Step(World.EndOf(epoch));
            auditors.Settle(account, segment, EpochRecords.Draw(conduct ?? new Conduct(0, 300_000, 900_000), new Draws((ulong)epoch)), new AuditConditions(friend, 0, slandered), new Draws((ulong)epoch + 1000));
        }
        return account;
    }

    private static (double Bad, double Chance) Mean(Agent agent, int epochs, int tier)
    {
        var (bad, chance) = (0.0, 0.0);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var conduct = agent.Plan(epoch, tier);
            bad += EpochRecords.Draw(conduct, new Draws((ulong)epoch)).Truth;
            chance += conduct.BadChance;
        }
        // What was planned is what came.
        Assert.Equal(chance / epochs, bad / epochs, chance / epochs * 0.08 + 60);
        return (bad / epochs, chance / epochs);
    }
}
