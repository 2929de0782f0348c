namespace Assay.Reliability.Statistics;

/// <summary>
/// Evidence that failures are more frequent than was promised, strong enough to cost someone money (docs/spec/accounts.md
/// section 9): one e-process from a start that was fixed before, never restarted.
/// </summary>
/// <remarks>
/// Of providers whose failure rate is at most the promised one at every audit, at most one in E ever reaches evidence of E
/// (Ville 1939). The change detector promises less: with it, false alarms are rare in time, yet each will have one.
/// </remarks>
public static class Excess
{
    /// <summary>The evidence at which a bond may be taken: at most one honest provider in a million, ever.</summary>
    public const uint Slashing = 1_000_000;

    /// <summary>The evidence against failure rates of at most <paramref name="promised"/> millionths, in units of 2^-64.</summary>
    public static UInt128 Wealth(uint promised, Counts counts) => Betting.Wealth(Baseline.Ratios(promised), promised, counts);

    /// <summary>Whether that evidence is <paramref name="threshold"/> or more. To be asked after each failure: at a pass it only falls.</summary>
    public static bool Shows(uint promised, Counts counts, uint threshold = Slashing) => Betting.Reaches(threshold, Baseline.Ratios(promised), promised, counts);
}
