using Assay.Market.Bonds;
using Assay.Reliability.Statistics;
using Assay.Simulation.Measures;

namespace Assay.Simulation.Worlds;

/// <summary>Writes down what a replication shows (docs/experiment.md section 3). It knows the truth, and nobody acts on what it writes.</summary>
internal sealed class Observer(World world)
{
    private const int FirstRankedEpoch = 10;

    // Edges of what was expected, in millionths.
    private static readonly uint[] Edges = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000];

    private readonly Figures figures = world.Figures;

    /// <summary>What accounts said before this epoch, against what it is.</summary>
    public void BeforeAudits(int epoch)
    {
        Span<uint> expected = stackalloc uint[Cast.Seats], proven = stackalloc uint[Cast.Seats], known = stackalloc uint[Cast.Seats], truth = stackalloc uint[Cast.Seats];
        Span<uint> seen = stackalloc uint[Cast.Seats], seenTruth = stackalloc uint[Cast.Seats];
        var (live, shown) = (0, 0);
        foreach (var seat in world.Seats)
        {
            if (seat.Gone)
                continue;
            var records = world.Records[seat.Number]!;
            expected[live] = seat.Forecast.Expected;
            proven[live] = seat.Certificate is { } c ? Math.Max(c.Figures.Life.FailureBound ?? Grid.One, c.Figures.Trailing.FailureBound ?? Grid.One) : Grid.One;
            known[live] = world.Plans[seat.Number].BadChance;
            truth[live++] = records.Truth;
            if (seat.Agent.Kind is not (AgentKind.Omit or AgentKind.Refuse))
                (seen[shown], seenTruth[shown++]) = (seat.Forecast.Expected, records.Truth);
            figures.Add("loss", records.Bad * (Prices.Of(world.Tiers[seat.Number]) + Prices.Harm));
            figures.Add("loss/of", records.Customers / 1000.0);
            figures.Add("loss.net", records.Bad * (Prices.Of(world.Tiers[seat.Number]) + Prices.Harm));
            figures.Add("loss.net/of", records.Customers / 1000.0);
        }
        if (epoch < FirstRankedEpoch)
            return;
        Rank("rank.expected", expected[..live], truth[..live]);
        Rank("rank.shown", seen[..shown], seenTruth[..shown]);
        Rank("rank.proven", proven[..live], truth[..live]);
        // What could be had at best: luck within the epoch is nobody's to foresee.
        Rank("rank.insider", known[..live], truth[..live]);
    }

    private void Rank(string name, ReadOnlySpan<uint> said, ReadOnlySpan<uint> truth)
    {
        if (Ranks.Correlation(said, truth) is { } correlation)
            figures.Mean(name, correlation);
    }

    /// <summary>An epoch was settled; the forecast is still the one that was published before it.</summary>
    public void Settled(Seat seat, int epoch)
    {
        var segment = seat.Segment;
        var counts = segment.Trailing[^1].Judged.Counts;
        var expected = seat.Forecast.Expected;
        var bin = 0;
        while (bin < Edges.Length && expected >= Edges[bin])
            bin++;
        foreach (var name in (ReadOnlySpan<string>)["calibration.all", $"calibration.bin{bin}", $"calibration.{seat.Agent.Kind}"])
        {
            figures.Add(name, counts.Failures);
            figures.Add(name + "/of", expected * (double)counts.Total / 1e6);
        }
        seat.Wronged |= world.Feedback[seat.Number] != default;
        if (epoch % 10 == 9 && world.Feedback[seat.Number] == default)
        {
            var (lowest, highest) = WithoutReplacement.Failures(EpochRecords.Count, counts);
            var failing = (ulong)world.Records[seat.Number]!.Failing;
            figures.Count(Cast.HasFriend(seat.Number, seat.Agent) ? "coverage.epoch.colluded" : "coverage.epoch.honest", failing < lowest || failing > highest);
        }
    }

    /// <summary>What the account says after the epoch.</summary>
    public void Closed(Seat seat, int epoch)
    {
        var (segment, agent) = (seat.Segment, seat.Agent);
        var counts = segment.Traffic.Counts;
        if (agent.Kind == AgentKind.Stable)
        {
            seat.Missed |= seat.Certificate!.Figures.Life.FailureBound is { } bound && bound <= agent.Rate;
            seat.FixedMissed |= Normal(counts) * 1e6 <= agent.Rate;
        }
        if (seat.Slashed is null && counts.Failures > seat.AskedAt)
        {
            seat.AskedAt = counts.Failures;
            if (Excess.Shows(agent.Promised, counts))
            {
                seat.Slashed = epoch;
                if (!seat.EverSlashed)
                    (seat.EverSlashed, seat.SlashedAge, seat.SlashedGain) = (true, seat.Age, seat.Gain);
            }
        }
        if (agent.Kind == AgentKind.Wash)
        {
            figures.Count("wash.best.traffic", seat.Certificate!.Proves(10_000, World.EndOf(epoch)));
            figures.Count("wash.best.both", seat.Certificate.Proves(10_000, World.EndOf(epoch)) && Proven.FailureBound(segment.Canary.Counts) <= 10_000);
            figures.Count("wash.shown.canary", Excess.Shows(10_000, segment.Canary.Counts, 20));
        }
    }

    /// <summary>A provider leaves.</summary>
    public void Leaves(Seat seat) => End(seat);

    public void AtEnd()
    {
        foreach (var seat in world.Seats)
            if (!seat.Gone)
                End(seat);
    }

    private void End(Seat seat)
    {
        var agent = seat.Agent;
        var record = seat.Forecast.Record;
        figures.Add("forecast.gain", (double)((record.Score - record.PlainScore) >> 24) / (1UL << 40));
        figures.Add("forecast.gain/of", record.Verdicts.Total / 1000.0);
        if (agent.Kind == AgentKind.Stable)
        {
            figures.Count("coverage.proven", seat.Missed);
            figures.Count("coverage.normal", seat.FixedMissed);
            figures.Count(seat.Wronged ? "slash.wronged" : "slash.false", seat.EverSlashed);
            if (world.Market is not null)
                figures.Count(seat.Wronged ? "slash.bond.wronged" : "slash.bond.false", seat.BondsSlashed > 0);
        }
        if (seat.Watch is { } watch)
        {
            var detection = $"detect.{agent.Kind}{Friend(seat)}";
            figures.Count(detection + ".alarmed", watch.Alarmed);
            if (watch.Alarmed)
                figures.Mean(detection + ".delay", watch.Verdicts);
            if (DetectionBound.Of(watch.Rate, Changed(seat)) is { } bound)
                figures.Mean(detection + ".bound", bound);
        }
        if (agent.IsHonest)
        {
            figures.Mean($"profit.{agent.Kind}", (double)seat.Profit / seat.Age);
            return;
        }
        // What an honest provider of this age, with as many customers, has earned.
        var twin = agent.Kind switch
        {
            AgentKind.Wash => world.TwinAt(seat.Age) / 4,
            AgentKind.Omit => world.TwinAt(seat.Age) * 11 / 10,
            _ => world.TwinAt(seat.Age),
        };
        var name = $"attack.{agent.Kind}{Friend(seat)}";
        figures.Mean(name + ".net", seat.Profit - twin);
        figures.Add(name + ".paid", seat.Profit - twin);
        figures.Add(name + ".paid/of", seat.Gain);
        figures.Count(name + ".slashed", seat.EverSlashed);
        if (world.Market is not null)
            figures.Mean(name + ".bonds", seat.BondsSlashed);
        if (seat.EverSlashed)
        {
            figures.Mean(name + ".slashedAge", seat.SlashedAge);
            figures.Mean(name + ".slashedGain", seat.SlashedGain);
            Deter(seat, name);
        }
    }

    // What the product's sum says is gained by 19 of 20 until a bond is gone, beside what was.
    private void Deter(Seat seat, string name)
    {
        var conduct = world.Plans[seat.Number];
        var (rate, differs) = ((ulong)world.Setup.AuditRate, (ulong)conduct.ShownChance(world.Setup.Lazy > 0));
        var judged = Cast.HasFriend(seat.Number, seat.Agent) ? rate * (2 * Grid.One - rate) / Grid.One : rate;
        var shown = differs * rate / judged;
        if (shown <= seat.Agent.Promised || conduct.Substituted == 0)
            return;
        var gain = (ulong)Prices.Gain * conduct.Substituted * (Grid.One - conduct.Own) / Grid.One * Grid.One / shown;
        var said = Deterrence.Of(new DeterrenceCase(seat.Agent.Promised, (uint)shown, gain, (uint)judged, EpochRecords.Count, EpochRecords.Count, 0, Grid.One));
        if (said.Verdicts is null)
            return;
        figures.Mean(name + ".deterrence", said.Gain);
        figures.Count("deterrence.exceeded", (ulong)seat.SlashedGain > said.Gain);
    }

    private static string Friend(Seat seat) => Cast.HasFriend(seat.Number, seat.Agent) ? ".friend" : "";

    // Since the change, of all records that count: a friend's passes are as many again.
    private uint Changed(Seat seat)
    {
        var failing = seat.Agent.Kind == AgentKind.Quantise ? 700_000UL : 900_000UL;
        return (uint)(Cast.HasFriend(seat.Number, seat.Agent) ? failing * 1_000_000 / (2_000_000 - world.Setup.AuditRate) : failing);
    }

    // Wilson's one-sided upper bound for 95 %, which is for one look at a number of verdicts that was fixed before.
    private static double Normal(Counts counts)
    {
        const double z = 1.6448536269514722;
        var (n, p) = ((double)counts.Total, counts.Failures / (double)counts.Total);
        return (p + z * z / (2 * n) + z * Math.Sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n);
    }
}
