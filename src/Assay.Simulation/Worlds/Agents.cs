namespace Assay.Simulation.Worlds;

/// <summary>Kinds of providers (docs/experiment.md section 2).</summary>
public enum AgentKind
{
    Stable,
    Drifting,
    Clustered,
    Quantise,
    Substitute,
    Wash,
    Refuse,
    Omit,
    Whitewash,
    Exit,
    Seller,
    Buyer,
}

/// <summary>Who sits in a seat and what he does. Strategies are fixed; what is random was drawn from the seat's own stream.</summary>
/// <param name="rate">Chance of failure of an honest answer at first, in millionths.</param>
/// <param name="share">Substituted while it cheats, in millionths.</param>
/// <param name="turn">The epoch of its change, where it has one.</param>
public sealed class Agent(AgentKind kind, uint rate, uint share, int turn, Draws draws)
{
    /// <summary>Of the last epochs of an exit.</summary>
    public const int ExitEpochs = 5;

    private const uint HonestCheat = 1_000;
    private uint rate = rate;
    private bool cheats;

    public AgentKind Kind => kind;

    public int Turn => turn;

    public bool IsHonest => kind is AgentKind.Stable or AgentKind.Drifting or AgentKind.Clustered or AgentKind.Seller;

    /// <summary>Chance of failure of an honest answer in the epoch that was planned last, in millionths.</summary>
    public uint Rate => rate;

    /// <summary>The failure rate that its bond promises, in millionths.</summary>
    public uint Promised
    {
        get
        {
            if (!IsHonest)
                return 5_000;
            if (kind is AgentKind.Drifting or AgentKind.Clustered)
                return 50_000;
            foreach (var step in (ReadOnlySpan<uint>)[2_000, 5_000, 10_000, 20_000])
                if (2 * step >= 3 * rate)
                    return step;
            return 50_000;
        }
    }

    /// <summary>Its seat is empty from now on.</summary>
    public bool IsGone(int epoch) => kind == AgentKind.Exit && epoch >= turn + ExitEpochs;

    /// <summary>Takes a fresh name before this epoch: it fell from what it had cheated with.</summary>
    public bool WantsName(int tier)
    {
        if (kind != AgentKind.Whitewash || !cheats || tier == Prices.Best)
            return false;
        cheats = false;
        return true;
    }

    /// <param name="tier">What it is paid in this epoch, as <see cref="Prices"/> numbers it.</param>
    public Conduct Plan(int epoch, int tier)
    {
        switch (kind)
        {
            case AgentKind.Drifting:
                rate = draws.Chance(500_000) ? Math.Min(rate * 9 / 8, 50_000) : Math.Max(rate * 8 / 9, 200);
                return new(rate);
            case AgentKind.Clustered:
                return draws.Below(12) == 0
                    ? new(rate, IncidentFrom: draws.Below(EpochRecords.Count - 800), IncidentRecords: 200 + draws.Below(601))
                    : new(rate);
            case AgentKind.Quantise:
                return epoch < turn ? new(HonestCheat) : new(HonestCheat, 1_000_000, 700_000);
            case AgentKind.Substitute or AgentKind.Buyer:
                return new(HonestCheat, share, 900_000);
            case AgentKind.Wash:
                return new(HonestCheat, share, 900_000, Own: 750_000);
            case AgentKind.Refuse:
                return new(HonestCheat, share, 900_000, Hides: true);
            case AgentKind.Omit:
                return new(HonestCheat, 0, 900_000, Omitted: EpochRecords.Count / 10);
            case AgentKind.Whitewash:
                cheats |= tier == Prices.Best;
                return cheats ? new(HonestCheat, share, 900_000) : new(HonestCheat);
            case AgentKind.Exit:
                return epoch < turn ? new(HonestCheat) : new(HonestCheat, 1_000_000, 900_000);
            default:
                return new(rate);
        }
    }
}

/// <summary>The seats of a replication.</summary>
public static class Cast
{
    public const int Seats = 36;

    private static readonly uint[] StableRates = [300, 600, 1_000, 2_000, 3_000, 5_000, 8_000, 12_000];
    private static readonly uint[] Shares = [5_000, 10_000, 20_000, 50_000];

    /// <summary>The agent that a seat begins with.</summary>
    public static Agent At(int seat, ulong seed, int replication)
    {
        var draws = Draws.Of(seed, "agent", replication, seat);
        return seat switch
        {
            < 8 => new(AgentKind.Stable, StableRates[seat], 0, 0, draws),
            < 12 => new(AgentKind.Drifting, 2_000, 0, 0, draws),
            < 15 => new(AgentKind.Clustered, 1_000, 0, 0, draws),
            < 18 => new(AgentKind.Quantise, 1_000, 0, 30 + draws.Below(41), draws),
            < 22 => new(AgentKind.Substitute, 1_000, Shares[seat - 18], 0, draws),
            < 24 => new(AgentKind.Wash, 1_000, 200_000, 0, draws),
            < 26 => new(AgentKind.Refuse, 1_000, 100_000, 0, draws),
            < 28 => new(AgentKind.Omit, 1_000, 0, 0, draws),
            < 30 => new(AgentKind.Whitewash, 1_000, 300_000, 0, draws),
            < 32 => new(AgentKind.Exit, 1_000, 0, 60 + draws.Below(31), draws),
            _ => new(AgentKind.Seller, 1_000, 0, 40 + draws.Below(21), draws),
        };
    }

    /// <summary>Who takes the seat of a seller that retires.</summary>
    public static Agent Successor(int seat, ulong seed, int replication) =>
        new(AgentKind.Buyer, 1_000, 300_000, 0, Draws.Of(seed, "buyer", replication, seat));

    /// <summary>Every second cheat has a friend among the auditors.</summary>
    public static bool HasFriend(int seat, Agent agent) => !agent.IsHonest && (seat - 15) % 2 == 1;
}
