using Assay.Market.Auctions;
using Assay.Market.Bonds;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Tests.Cover;
using Assay.Verify.Crypto;

namespace Assay.Market.Tests.Auctions;

/// <summary>Covers and bonds in auctions, with what looks do to them meanwhile.</summary>
public sealed class TradedPositionsTests
{
    private static readonly MarketTerms Terms = new() { Lot = 100, Commit = 100, Reveal = 100, LeastDeposit = 10 };
    private static readonly Hash Salt = Trader.Word("salt");

    [Fact]
    public void A_cover_that_is_settled_while_it_is_traded_pays_its_seller_and_ends_the_auction()
    {
        var market = new Insured(Terms);
        market.Settle(10, 0);
        var policy = market.Buy(Insured.Buyer);
        var (sell, buy) = (new OrderTerms(Insured.Buyer, policy.Shares, 0, OrderSide.Sell, 30, 10, Salt), new OrderTerms(Insured.Other, policy.Shares, 0, OrderSide.Buy, 60, 10, Salt));
        foreach (var order in (OrderTerms[])[sell, buy])
            market.Do(new CommitEvent(order.By, market.Nonce(order.By), order.Asset, 0, 20, order.Commitment()));
        market.Time += 100;
        market.Do(Shown(0, market.Nonce(Insured.Buyer), sell));
        Assert.Equal(1_000, market.State.Book.Of(new Holder(HolderKind.Order, 0), policy.Shares));
        market.Settle(5, 0); // attaches
        var (seller, buyer) = (market.Units(Insured.Buyer), market.Units(Insured.Other));
        market.Settle(10, 10);
        Assert.Equal(1_000, Assert.Single(market.Outcomes).Payout);
        var result = Assert.Single(market.State.Rounds.Results);
        Assert.Equal((policy.Shares, 0u, 0L), (result.Asset, result.Price, result.Lots));
        Assert.Empty(market.State.Rounds.Open);
        // Nobody lost his deposit, shown or not, and what the locked shares were paid is the seller's.
        Assert.Equal((seller + 1_020, buyer + 20), (market.Units(Insured.Buyer), market.Units(Insured.Other)));
    }

    [Fact]
    public void Whoever_is_affiliated_with_an_account_buys_no_cover_of_it_at_auction_either()
    {
        var market = new Insured(Terms);
        market.Settle(10, 0);
        var policy = market.Buy(Insured.Buyer);
        var order = new OrderTerms(Insured.Provider, policy.Shares, 0, OrderSide.Buy, 60, 1, Salt);
        market.Do(new CommitEvent(order.By, market.Nonce(order.By), order.Asset, 0, 20, order.Commitment()));
        market.Time += 100;
        market.Refused(Shown(0, market.Nonce(Insured.Provider), order), "affiliated with the account");
    }

    [Fact]
    public void Bonds_change_hands_and_pay_whoever_holds_them_at_the_end()
    {
        var world = new World(Terms with { Grace = 1 });
        world.Do(World.Provider, (by, n) => new BondEvent(by, n, World.Account, 0, new BondTerms(1_000, 10_000, 2_000, 500_000, world.Time + 1_000)));
        world.Do(1, (by, n) => new SubscribeEvent(by, n, 0, 5_000));
        var shares = new Asset(AssetKind.Bond, 0);
        Trade(world, new OrderTerms(1, shares, 0, OrderSide.Sell, 90, 30, Salt), new OrderTerms(2, shares, 0, OrderSide.Buy, 90, 20, Salt));
        Assert.Equal((3_000L, 2_000L), (world.Has(1, shares), world.Has(2, shares)));
        Assert.Equal((World.Units - 5_000 + 1_800, World.Units - 1_800), (world.Has(1), world.Has(2)));

        // The issuer's retained shares lie in the series: it has none to sell.
        var own = new OrderTerms(World.Provider, shares, 1, OrderSide.Sell, 90, 1, Salt);
        world.Do(own.By, (by, n) => new CommitEvent(by, n, shares, 1, 10, own.Commitment()));
        world.Time += 100;
        Assert.Contains("has 0 of Bond", world.Refused(own.By, (_, n) => Shown(2, n, own)), StringComparison.Ordinal);
        world.Tick(100);

        world.Time += 2_000;
        world.Look(2);
        world.Look(2);
        Assert.Equal(0, world.State.Book.Issued(shares));
        Assert.Equal((World.Units - 200L, World.Units + 200L), (world.Has(1), world.Has(2)));
    }

    private static RevealEvent Shown(ulong number, ulong nonce, OrderTerms order) => new(order.By, nonce, number, order.Side, order.Price, order.Lots, order.Salt);

    private static void Trade(World world, params OrderTerms[] orders)
    {
        var first = world.State.Rounds.NextOrder;
        foreach (var order in orders)
            world.Do(order.By, (by, n) => new CommitEvent(by, n, order.Asset, order.Round, 100, order.Commitment()));
        world.Time += 100;
        foreach (var (i, order) in orders.Index())
            world.Do(order.By, (_, n) => Shown(first + (ulong)i, n, order));
        world.Tick(100);
    }
}
