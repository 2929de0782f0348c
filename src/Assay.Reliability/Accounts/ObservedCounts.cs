using Assay.Reliability.Statistics;
using Assay.Verify;

namespace Assay.Reliability.Accounts;

/// <summary>How many observations came out in which way.</summary>
/// <param name="Passed">Letter <c>p</c>.</param>
/// <param name="Failed">Letter <c>f</c>.</param>
/// <param name="Unanswered">Letter <c>n</c>.</param>
public readonly record struct ObservedCounts(ulong Passed, ulong Failed, ulong Unanswered)
{
    /// <summary>Who does not answer must not look better for it: no answer is a failure.</summary>
    public Counts Counts => new(Passed, Failed + Unanswered);

    /// <summary>Of those that were answered.</summary>
    public Counts Answered => new(Passed, Failed);

    public static ObservedCounts Of(string letters)
    {
        var (passed, failed) = ((ulong)letters.Count(l => l == 'p'), (ulong)letters.Count(l => l == 'f'));
        return new ObservedCounts(passed, failed, (ulong)letters.Length - passed - failed);
    }

    public static ObservedCounts operator +(ObservedCounts a, ObservedCounts b) => new(a.Passed + b.Passed, a.Failed + b.Failed, a.Unanswered + b.Unanswered);

    internal static ObservedCounts Transfer(StateBytes bytes, ObservedCounts counts)
    {
        var (passed, failed, unanswered) = counts;
        bytes.Number(ref passed);
        bytes.Number(ref failed);
        bytes.Number(ref unanswered);
        return (UInt128)passed + failed + unanswered < Statistics.Counts.Limit
            ? new ObservedCounts(passed, failed, unanswered)
            : throw new MalformedException("an account's state with counts above 2^53");
    }
}
