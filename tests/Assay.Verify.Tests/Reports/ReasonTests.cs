using System.Text.RegularExpressions;
using Assay.Verify.Reports;
using Assay.Verify.Tests.Verification;

namespace Assay.Verify.Tests.Reports;

/// <summary>The specification's tables and the code know the same findings, and every one of them is found in some test.</summary>
public class ReasonTests
{
    [Fact]
    public void The_tables_of_the_specification_are_the_table_of_the_code()
    {
        var written = Written();
        foreach (var axis in AxisTokens.All)
        {
            var known = Reasons.ByAxis[axis].Select(r => $"{r.Status.Token()}/{r.Reason}").Order(StringComparer.Ordinal);
            // The table of output is that of input; each then has reasons that the other never gives.
            var expected = axis is Axis.Input or Axis.Output ? Contents(written, axis) : written[axis];
            Assert.Equal(expected.Order(StringComparer.Ordinal), known);
        }
    }

    [Fact]
    public void What_leans_on_what_is_as_the_specification_says()
    {
        var text = Regex.Match(Specification(), @"\*\*Leaning\.\*\*(?<text>.*?)\n\n", RegexOptions.Singleline).Groups["text"].Value.ReplaceLineEndings(" ");
        text = text[text.IndexOf("as listed.", StringComparison.Ordinal)..].Replace("`input` and `output`: signature", "`input`: signature. `output`: signature");
        var written = Regex.Matches(text, @"`(?<axis>\w+)`: (?<on>[a-z, ]+)\.").Select(m => $"{m.Groups["axis"].Value}: {m.Groups["on"].Value}");
        Assert.Equal(Reasons.LeansOn.Select(l => $"{l.Key.Token()}: {string.Join(", ", l.Value.Select(a => a.Token()))}"), written);
    }

    [Fact]
    public void Every_row_of_every_table_is_found_by_some_case()
    {
        var found = TamperTests.Found.Concat(FindingTests.Found).Concat(ProofEvidenceTests.Found).ToHashSet();
        var missing = Reasons.ByAxis.SelectMany(a => a.Value.Select(r => (a.Key, r.Status, r.Reason))).Where(row => !found.Contains(row));
        Assert.Empty(missing);
    }

    [Fact]
    public void A_finding_that_no_table_has_is_a_bug()
    {
        Assert.Throws<InvalidOperationException>(() => Check.Verified(Axis.Venue, "operator-word", ""));
        Assert.Throws<InvalidOperationException>(() => Check.Unverifiable(Axis.Time, "depends-on-log", ""));
        Assert.Throws<InvalidOperationException>(() => Check.NotChecked(Axis.Integrity, "not-read", ""));
    }

    private static List<string> Contents(Dictionary<Axis, List<string>> written, Axis axis) =>
        [.. written[Axis.Input].Where(r => axis == Axis.Input ? r != "unverifiable/span" : r != "refuted/no-commitment")];

    // The rows behind "**axis**", up to the next; a row may have several reasons. Of input and venue, what the sentence says too.
    private static Dictionary<Axis, List<string>> Written()
    {
        var written = AxisTokens.All.ToDictionary(a => a, _ => new List<string>());
        var axis = default(Axis?);
        foreach (var line in Specification().Split('\n'))
        {
            if (Regex.Match(line, @"^\*\*(?<axis>\w+)\*\*") is { Success: true } heading)
                axis = AxisTokens.ParseAxis(heading.Groups["axis"].Value);
            if (line.StartsWith("**Leaning", StringComparison.Ordinal))
                break;
            if (axis is not { } current)
                continue;
            if (Regex.Match(line, @"^\| (?<status>verified|refuted|unverifiable|not-checked) \|(?<reasons>[^|]*)\|") is { Success: true } row)
                foreach (Match reason in Regex.Matches(row.Groups["reasons"].Value, @"`(?<reason>[\w-]+)`"))
                    written[current == Axis.Output ? Axis.Input : current].Add($"{row.Groups["status"].Value}/{reason.Groups["reason"].Value}");
        }
        Assert.Contains("it is `refuted`/`no-commitment`", Specification());
        written[Axis.Input].Add("refuted/no-commitment");
        Assert.Contains("**venue**: `not-checked`, `no-claim` where `venue` is empty, else `operator-word`.", Specification());
        written[Axis.Venue] = ["not-checked/no-claim", "not-checked/operator-word"];
        foreach (var a in AxisTokens.All)
            written[a] = [.. written[a].Distinct()];
        return written;
    }

    private static string Specification()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
                return File.ReadAllText(Path.Combine(folder.FullName, "docs", "spec", "verification.md"));
        throw new InvalidOperationException("the tests do not run inside a checkout");
    }
}
