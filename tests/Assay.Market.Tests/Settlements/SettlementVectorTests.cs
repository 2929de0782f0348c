using System.Text;
using System.Text.Json;
using Assay.Market.Journal;
using Assay.Market.Settlements;
using Assay.Verify.Merkle;
using Assay.Verify.Tests;
using Policy = Assay.Verify.Policies.Policy;

namespace Assay.Market.Tests.Settlements;

/// <summary>docs/spec/vectors/settlements: settlement files that show a part of their journal, good and changed, for whoever writes another implementation.</summary>
/// <remarks>Parts only: what a whole journal's state is encoded as grows with what markets sell, and what these files say does not.</remarks>
public class SettlementVectorTests
{
    private const string File = "docs/spec/vectors/settlements/settlements.json";

    private static readonly JsonWriterOptions Written = new() { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>With <c>ASSAY_WRITE_VECTORS=1</c> the file is written anew first, for its changes to be read before they are committed.</summary>
    [Fact]
    public void Every_case_is_what_the_file_says()
    {
        var path = Documents.Find(File);
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE_VECTORS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllText(path, Make());
        }
        using var json = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
        var (files, policies) = (json.RootElement.GetProperty("settlements"), json.RootElement.GetProperty("policies"));
        var statuses = new HashSet<string>();
        foreach (var one in json.RootElement.GetProperty("cases").EnumerateArray())
        {
            var what = one.GetProperty("what").GetString()!;
            string[] lines = [.. files.GetProperty(one.GetProperty("settlement").GetString()!).EnumerateArray().Select(l => l.GetString()!)];
            var edits = one.GetProperty("lines").EnumerateObject().ToDictionary(l => int.Parse(l.Name, System.Globalization.CultureInfo.InvariantCulture), l => l.Value.GetString());
            var policy = one.GetProperty("policy").GetString() is { } name ? Policy.Parse(Encoding.UTF8.GetBytes(policies.GetProperty(name).GetString()!)) : null;
            var report = SettlementCheck.Check(Edited(lines, edits), policy);
            Assert.Equal((what, one.GetProperty("status").GetString(), one.GetProperty("verdict").GetString(), one.GetProperty("exitCode").GetInt32()), (what, Status(report), report.Verdict, report.ExitCode));
            Assert.Equal((what, one.GetProperty("where").GetString()), (what, report.Differences.FirstOrDefault()?.Where));
            Assert.Equal((what, one.GetProperty("recomputed").GetRawText()), (what, Recomputed(report)));
            statuses.Add(Status(report));
        }
        Assert.Equal(4, statuses.Count);
    }

    private static string Make()
    {
        var small = CoveredLogs.Small(1);
        var ticked = new CoveredLogs(1);
        ticked.Live(4, _ => 'r');
        ticked.Buy(1, seconds: 86_400);
        ticked.Audited.Time += 100_000;
        ticked.Do(SignedEvent.Of(new TickEvent()).ToBytes());
        var skipped = new CoveredLogs(2);
        skipped.Live(6, _ => 'r');
        skipped.Buy(1);
        skipped.Live(4, _ => 'r');
        skipped.Live(3, s => s % 3 == 0 ? 'u' : 'r', look: false);
        skipped.Live(5, s => s % 9 == 0 ? 'x' : s % 9 == 1 ? 'o' : s % 9 == 2 ? 'd' : 'r');
        var files = new (string Name, CoveredLogs Logs, string[] Lines)[]
        {
            ("small", small, Lines(small)), ("ticked", ticked, Lines(ticked)), ("skipped", skipped, Lines(skipped)),
        };
        var trusting = small.Folded.Policy();
        var policies = files.Select(f => (f.Name, Policy: f.Logs.Folded.Policy()))
            .Append((Name: "no market", Policy: trusting with { LogText = string.Join('\n', trusting.LogText.Split('\n')[1..]), Log = trusting.Log with { Logs = trusting.Log.Logs.RemoveAt(0) } })).ToArray();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Written))
        {
            json.WriteStartObject();
            json.WriteStartObject("settlements");
            foreach (var (name, _, lines) in files)
            {
                json.WriteStartArray(name);
                foreach (var line in lines)
                    json.WriteStringValue(line);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteStartObject("policies");
            foreach (var (name, policy) in policies)
                json.WriteString(name, Encoding.UTF8.GetString(policy.ToBytes()));
            json.WriteEndObject();
            json.WriteStartArray("cases");
            foreach (var (what, name, policy, edits) in Cases(files[0].Lines))
            {
                var (_, _, lines) = files.Single(f => f.Name == name);
                Assert.True(edits.Count == 0 || edits.Any(e => e.Value != lines[e.Key]), what);
                Case(json, what, name, policy, edits, SettlementCheck.Check(Edited(lines, edits), policies.FirstOrDefault(p => p.Name == policy).Policy));
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static IEnumerable<(string What, string File, string? Policy, Dictionary<int, string?> Edits)> Cases(string[] small)
    {
        yield return ("a settlement", "small", "small", []);
        yield return ("without a policy", "small", null, []);
        yield return ("a policy that does not know the market's log", "small", "no market", []);
        yield return ("a tick settles, and the premium goes back", "ticked", "ticked", []);
        yield return ("a step without a look, letters of all kinds", "skipped", "skipped", []);
        foreach (var (member, from, to) in new[]
        {
            ("records", "\"records\":", "\"records\":1"), ("failures", "\"failures\":", "\"failures\":1"), ("payout", "\"payout\":", "\"payout\":1"), ("rate", "\"rate\":", "\"rate\":1"),
            ("triggered", "\"triggered\":true", "\"triggered\":false"), ("premiumBack", "\"premiumBack\":false", "\"premiumBack\":true"),
        })
            yield return ($"another figure: {member}", "small", "small", new() { [0] = Replaced(small[0], from, to) });
        yield return ("settled elsewhere", "small", "small", new() { [0] = Replaced(small[0], "\"settled\":[", "\"settled\":[1") });
        yield return ("bought elsewhere", "small", "small", new() { [0] = Replaced(small[0], "\"opened\":[", "\"opened\":[1") });
        // Line 2 is the folder's log; its items follow.
        for (var i = 3; !small[i].StartsWith("{\"log\":", StringComparison.Ordinal); i++)
            if (small[i][0] == '{')
            {
                yield return ($"the entry of line {i} is dropped", "small", "small", new() { [i] = null });
                yield return ($"the entry of line {i} is left out", "small", "small", new() { [i] = $"[0,\"{MerkleTree.LeafHash(Encoding.UTF8.GetBytes(small[i])).ToBase64()}\"]" });
            }
        yield return ("another version", "small", "small", new() { [0] = Replaced(small[0], ".v1\"", ".v2\"") });
        yield return ("another kind of position", "small", "small", new() { [0] = Replaced(small[0], "\"cover\"", "\"coven\"") });
        yield return ("an unknown member", "small", "small", new() { [0] = Replaced(small[0], "{\"mediaType\"", "{\"x\":0,\"mediaType\"") });
        yield return ("a member missing", "small", "small", new() { [0] = Replaced(small[0], "\"triggered\":true,", "") });
        yield return ("a passport of another version", "small", "small", new() { [1] = Replaced(small[1], ".v1\"", ".v2\"") });
        yield return ("no passport", "small", "small", new() { [1] = null });
    }

    private static string Replaced(string line, string from, string to)
    {
        var at = line.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, from);
        return line[..at] + to + line[(at + from.Length)..];
    }

    private static byte[] Edited(string[] lines, Dictionary<int, string?> edits) => Encoding.UTF8.GetBytes(
        string.Concat(lines.Index().Where(l => !edits.TryGetValue(l.Index, out var edit) || edit is not null).Select(l => (edits.GetValueOrDefault(l.Index) ?? l.Item) + "\n")));

    private static void Case(Utf8JsonWriter json, string what, string name, string? policy, Dictionary<int, string?> edits, SettlementReport report)
    {
        json.WriteStartObject();
        json.WriteString("what", what);
        json.WriteString("settlement", name);
        json.WriteStartObject("lines");
        foreach (var (line, text) in edits)
            json.WriteString($"{line}", text);
        json.WriteEndObject();
        json.WriteString("policy", policy);
        json.WriteString("status", Status(report));
        json.WriteString("verdict", report.Verdict);
        json.WriteNumber("exitCode", report.ExitCode);
        json.WriteString("where", report.Differences.FirstOrDefault()?.Where);
        json.WritePropertyName("recomputed");
        json.WriteRawValue(Recomputed(report));
        json.WriteEndObject();
    }

    /// <summary>[records, epochs, passes, failures, undecided, neither, triggered, rate, payout, premium back, journal's entries left out, steps without a look], or null.</summary>
    private static string Recomputed(SettlementReport report) => report is not { Recomputed: { } r, Completeness: { } c } ? "null"
        : $"[{r.Window.Records}, {r.Window.Epochs}, {r.Window.Passes}, {r.Window.Failures}, {r.Window.Undecided}, {r.Window.Neither}, {(r.Triggered ? "true" : "false")}, {r.Rate}, {r.Payout}, {(r.PremiumBack ? "true" : "false")}, {c.LeftOut}, {c.StepsWithoutLook}]";

    private static string Status(SettlementReport report) => report.Status.ToString().ToLowerInvariant();

    private static string[] Lines(CoveredLogs logs)
    {
        // A log that is long beside the journal, so that a part is shown.
        for (var i = 0UL; i < 1100; i++)
            logs.Log.Add(new Verify.Statements.AuditRefusalEvent(logs.Log.Origin, "other.test/log", default, i, 5, default));
        return Encoding.UTF8.GetString(CoveredLogs.Bytes(logs.Settlement(whole: false))).TrimEnd('\n').Split('\n');
    }
}
