namespace Assay.Reliability.Statistics;

/// <summary>How many verdicts passed and how many failed: all that the bounds need to know of a stream, since none of them depends on its order.</summary>
public readonly record struct Counts
{
    /// <summary>A count, and the sum of both, stays below 2^53, as every integer of a statement does.</summary>
    public const ulong Limit = 1UL << 53;

    public Counts(ulong passes, ulong failures)
    {
        if (passes >= Limit || failures >= Limit || passes + failures >= Limit)
            throw new ArgumentOutOfRangeException(nameof(passes), $"{passes} passes and {failures} failures: their sum must stay below 2^53");
        (Passes, Failures) = (passes, failures);
    }

    public ulong Passes { get; }
    public ulong Failures { get; }
    public ulong Total => Passes + Failures;

    public static Counts operator +(Counts a, Counts b) => new(a.Passes + b.Passes, a.Failures + b.Failures);
}
