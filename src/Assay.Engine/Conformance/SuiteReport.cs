namespace Assay.Engine.Conformance;

/// <summary>How many tests passed, failed (wrong, or crashed) and are unsupported (refused).</summary>
public readonly record struct SuiteCounts(int Passed, int Failed, int Unsupported)
{
    public int Total => Passed + Failed + Unsupported;

    public static SuiteCounts Of(IEnumerable<SuiteResult> results)
    {
        var by = results.CountBy(r => r.Verdict).ToDictionary();
        return new(by.GetValueOrDefault(Verdict.Passed), by.GetValueOrDefault(Verdict.Failed), by.GetValueOrDefault(Verdict.Unsupported));
    }
}

/// <summary>What one operator's refusals cost.</summary>
/// <param name="Tests">Tests that it keeps from running.</param>
/// <param name="Reasons">The reasons given, the most frequent first.</param>
public sealed record Refusals(string Operator, int Tests, IReadOnlyList<string> Reasons);

/// <summary>The results of a run of the suite, summed up.</summary>
public sealed class SuiteReport(IReadOnlyList<SuiteResult> results)
{
    /// <summary>Stands for the operator where a refusal names none.</summary>
    public const string NoOperator = "(model)";

    public IReadOnlyList<SuiteResult> Results => results;

    public SuiteCounts Counts { get; } = SuiteCounts.Of(results);

    /// <summary>The folders that were there, in the suite's order.</summary>
    public IReadOnlyList<(string Folder, SuiteCounts Counts)> ByFolder { get; } =
        [.. SuiteArchive.Folders.Select(f => (f, SuiteCounts.Of(results.Where(r => r.Test.Folder == f)))).Where(p => p.Item2.Total > 0)];

    /// <summary>Who refuses, the most frequent first.</summary>
    public IReadOnlyList<Refusals> ByOperator { get; } =
        [.. results.Where(r => r.Verdict == Verdict.Unsupported).GroupBy(r => r.Operator ?? NoOperator, StringComparer.Ordinal)
            .Select(g => new Refusals(g.Key, g.Count(), [.. g.CountBy(r => r.Reason).OrderByDescending(p => p.Value).ThenBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key)]))
            .OrderByDescending(r => r.Tests).ThenBy(r => r.Operator, StringComparer.Ordinal)];

    public IEnumerable<SuiteResult> Failures => results.Where(r => r.Verdict == Verdict.Failed);

    public IEnumerable<SuiteResult> Unsupported => results.Where(r => r.Verdict == Verdict.Unsupported);
}
