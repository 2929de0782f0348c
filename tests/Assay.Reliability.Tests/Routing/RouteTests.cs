using System.Text;
using Assay.Reliability.Accounts;
using Assay.Reliability.Routing;
using Assay.Reliability.Statistics;
using Assay.Verify;

namespace Assay.Reliability.Tests.Routing;

/// <summary>What callers ask for, and whom that chooses.</summary>
public class RouteTests
{
    private const ulong Now = 1_800_000_000;

    [Theory]
    [InlineData("m@proven>=0.99", "m", 10_000u, null, null, false)]
    [InlineData("a/b-2.x@proven>=0.999999,any", "a/b-2.x", 1u, null, null, true)]
    [InlineData("m@proven>=1", "m", 0u, null, null, false)]
    [InlineData("m@proven>=0", "m", 1_000_000u, null, null, false)]
    [InlineData("m@latency<=800ms,price<=2.5", "m", null, 800u, 2_500_000ul, false)]
    [InlineData("m@any,price<=0", "m", null, null, 0ul, true)]
    [InlineData("m@cover<=0.02", "m", null, null, null, false, 20_000ul)]
    [InlineData("m@proven>=0.99,cover<=1,any", "m", 10_000u, null, null, true, 1_000_000ul)]
    public void Rule_is_read(string text, string model, uint? failures, uint? latency, ulong? price, bool any, ulong? cover = null)
    {
        Assert.True(RouteRule.IsRoute(text));
        Assert.Equal(new RouteRule(model, failures, latency, price, any, cover), RouteRule.Parse(text));
    }

    [Theory]
    [InlineData("m")]
    [InlineData("m@1")]
    [InlineData("m@any")]
    [InlineData("m@1.0-rc")]
    [InlineData("@proven>=0.99")]
    public void Name_or_version_is_no_route(string text) => Assert.False(RouteRule.IsRoute(text));

    [Theory]
    [InlineData("m@proven>=1.01")]
    [InlineData("m@proven>=-0.5")]
    [InlineData("m@proven>=0.9999999")]
    [InlineData("m@proven>=.9")]
    [InlineData("m@proven>=0.")]
    [InlineData("m@proven>=1e-1")]
    [InlineData("m@proven>=")]
    [InlineData("m@proven>=0.9 ")]
    [InlineData("m@proven>0.9")]
    [InlineData("m@proven<=0.9")]
    [InlineData("m@latency<=800")]
    [InlineData("m@latency<=0ms")]
    [InlineData("m@latency<=1.5ms")]
    [InlineData("m@latency<=3600001ms")]
    [InlineData("m@price<=99999999999999999999")]
    [InlineData("m@price<=2,5")]
    [InlineData("m@cover<=1.000001")]
    [InlineData("m@cover>=0.5")]
    [InlineData("m@proven>=0.9,proven>=0.8")]
    [InlineData("m@proven>=0.9,any,any")]
    [InlineData("m@proven>=0.9,")]
    [InlineData("m@proven>=0.9,cheap")]
    [InlineData("m@any<")]
    [InlineData("m@proven>=0.9@proven>=0.9")]
    public void What_is_no_rule_is_refused_in_one_line(string text) =>
        Assert.InRange(Assert.Throws<MalformedException>(() => RouteRule.Parse(text)).Message.IndexOf('\n'), -1, -1);

    [Fact]
    public void Rule_that_is_too_long_is_refused() => Assert.Throws<MalformedException>(() => RouteRule.Parse(new string('m', 250) + "@proven>=0.9"));

    [Fact]
    public void Any_text_is_a_rule_or_a_typed_error()
    {
        var random = new Random(3);
        const string seed = "m@proven>=0.99,latency<=800ms,price<=2.5,cover<=0.02,any";
        var read = 0;
        for (var round = 0; round < 100_000; round++)
        {
            var text = new StringBuilder(seed[..random.Next(1, seed.Length + 1)]);
            for (var n = random.Next(3); n > 0; n--)
                text[random.Next(text.Length)] = random.Next(4) == 0 ? (char)random.Next(0x250) : seed[random.Next(seed.Length)];
            try
            {
                var rule = RouteRule.Parse(text.ToString());
                Assert.True(rule.Failures <= 1_000_000 || rule.Failures is null);
                read++;
            }
            catch (MalformedException)
            {
                // As it should be.
            }
        }
        Assert.True(read > 1_000);
    }

    [Fact]
    public void Cheapest_comes_first_then_the_best_proven_then_the_fastest()
    {
        var plan = Choose("m@proven>=0.99",
            Candidate("c", 5_000, 300, 2), Candidate("a", 9_000, 100, 2), Candidate("d", 5_000, 200, 2), Candidate("unpriced", 1, 1, null), Candidate("cheap", 10_000, null, 1));
        Assert.Equal(["cheap", "d", "c", "a", "unpriced"], plan.Order.Select(c => c.Name));
        Assert.Empty(plan.Excluded);
    }

    [Fact]
    public void Each_that_is_left_out_has_its_reason()
    {
        var plan = Choose("m@proven>=0.99,latency<=500ms,price<=2",
            Candidate("good", 10_000, 500, 2_000_000),
            Candidate("alarmed", 1, 1, 1, alarmed: true), Candidate("expired", 1, 1, 1, time: Now - AccountCertificate.LifeSeconds), Candidate("early", 1, 1, 1, time: Now + 1),
            new RouteCandidate("unknown", null, 1, 1), Candidate("few", null, 1, 1), Candidate("worse", 10_001, 1, 1), Candidate("unmeasured", 1, null, 1), Candidate("slow", 1, 501, 1),
            Candidate("priceless", 1, 1, null), Candidate("dear", 1, 1, 2_000_001));
        Assert.Equal(["good"], plan.Order.Select(c => c.Name));
        Assert.Equal(
            ["alarmed alarmed", "expired expired", "early expired", "unknown insufficient-data", "few insufficient-data", "worse proves-less", "unmeasured not-measured", "slow slower", "priceless no-price", "dear dearer"],
            plan.Excluded.Select(e => $"{e.Candidate.Name} {e.Reason}"));
    }

    [Fact]
    public void Missing_data_is_excused_where_that_is_asked_for_and_nothing_else()
    {
        var plan = Choose("m@proven>=0.99,latency<=500ms,price<=2,any",
            new RouteCandidate("unknown", null, null, null), Candidate("cheapButFew", null, 1, 0), Candidate("good", 10_000, 500, 2_000_000),
            Candidate("alarmed", null, null, null, alarmed: true), Candidate("expired", null, null, null, time: 0), Candidate("worse", 10_001, null, null), Candidate("dear", null, null, 2_000_001));
        // Who shows all that was asked goes first, whatever the others cost.
        Assert.Equal(["good", "cheapButFew", "unknown"], plan.Order.Select(c => c.Name));
        Assert.Equal(["alarmed", "expired", "worse", "dear"], plan.Excluded.Select(e => e.Candidate.Name));
    }

    [Fact]
    public void Price_of_cover_is_held_to_the_rule_and_changes_no_order()
    {
        var (little, much, none) = (Candidate("little", 1, 1, 3) with { Cover = 20_000 }, Candidate("much", 1, 1, 2) with { Cover = 20_001 }, Candidate("none", 1, 1, 1));
        var plan = Choose("m@cover<=0.02", little, much, none);
        Assert.Equal(["little"], plan.Order.Select(c => c.Name));
        Assert.Equal(["much cover-dearer", "none no-cover"], plan.Excluded.Select(e => $"{e.Candidate.Name} {e.Reason}"));
        Assert.Equal(["much", "little", "none"], Choose("m@cover<=0.03,any", little, much, none).Order.Select(c => c.Name));
    }

    [Fact]
    public void Worse_of_life_and_trailing_bound_counts()
    {
        var candidate = Candidate("a", 100, 1, 1);
        var bad = candidate.Certificate! with { Figures = candidate.Certificate.Figures with { Trailing = new ProvenFigure(new Counts(10, 5), 800_000) } };
        Assert.Equal("proves-less", Assert.Single(Choose("m@proven>=0.99", candidate with { Certificate = bad }).Excluded).Reason);
        var none = candidate.Certificate! with { Figures = candidate.Certificate.Figures with { Trailing = new ProvenFigure(default, null) } };
        Assert.Equal("insufficient-data", Assert.Single(Choose("m@proven>=0.99", candidate with { Certificate = none }).Excluded).Reason);
    }

    [Fact]
    public void Who_is_chosen_is_who_proves_it()
    {
        var random = new Random(8);
        for (var round = 0; round < 5_000; round++)
        {
            uint? Bound() => random.Next(4) == 0 ? null : (uint)random.Next(20_000);
            var candidate = Candidate("a", Bound(), 1, 1, random.Next(4) == 0, Now + 5 - (ulong)random.Next(10) * AccountCertificate.LifeSeconds / 8);
            var certificate = candidate.Certificate! with { Figures = candidate.Certificate.Figures with { Trailing = new ProvenFigure(default, Bound()) } };
            Assert.Equal(certificate.Proves(10_000, Now), Choose("m@proven>=0.99", candidate with { Certificate = certificate }).Order.Length == 1);
        }
    }

    [Fact]
    public void Latency_is_the_median_of_the_last_measurements()
    {
        var latencies = new Latencies();
        Assert.Null(latencies.Of("a"));
        foreach (var took in (int[])[900, 100, 500])
            latencies.Add("a", TimeSpan.FromMilliseconds(took));
        Assert.Equal((500u, null), (latencies.Of("a"), latencies.Of("b")));
        for (var i = 0; i < 32; i++)
            latencies.Add("a", TimeSpan.FromMilliseconds(7));
        Assert.Equal(7u, latencies.Of("a"));
    }

    private static RoutePlan Choose(string rule, params RouteCandidate[] candidates) => RoutePlan.Of(RouteRule.Parse(rule), candidates, Now);

    private static RouteCandidate Candidate(string name, uint? bound, uint? latency, ulong? price, bool alarmed = false, ulong time = Now)
    {
        var figure = new ProvenFigure(new Counts(1000, 0), bound);
        return new RouteCandidate(name, new AccountCertificate(default, 0, default, time, new AccountFigures(figure, figure, null, figure, alarmed, 0)), latency, price);
    }
}
