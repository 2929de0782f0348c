using Assay.Audit.Oracles;

namespace Assay.Audit.Tests.Oracles;

public class LikelihoodBetsTests
{
    [Fact]
    public void No_bet_gains_on_average_while_the_claim_holds()
    {
        // Each kind's next factor, averaged over all that can be drawn by the claimed probabilities: exactly 1, or less.
        var random = new Random(3);
        for (var round = 0; round < 50; round++)
        {
            var (claimed, hot, cold, other) = (Draw(random), Draw(random), Draw(random), Draw(random));
            int[] past = [random.Next(8), random.Next(8), 7];
            var means = new Dictionary<string, double>();
            for (var drawn = 0; drawn < 8; drawn++)
            {
                var bets = new LikelihoodBets(1, 0);
                bets.See(drawn == 7, claimed[7], claimed[drawn], past.Count(p => p == drawn) / 3.0, hot[drawn], cold[drawn], [other[drawn]]);
                foreach (var (name, logE) in bets.Kinds)
                    means[name] = means.GetValueOrDefault(name) + claimed[drawn] * Math.Exp(logE);
                means["all"] = means.GetValueOrDefault("all") + claimed[drawn] * Math.Exp(bets.LogE);
            }
            Assert.All(means, m => Assert.InRange(m.Value, 0, 1 + 1e-9));
            Assert.Equal(1, means["repeats"], 9);
            Assert.Equal(1, means["alternative 1"], 9);
        }
    }

    [Fact]
    public void Ranks_of_what_is_drawn_are_uniform()
    {
        var random = new Random(5);
        var (distribution, counts) = (new Distribution(12), new int[16]);
        var ends = new HashSet<int> { 3 };
        for (var i = 0; i < 64_000; i++)
        {
            float[] scores = [.. Enumerable.Range(0, 12).Select(t => t % 4 == 0 ? 1f : (float)random.NextDouble() * 3)];
            distribution.Set(scores, 0.8);
            var (part, token) = (random.NextDouble(), -1);
            do
                for (token = 0, part = random.NextDouble(); token < 11 && (part -= distribution.Of([token])) >= 0;)
                    token++;
            while (ends.Contains(token));
            counts[(int)(16 * distribution.Rank(token, ends, random.NextDouble()))]++;
        }
        // 99.9 % of chi-square with 15 degrees of freedom is 37.7.
        Assert.InRange(counts.Sum(c => (c - 4000.0) * (c - 4000.0) / 4000), 2, 37.7);
    }

    [Fact]
    public void A_pair_of_texts_pays_nothing_on_average_if_the_sides_could_be_exchanged()
    {
        var random = new Random(9);
        for (var round = 0; round < 20; round++)
        {
            var (there, back) = (new TextBets(), new TextBets());
            for (var i = 0; i < 10; i++)
                Assert.Equal(there.Pay("p", Text(i, 1), Text(i, 2)), back.Pay("p", Text(i, 1), Text(i, 2)));
            Assert.Equal(there.Pay("p", "abc", "xyz"), -back.Pay("p", "xyz", "abc"), 12);
        }

        string Text(int i, int side) => new((char)('a' + (i * side) % 7), 1 + random.Next(1) + i);
    }

    [Fact]
    public void What_is_kept_goes_on_where_it_was()
    {
        var random = new Random(11);
        var through = new LikelihoodBets(2, 500);
        var resumed = new LikelihoodBets(2, 500);
        for (var i = 0; i < 200; i++)
        {
            double[] p = [.. Enumerable.Range(0, 5).Select(_ => random.NextDouble())];
            foreach (var bets in (LikelihoodBets[])[through, resumed])
            {
                bets.See(false, p[0] / 2, p[1], i % 3 == 0 ? p[2] : null, p[2], p[3], [p[4], p[0]]);
                bets.SeeRank(p[1]);
                bets.SeeTexts(p[2] - 0.5);
            }
            resumed = LikelihoodBets.Resume(System.Text.Json.JsonSerializer.Deserialize<LikelihoodBets.Kept>(System.Text.Json.JsonSerializer.Serialize(resumed.Keep()))!, 2, 500);
        }
        Assert.Equal(through.LogE, resumed.LogE);
        Assert.Equal(200UL, resumed.Tokens);
        Assert.Throws<AuditException>(() => LikelihoodBets.Resume(through.Keep(), 1, 500));
    }

    private static double[] Draw(Random random)
    {
        double[] weights = [.. Enumerable.Range(0, 8).Select(_ => Math.Exp(4 * random.NextDouble()))];
        return [.. weights.Select(w => w / weights.Sum())];
    }
}
