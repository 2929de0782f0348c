namespace Assay.Reliability.Statistics;

/// <summary>
/// The detector of silent change (docs/spec/accounts.md section 8): Shiryaev-Roberts recursions, one for each ratio, run
/// separately and then averaged; alarm at 10,000.
/// </summary>
/// <remarks>
/// While the failure rate is at most the baseline's, the mean number of audits to an alarm is at least 10,000 (Shin, Ramdas and
/// Rinaldo 2024: an e-detector). The state is rounded down at every step, so an alarm of ours is one of the exact recursion too.
/// A state is one number for each ratio, in units of 2^-64; it begins with zeros and is the caller's to keep.
/// </remarks>
public sealed class ChangeDetector
{
    public const uint Threshold = 10_000;

    /// <summary>The largest value of a number of the state: far above what an alarm needs, and with room for the largest ratio.</summary>
    public static readonly UInt128 Limit = (UInt128.One << 112) - 1;

    private readonly uint[] ratios;
    private readonly ulong[] passFactors;

    /// <param name="rate">The baseline's failure rate, in millionths.</param>
    /// <param name="sixteenths">The ratios watched for, in sixteenths, each above 16 and at most 256, and below 1 when multiplied by the rate.</param>
    public ChangeDetector(uint rate, ReadOnlySpan<uint> sixteenths)
    {
        if (sixteenths.Length is 0 or > 16)
            throw new ArgumentOutOfRangeException(nameof(sixteenths), $"{sixteenths.Length} ratios: one to sixteen are possible");
        ratios = sixteenths.ToArray();
        passFactors = new ulong[ratios.Length];
        for (var i = 0; i < ratios.Length; i++)
        {
            if (ratios[i] is <= 16 or > 256)
                throw new ArgumentOutOfRangeException(nameof(sixteenths), $"a ratio of {ratios[i]}/16 is not above 1 and at most 16");
            var (up, down) = Betting.PassFactor(ratios[i], rate);
            passFactors[i] = (ulong)(((UInt128)up << 64) / down);
        }
    }

    /// <summary>The detector for a segment whose baseline has this rate, by the rule of <see cref="Baseline"/>.</summary>
    public static ChangeDetector For(uint rate) => new(rate, Baseline.Ratios(rate));

    /// <summary>The ratios watched for, in sixteenths.</summary>
    public ReadOnlySpan<uint> Ratios => ratios;

    /// <summary>One verdict: M becomes L (M + 1), with L = r at a failure and (1 - r q)/(1 - q) at a pass.</summary>
    public void Step(Span<UInt128> state, bool failed)
    {
        if (state.Length != ratios.Length)
            throw new ArgumentException($"a state of {state.Length} numbers for {ratios.Length} ratios", nameof(state));
        if (failed)
        {
            for (var i = 0; i < state.Length; i++)
                state[i] = UInt128.Min(((state[i] + FixedPoint.One) * ratios[i]) >> 4, Limit);
        }
        else
        {
            for (var i = 0; i < state.Length; i++)
                state[i] = FixedPoint.Scaled(state[i] + FixedPoint.One, passFactors[i]);
        }
    }

    /// <summary>The detector's value, in units of 2^-64: the mean of the state, rounded down.</summary>
    public static UInt128 Value(ReadOnlySpan<UInt128> state)
    {
        UInt128 sum = 0;
        foreach (var m in state)
            sum += m;
        return sum / (UInt128)state.Length;
    }

    /// <summary>Whether the value is at the threshold or above. At a pass it can only rise by less than 1: look after each verdict.</summary>
    public static bool Alarms(ReadOnlySpan<UInt128> state)
    {
        UInt128 sum = 0;
        foreach (var m in state)
            sum += m;
        return sum >= ((UInt128)(Threshold * (ulong)state.Length) << FixedPoint.Bits);
    }
}
