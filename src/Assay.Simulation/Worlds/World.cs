using Assay.Simulation.Markets;
using Assay.Simulation.Measures;

namespace Assay.Simulation.Worlds;

/// <summary>Arms of the experiment (docs/experiment.md section 2).</summary>
public enum Arm
{
    A,
    B,
    C,
    D,
    E,
}

/// <summary>What a replication is of: with these numbers anyone has the same one again.</summary>
/// <param name="AuditRate">Share of records that each auditor draws, in millionths.</param>
/// <param name="Lazy">How many of the auditors are lazy: 0 or 1.</param>
public sealed record Setup(Arm Arm, ulong Seed, int Replication, int Epochs = 100, uint AuditRate = 50_000, int Lazy = 1)
{
    /// <summary>What replications are put together by.</summary>
    public Cell Cell => new(Arm, AuditRate, Lazy);
}

/// <summary>Replications that differ in nothing but their number.</summary>
public readonly record struct Cell(Arm Arm, uint AuditRate = 50_000, int Lazy = 1);

/// <summary>One replication: seats, auditors, and what is measured of them. Not for several threads.</summary>
public sealed class World
{
    /// <summary>A day.</summary>
    public const ulong EpochSeconds = 86_400;

    private readonly Auditors auditors;
    private readonly Observer observer;
    private readonly long[] twin;

    public World(Setup setup)
    {
        Setup = setup;
        Seats = [.. Enumerable.Range(0, Cast.Seats).Select(i => new Seat(i, Cast.At(i, setup.Seed, setup.Replication)) { Profit = -Prices.FreshName })];
        auditors = new Auditors(setup.AuditRate, setup.Lazy > 0);
        twin = new long[setup.Epochs + 1];
        observer = new Observer(this);
        Market = setup.Arm >= Arm.D ? new MarketSide(this) : null;
    }

    public Setup Setup { get; }

    public IReadOnlyList<Seat> Seats { get; }

    public Figures Figures { get; } = new();

    /// <summary>Of the arms D and E; null in others.</summary>
    public MarketSide? Market { get; }

    /// <summary>What each seat is paid in this epoch.</summary>
    public int[] Tiers { get; } = new int[Cast.Seats];

    /// <summary>This epoch's records of each seat; null of an empty one.</summary>
    public EpochRecords?[] Records { get; } = new EpochRecords?[Cast.Seats];

    /// <summary>What this epoch's records were drawn of: what an insider knows.</summary>
    public Conduct[] Plans { get; } = new Conduct[Cast.Seats];

    /// <summary>What somebody does to a seat's audit in this epoch, beside what its friends do.</summary>
    public AuditConditions[] Feedback { get; } = new AuditConditions[Cast.Seats];

    /// <summary>What an honest provider of 0.1 % or better has earned on average by an age, this replication.</summary>
    public long TwinAt(int age) => twin[age];

    /// <summary>The second at which an epoch has ended, and is settled.</summary>
    public static ulong EndOf(int epoch) => (ulong)(epoch + 1) * EpochSeconds;

    public Figures Run(CancellationToken cancel = default)
    {
        for (var epoch = 0; epoch < Setup.Epochs; epoch++)
        {
            cancel.ThrowIfCancellationRequested();
            Begin(epoch);
            Market?.Trade(epoch);
            observer.BeforeAudits(epoch);
            foreach (var seat in Seats)
                if (!seat.Gone)
                    Audit(seat, epoch);
            Market?.Close(epoch);
            twin[epoch + 1] = (Seats[0].Profit + Seats[1].Profit + Seats[2].Profit) / 3;
        }
        Market?.AtEnd();
        observer.AtEnd();
        return Figures;
    }

    // Names and owners change between epochs; then everybody plans, and customers are answered.
    private void Begin(int epoch)
    {
        foreach (var seat in Seats)
        {
            if (seat.Gone)
                continue;
            if (seat.Agent.IsGone(epoch))
            {
                observer.Leaves(seat);
                (seat.Gone, Records[seat.Number]) = (true, null);
                continue;
            }
            if (seat.Agent.Kind == AgentKind.Seller && epoch == seat.Agent.Turn)
                Sell(seat);
            var tier = Prices.TierOf(seat.Certificate, seat.Faulty || seat.BondSlashed, EndOf(epoch) - EpochSeconds);
            if (seat.Agent.WantsName(tier))
            {
                seat.TakeName(Prices.FreshName);
                tier = 0;
            }
            if (seat.Agent.Kind is AgentKind.Quantise or AgentKind.Exit && epoch == seat.Agent.Turn)
                seat.Watch = TurnWatch.Of(seat.Segment.Change.Rate);
            Tiers[seat.Number] = tier;
            Plans[seat.Number] = seat.Agent.Plan(epoch, tier);
            Feedback[seat.Number] = default;
            Answer(seat, epoch, tier);
        }
    }

    private void Sell(Seat seat)
    {
        var buyer = Cast.Successor(seat.Number, Setup.Seed, Setup.Replication);
        switch (Setup.Arm)
        {
            case Arm.A:
                seat.Succeed(buyer, 0);
                seat.TakeName(Prices.FreshName);
                break;
            case Arm.B:
                seat.Succeed(buyer, Prices.BoughtName);
                break;
            default:
                seat.Succeed(buyer, Prices.FreshName);
                seat.ChangeOwner();
                break;
        }
    }

    private void Answer(Seat seat, int epoch, int tier)
    {
        var records = EpochRecords.Draw(Plans[seat.Number], Draws.Of(Setup.Seed, "records", Setup.Replication, seat.Number, epoch));
        Records[seat.Number] = records;
        var own = EpochRecords.Count - (records.Customers - Plans[seat.Number].Omitted);
        var price = Prices.Of(tier);
        seat.Profit += price * records.Customers - Prices.Easy * own
            - Prices.Cheap * records.Substituted - Prices.Honest * (records.Customers - records.Substituted);
        seat.Gain += Prices.Gain * records.Substituted;
        seat.Age++;
    }

    private void Audit(Seat seat, int epoch)
    {
        var records = Records[seat.Number]!;
        var alarms = seat.Segment.Change.Alarms;
        seat.Account.Step(EndOf(epoch));
        auditors.Settle(
            seat.Account, seat.Place, records, Feedback[seat.Number] with { Friend = Cast.HasFriend(seat.Number, seat.Agent) },
            Draws.Of(Setup.Seed, "audit", Setup.Replication, seat.Number, epoch),
            seat.Watch is { } watch ? watch.Step : null);
        var notices = Draws.Of(Setup.Seed, "notices", Setup.Replication, seat.Number, epoch);
        for (var i = 0; i < Plans[seat.Number].Omitted; i++)
            seat.Faulty |= notices.Chance(1_000);
        observer.Settled(seat, epoch);
        seat.Close(EndOf(epoch), alarms);
        observer.Closed(seat, epoch);
    }
}
