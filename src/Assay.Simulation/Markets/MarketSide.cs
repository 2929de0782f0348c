using Assay.Market.Bonds;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Statistics;
using Assay.Simulation.Worlds;
using Assay.Verify.Crypto;

namespace Assay.Simulation.Markets;

/// <summary>The market of the arms D and E: pool, bonds, covers, and what they are measured by (docs/experiment.md section 2). Not for several threads.</summary>
public sealed class MarketSide
{
    public const long PoolUnits = 50_000_000;
    private const long Grant = 100_000_000_000;
    private const int Buyers = 8;
    private const int VisitsEach = 3;
    private const long Visit = 25_000;

    private readonly World world;
    private readonly Desk desk = new();
    private readonly ContractTraders contracts;
    private readonly BondTraders bonds;
    private readonly ulong[] buyers = new ulong[Buyers];
    private readonly ulong insider;
    private readonly Dictionary<Hash, ulong> operators = [];
    private readonly Dictionary<(Hash Account, ulong Segment), (Seat Seat, ulong Series)> series = [];
    private long leastPool = PoolUnits;

    public MarketSide(World world)
    {
        this.world = world;
        var lender = desk.Join(0, Grant);
        desk.Do(lender, 0, n => new FundEvent(lender, n, PoolUnits));
        for (var i = 0; i < Buyers; i++)
            buyers[i] = desk.Join(0, Grant);
        insider = desk.Join(0, Grant);
        for (var i = 0; i < Auditors.Count; i++)
        {
            var staker = desk.Join(0, Grant);
            var (origin, key) = (Auditors.Origin(i), Auditors.KeyId(i));
            desk.Do(staker, 0, n => new StakeEvent(staker, n, origin, key, 1_000_000));
        }
        contracts = new ContractTraders(world, desk);
        bonds = new BondTraders(world, desk);
        desk.State.Policies.Settled = Settled;
        desk.State.Series.Slashed = Slashed;
    }

    /// <summary>For its digest.</summary>
    public MarketState State => desk.State;

    /// <summary>Everybody has planned the epoch, and nobody but insiders knows how: now they trade.</summary>
    public void Trade(int epoch)
    {
        if (epoch == 0)
            return;
        var at = World.EndOf(epoch - 1) + 1;
        var draws = Draws.Of(world.Setup.Seed, "market", world.Setup.Replication, epoch);
        foreach (var seat in world.Seats)
            if (!seat.Gone && seat.Certificate is not null)
                Issue(seat, at);
        if (epoch < world.Setup.Epochs - 12)
        {
            foreach (var buyer in buyers)
                for (var i = 0; i < VisitsEach; i++)
                    Buy(buyer, world.Seats[draws.Below(Cast.Seats)], at, draws.Chance(500_000));
            foreach (var seat in world.Seats)
                if (seat.Agent.Kind == AgentKind.Quantise && epoch >= seat.Agent.Turn - 4 && epoch < seat.Agent.Turn)
                    Buy(insider, seat, at, true);
        }
        contracts.Trade(epoch, at, draws);
        bonds.Trade(epoch, at, draws);
    }

    /// <summary>The epoch was audited: the market looks.</summary>
    public void Close(int epoch)
    {
        foreach (var seat in world.Seats)
            if (!seat.Gone)
                desk.State.Apply(LookAt(seat), World.EndOf(epoch));
        desk.State.Apply(new TickEvent(), World.EndOf(epoch));
        var book = desk.State.Book;
        leastPool = Math.Min(leastPool, book.UnitsOf(HolderKind.Pool) + book.UnitsOf(HolderKind.Policy));
    }

    public void AtEnd()
    {
        var (book, figures) = (desk.State.Book, world.Figures);
        figures.Count("ruin.pool", leastPool < PoolUnits / 4);
        figures.Mean("pool.least", leastPool / (double)PoolUnits);
        figures.Mean("pool.end", (book.UnitsOf(HolderKind.Pool) + book.UnitsOf(HolderKind.Policy)) / (double)PoolUnits);
        figures.Mean("market.refused", desk.Refused);
        figures.Mean("market.postings", book.Posted);
        contracts.AtEnd();
        bonds.AtEnd();
        desk.State.CheckAll();
    }

    // A name of one key, which always has an epoch that is running.
    private static LookEvent LookAt(Seat seat)
    {
        var look = LookMaker.Of(seat.Account.State, place => place == seat.Place ? seat.Forecast : Forecast.Start);
        return look with { Segments = [.. look.Segments.Select((s, place) => place == seat.Place ? s with { Waiting = 1 } : s)] };
    }

    private ulong OperatorOf(Seat seat, ulong at)
    {
        var account = seat.Account.State.Account;
        if (!operators.TryGetValue(account, out var number))
            operators.Add(account, number = desk.Join(at, Grant, account));
        return number;
    }

    // Every name and owner has a bond, from the first look on.
    private void Issue(Seat seat, ulong at)
    {
        var (account, place) = (seat.Account.State.Account, (ulong)seat.Place);
        if (series.ContainsKey((account, place)))
            return;
        var issuer = OperatorOf(seat, at);
        var terms = new BondTerms(seat.Agent.Promised, 100_000, 50_000, 200_000, World.EndOf(world.Setup.Epochs) + 100 * World.EpochSeconds);
        var number = desk.State.Series.Issued;
        if (!desk.Do(issuer, at, n => new BondEvent(issuer, n, account, place, terms)))
            return;
        series.Add((account, place), (seat, number));
        bonds.Subscribe(number, at);
    }

    // A customer pays, and may insure what it paid.
    private void Buy(ulong buyer, Seat seat, ulong at, bool insures)
    {
        if (seat.Gone || seat.Certificate is null)
            return;
        var (account, place, payee) = (seat.Account.State.Account, (ulong)seat.Place, OperatorOf(seat, at));
        if (!desk.Do(buyer, at, n => new PayEvent(buyer, n, payee, Visit, account)) || !insures)
            return;
        var cover = new CoverTerms(10_000, 90_000, 2 * EpochRecords.Count, Visit);
        var before = desk.Units(buyer);
        var sold = desk.Do(buyer, at, n => new CoverEvent(buyer, n, account, place, cover, at + 20 * World.EpochSeconds, Visit * 15 / 100));
        world.Figures.Count(buyer == insider ? "insider.sold" : "cover.sold", sold);
        if (!sold)
            return;
        var premium = before - desk.Units(buyer);
        Premium(buyer, premium);
    }

    private void Settled(PolicyOutcome outcome)
    {
        var paid = outcome.Paid.Sum(p => p.Amount);
        if (outcome.PremiumBack)
            Premium(outcome.Policy.Buyer, -paid);
        else
            Paid(outcome.Policy.Buyer, paid);
    }

    private void Premium(ulong buyer, long units)
    {
        world.Figures.Add(buyer == insider ? "insider.paid/of" : "cover.paid/of", units);
        if (buyer != insider)
            world.Figures.Add("loss.net", units);
    }

    private void Paid(ulong buyer, long units)
    {
        world.Figures.Add(buyer == insider ? "insider.paid" : "cover.paid", units);
        if (buyer != insider)
            world.Figures.Add("loss.net", -units);
    }

    private void Slashed(BondSeries slashed)
    {
        if (slashed.SlashedAt is null || !series.TryGetValue((slashed.Window.Account, slashed.Window.Segment), out var known))
            return;
        var seat = known.Seat;
        if (seat.Account.State.Account != slashed.Window.Account || (ulong)seat.Place != slashed.Window.Segment || seat.BondSlashed)
            return;
        seat.BondSlashed = true;
        seat.BondsSlashed++;
        seat.Profit -= slashed.Own(desk.State.Book);
    }
}
