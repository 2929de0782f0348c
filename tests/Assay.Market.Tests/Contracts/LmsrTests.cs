using System.Text.Json;
using Assay.Market.Contracts;
using Assay.Market.Ledger;

namespace Assay.Market.Tests.Contracts;

public sealed class LmsrTests
{
    private const double Unit = 18446744073709551616.0; // 2^64

    /// <summary>Liquidity, shares sold, outcome, shares traded, ⌈cost⌉ and ⌊price in millionths⌋ before: computed with mpmath at 60 digits.</summary>
    public static TheoryData<long, long[], int, long, long, uint> HighPrecision => new()
    {
        { 1, [0, 0], 0, 1, 1, 500000 },
        { 1, [1, -3], 0, 1, 1, 982013 },
        { 1, [0, -3], 0, -1, 0, 952574 },
        { 1, [1, 1, 1], 0, -5, 0, 333333 },
        { 7, [0, 0], 0, -19, -4, 500000 },
        { 7, [-40, 8], 1, -1, 0, 998949 },
        { 7, [1, 4], 1, -1, 0, 605532 },
        { 7, [8, 16, 8, 2, -2, -6, -10, -6], 5, -20, 0, 22017 },
        { 100, [0, 0], 1, 1, 1, 500000 },
        { 100, [93, -13], 1, -478, -29, 257309 },
        { 100, [71, -81], 1, 392, 229, 179461 },
        { 100, [17, 187, 632, -66, -860, 720, -809, 934], 0, 1, 1, 89 },
        { 1000, [0, 0], 0, 2332, 1732, 500000 },
        { 1000, [-89, -1624], 0, 1, 1, 822736 },
        { 1000, [-1941, -972], 0, -3203, -306, 275079 },
        { 1000, [290, 1501, -724], 2, 1122, 148, 76863 },
        { 123457, [0, 0], 0, -1, 0, 500000 },
        { 123457, [-83796, -62651], 0, -12650, -5624, 457285 },
        { 123457, [-74746, -366079], 1, 152753, 23645, 86290 },
        { 123457, [927557, -1008108, 680732], 1, -411440, 0, 0 },
        { 1000000, [0, 0], 0, 1, 1, 500000 },
        { 1000000, [-562192, -75939], 0, 1361498, 744329, 380776 },
        { 1000000, [-999511, 188631], 1, 1, 1, 766408 },
        { 1000000, [833607, -563892, 287796], 1, 3156041, 1396778, 135342 },
        { 1000000000, [0, 0], 1, -3646156327, -667390527, 500000 },
        { 1000000000, [-1660604482, -2381020070], 0, -3179784294, -1034843106, 672698 },
        { 1000000000, [-5605837325, 858782840], 0, 4924620396, 192678236, 1555 },
        { 1000000000, [-692625338, -2389584618, 9467336100, 8137825858, -2043019894, -2242951534, 6399615127, -4731194011], 4, 1, 1, 7 },
        { 1000000000000, [0, 0], 0, 1, 1, 500000 },
        { 1000000000000, [31766446460, -260420778531], 1, -16494545004, -7017631936, 427468 },
        { 1000000000000, [-5779504921543, 3670493398921], 0, 1755568485523, 376566299, 78 },
        { 1000000000000, [-2252904195603, -1601022642238, -2758936205772, 2193264648188, 1096990143241, 2771604978164, 2377926868473, 2243409936598], 0, -1, 0, 2165 },
        { 140737488355327, [0, 0], 0, -1, 0, 500000 },
        { 140737488355327, [-92362357818224, -151391149742631], 0, -292016226568451, -105538418124283, 603345 },
        { 140737488355327, [67533679288510, 111941252126449], 0, -1, 0, 421764 },
        { 140737488355327, [-139631068037960, 84210461867350, -92229484317528, -7464045169295, 63387786373944, 15896190804318, -48983836773941, 5165481280689], 3, 1, 1, 117232 },
    };

    [Theory, MemberData(nameof(HighPrecision))]
    public void Costs_and_prices_are_those_of_sixty_digits(long liquidity, long[] sold, int outcome, long shares, long cost, uint price)
    {
        Assert.Equal(cost, Lmsr.Cost(sold, liquidity, outcome, shares));
        Assert.Equal(price, Lmsr.Price(sold, liquidity, outcome));
        Assert.InRange(Lmsr.Upper(sold, liquidity) - Lmsr.Lower(sold, liquidity), 0, Int128.One << 54);
    }

    [Fact]
    public void Subsidies_are_b_ln_n_rounded_up() =>
        Assert.Equal([1, 70, 1099, 2_079_441_541_680], [Lmsr.Subsidy(1), Lmsr.Subsidy(100), Lmsr.Subsidy(1000, 3), Lmsr.Subsidy(1_000_000_000_000, 8)]);

    [Fact]
    public void Known_answers()
    {
        var answers = TestData.Json("reliability/known-answers.json").GetProperty("e_lmsr").GetProperty("cases");
        var kinds = new HashSet<string>();
        foreach (var answer in answers.EnumerateArray())
        {
            var liquidity = answer.GetProperty("b").GetInt64();
            var kind = answer.GetProperty("kind").GetString()!;
            kinds.Add(kind);
            switch (kind)
            {
                case "cost":
                    var sold = Whole(answer.GetProperty("q"));
                    foreach (var bound in new[] { Lmsr.Lower(sold, liquidity), Lmsr.Upper(sold, liquidity) })
                        Near(answer.GetProperty("C").GetDouble(), (double)bound / Unit);
                    foreach (var (price, i) in answer.GetProperty("prices").EnumerateArray().Select((p, i) => (p.GetDouble(), i)))
                        Assert.InRange(price * 1e6 - Lmsr.Price(sold, liquidity, i), -1e-6, 1 + 1e-6);
                    break;
                case "trade":
                    var before = Whole(answer.GetProperty("q_before"));
                    var (outcome, shares) = (answer.GetProperty("outcome").GetInt32(), (long)answer.GetProperty("shares").GetDouble());
                    var after = before.Select((q, i) => i == outcome ? q + shares : q).ToArray();
                    Near(answer.GetProperty("cost").GetDouble(), (double)(Lmsr.Upper(after, liquidity) - Lmsr.Lower(before, liquidity)) / Unit);
                    Assert.InRange(answer.GetProperty("price_after").GetDouble() * 1e6 - Lmsr.Price(after, liquidity, outcome), -1e-6, 1 + 1e-6);
                    break;
                case "move_price":
                    // Shares are whole: with a liquidity of 10^9 times as many units, the answer has nine places more.
                    const long scale = 1_000_000_000;
                    var (from, to) = (Millionths(answer, "p_from"), Millionths(answer, "p_to"));
                    var start = Lmsr.SharesToPrice([0, 0], liquidity * scale, from);
                    var moved = Lmsr.SharesToPrice([start, 0], liquidity * scale, to);
                    Assert.InRange((double)moved / scale - answer.GetProperty("shares").GetDouble(), -2e-9, 2e-9);
                    Assert.InRange((double)Lmsr.Cost([start, 0], liquidity * scale, 0, moved) / scale - answer.GetProperty("cost").GetDouble(), -3e-9, 3e-9);
                    break;
            }
        }
        Assert.Equal(["cost", "move_price", "trade"], kinds.Order());
    }

    [Fact]
    public void Whatever_is_traded_the_maker_loses_less_than_b_ln_n_and_no_round_trip_gains()
    {
        var random = new Random(20_260_731);
        for (var run = 0; run < 300; run++)
        {
            var liquidity = 1L << random.Next(0, 47) | random.NextInt64(0, 1L << random.Next(1, 40));
            liquidity = Math.Min(liquidity, Lmsr.MostLiquidity - 1);
            var sold = new long[random.Next(4) == 0 ? random.Next(3, 9) : 2];
            var start = Lmsr.Subsidy(liquidity, sold.Length);
            var (cash, spent) = (start, 0L);
            for (var trade = 0; trade < 40; trade++)
            {
                var outcome = random.Next(sold.Length);
                var shares = Shares(random, liquidity);
                if (Math.Abs(sold[outcome] + shares) > Book.Limit / 4)
                    continue;
                var cost = Lmsr.Cost(sold, liquidity, outcome, shares);
                sold[outcome] += shares;
                // Back at once: what it cost comes back at most.
                Assert.True(cost + Lmsr.Cost(sold, liquidity, outcome, -shares) >= 0);
                (cash, spent) = (cash + cost, spent + cost);
                // Whichever outcome it is, what it pays is there, and of the subsidy less than b ln n is gone.
                Assert.InRange(sold.Max() - cash, long.MinValue, -1);
                Assert.InRange(start - (cash - sold.Max()), long.MinValue, start - 1);
                var prices = Enumerable.Range(0, sold.Length).Sum(i => Lmsr.Price(sold, liquidity, i));
                Assert.InRange(prices, 1_000_000 - sold.Length + 1, 1_000_000);
            }
            // Home by any way: whoever did all of it has gained nothing.
            for (var i = 0; i < sold.Length; i++)
                if (sold[i] != 0)
                {
                    spent += Lmsr.Cost(sold, liquidity, i, -sold[i]);
                    sold[i] = 0;
                }
            Assert.True(spent >= 0);
        }
    }

    [Fact]
    public void The_loss_is_reached_by_a_price_that_goes_to_the_end_and_not_passed()
    {
        var sold = new long[2];
        var cash = Lmsr.Subsidy(1_000);
        while (sold[0] < 60_000)
        {
            cash += Lmsr.Cost(sold, 1_000, 0, 50_000);
            sold[0] += 50_000;
        }
        Assert.Equal(694, Lmsr.Subsidy(1_000));
        Assert.Equal(1, cash - sold[0]); // 693 of 693.147… lost
    }

    [Fact]
    public void Shares_to_a_price_are_the_last_before_it()
    {
        var random = new Random(5);
        for (var i = 0; i < 500; i++)
        {
            long[] sold = [random.Next(-5_000, 5_000), random.Next(-5_000, 5_000)];
            var price = (uint)random.Next(20_000, 980_000);
            var shares = Lmsr.SharesToPrice(sold, 2_000, price);
            Assert.True(Lmsr.Price([sold[0] + shares, sold[1]], 2_000, 0) <= price);
            Assert.True(Lmsr.Price([sold[0] + shares + 1, sold[1]], 2_000, 0) >= price);
        }
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Throws<MarketRefusal>(() => Lmsr.Cost([0, 0], 0, 0, 1));
        Assert.Throws<MarketRefusal>(() => Lmsr.Cost([0, 0], Lmsr.MostLiquidity, 0, 1));
        Assert.Throws<MarketRefusal>(() => Lmsr.Cost([Book.Limit - 1, 0], 100, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Lmsr.Cost([0, 0], 100, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Lmsr.Subsidy(100, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => Lmsr.SharesToPrice([0, 0], 100, 1_000_000));
    }

    private static long Shares(Random random, long liquidity) => random.Next(4) switch
    {
        0 => 1,
        1 => -1,
        2 => random.NextInt64(1, Math.Max(2, 4 * liquidity)),
        _ => -random.NextInt64(1, Math.Max(2, 4 * liquidity)),
    };

    private static void Near(double expected, double actual) => Assert.InRange(Math.Abs(expected - actual), 0, Math.Max(1e-9, 1e-12 * Math.Abs(expected)));

    private static long[] Whole(JsonElement numbers) => [.. numbers.EnumerateArray().Select(n => (long)n.GetDouble())];

    private static uint Millionths(JsonElement answer, string name) => (uint)Math.Round(answer.GetProperty(name).GetDouble() * 1e6);
}
