using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Simulation.Worlds;

/// <summary>A place in the world: who sits there, under which account, and what he has earned.</summary>
public sealed class Seat
{
    private readonly int number;
    private int names, owners;

    public Seat(int number, Agent agent)
    {
        (this.number, Agent) = (number, agent);
        TakeName(0);
    }

    public int Number => number;

    public Agent Agent { get; private set; }

    public GivenAccount Account { get; private set; } = null!;

    /// <summary>The place of the newest segment in the account.</summary>
    public int Place { get; private set; }

    public SegmentState Segment => Account.State.Segments[Place];

    public Forecast Forecast { get; private set; } = Forecast.Start;

    /// <summary>What may be relied on in the next epoch; null before the segment's first.</summary>
    public AccountCertificate? Certificate { get; private set; }

    /// <summary>A fault of this name is proved.</summary>
    public bool Faulty { get; set; }

    /// <summary>The seat stands empty.</summary>
    public bool Gone { get; set; }

    /// <summary>What the present agent has earned, and in how many epochs.</summary>
    public long Profit { get; set; }

    public int Age { get; set; }

    /// <summary>What it gained by substituting: 40 a record.</summary>
    public long Gain { get; set; }

    /// <summary>The epoch at whose end <see cref="Excess"/> first showed this segment to be above its promise; null for never.</summary>
    public int? Slashed { get; set; }

    /// <summary>The present agent was slashed under some name.</summary>
    public bool EverSlashed { get; set; }

    /// <summary>Epochs that it had sat there when it was first slashed, and what it had gained by then.</summary>
    public int SlashedAge { get; set; }

    public long SlashedGain { get; set; }

    /// <summary>Waits for the alarm since the present agent's turn; null before that.</summary>
    public TurnWatch? Watch { get; set; }

    /// <summary>The bond of its newest segment is slashed: nobody pays it more than the least.</summary>
    public bool BondSlashed { get; set; }

    /// <summary>Bonds of the present agent that were.</summary>
    public int BondsSlashed { get; set; }

    /// <summary>Its proven bound, and one that is not meant for looking often, were at some look at or below the true rate.</summary>
    public bool Missed { get; set; }

    public bool FixedMissed { get; set; }

    /// <summary>Somebody jammed it or lied about it.</summary>
    public bool Wronged { get; set; }

    /// <summary>Which failures were seen when <see cref="Excess"/> was last asked.</summary>
    public ulong AskedAt { get; set; }

    /// <summary>Epochs in which it was certified for the highest price, and those in which its canaries alone would have been enough for it.</summary>
    public int BestByTraffic { get; set; }

    public int BestByBoth { get; set; }

    /// <summary>Somebody else sits down.</summary>
    /// <param name="price">What he pays for the name.</param>
    public void Succeed(Agent agent, long price)
    {
        Agent = agent;
        (Profit, Age, Gain, EverSlashed, SlashedAge, SlashedGain, Slashed) = (-price, 0, 0, false, 0, 0, null);
        (Watch, BondsSlashed) = (null, 0);
    }

    /// <summary>A new account, which knows nothing.</summary>
    public void TakeName(long price)
    {
        Profit -= price;
        names++;
        Account = new GivenAccount(new AccountId(Sha($"seat {number}, name {names}"), "service", "replay"));
        owners = 0;
        Begin();
        Faulty = false;
    }

    /// <summary>The same account under another owner, as its log says: a new segment.</summary>
    public void ChangeOwner()
    {
        owners++;
        Begin();
    }

    /// <summary>What the epoch's audit makes of the account.</summary>
    public void Close(ulong time, ulong alarmsBefore)
    {
        var segment = Segment;
        Forecast = Forecast.Close(time, segment.Trailing[^1].Judged.Counts, segment.Change.Alarms > alarmsBefore);
        var trailing = default(LetterCounts);
        foreach (var epoch in segment.Trailing)
            trailing += epoch.Judged;
        // AccountFigures.Of without the two figures that nobody here reads and that take the most time.
        var figures = new AccountFigures(ProvenFigure.Of(segment.Traffic.Counts), ProvenFigure.Of(trailing.Counts), null, default, segment.Alarmed, segment.Faults);
        Certificate = new AccountCertificate(Account.State.Account, Place, default, time, figures);
    }

    private void Begin()
    {
        Place = Account.Begin(new Segment("service", Sha("model"), "profile", "region"), (ulong)owners);
        (Forecast, Certificate, Slashed, AskedAt) = (Forecast.Start, null, null, 0);
        (Missed, FixedMissed, Wronged, BondSlashed) = (false, false, false, false);
    }

    private static Hash Sha(string text)
    {
        var sha = Sha256.Start();
        sha.Add(text);
        return sha.Finish();
    }
}
