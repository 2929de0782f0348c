using System.Diagnostics;
using System.Text.Json;
using Assay.Market.Settlements;
using Assay.Reliability.Passports;
using Assay.Verify.Merkle;
using Assay.Verify.Tests;

namespace Assay.Market.Tests.Settlements;

/// <summary>This check of settlements and the second one (verifier/src/settlements) on whole and on tampered files.</summary>
public class SecondSettlementTests
{
    [Fact]
    public void The_second_verifier_agrees_on_whole_and_on_tampered_settlements() => Compare(every: 9, flips: 40);

    [Fact]
    [Trait("speed", "slow")]
    public void The_second_verifier_agrees_on_hundreds_of_settlements() => Compare(every: 1, flips: 400);

    private static void Compare(int every, int flips)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "node"))), "it needs Node.js 20 or newer");
        var file = Path.GetTempFileName();
        try
        {
            var count = 0;
            using (var stream = File.Create(file))
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartArray();
                foreach (var (what, bytes, logs) in Cases(every, flips))
                {
                    // What only a fold shows, the second verifier does not look for.
                    var report = SettlementCheck.Check(bytes, logs.Folded.Policy());
                    if (report.Differences.Length > 0 && report.Differences.All(d => d.Where.StartsWith("paid", StringComparison.Ordinal) || d.Where == "number" || d.Where == "journal"))
                        continue;
                    count++;
                    Write(json, what, bytes, logs, report);
                }
                json.WriteEndArray();
            }
            using var process = Process.Start(new ProcessStartInfo("node", ["--no-warnings", Documents.Find("verifier/test/support/settlements.mjs"), file])
            {
                RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(said + errors.Result == $"{count} settlements, 0 differences\n", said + errors.Result);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IEnumerable<(string What, byte[] File, CoveredLogs Logs)> Cases(int every, int flips)
    {
        var logs = SettlementTests.Good.Value;
        foreach (var policy in (ulong[])[0, 1])
            yield return ($"whole {policy}", CoveredLogs.Bytes(logs.Settlement(policy)), logs);
        var tampered = CoveredLogs.Small(1);
        var good = tampered.Settlement();
        var log = good.Passport.Logs[0];
        for (var i = 0; i < log.Items.Count; i += every)
        {
            PassportItem[] items = [.. log.Items], hidden = [.. items];
            hidden[i] = PassportItem.LeftOut(MerkleTree.LeafHash(items[i].Entry.Span), 0);
            foreach (var (what, changed) in new (string, PassportItem[])[] { ("dropped", [.. items[..i], .. items[(i + 1)..]]), ("doubled", [.. items[..i], items[i], .. items[i..]]), ("left out", hidden) })
                yield return ($"item {i} {what}", CoveredLogs.Bytes(good with { Passport = good.Passport with { Logs = good.Passport.Logs.SetItem(0, log with { Items = changed }) } }), tampered);
        }
        // Bits of the first line, and of all.
        var (bytes, random) = (CoveredLogs.Bytes(good), new Random(17));
        var header = bytes.AsSpan().IndexOf((byte)'\n');
        for (var n = 0; n < flips; n++)
        {
            var flipped = bytes.ToArray();
            var at = random.Next(n % 2 == 0 ? header : bytes.Length);
            flipped[at] ^= (byte)(1 << random.Next(8));
            yield return ($"bit flipped in byte {at}, a {(char)bytes[at]}", flipped, tampered);
        }
    }

    private static void Write(Utf8JsonWriter json, string what, byte[] file, CoveredLogs logs, SettlementReport report)
    {
        json.WriteStartObject();
        json.WriteString("what", what);
        json.WriteBase64String("file", file);
        json.WriteBase64String("policy", logs.Folded.Policy().ToBytes());
        json.WriteStartObject("report");
        json.WriteString("status", report.Status.ToString().ToLowerInvariant());
        // Of the same name here and there but for what was folded here.
        json.WriteString("verdict", report.Accepted ? "unfolded" : report.Verdict);
        json.WriteString("problem", report.Problem);
        json.WriteStartArray("differences");
        foreach (var (where, detail) in report.Differences)
        {
            json.WriteStartObject();
            json.WriteString("where", where);
            json.WriteString("detail", detail);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (report is { Status: PassportStatus.Recomputed, Recomputed: { } figures, Completeness: { } completeness })
        {
            json.WriteNumber("policy", report.File!.Header.Number);
            json.WriteString("account", report.File.Passport.Account.Digest().ToHex());
            json.WriteNumber("payout", report.File.Header.Figures.Payout);
            json.WriteStartObject("window");
            foreach (var (name, value) in new[]
            {
                ("records", figures.Window.Records), ("epochs", figures.Window.Epochs), ("passes", figures.Window.Passes), ("failures", figures.Window.Failures),
                ("undecided", figures.Window.Undecided), ("neither", figures.Window.Neither),
            })
                json.WriteNumber(name, value);
            json.WriteEndObject();
            json.WriteBoolean("triggered", figures.Triggered);
            json.WriteNumber("rate", figures.Rate);
            json.WriteNumber("recomputed", figures.Payout);
            json.WriteBoolean("premiumBack", figures.PremiumBack);
            json.WriteString("journal", completeness.Whole ? "whole" : "part");
            json.WriteNumber("entriesLeftOut", completeness.LeftOut);
            json.WriteNumber("stepsWithoutLook", completeness.StepsWithoutLook);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
