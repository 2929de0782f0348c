using Assay.Verify.Crypto;

namespace Assay.Market.Auctions;

/// <summary>What decides ties (docs/spec/market.md section 7): nobody knows it before the last salt is revealed.</summary>
public static class AuctionSeed
{
    /// <param name="salts">Of all revealed orders, in any order.</param>
    public static Hash Of(IEnumerable<Hash> salts)
    {
        var sorted = salts.ToArray();
        Array.Sort(sorted, (a, b) => a.Bytes.SequenceCompareTo(b.Bytes));
        var sha = Sha256.Start();
        sha.Add("assay/market-seed/v1\n"u8);
        foreach (var salt in sorted)
            sha.Add(salt.Bytes);
        return sha.Finish();
    }

    /// <summary>Among equal remainders the order with the smallest is served first.</summary>
    /// <param name="order">Its commitment.</param>
    public static Hash Tie(in Hash seed, in Hash order)
    {
        var sha = Sha256.Start();
        sha.Add("assay/market-tie/v1\n"u8);
        sha.Add(seed.Bytes);
        sha.Add(order.Bytes);
        return sha.Finish();
    }
}
