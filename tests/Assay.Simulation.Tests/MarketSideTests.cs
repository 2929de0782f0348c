using Assay.Reliability.Statistics;
using Assay.Simulation.Experiments;
using Assay.Simulation.Markets;
using Assay.Simulation.Worlds;

namespace Assay.Simulation.Tests;

public sealed class MarketSideTests
{
    [Theory]
    [InlineData(2, 200, 1000, 3)]
    [InlineData(2, 200, 0, 0)]
    [InlineData(0, 50, 300, 0)]
    [InlineData(5, 20, 3, 9)]
    public void The_accounts_own_probability_is_the_beta_binomials(int failures, int verdicts, int passes, int failed)
    {
        // Summed plainly: C(m, k) B(k + f + 1/2, m − k + s + 1/2) / B(f + 1/2, s + 1/2).
        double Gamma(double x) => x < 20 ? Gamma(x + 1) - Math.Log(x) : (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x * x * x);
        double Beta(double a, double b) => Gamma(a) + Gamma(b) - Gamma(a + b);
        var sum = 0.0;
        for (var k = 0; k <= failures; k++)
            sum += Math.Exp(Gamma(verdicts + 1) - Gamma(k + 1) - Gamma(verdicts - k + 1) + Beta(k + failed + 0.5, verdicts - k + passes + 0.5) - Beta(failed + 0.5, passes + 0.5));
        Assert.Equal(sum * 1e6, Beliefs.AtMost((ulong)failures, (ulong)verdicts, new Counts((ulong)passes, (ulong)failed)), 2.0);
    }

    [Fact]
    public void An_insider_who_knows_the_chance_has_the_binomial()
    {
        // 200 verdicts at 1 %, at most 2: 0.6767.
        Assert.Equal(676_700, Beliefs.AtMost(2, 200, 10_000u), 500.0);
        Assert.Equal(1u, Beliefs.AtMost(2, 200, 700_000u));
        Assert.Equal(750_000u, Beliefs.Ever(500_000, 2));
        Assert.Equal(350_000u, Beliefs.Mixed(500_000, 200_000, 500_000));
    }

    [Fact]
    public void A_market_beside_the_accounts_changes_none_of_them_until_somebody_acts_on_it()
    {
        var runs = Experiment.Run(Experiment.Plan([Arm.C, Arm.D, Arm.E], 3, 1, epochs: 40), null, 2);
        var (c, d, e) = (runs[0].Figures, runs[1].Figures, runs[2].Figures);
        Assert.Equal(c["calibration.Stable"], d["calibration.Stable"]);
        Assert.True(d["cover.sold"] > 20);
        Assert.True(d["price.gain/of"] > 50);
        Assert.True(d["market.postings"] > 1_000);
        Assert.Equal(0, d["slash.bond.false"]);
        // Somebody has lied about honest providers in E, and their accounts show it.
        Assert.True(e["auditor.bets"] > 0);
        Assert.True(e["calibration.Stable"] > d["calibration.Stable"]);
    }

    [Fact]
    public void A_plot_is_an_svg_that_names_its_rows()
    {
        var svg = IntervalPlot.Of("a & b", [("first", new(1, 0, 2, 3)), ("second", new(2, 1.5, 2.5, 3))], mark: 0);
        Assert.StartsWith("<svg", svg, StringComparison.Ordinal);
        Assert.Contains("a &amp; b", svg, StringComparison.Ordinal);
        Assert.Equal(2, svg.Split("<circle").Length - 1);
        System.Xml.Linq.XDocument.Parse(svg);
    }
}
