using System.Diagnostics;
using Assay.Market.Auctions;
using Assay.Market.Ledger;
using Assay.Verify.Crypto;

namespace Assay.Bench.Market;

/// <summary>
/// Clearing one auction beside the plain way, which sorts the orders by their limits (<see cref="ClearingReference"/>). One thread, in
/// turns, on the same orders in memory; whether both say the same comes first.
/// </summary>
internal static class ClearBench
{
    public static IEnumerable<Row> Rows(int count, int runs)
    {
        // Limits around 1,000, sums of four dice: about half of each side trades, one in thousand orders is at the margin.
        var spread = Draw(count, dice => 400 + dice(300) + dice(300) + dice(300) + dice(300), 1_000);
        yield return Row("clear", spread, runs);
        // The worst for us: all are at the margin with the same remainder, so that every order is hashed and the hashes are sorted.
        yield return Row("clear-one-limit", Draw(count, _ => 1_000, 1), runs);
        yield return Row("clear-1000-orders", spread[..Math.Min(1_000, count)], runs, 100);
        yield return Opened(count / 4, runs);
    }

    private static Row Row(string name, Order[] orders, int runs, int rounds = 1)
    {
        var seed = AuctionSeed.Of([orders[0].Id]);
        var (a, b) = (Clearing.Clear(orders, seed), ClearingReference.Clear(orders, seed));
        if (a.Price != b.Price || a.Lots != b.Lots || !a.Fills.AsSpan().SequenceEqual(b.Fills) || a.Lots == 0)
            throw new BenchException($"{name}: {a.Lots} lots at {a.Price}, by the reference {b.Lots} at {b.Price}, or other fills");
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var run = -2; run < runs; run++) // the first two warm up
        {
            var first = PerSecond(() => Clearing.Clear(orders, seed));
            var plain = PerSecond(() => ClearingReference.Clear(orders, seed));
            if (run < 0)
                continue;
            ours.Add(first);
            theirs.Add(plain);
        }
        return (Bench.Row.Of(name, "orders/s", Bench.Row.Higher, ours) with { Threads = 1 }).Beside("sorting the orders by limit", "", theirs);

        double PerSecond(Func<Cleared> clear)
        {
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            for (var round = 0; round < rounds; round++)
                if (clear().Lots != a.Lots)
                    throw new BenchException($"{name}: another result");
            return orders.Length * (double)rounds / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    // From what was revealed: each commitment is computed again, the salts are sorted into the seed, then it is cleared.
    private static Row Opened(int count, int runs)
    {
        var orders = Draw(count, dice => 400 + dice(300) + dice(300) + dice(300) + dice(300), 1_000);
        var terms = orders.Select((o, i) => new OrderTerms((ulong)i, Asset.PoolShare, 7, o.Side, o.Price, o.Lots, o.Id)).ToArray();
        var commitments = Array.ConvertAll(terms, t => t.Commitment());
        var rates = new List<double>();
        for (var run = -2; run < runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < terms.Length; i++)
                if (terms[i].Commitment() != commitments[i])
                    throw new BenchException("another commitment");
            var batch = new Order[terms.Length];
            for (var i = 0; i < terms.Length; i++)
                batch[i] = new Order(commitments[i], terms[i].Side, terms[i].Price, terms[i].Lots);
            if (Clearing.Clear(batch, AuctionSeed.Of(terms.Select(t => t.Salt))).Lots == 0)
                throw new BenchException("nothing was traded");
            if (run >= 0)
                rates.Add(count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return Bench.Row.Of("open-and-clear", "orders/s", Bench.Row.Higher, rates) with { Threads = 1 };
    }

    private static Order[] Draw(int count, Func<Func<int, int>, int> price, int most)
    {
        var random = new Random(1);
        var orders = new Order[count];
        for (var i = 0; i < count; i++)
            orders[i] = new(Sha256.Of(BitConverter.GetBytes(i)), (OrderSide)random.Next(2), (uint)price(random.Next), 1 + random.Next(most));
        return orders;
    }
}
