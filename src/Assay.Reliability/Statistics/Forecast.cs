using System.Collections.Immutable;

namespace Assay.Reliability.Statistics;

/// <summary>
/// The expected failure rate of the next epoch, said before it and scored after it (docs/spec/accounts.md section 11): discounted counts,
/// mixed with the chance that everything changes.
/// </summary>
public sealed record Forecast
{
    /// <summary>Half-lives in seconds: 30 days first, which ties go to; 7 days, 120 days, and no forgetting (0).</summary>
    public static ImmutableArray<ulong> HalfLives { get; } = [30 * 86_400, 7 * 86_400, 120 * 86_400, 0];

    /// <summary>A fresh account: one half is expected, and nothing is known.</summary>
    public static Forecast Start { get; } = new();

    private Forecast()
    {
    }

    /// <summary>One memory of each half-life.</summary>
    public ImmutableArray<Memory> Memories { get; private init; } = [.. HalfLives.Select(_ => new Memory(0, 0, 0))];

    /// <summary>Epochs scored, and how many of them held a change.</summary>
    public uint Epochs { get; private init; }

    public uint Changes { get; private init; }

    /// <summary>When the last epoch closed, in seconds.</summary>
    public ulong ClosedAt { get; private init; }

    /// <summary>The forecast's record so far.</summary>
    public ForecastRecord Record { get; private init; } = new(default, 0, 0, 0);

    /// <summary>The memory whose forecasts scored best so far.</summary>
    public int Best
    {
        get
        {
            var best = 0;
            for (var i = 1; i < Memories.Length; i++)
                if (Memories[i].Score > Memories[best].Score)
                    best = i;
            return best;
        }
    }

    /// <summary>The failure rate expected in the next epoch, in millionths, 1 to 999,999. The nearest, not a bound.</summary>
    public uint Expected => ExpectedBy(Memories[Best]);

    /// <summary>An epoch closes: its verdicts score what was expected of it, then enter the memories.</summary>
    /// <param name="time">In seconds; a time before the last one counts as that one.</param>
    /// <param name="changed">Whether the change detector alarmed in it.</param>
    public Forecast Close(ulong time, Counts verdicts, bool changed)
    {
        var elapsed = Epochs == 0 || time <= ClosedAt ? 0 : time - ClosedAt;
        return this with
        {
            Record = Record.Scored(Expected, verdicts),
            Memories = [.. Memories.Select((m, i) => m.Scored(ExpectedBy(m), verdicts).After(elapsed, HalfLives[i], verdicts))],
            Epochs = checked(Epochs + 1),
            Changes = Changes + (changed ? 1u : 0u),
            ClosedAt = Math.Max(time, ClosedAt),
        };
    }

    // (1 - h) rate + h / 2 with h = (2 changes + 1) / (2 (epochs + 1)), to the nearest millionth.
    private uint ExpectedBy(Memory memory)
    {
        var (up, down) = (2 * (UInt128)Changes + 1, 2 * ((UInt128)Epochs + 1));
        var mean = ((down - up) * memory.Rate + up * (FixedPoint.One / 2)) / down;
        return (uint)UInt128.Clamp((mean * Grid.One + FixedPoint.One / 2) >> FixedPoint.Bits, 1, Grid.One - 1);
    }
}

/// <summary>Counts that fade, in units of 2^-32, and the logarithmic score of the forecasts made from them, in units of 2^-64 nats, never above 0.</summary>
public readonly record struct Memory(UInt128 Passes, UInt128 Failures, Int128 Score)
{
    private const int Bits = 32;

    /// <summary>(F + 1/2) / (S + F + 1), in units of 2^-64, rounded down.</summary>
    public UInt128 Rate
    {
        get
        {
            var half = UInt128.One << (Bits - 1);
            // At most 2^54 units of 2^-32: 86 bits; with one more bit of scale than 128 allow, so 40 first and 24 after.
            var (n, d) = (Failures + half, Passes + Failures + 2 * half);
            var high = (n << 40) / d;
            var rest = (n << 40) % d;
            return (high << 24) + (rest << 24) / d;
        }
    }

    internal Memory Scored(uint expected, Counts verdicts) => this with { Score = Score + ForecastRecord.LogScore(expected, verdicts) };

    /// <summary>What is left after some seconds, and the verdicts of the epoch that has closed.</summary>
    internal Memory After(ulong elapsed, ulong halfLife, Counts verdicts)
    {
        var left = halfLife == 0 ? FixedPoint.One : Left(elapsed, halfLife);
        return this with
        {
            Passes = FixedPoint.Scaled(Passes, left) + ((UInt128)verdicts.Passes << Bits),
            Failures = FixedPoint.Scaled(Failures, left) + ((UInt128)verdicts.Failures << Bits),
        };
    }

    /// <summary>2^(-elapsed/halfLife) in units of 2^-64, rounded as section 11 says.</summary>
    internal static UInt128 Left(ulong elapsed, ulong halfLife)
    {
        var (halvings, rest) = Math.DivRem(elapsed, halfLife);
        if (halvings >= FixedPoint.Bits + 1)
            return 0;
        return FixedPoint.Exp(-((Int128)rest * FixedPoint.LnUp(2, 1) / (Int128)halfLife)) >> (int)halvings;
    }
}

/// <summary>
/// What a forecast's expectations were worth: verdicts scored, failures expected (in millionths of one), and the logarithmic score
/// of the forecast and of the plain rate of all verdicts before, in units of 2^-64 nats, rounded down.
/// </summary>
public readonly record struct ForecastRecord(Counts Verdicts, UInt128 ExpectedFailures, Int128 Score, Int128 PlainScore)
{
    internal ForecastRecord Scored(uint expected, Counts verdicts) => new(
        Verdicts + verdicts,
        ExpectedFailures + (UInt128)expected * verdicts.Total,
        Score + LogScore(expected, verdicts),
        PlainScore + LogScore(PlainRate(Verdicts), verdicts));

    /// <summary>S ln(1 - p) + F ln p, p in millionths between 0 and 1.</summary>
    internal static Int128 LogScore(uint expected, Counts verdicts) =>
        (Int128)verdicts.Passes * FixedPoint.Ln(Grid.One - expected, Grid.One) + (Int128)verdicts.Failures * FixedPoint.Ln(expected, Grid.One);

    // (F + 1/2) / (n + 1) to the nearest millionth.
    private static uint PlainRate(Counts before)
    {
        var d = 2 * ((UInt128)before.Total + 1);
        return (uint)UInt128.Clamp(((2 * (UInt128)before.Failures + 1) * Grid.One + d / 2) / d, 1, Grid.One - 1);
    }
}
