using System.Text;
using Assay.Market.Auctions;
using Assay.Market.Ledger;
using Assay.Reliability.Tests.Statistics;
using Assay.Verify.Crypto;

namespace Assay.Market.Tests.Auctions;

/// <summary>The list <c>auction</c> of docs/spec/market.vectors.json; the other verifier is held to the same.</summary>
public sealed class AuctionVectorTests
{
    // Lots@price, bought or sold: what each clause of the rule is about, and the largest numbers.
    private static readonly string[] Edges =
    [
        "", "+5@10 -5@11", "+5@13 -5@10", "+10@100 -5@90", "+5@100 -10@90", "+5@20 +2@15 -5@10 -2@16", "+4@20 +6@10 -4@5 -6@15", "+7@10 +2@10 -3@10", "+9@12 +7@10 +2@10 -12@10",
        "+3@10 +3@10 +3@10 +3@10 +3@10 +3@10 -7@10", "+9007199254740991@1 -9007199254740990@1", "+4503599627370496@3 +4503599627370494@3 -9007199254740989@2", "+1@65535 -1@1",
    ];

    [Fact]
    public void The_committed_vectors_are_what_the_auctions_compute()
    {
        var dice = new Dice(113);
        var drawn = Enumerable.Range(0, 24).Select(i => string.Join(' ', Enumerable.Range(0, 2 + dice.Below(i < 20 ? 8 : 30)).Select(_ =>
            $"{(dice.Below(2) == 0 ? '+' : '-')}{1 + dice.Below(i % 3 == 0 ? 4 : 100)}@{1 + dice.Below(i % 2 == 0 ? 5 : 1_000)}"))).ToArray();
        MarketVectors.Check("auction", Edges.Concat(drawn).Select((orders, i) =>
            Case(orders, new Asset((AssetKind)((int[])[1, 3, 5])[i % 3], i % 3 == 0 ? 0UL : (ulong)i), (ulong)i)));
    }

    // Kind and number of the asset, auction, seed, price, lots traded; of each order participant, side, limit, lots, salt, commitment, lots that it trades.
    private static object?[] Case(string said, Asset asset, ulong auction)
    {
        OrderTerms[] terms = [.. said.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((order, i) => order[1..].Split('@') is var parts
            ? new OrderTerms((ulong)i % 7, asset, auction, order[0] == '+' ? OrderSide.Buy : OrderSide.Sell, uint.Parse(parts[1]), long.Parse(parts[0]), Sha256.Of(Encoding.UTF8.GetBytes($"salt {auction} {i}")))
            : null!)];
        var seed = AuctionSeed.Of(terms.Select(t => t.Salt));
        var cleared = Clearing.Clear(Array.ConvertAll(terms, t => new Order(t.Commitment(), t.Side, t.Price, t.Lots)), seed);
        return [(int)asset.Kind, asset.Number, auction, seed.ToHex(), cleared.Price, cleared.Lots,
            terms.Select((t, i) => (object?[])[t.By, (int)t.Side, t.Price, t.Lots, t.Salt.ToHex(), t.Commitment().ToHex(), cleared.Fills[i]]).ToArray()];
    }
}
