using Assay.Market.Bonds;
using Assay.Market.Contracts;

namespace Assay.Market.Tests.Contracts;

public sealed class LmsrVectorTests
{
    /// <summary>b, shares sold, outcome, shares traded, cost, price of the outcome before in millionths.</summary>
    [Fact]
    public void Costs_and_prices()
    {
        var cases = new List<object?[]>();
        void Add(long b, long[] sold, int outcome, long shares) => cases.Add([b, sold, outcome, shares, Lmsr.Cost(sold, b, outcome, shares), Lmsr.Price(sold, b, outcome)]);
        Add(100, [0, 0], 0, 50);
        Add(100, [50, 0], 0, -50);
        Add(100, [1_000_000, 0], 1, 1);
        Add(100, [0, 50], 0, 100); // from one end of the same distance to the other: half a unit a share, and one for the rounding
        Add(1, [0, 0], 0, 1);
        Add(Lmsr.MostLiquidity - 1, [0, 0], 1, (1L << 52) - 1);
        Add(Lmsr.MostLiquidity - 1, [-(1L << 52), (1L << 52)], 0, -1);
        var random = new Random(8);
        for (var i = 0; i < 40; i++)
        {
            var b = random.NextInt64(1, 1L << random.Next(1, 47));
            long Some() => random.NextInt64(-Math.Min(20 * b, 1L << 50), Math.Min(20 * b, 1L << 50) + 1);
            var sold = Enumerable.Range(0, random.Next(3) == 0 ? 5 : 2).Select(_ => Some()).ToArray();
            Add(b, sold, random.Next(sold.Length), Some() is not 0 and var shares ? shares : 1);
        }
        MarketVectors.Check("lmsr", cases);
    }

    /// <summary>Threshold, M, passes, failures, whether it ended; 0 undecided, 1 yes, 2 no, 3 void.</summary>
    [Fact]
    public void Decisions()
    {
        var cases = new List<object?[]>();
        var random = new Random(9);
        for (var i = 0; i < 40; i++)
        {
            var terms = new ContractTerms((uint)random.Next(0, 60_000), (ulong)random.Next(1, 300), 1, 1);
            var (passes, failures, ended) = ((ulong)random.Next(300), (ulong)random.Next(10), random.Next(2) == 0);
            cases.Add([terms.Threshold, terms.Audited, passes, failures, ended, (int)terms.Decide(passes, failures, ended)]);
        }
        MarketVectors.Check("contractDecision", cases);
    }

    /// <summary>Promised, cheated, gain of a million, judged, records of an epoch, records a day, delay, own; verdicts, shown, waiting, cheated records, gain, bond or nulls.</summary>
    [Fact]
    public void Bonds_that_deter()
    {
        var cases = new List<object?[]>();
        foreach (var cheated in new uint[] { 500, 1_000, 1_300, 2_000, 5_000, 20_000, 100_000, 500_000, 1_000_000 })
            foreach (var judged in new uint[] { 10_000, 50_000, 1_000_000 })
                Add(new DeterrenceCase(1_000, cheated, 2_000_000, judged, 2_000, 10_000, 14 * 86_400, 200_000));
        Add(new DeterrenceCase(20_000, 300_000, 1, 1, 1_000_000, 0, 0, 1_000_000));
        Add(new DeterrenceCase(600_000, 1_000_000, 0, 1_000_000, 1, 1, 1, 1));
        MarketVectors.Check("deterrence", cases);

        void Add(DeterrenceCase c)
        {
            var d = Deterrence.Of(c);
            cases.Add([
                c.Promised, c.Cheated, c.GainPerMillion, c.Judged, c.EpochRecords, c.RecordsPerDay, c.DelaySeconds, c.Own,
                d.Verdicts, d.ServedUntilShown, d.ServedWhileWaiting, d.CheatedRecords, d.Gain, d.Bond,
            ]);
        }
    }
}
