using System.Text.Json;
using Assay.Verify.Crypto;
using Assay.Verify.Faults;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Tests.Verification;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Vectors;

/// <summary>The folder docs/spec/vectors: its files, by path, as they should be (docs/spec/vectors/README.md says the layout).</summary>
internal static class VectorFiles
{
    public const string BundleFile = "bundle.receipt.json";
    public const string FaultFile = "fault.json";
    public const string PolicyFile = "policy.json";
    public const string CaseFile = "case.json";

    private static readonly JsonWriterOptions Written = new() { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Root => Documents.Find("docs/spec/vectors");

    /// <summary>All files that the generator makes, with what this verifier says of each case.</summary>
    public static SortedDictionary<string, byte[]> Make()
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var bundles = BundleVectors.All.Concat(UnreadableVectors.All)
            .DistinctBy(v => (Sha256.Of(v.Bundle), v.Policy is null ? default(Hash?) : Sha256.Of(v.Policy), v.Finding, v.ProofHolds));
        foreach (var group in bundles.GroupBy(v => v.Name))
            foreach (var (vector, folder) in group.Select((v, i) => (v, $"verify/{v.Name}-{i + 1:00}")))
                Add(files, folder, BundleFile, vector.Bundle, vector.Policy, Judged(vector));
        foreach (var group in FaultVectors.All.DistinctBy(v => (Sha256.Of(v.Fault), v.Policy is null ? default(Hash?) : Sha256.Of(v.Policy))).GroupBy(v => v.Name))
            foreach (var (vector, folder) in group.Select((v, i) => (v, $"fault/{v.Name}-{i + 1:00}")))
                Add(files, folder, FaultFile, vector.Fault, vector.Policy, Judged(vector));
        return files;
    }

    /// <summary>The files that are there.</summary>
    public static SortedDictionary<string, byte[]> Read()
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var part in (string[])["verify", "fault"])
            foreach (var path in Directory.EnumerateFiles(Path.Combine(Root, part), "*", SearchOption.AllDirectories))
                files.Add(Path.GetRelativePath(Root, path), File.ReadAllBytes(path));
        return files;
    }

    /// <summary>What <c>case.json</c> says of a bundle: the report as far as it is part of the specification.</summary>
    public static byte[] Case(string what, ExecutionFinding? finding, bool? proofHolds, Report report) => Json(json =>
    {
        json.WriteString("what", what);
        if (finding is not null)
        {
            json.WriteStartObject("finding");
            json.WriteString("statement", finding.PaeHash.ToHex());
            json.WriteString("found", finding.Outcome.ToString().ToLowerInvariant());
            json.WriteEndObject();
        }
        if (proofHolds is { } holds)
            json.WriteString("proof", holds ? "holds" : "fails");
        var said = JsonDocument.Parse(report.ToJson()).RootElement;
        json.WriteString("verdict", said.GetProperty("verdict").GetString());
        json.WriteNumber("exitCode", report.ExitCode);
        json.WriteStartArray("checks");
        foreach (var check in report.Checks)
            json.WriteStringValue($"{check.Axis.Token()} {check.Status.Token()} {check.Reason}");
        json.WriteEndArray();
        json.WritePropertyName("revocations");
        json.WriteRawValue(said.GetProperty("revocations").GetRawText());
    });

    /// <summary>What <c>case.json</c> says of a fault file.</summary>
    public static byte[] Case(string what, string result, FaultVerdict? verdict) => Json(json =>
    {
        json.WriteString("what", what);
        json.WriteString("result", result);
        json.WriteNumber("exitCode", result switch { "proved" => 0, "not-proved" => 10, "malformed" => 30, _ => 20 });
        json.WriteString("accused", verdict?.Accused?.ToString());
    });

    /// <summary>The word for what a fault file is found to be.</summary>
    public static string ResultOf(ReadOnlySpan<byte> fault, Policy? policy, out FaultVerdict? verdict)
    {
        verdict = null;
        try
        {
            var read = Fault.Parse(fault);
            if (policy is null)
                return "no-policy";
            verdict = FaultJudge.Judge(read, policy.Log);
            return verdict.Proved ? "proved" : "not-proved";
        }
        catch (UnsupportedException)
        {
            return "unsupported";
        }
        catch (MalformedException)
        {
            return "malformed";
        }
    }

    private static byte[] Judged(BundleVector vector) => Case(
        vector.What, vector.Finding, vector.ProofHolds,
        Verifier.Verify(vector.Bundle, vector.Policy is null ? null : Policy.Parse(vector.Policy), vector.Finding, proofs: ProofEvidenceTests.Saying.Of(vector.ProofHolds)));

    private static byte[] Judged(FaultVector vector)
    {
        var result = ResultOf(vector.Fault, vector.Policy is null ? null : Policy.Parse(vector.Policy), out var verdict);
        return Case(vector.What, result, verdict);
    }

    private static void Add(SortedDictionary<string, byte[]> files, string folder, string name, byte[] subject, byte[]? policy, byte[] said)
    {
        files.Add($"{folder}/{name}", subject);
        if (policy is not null)
            files.Add($"{folder}/{PolicyFile}", policy);
        files.Add($"{folder}/{CaseFile}", said);
    }

    private static byte[] Json(Action<Utf8JsonWriter> members)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Written))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }
}
