using Assay.Market.Ledger;
using Assay.Verify.Crypto;

namespace Assay.Market.Auctions;

/// <summary>Sides of an order. Their numbers are part of a commitment.</summary>
public enum OrderSide : byte
{
    Buy = 0,
    Sell = 1,
}

/// <summary>An order that clearing sees (docs/spec/market.md section 7).</summary>
/// <param name="Id">Its commitment. No two orders of one auction have the same.</param>
/// <param name="Price">The limit, in units a lot: a buyer pays no more, a seller gets no less. 1 to <see cref="MostPrice"/>.</param>
/// <param name="Lots">1 or more; all lots of one side are below 2^53.</param>
public readonly record struct Order(Hash Id, OrderSide Side, uint Price, long Lots)
{
    public const uint MostPrice = 65_535;
}

/// <summary>What an order says, and to whom it was bound before anyone saw it.</summary>
/// <param name="By">The participant.</param>
/// <param name="Round">Of this asset's auctions, from 0.</param>
/// <param name="Salt">32 random bytes, kept until the order is revealed.</param>
public sealed record OrderTerms(ulong By, Asset Asset, ulong Round, OrderSide Side, uint Price, long Lots, Hash Salt)
{
    /// <summary>What is sent first. It says nothing of side, price and size to whoever has not the salt.</summary>
    public Hash Commitment()
    {
        var sha = Sha256.Start();
        sha.Add("assay/market-order/v1\n"u8);
        sha.Add(By);
        sha.Add((ulong)Asset.Kind);
        sha.Add(Asset.Number);
        sha.Add(Round);
        sha.Add((ulong)Side);
        sha.Add(Price);
        sha.Add((ulong)Lots);
        sha.Add(Salt.Bytes);
        return sha.Finish();
    }
}
