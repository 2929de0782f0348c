using System.Globalization;
using System.Text;
using Assay.Engine.Conformance;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Tests.Conformance;

/// <summary>
/// docs/operators.md is what a run of the suite says, and nothing else. It is written by this test where <c>ASSAY_WRITE_DOCS=1</c>;
/// otherwise the test compares.
/// </summary>
[Trait("speed", "slow")]
public sealed class OperatorPageTests
{
    private const int ShownReasons = 4;

    private static readonly string page = Path.Combine(MadeHere.Repository, "docs", "operators.md");

    [Fact]
    public void The_page_is_what_a_run_of_the_suite_says()
    {
        var text = Page(Suite.Report);
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE_DOCS") == "1")
            File.WriteAllText(page, text);
        Assert.True(File.ReadAllText(page) == text, "docs/operators.md is not what the suite says today: run this test with ASSAY_WRITE_DOCS=1");
    }

    [Fact]
    public void Every_operator_stands_on_the_page_as_the_importer_treats_it()
    {
        var rows = File.ReadLines(page).Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Select(l => l.Split('|', StringSplitOptions.TrimEntries))
            .Where(c => c.Length > 3 && c[2] is "yes" or "left out").ToDictionary(c => c[1], c => c[2], StringComparer.Ordinal);
        Assert.Equal(OnnxOperators.Default.Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, status) in rows)
            Assert.True(status == Status(name), $"{name} is '{Status(name)}', and the page says '{status}'");
    }

    [Fact]
    public void Every_operator_is_supported_or_left_out_with_a_reason()
    {
        var known = Operators.Names.ToHashSet(StringComparer.Ordinal);
        Assert.Equal([], OnnxOperators.Default.Except(known).Except(OnnxOperators.LeftOut.Keys));
    }

    private static string Status(string name) => OnnxOperators.LeftOut.ContainsKey(name) || !Operators.Names.Contains(name) ? "left out" : "yes";

    private static string Page(SuiteReport report)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"# ONNX operators");
        Line($"");
        Line($"Made by a run of the ONNX backend test suite (`ASSAY_WRITE_DOCS=1` and the test `{nameof(OperatorPageTests)}`); a test compares it with each run. Operator sets 1 to {OnnxModel.NewestOpset} of the default domain.");
        Line($"A test passes where type, shape and every number of every output agree within 1e-7 + 1e-3 of the expected value, by the reference and, bit for bit the same, by the fast path.");
        Line($"");
        Line($"| folder | passed | refused | wrong | tests |");
        Line($"|---|---|---|---|---|");
        foreach (var (folder, counts) in report.ByFolder.Append(("all", report.Counts)))
            Line($"| {folder} | {counts.Passed} ({100.0 * counts.Passed / counts.Total:0.0} %) | {counts.Unsupported} | {counts.Failed} | {counts.Total} |");
        Line($"");
        Line($"## Operators");
        Line($"");
        Line($"*own*: tests whose model is this operator alone; *in all*: tests in whose model it occurs. Passed / tests.");
        Line($"");
        Line($"| operator | supported | own | in all | refused in part, or why it is left out |");
        Line($"|---|---|---|---|---|");
        var uses = report.Results.Select(r => (Result: r, Operators: Suite.Operators(r.Test))).ToArray();
        foreach (var name in OnnxOperators.Default)
        {
            var all = uses.Where(u => u.Operators.Contains(name)).ToArray();
            var own = all.Where(u => u.Operators.Count == 1).ToArray();
            Line($"| {name} | {Status(name)} | {Passed(own.Select(u => u.Result))} | {Passed(all.Select(u => u.Result))} | {Remarks(name, report)} |");
        }
        var others = uses.SelectMany(u => u.Operators).Where(o => o.Contains('.', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Line($"");
        Line($"## Operators of other domains in the suite");
        Line($"");
        Line($"| operator | in all |");
        Line($"|---|---|");
        foreach (var name in others)
            Line($"| {name} | {Passed(uses.Where(u => u.Operators.Contains(name)).Select(u => u.Result))} |");
        Line($"");
        Line($"## Tests that do not pass");
        Line($"");
        Line($"| test | operator | reason |");
        Line($"|---|---|---|");
        foreach (var result in report.Results.Where(r => r.Verdict != Verdict.Passed))
            Line($"| {result.Test.FullName} | {result.Operator ?? "-"} | {Cell((result.Verdict == Verdict.Failed ? "wrong: " : "") + result.Reason)} |");
        return text.ToString();
    }

    private static string Passed(IEnumerable<SuiteResult> results)
    {
        var counts = SuiteCounts.Of(results);
        return counts.Total == 0 ? "-" : $"{counts.Passed} / {counts.Total}";
    }

    private static string Remarks(string name, SuiteReport report)
    {
        if (OnnxOperators.LeftOut.TryGetValue(name, out var why))
            return why;
        var reasons = report.ByOperator.FirstOrDefault(r => r.Operator == name)?.Reasons ?? [];
        return Cell(string.Join("; ", reasons.Take(ShownReasons)) + (reasons.Count > ShownReasons ? "; ..." : ""));
    }

    private static string Cell(string text) => text.Replace('|', '/').ReplaceLineEndings(" ");
}
