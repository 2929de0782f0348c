using System.Collections.Immutable;

namespace Assay.Reliability.Statistics;

/// <summary>
/// The expected failure rate of the next epoch, said before it and scored after it (docs/spec/accounts.md section 11): what several
/// memories of the past expect, weighted by how each did, with the plain rate of all verdicts as the one that the others must beat.
/// The hazard of a change stands beside it, and is not in it.
/// </summary>
public sealed record Forecast
{
    private const ulong Day = 86_400;

    /// <summary>Settled epochs after an alarm during which a segment is alarmed (docs/spec/accounts-fold.md section 4).</summary>
    public const uint AlarmedEpochs = 32;

    /// <summary>Half-lives in seconds, 0 for no forgetting. The first is the plain rate; the last forgets what came before an alarm.</summary>
    public static ImmutableArray<ulong> HalfLives { get; } = [0, 120 * Day, 30 * Day, 7 * Day, 0];

    /// <summary>A fresh account: one half is expected, and nothing is known.</summary>
    public static Forecast Start { get; } = new();

    private Forecast()
    {
    }

    /// <summary>One memory of each half-life.</summary>
    public ImmutableArray<Memory> Memories { get; private init; } = [.. HalfLives.Select(_ => new Memory(0, 0, 0))];

    /// <summary>Epochs scored.</summary>
    public uint Epochs { get; private init; }

    /// <summary>Epochs that found the segment not alarmed, and how many of them the change detector alarmed in.</summary>
    public uint Calm { get; private init; }

    public uint Changes { get; private init; }

    /// <summary>Epochs closed since the last alarm, at most <see cref="AlarmedEpochs"/>: then, or where there was none, the segment is not alarmed.</summary>
    public uint SinceAlarm { get; private init; } = AlarmedEpochs;

    /// <summary>When the last epoch closed, in seconds.</summary>
    public ulong ClosedAt { get; private init; }

    /// <summary>The forecast's record so far.</summary>
    public ForecastRecord Record { get; private init; } = new(default, 0, 0, 0);

    /// <summary>The failure rate expected in the next epoch, in millionths, 1 to 999,999. The nearest, not a bound.</summary>
    public uint Expected { get; private init; } = Grid.One / 2;

    /// <summary>
    /// The chance that the change detector alarms in an epoch of a segment that is not alarmed, in millionths an epoch: the mean of
    /// Beta(1/2, 1/2) after what was seen. One half of a fresh account.
    /// </summary>
    public uint Hazard => Nearest(2 * (UInt128)Changes + 1, 2 * ((UInt128)Calm + 1));

    /// <summary>The memory that weighs most in what is expected; of equal ones the first.</summary>
    public int Heaviest
    {
        get
        {
            var best = 0;
            for (var i = 1; i < Memories.Length; i++)
                if (Lead(i) > Lead(best))
                    best = i;
            return best;
        }
    }

    /// <summary>What the heaviest memory holds, to the nearest whole verdict.</summary>
    public Counts Remembered => Memories[Heaviest].Verdicts;

    /// <summary>An epoch closes: its verdicts score what was expected of it, then enter the memories.</summary>
    /// <param name="time">In seconds; a time before the last one counts as that one.</param>
    /// <param name="alarmed">Whether the change detector alarmed in it.</param>
    public Forecast Close(ulong time, Counts verdicts, bool alarmed)
    {
        var elapsed = Epochs == 0 || time <= ClosedAt ? 0 : time - ClosedAt;
        var calm = SinceAlarm == AlarmedEpochs;
        var memories = ImmutableArray.CreateBuilder<Memory>(Memories.Length);
        for (var i = 0; i < Memories.Length; i++)
            memories.Add(Memories[i].After(i == Memories.Length - 1 && alarmed ? 0 : Memory.Left(elapsed, HalfLives[i]), verdicts));
        var next = this with
        {
            Memories = memories.MoveToImmutable(),
            Record = Record.Scored(Expected, Memories[0].Expected, verdicts),
            Epochs = checked(Epochs + 1),
            Calm = Calm + (calm ? 1u : 0u),
            Changes = Changes + (calm && alarmed ? 1u : 0u),
            SinceAlarm = alarmed ? 0 : Math.Min(AlarmedEpochs, SinceAlarm + 1),
            ClosedAt = Math.Max(time, ClosedAt),
        };
        return next with { Expected = next.Mean() };
    }

    // What a memory's expectations were better by than the plain rate, less twice what the forecast was worse by: so it does not follow
    // one memory after another that had luck once.
    private Int128 Lead(int memory) => memory == 0 ? 0
        : Memories[memory].Score - Memories[0].Score - 2 * Int128.Max(Record.PlainScore - Record.Score, 0);

    private uint Mean()
    {
        var most = Lead(Heaviest);
        var (sum, weights) = (UInt128.Zero, UInt128.Zero);
        for (var i = 0; i < Memories.Length; i++)
        {
            var weight = FixedPoint.Exp(Lead(i) - most);
            sum += weight * Memories[i].Expected;
            weights += weight;
        }
        return (uint)((2 * sum + weights) / (2 * weights));
    }

    /// <summary>a/b to the nearest millionth, but neither 0 nor 1.</summary>
    internal static uint Nearest(UInt128 a, UInt128 b) => (uint)UInt128.Clamp((2 * a * Grid.One + b) / (2 * b), 1, Grid.One - 1);
}

/// <summary>Counts that fade, in units of 2^-32, and the logarithmic score of what was expected from them, in units of 2^-64 nats, never above 0.</summary>
public readonly record struct Memory(UInt128 Passes, UInt128 Failures, Int128 Score)
{
    private const int Bits = 32;

    /// <summary>(F + 1/2) / (S + F + 1), to the nearest millionth, 1 to 999,999.</summary>
    public uint Expected => Forecast.Nearest(2 * Failures + (UInt128.One << Bits), 2 * (Passes + Failures + (UInt128.One << Bits)));

    /// <summary>To the nearest whole verdict.</summary>
    public Counts Verdicts => new(Whole(Passes), Whole(Failures));

    /// <summary>Scored by the verdicts of the epoch that has closed; then what is left of it (2^64 for all), and those verdicts.</summary>
    internal Memory After(UInt128 left, Counts verdicts) => new(
        FixedPoint.Scaled(Passes, left) + ((UInt128)verdicts.Passes << Bits),
        FixedPoint.Scaled(Failures, left) + ((UInt128)verdicts.Failures << Bits),
        Score + ForecastRecord.LogScore(Expected, verdicts));

    /// <summary>2^(-elapsed/halfLife) in units of 2^-64, rounded as section 11 says; all for a half-life of 0.</summary>
    internal static UInt128 Left(ulong elapsed, ulong halfLife)
    {
        if (halfLife == 0)
            return FixedPoint.One;
        var (halvings, rest) = Math.DivRem(elapsed, halfLife);
        if (halvings >= FixedPoint.Bits + 1)
            return 0;
        return FixedPoint.Exp(-((Int128)rest * FixedPoint.LnUp(2, 1) / (Int128)halfLife)) >> (int)halvings;
    }

    private static ulong Whole(UInt128 count) => (ulong)((count + (UInt128.One << (Bits - 1))) >> Bits);
}

/// <summary>
/// What a forecast's expectations were worth: verdicts scored, failures expected (in millionths of one), and the logarithmic score
/// of the forecast and of the plain rate of all verdicts before, in units of 2^-64 nats, rounded down.
/// </summary>
public readonly record struct ForecastRecord(Counts Verdicts, UInt128 ExpectedFailures, Int128 Score, Int128 PlainScore)
{
    internal ForecastRecord Scored(uint expected, uint plain, Counts verdicts) => new(
        Verdicts + verdicts,
        ExpectedFailures + (UInt128)expected * verdicts.Total,
        Score + LogScore(expected, verdicts),
        PlainScore + LogScore(plain, verdicts));

    /// <summary>S ln(1 - p) + F ln p, p in millionths between 0 and 1.</summary>
    internal static Int128 LogScore(uint expected, Counts verdicts) =>
        (Int128)verdicts.Passes * FixedPoint.Ln(Grid.One - expected, Grid.One) + (Int128)verdicts.Failures * FixedPoint.Ln(expected, Grid.One);
}
