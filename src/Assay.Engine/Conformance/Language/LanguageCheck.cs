using System.Collections.Immutable;
using Assay.Engine.Language;
using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Conformance.Language;

/// <summary>Runs the test vectors of the profile of language models on this machine: by the reference, and by the fast path at every width there is, with one thread and with two.</summary>
public static class LanguageCheck
{
    /// <summary>The vectors that the engine was built with.</summary>
    /// <exception cref="ModelException">They are damaged.</exception>
    public static IReadOnlyList<LanguageCase> Cases()
    {
        using var stream = LanguageProfile.OpenVectors();
        return [.. LanguageCase.ReadAll(stream)];
    }

    public static IEnumerable<ProfileResult> Run(IReadOnlyList<LanguageCase> cases, CancellationToken cancel = default)
    {
        yield return Run(cases, new ReferenceExecutor(), cancel);
        foreach (var isa in Isas.Supported)
            foreach (var threads in new[] { 1, 2 })
                yield return Run(cases, new FastExecutor(isa, threads), cancel);
    }

    /// <summary>What the reference makes of an operation.</summary>
    /// <exception cref="ModelException">There is no such operation, or what it is given is not what it takes.</exception>
    public static LanguageCase Make(string name, string op, ImmutableDictionary<string, string> given)
    {
        using var reference = new ReferenceExecutor();
        return new LanguageCase(name, op, given, LanguageOperations.Run(op, given, reference));
    }

    private static ProfileResult Run(IReadOnlyList<LanguageCase> cases, LanguageExecutor by, CancellationToken cancel)
    {
        using var used = by;
        var differences = new List<ProfileDifference>();
        foreach (var test in cases)
        {
            cancel.ThrowIfCancellationRequested();
            if (Difference(test, by) is { } what)
                differences.Add(new(test.Name, test.Op, by.Name, what));
        }
        return new(by.Name, cases.Count, differences);
    }

    private static string? Difference(LanguageCase test, LanguageExecutor by)
    {
        try
        {
            var got = LanguageOperations.Run(test.Op, test.In, by);
            foreach (var (name, expected) in test.Out.OrderBy(o => o.Key, StringComparer.Ordinal))
                if (!got.TryGetValue(name, out var value))
                    return $"{name} is not computed";
                else if (value != expected)
                    return $"{name}, {Apart(expected, value)}";
            return null;
        }
        catch (ModelException e)
        {
            return e.Message;
        }
    }

    // Float32 are eight characters each; lists are short enough to look at.
    private static string Apart(string expected, string got)
    {
        if (expected.Contains(',', StringComparison.Ordinal) || expected.Length % 8 != 0 || got.Length != expected.Length)
            return $"{Cut(got)}, not {Cut(expected)}";
        var at = expected.AsSpan().CommonPrefixLength(got) / 8;
        return $"number {at}: {got.Substring(at * 8, 8)}, not {expected.Substring(at * 8, 8)}";
    }

    private static string Cut(string text) => text.Length > 80 ? text[..80] + "…" : text;
}
