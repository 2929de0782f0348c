using Assay.Market.Contracts;
using Assay.Market.Ledger;
using Assay.Reliability.Statistics;
using Assay.Simulation.Worlds;

namespace Assay.Simulation.Markets;

/// <summary>Those who trade contracts on "of the next 200 audited at most 1 % fail": one that goes by the account, an informed one, noise, a manipulator; in E a short and an auditor.</summary>
internal sealed class ContractTraders
{
    private const long Liquidity = 50_000;
    private const uint Threshold = 10_000;
    private const ulong Audited = 200;
    private const ulong Allowed = 2;
    private const long Grant = 100_000_000_000;
    private const int EpochsBetween = 5;
    // Waiting, grace, and about two in the window.
    private const int EpochsOfHazard = 5;
    private const long JamCost = 20_000;

    private sealed class Told(Seat seat, uint account)
    {
        public Seat Seat => seat;
        public uint Account => account;
        public uint Price { get; set; }
        public bool Manipulated { get; set; }
        public AuditConditions Attack { get; set; }
        public int AttackEpochs { get; set; }
    }

    private readonly World world;
    private readonly Desk desk;
    private readonly ulong sponsor, follower, informed, noise, manipulator, shorter, straw;
    private readonly SortedDictionary<ulong, Told> open = [];
    private readonly Dictionary<ulong, long> spent = [];

    public ContractTraders(World world, Desk desk)
    {
        (this.world, this.desk) = (world, desk);
        (sponsor, follower, informed, noise) = (desk.Join(0, Grant), desk.Join(0, Grant), desk.Join(0, Grant), desk.Join(0, Grant));
        (manipulator, shorter, straw) = (desk.Join(0, Grant), desk.Join(0, Grant), desk.Join(0, Grant));
        desk.State.Contracts.Decided = Decided;
    }

    public void Trade(int epoch, ulong at, Draws draws)
    {
        foreach (var seat in world.Seats)
            if (!seat.Gone && seat.Certificate is not null && seat.Number % EpochsBetween == epoch % EpochsBetween && epoch < world.Setup.Epochs - 12)
                Open(seat, at);
        foreach (var (number, told) in open)
        {
            var contract = desk.State.Contracts.Of(number)!;
            // Once it has begun verdicts are out, and a price that knows them is no forecast.
            if (contract.Window.From is null)
                Visit(number, contract, told, at, draws);
            else
                Attack(told);
        }
        if (world.Setup.Arm == Arm.E && epoch % 10 == 3)
            Short(shorter, new AuditConditions(false, Jammed: 100_000), 5, at, draws);
        if (world.Setup.Arm == Arm.E && epoch % 10 == 8)
            Short(straw, new AuditConditions(false, Slandered: 300_000), 3, at, draws);
    }

    public void AtEnd()
    {
        foreach (var (name, who) in ((string, ulong)[])[("sponsor", sponsor), ("follower", follower), ("informed", informed), ("noise", noise), ("manipulator", manipulator)])
            world.Figures.Mean($"trader.{name}", desk.Units(who) - Grant);
        if (world.Setup.Arm != Arm.E)
            return;
        world.Figures.Mean("trader.short", desk.Units(shorter) - Grant - spent.GetValueOrDefault(shorter));
        world.Figures.Mean("trader.auditor", desk.Units(straw) - Grant);
    }

    private void Open(Seat seat, ulong at)
    {
        var (account, place) = (seat.Account.State.Account, (ulong)seat.Place);
        var number = desk.State.Contracts.Opened;
        if (!desk.Do(sponsor, at, n => new ContractEvent(sponsor, n, account, place, new ContractTerms(Threshold, Audited, Liquidity, at + 20 * World.EpochSeconds))))
            return;
        var forecast = seat.Forecast;
        var memory = forecast.Remembered;
        var said = Beliefs.Mixed(
            Beliefs.AtMost(Allowed, Audited, memory), Beliefs.AtMost(Allowed, Audited, default(Counts)),
            seat.Segment.Alarmed ? 0 : Beliefs.Ever(forecast.Hazard, EpochsOfHazard));
        open.Add(number, new Told(seat, said));
        MoveTo(follower, number, said, 3 * Liquidity, at);
    }

    private void Visit(ulong number, Contract contract, Told told, ulong at, Draws draws)
    {
        if (draws.Chance(300_000))
            Take(noise, number, draws.Chance(500_000) ? AssetKind.Yes : AssetKind.No, Liquidity * 3 / 10, at);
        if (!told.Manipulated && Cast.HasFriend(told.Seat.Number, told.Seat.Agent))
            told.Manipulated = Take(manipulator, number, AssetKind.Yes, 3 * Liquidity, at);
        if (draws.Chance(300_000) && !told.Seat.Gone)
            MoveTo(informed, number, Beliefs.AtMost(Allowed, Audited, Shown(told.Seat)), 3 * Liquidity, at);
        told.Price = contract.YesPrice(desk.State.Book);
    }

    // What an insider holds for the chance that a judged record fails: it knows what is served and who audits.
    private uint Shown(Seat seat)
    {
        var shown = world.Plans[seat.Number].ShownChance(world.Setup.Lazy > 0);
        return Cast.HasFriend(seat.Number, seat.Agent) ? (uint)((ulong)shown * Grid.One / (2 * Grid.One - world.Setup.AuditRate)) : shown;
    }

    private void MoveTo(ulong trader, ulong number, uint price, long most, ulong at)
    {
        var contract = desk.State.Contracts.Of(number)!;
        var book = desk.State.Book;
        var shares = Lmsr.SharesToPrice([contract.Sold(book, contract.Yes), contract.Sold(book, contract.No)], Liquidity, price);
        if (shares != 0)
            Take(trader, number, shares > 0 ? AssetKind.Yes : AssetKind.No, Math.Min(Math.Abs(shares), most), at);
    }

    private bool Take(ulong trader, ulong number, AssetKind side, long shares, ulong at) =>
        desk.Do(trader, at, n => new TradeEvent(trader, n, number, true, side, shares, shares));

    // Bets on the failure of an honest provider, and then brings it about.
    private void Short(ulong trader, AuditConditions attack, int epochs, ulong at, Draws draws)
    {
        ulong[] targets = [.. open.Where(o => o.Value.Seat is { Gone: false, Agent.Kind: AgentKind.Stable } && desk.State.Contracts.Of(o.Key)!.Window.From is null && o.Value.AttackEpochs == 0).Select(o => o.Key)];
        if (targets.Length == 0)
            return;
        var number = targets[draws.Below(targets.Length)];
        var taken = false;
        for (var shares = 2 * Liquidity; !taken && shares >= 1_000; shares /= 2)
            taken = Take(trader, number, AssetKind.No, shares, at);
        world.Figures.Count(trader == straw ? "auditor.bets" : "short.bets", taken);
        if (taken)
            (open[number].Attack, open[number].AttackEpochs) = (attack, epochs);
    }

    private void Attack(Told told)
    {
        if (told.AttackEpochs == 0 || told.Seat.Gone)
            return;
        told.AttackEpochs--;
        world.Feedback[told.Seat.Number] = told.Attack;
        if (told.Attack.Jammed > 0)
            spent[shorter] = spent.GetValueOrDefault(shorter) + JamCost;
    }

    private void Decided(ContractDecision decision)
    {
        if (!open.Remove(decision.Contract.Number, out var told) || told.Price == 0 || decision.Outcome is not (ContractOutcome.Yes or ContractOutcome.No))
            return;
        var yes = decision.Outcome == ContractOutcome.Yes;
        var price = Beliefs.LogScore(yes ? told.Price : Grid.One - told.Price);
        var account = Beliefs.LogScore(yes ? told.Account : Grid.One - told.Account);
        world.Figures.Mean("price.score", price);
        world.Figures.Mean("account.score", account);
        world.Figures.Mean("price.gain", price - account);
        world.Figures.Mean(told.Manipulated ? "price.gain.manipulated" : "price.gain.left", price - account);
        if (told.Attack != default)
            world.Figures.Count(told.Attack.Jammed > 0 ? "short.won" : "auditor.won", !yes);
    }
}
