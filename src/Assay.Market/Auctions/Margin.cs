using System.Runtime.InteropServices;
using Assay.Verify.Crypto;

namespace Assay.Market.Auctions;

/// <summary>
/// The orders at the margin, which share what is left: each floor(rest · lots / total), and one lot more to those with the largest
/// remainders, ties to the smallest <see cref="AuctionSeed.Tie"/> (docs/spec/market.md section 7).
/// </summary>
/// <param name="rest">Lots to share, below <paramref name="total"/>.</param>
/// <param name="total">Lots of all orders at the margin.</param>
internal sealed class Margin(long rest, long total, Hash seed)
{
    private readonly List<(ulong Remainder, int Order)> remainders = [];
    private long shared;

    /// <summary>An order's floor.</summary>
    public long Share(int order, long lots)
    {
        ulong share, remainder;
        if (total <= uint.MaxValue)
            (share, remainder) = Math.DivRem((ulong)rest * (ulong)lots, (ulong)total);
        else
        {
            var (wide, over) = UInt128.DivRem((UInt128)rest * (ulong)lots, (ulong)total);
            (share, remainder) = ((ulong)wide, (ulong)over);
        }
        shared += (long)share;
        if (remainder > 0)
            remainders.Add((remainder, order));
        return (long)share;
    }

    /// <summary>Once all orders have their floors: what is left, a lot each.</summary>
    public void DivideRest(ReadOnlySpan<Order> orders, long[] fills)
    {
        var left = (int)(rest - shared);
        if (left == 0)
            return;
        // Each floor leaves less than a lot, so there are more remainders than lots left.
        var sorted = remainders.ConvertAll(r => r.Remainder).ToArray();
        Array.Sort(sorted);
        var least = sorted[^left];
        List<int> tied = [];
        foreach (var (remainder, order) in remainders)
            if (remainder > least)
            {
                fills[order]++;
                left--;
            }
            else if (remainder == least)
                tied.Add(order);
        if (left < tied.Count)
            SortByTie(tied, orders);
        for (var i = 0; i < left; i++)
            fills[tied[i]]++;
    }

    private void SortByTie(List<int> tied, ReadOnlySpan<Order> orders)
    {
        var sorted = CollectionsMarshal.AsSpan(tied);
        var ties = new Tied[sorted.Length];
        for (var i = 0; i < ties.Length; i++)
            ties[i] = new Tied(AuctionSeed.Tie(seed, orders[sorted[i]].Id));
        ties.AsSpan().Sort(sorted);
    }

    private readonly record struct Tied(Hash Tie) : IComparable<Tied>
    {
        public int CompareTo(Tied other) => Tie.Bytes.SequenceCompareTo(other.Tie.Bytes);
    }
}
