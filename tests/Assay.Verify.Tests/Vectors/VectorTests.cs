using System.Text.Json;
using Assay.Verify.Crypto;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Tests.Verification;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Vectors;

/// <summary>The conformance kit in docs/spec/vectors: this verifier agrees with it, and it leaves no row out.</summary>
public class VectorTests
{
    private static readonly SortedDictionary<string, byte[]> Committed = VectorFiles.Read();

    /// <summary>With <c>ASSAY_WRITE_VECTORS=1</c> the folder is written anew, for its changes to be read before they are committed.</summary>
    [Fact]
    public void The_committed_files_are_those_that_the_generator_makes()
    {
        var made = VectorFiles.Make();
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE_VECTORS") == "1")
            Write(made);
        var there = VectorFiles.Read();
        Assert.Equal(made.Keys, there.Keys);
        foreach (var (path, bytes) in made)
            Assert.True(bytes.AsSpan().SequenceEqual(there[path]), $"{path} is another");
        Assert.True(there.Values.Sum(b => (long)b.Length) < 7 << 19, "the folder is meant to be small");
    }

    [Fact]
    public void Every_bundle_is_judged_as_its_case_says()
    {
        var cases = Folders("verify");
        foreach (var folder in cases)
        {
            var said = JsonDocument.Parse(Committed[$"{folder}/{VectorFiles.CaseFile}"]).RootElement;
            var policy = Committed.TryGetValue($"{folder}/{VectorFiles.PolicyFile}", out var bytes) ? Policy.Parse(bytes) : null;
            var finding = said.TryGetProperty("finding", out var f)
                ? new ExecutionFinding(
                    Hash.FromHex(f.GetProperty("statement").GetString()), Enum.Parse<ExecutionOutcome>(f.GetProperty("found").GetString()!, ignoreCase: true), "")
                : null;
            bool? holds = said.TryGetProperty("proof", out var proof) ? proof.GetString() == "holds" : null;
            var report = Verifier.Verify(Committed[$"{folder}/{VectorFiles.BundleFile}"], policy, finding, proofs: ProofEvidenceTests.Saying.Of(holds));
            Assert.Equal(
                said.GetProperty("checks").EnumerateArray().Select(c => c.GetString()),
                report.Checks.Select(c => $"{c.Axis.Token()} {c.Status.Token()} {c.Reason}"));
            Assert.Equal(Committed[$"{folder}/{VectorFiles.CaseFile}"], VectorFiles.Case(said.GetProperty("what").GetString()!, finding, holds, report));
        }
        Assert.True(cases.Count > 200, $"only {cases.Count} cases");
    }

    [Fact]
    public void Every_fault_file_is_judged_as_its_case_says()
    {
        var results = new HashSet<string>();
        foreach (var folder in Folders("fault"))
        {
            var said = JsonDocument.Parse(Committed[$"{folder}/{VectorFiles.CaseFile}"]).RootElement;
            var policy = Committed.TryGetValue($"{folder}/{VectorFiles.PolicyFile}", out var bytes) ? Policy.Parse(bytes) : null;
            var result = VectorFiles.ResultOf(Committed[$"{folder}/{VectorFiles.FaultFile}"], policy, out var verdict);
            Assert.Equal(Committed[$"{folder}/{VectorFiles.CaseFile}"], VectorFiles.Case(said.GetProperty("what").GetString()!, result, verdict));
            results.Add($"{folder.Split('/')[1][..^3]} {result}");
        }
        foreach (var kind in (string[])["two-roots", "two-leaves", "late"])
            foreach (var result in (string[])["proved", "not-proved", "no-policy"])
                Assert.Contains($"{kind} {result}", results);
        Assert.Contains("unreadable malformed", results);
        Assert.Contains("unreadable unsupported", results);
    }

    [Fact]
    public void Every_row_of_every_table_has_a_case()
    {
        var found = Folders("verify").SelectMany(f => JsonDocument.Parse(Committed[$"{f}/{VectorFiles.CaseFile}"]).RootElement.GetProperty("checks").EnumerateArray())
            .Select(c => c.GetString()!).ToHashSet();
        var rows = Reasons.ByAxis.SelectMany(a => a.Value.Select(r => $"{a.Key.Token()} {r.Status.Token()} {r.Reason}"));
        var leaning = Reasons.LeansOn.SelectMany(l => l.Value.Select(on => $"{l.Key.Token()} unverifiable {Reasons.DependsOn(on)}"));
        var open = Reasons.ByAxis.Where(a => a.Value.Any(r => r.Status == AxisStatus.Verified)).Select(a => $"{a.Key.Token()} unverifiable {Reasons.NoPolicy}")
            // Both need a policy to be verified at all, and time needs witnesses.
            .Where(r => !r.StartsWith("witnesses", StringComparison.Ordinal) && !r.StartsWith("time", StringComparison.Ordinal) && !r.StartsWith("completeness", StringComparison.Ordinal));
        string[] unread = [$"integrity refuted {Reasons.Malformed}", $"integrity unverifiable {Reasons.Unsupported}", $"signature not-checked {Reasons.NotRead}"];
        var missing = rows.Concat(leaning).Concat(open).Concat(unread).Except(found).ToArray();
        Assert.Empty(missing);
    }

    private static List<string> Folders(string part) =>
        [.. Committed.Keys.Where(p => p.StartsWith(part + "/", StringComparison.Ordinal)).Select(p => p[..p.LastIndexOf('/')]).Distinct()];

    private static void Write(SortedDictionary<string, byte[]> files)
    {
        foreach (var part in (string[])["verify", "fault"])
        {
            if (Directory.Exists(Path.Combine(VectorFiles.Root, part)))
                Directory.Delete(Path.Combine(VectorFiles.Root, part), recursive: true);
        }
        foreach (var (path, bytes) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(VectorFiles.Root, path))!);
            File.WriteAllBytes(Path.Combine(VectorFiles.Root, path), bytes);
        }
    }
}
