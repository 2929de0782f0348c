using System.Text;
using Assay.Audit.Accounts;
using Assay.Market.Auctions;
using Assay.Market.Bonds;
using Assay.Market.Contracts;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Node;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Audit.Stories;

/// <summary>A node with a market on two accounts: one provider stays good, one is swapped while it is covered. All through the node's own desks.</summary>
internal sealed class MarketStory : IAsyncDisposable
{
    private const ulong EpochRecords = 200;
    private const uint Rate = 150_000;

    private readonly Clock clock = new(DateTimeOffset.UtcNow.AddDays(-9).AddHours(-3));
    private readonly AssayNode node;
    private readonly PublishedLogs steady, swapped;
    private readonly List<SigningKey> keys = [];

    private MarketStory(string data, Hash model)
    {
        node = AssayNode.Open(new DataFolder(data), new NodeOptions { Clock = clock, AccountsEvery = TimeSpan.Zero, MarketEvery = TimeSpan.Zero });
        var segment = new Segment("assay", model, "assay-f32-v1", "eu-north");
        steady = Logs(data, "steady", segment, "north", "south");
        swapped = Logs(data, "swapped", segment, "east", "west");
        foreach (var logs in new[] { steady, swapped })
            FollowList.Read(AccountKeeper.ListIn(node.Folder.Accounts)).With(logs.Followed).Write(AccountKeeper.ListIn(node.Folder.Accounts));
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <param name="data">A node's data folder.</param>
    public static async Task TellAsync(string data, Hash model)
    {
        await using var story = new MarketStory(data, model);
        await story.TellAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        await steady.DisposeAsync();
        await swapped.DisposeAsync();
        keys.ForEach(k => k.Dispose());
    }

    private async Task TellAsync()
    {
        await node.Market.BeginAsync(new TermsEvent(new MarketTerms { Lot = 100, LeastDeposit = 10, OpenFree = 40_000 }));
        await LiveAsync(12, 0, _ => false);
        var (buyer, issuer, funder, trader) = (await JoinAsync(), await JoinAsync(steady.Account), await JoinAsync(), await JoinAsync());
        var payee = await JoinAsync(swapped.Account);
        await DoAsync(funder, (by, n) => new FundEvent(by, n, 400_000));
        await DoAsync(buyer, (by, n) => new PayEvent(by, n, issuer, 60_000, steady.Account));
        await DoAsync(buyer, (by, n) => new PayEvent(by, n, payee, 60_000, swapped.Account));
        await DoAsync(trader, (by, n) => new PayEvent(by, n, payee, 60_000, swapped.Account));
        foreach (var auditor in steady.Auditors)
            await DoAsync(trader, (by, n) => new StakeEvent(by, n, auditor.Origin, auditor.LogKey.PublicKey.Id, 50_000));
        await DoAsync(issuer, (by, n) => new BondEvent(by, n, steady.Account, 0, new BondTerms(2_000, 100_000, 40_000, 300_000, In(30))));
        await DoAsync(funder, (by, n) => new SubscribeEvent(by, n, 0, 20_000));
        foreach (var (by, logs) in new[] { (buyer, steady), (buyer, swapped), (trader, swapped) })
            await CoverAsync(by, logs, 1_200, 20_000);
        await DoAsync(trader, (by, n) => new ContractEvent(by, n, steady.Account, 0, new ContractTerms(20_000, 400, 5_000, In(60))));
        await DoAsync(buyer, (by, n) => new TradeEvent(by, n, 0, true, AssetKind.No, 1_500, 2_000));
        await DoAsync(funder, (by, n) => new TradeEvent(by, n, 0, true, AssetKind.Yes, 4_000, 4_000));
        await AuctionAsync(new Asset(AssetKind.Cover, 0), [(buyer, OrderSide.Sell, 9, 60), (buyer, OrderSide.Sell, 14, 60), (trader, OrderSide.Buy, 12, 40), (funder, OrderSide.Buy, 10, 50), (funder, OrderSide.Buy, 6, 80), (trader, OrderSide.Buy, 3, 10)], hidden: true);
        await LiveAsync(4, 4, _ => false);
        await LiveAsync(7, 5, s => Dice(s, 11));
        await CoverAsync(buyer, steady, 2_000, 20_000);
        await DoAsync(buyer, (by, n) => new TradeEvent(by, n, 0, true, AssetKind.No, 500, 500));
        await CommitAsync(Asset.PoolShare, funder, OrderSide.Sell, 120, 30);
        await CommitAsync(Asset.PoolShare, trader, OrderSide.Buy, 110, 20);
    }

    private ulong In(int days) => (ulong)clock.Now.AddDays(days).ToUnixTimeSeconds();

    // Some epochs of both providers, then a step of both accounts: a look at each.
    private async Task LiveAsync(int epochs, int days, Func<ulong, bool> diverges)
    {
        clock.Now = clock.Now.AddDays(days);
        steady.Run(epochs, Rate, s => Dice(s, 400) ? 'u' : 'r');
        swapped.Run(epochs, Rate, s => diverges(s) ? 'd' : 'r');
        await steady.PublishAsync();
        await swapped.PublishAsync();
        foreach (var update in await node.Accounts.UpdateAsync())
            foreach (var problem in update.Problems)
                throw new InvalidOperationException(problem);
    }

    private async Task<ulong> JoinAsync(params Hash[] affiliates)
    {
        var key = SigningKey.FromSeed(Sha256.Of(Encoding.UTF8.GetBytes($"participant {keys.Count}")).Bytes);
        keys.Add(key);
        var number = (await node.Market.DoAsync(new JoinEvent(Hash.From(key.PublicKey.Raw), [.. affiliates]))).Number!.Value;
        await node.Market.DoAsync(new GrantEvent(number, 500_000, $"paper:story/{number}"));
        return number;
    }

    private Task DoAsync(ulong by, Func<ulong, ulong, MarketInstruction> make) =>
        node.Market.InstructAsync(SignedEvent.Sign(node.Origin, make(by, node.Market.Look(m => m.State.Participants.NonceOf(by))), keys[(int)by]).ToBytes());

    private Task CoverAsync(ulong by, PublishedLogs of, ulong records, long sum) =>
        DoAsync(by, (b, n) => new CoverEvent(b, n, of.Account, 0, new CoverTerms(20_000, 100_000, records, sum), In(60), sum));

    // Sealed, opened but for one, cleared.
    private async Task AuctionAsync(Asset asset, (ulong By, OrderSide Side, uint Price, long Lots)[] orders, bool hidden)
    {
        var placed = new List<(ulong Order, OrderTerms Terms)>();
        foreach (var (by, side, price, lots) in orders)
            placed.Add(await CommitAsync(asset, by, side, price, lots));
        clock.Now = clock.Now.AddMinutes(61);
        foreach (var (order, terms) in hidden ? placed[..^1] : placed)
            await DoAsync(terms.By, (by, n) => new RevealEvent(by, n, order, terms.Side, terms.Price, terms.Lots, terms.Salt));
        clock.Now = clock.Now.AddMinutes(61);
        await node.Market.DoAsync(new TickEvent());
    }

    private async Task<(ulong Order, OrderTerms Terms)> CommitAsync(Asset asset, ulong by, OrderSide side, uint price, long lots)
    {
        var (order, auction) = node.Market.Look(m => (m.State.Rounds.NextOrder, m.State.Rounds.NumberFor(asset)));
        var terms = new OrderTerms(by, asset, auction, side, price, lots, Sha256.Of(BitConverter.GetBytes(order)));
        await DoAsync(by, (b, n) => new CommitEvent(b, n, asset, auction, 1_000, terms.Commitment()));
        return (order, terms);
    }

    private static PublishedLogs Logs(string data, string name, Segment segment, params string[] auditors) => new(
        Path.Combine(data, "stories", name), $"{name}.example/log", EpochRecords, segment, [.. auditors.Select(a => new AuditedLog($"{a}.auditors.example/log"))]);

    private static bool Dice(ulong sequence, uint oneIn) => BitConverter.ToUInt16(Sha256.Of(BitConverter.GetBytes(sequence)).Bytes) < 65_536 / oneIn;
}
