using System.Text;
using System.Text.Json;
using Assay.Reliability.Passports;
using Assay.Verify;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Passports;

/// <summary>docs/spec/vectors/passports: passports and certificates, good and changed, for whoever writes another implementation.</summary>
public class PassportVectorTests
{
    private const string File = "docs/spec/vectors/passports/passports.json";

    private static readonly JsonWriterOptions Written = new() { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>With <c>ASSAY_WRITE_VECTORS=1</c> the file is written anew, for its changes to be read before they are committed.</summary>
    [Fact]
    public void The_committed_file_is_the_one_that_the_generator_makes()
    {
        var made = Make();
        var path = Documents.Find(File);
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE_VECTORS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllText(path, made);
        }
        Assert.Equal(made, System.IO.File.ReadAllText(path));
    }

    [Fact]
    public void Cases_are_of_every_status_and_every_completeness()
    {
        var cases = JsonDocument.Parse(Documents.Read(File)).RootElement.GetProperty("cases").EnumerateArray().ToArray();
        Assert.Equal(["differs", "malformed", "recomputed", "unsupported"], cases.Select(c => c.GetProperty("status").GetString()).Distinct().Order());
        Assert.Equal(
            ["indexed", "not-checked", "own-word", "whole"],
            cases.SelectMany(c => c.GetProperty("completeness").EnumerateArray()).Select(c => c.GetString()!.Split(' ')[1]).Distinct().Order());
    }

    private static string Make()
    {
        var (small, indexed) = (Folded.Small(1), Folded.Small(1));
        var epoch = indexed.Index();
        var indexer = indexed.Folder.KeyOf("indexer");
        var note = IndexNote.Of(epoch).Sign("indexer.test", indexer);
        var life = new Life(5);
        life.Live(60);
        var passports = new (string Name, string[] Lines)[]
        {
            ("small", Lines(small.Passport())), ("indexed", Lines(indexed.Passport(_ => note))), ("turns", Lines(life.Folded.Passport())),
        };
        var policies = new (string Name, Policy Policy)[]
        {
            ("small", small.Policy()), ("no auditor", small.Policy() is var p ? p with { LogText = p.LogText.Replace($"log {small.Audited.Auditors[0].State.Genesis!.LogKey}\n", ""), Log = p.Log with { Logs = p.Log.Logs.RemoveAt(2) } } : null!),
            ("other roots", small.Policy() with { Roots = [small.Folder.Root.PublicKey] }),
            ("indexed", indexed.Policy() with { Indexers = [VerifierKey.Create("indexer.test", NoteSignatureType.Ed25519, indexer.PublicKey)], IndexerThreshold = 1 }),
            ("turns", life.Folded.Policy()),
        };
        return Text(json =>
        {
            json.WriteStartObject("passports");
            foreach (var (name, lines) in passports)
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
            foreach (var (what, passport, policy, edits) in Cases(passports[0].Lines, passports[1].Lines))
                Case(json, what, passport, policy, edits, passports.Single(p => p.Name == passport).Lines, policies.FirstOrDefault(p => p.Name == policy).Policy);
            json.WriteEndArray();
            json.WriteStartArray("certificates");
            foreach (var (what, certificate, holds) in Certificates(small))
                Certificate(json, what, certificate, small.Policy(), holds);
            json.WriteEndArray();
        });
    }

    // The number of a line, from 0, and what stands there instead: nothing for null, several lines with \n between them.
    private static IEnumerable<(string What, string Passport, string? Policy, Dictionary<int, string?> Edits)> Cases(string[] small, string[] indexed)
    {
        // Line 1 is the folder's log; its items, then the provider's log and its items, and so on.
        int LogAt(string[] lines, int place) => lines.Index().Where(l => l.Item.StartsWith("{\"log\":", StringComparison.Ordinal)).ElementAt(place).Index;
        var (provider, auditor) = (LogAt(small, 1), LogAt(small, 2));
        var step = LogAt(small, 1) - 1;
        yield return ("a passport", "small", "small", []);
        yield return ("without a policy", "small", null, []);
        yield return ("an auditor that the policy does not know", "small", "no auditor", []);
        yield return ("roots that the policy does not know", "small", "other roots", []);
        yield return ("an index that an indexer confirmed", "indexed", "indexed", []);
        yield return ("an index that nobody confirmed to this reader", "indexed", "small", []);
        yield return ("keys that turn, canaries, challenges, other services", "turns", "turns", []);
        yield return ("a figure", "small", "small", new() { [small.Length - 1] = small[^1].Replace("\"disputed\":0", "\"disputed\":1") });
        yield return ("a bound", "small", "small", new() { [small.Length - 1] = small[^1].Replace("\"canary\":{\"passes\":0", "\"canary\":{\"passes\":1") });
        yield return ("an entry is dropped", "small", "small", new() { [auditor + 2] = null });
        yield return ("two entries change places", "small", "small", new() { [auditor + 2] = small[auditor + 3], [auditor + 3] = small[auditor + 2] });
        yield return ("an entry twice", "small", "small", new() { [auditor + 2] = $"{small[auditor + 2]}\n{small[auditor + 2]}" });
        yield return ("an entry of another log", "small", "small", new() { [auditor + 2] = small[provider + 2] });
        yield return ("another log's note", "small", "small", new() { [auditor] = small[auditor].Replace(Note(small[auditor]), Note(small[provider])) });
        yield return ("an older step by its number", "small", "small", new() { [0] = small[0].Replace("\"step\":1", "\"step\":0") });
        yield return ("the last step left out", "small", "small", new() { [step] = LeftOut(small[step]) });
        var seed = indexed.Index().First(l => l.Index > LogAt(indexed, 1) + 3 && l.Item.StartsWith("{\"payloadType\"", StringComparison.Ordinal)).Index;
        yield return ("a commitment left out, below an index", "indexed", "indexed", new() { [seed] = LeftOut(indexed[seed]) });
        var ends = indexed.Index().Last(l => l.Item[0] == '"').Index;
        yield return ("the end of an epoch left out, below an index", "indexed", "indexed", new() { [ends] = LeftOut(indexed[ends]) });
        var index = indexed.Index().Single(l => l.Item.StartsWith("{\"index\":", StringComparison.Ordinal)).Index;
        yield return ("a count of the index", "indexed", "indexed", new() { [index] = indexed[index].Replace("\"count\":600", "\"count\":601") });
        yield return ("another oracle", "small", "small", new() { [0] = small[0].Replace("\"replay\"", "\"graded\"") });
        yield return ("another version", "small", "small", new() { [0] = small[0].Replace(".v1\"", ".v2\"") });
        yield return ("a subtree at a place where none begins", "small", "small", new() { [provider + 1] = $"{small[provider + 1]}\n[1,\"{default(Hash).ToBase64()}\"]" });
        yield return ("the last line missing", "small", "small", new() { [small.Length - 1] = null });
        yield return ("a line too many", "small", "small", new() { [small.Length - 1] = $"{small[^1]}\n{small[^1]}" });
        yield return ("an empty line", "small", "small", new() { [1] = $"\n{small[1]}" });
        yield return ("an unknown member", "small", "small", new() { [1] = small[1].Replace("{\"log\"", "{\"x\":0,\"log\"") });
        yield return ("white space in an item", "small", "small", new() { [provider + 4] = small[provider + 4].Replace("[", "[ ").Replace("{\"p", "{ \"p") });
    }

    private static IEnumerable<(string What, CertificateFile File, bool Holds)> Certificates(Folded folded)
    {
        var good = folded.Certificate();
        var state = good.State.ToArray();
        state[^1] ^= 1;
        yield return ("a certificate", good, true);
        yield return ("another state", good with { State = state }, false);
        yield return ("another service", good with { Account = good.Account with { Service = "another" } }, false);
        yield return ("another log's checkpoint", good with { Proof = good.Proof with { Note = new MemoryTree(folded.Audited.Provider).Note } }, false);
        yield return ("an older step with the newer state", good with { Entry = folded.Folder.Entries[^2], Proof = good.Proof with { Index = good.Proof.Index - 1 } }, false);
    }

    private static void Case(Utf8JsonWriter json, string what, string name, string? policyName, Dictionary<int, string?> edits, string[] lines, Policy? policy)
    {
        var edited = lines.Index().Where(l => !edits.TryGetValue(l.Index, out var edit) || edit is not null).Select(l => edits.GetValueOrDefault(l.Index) ?? l.Item);
        var report = PassportVerifier.Verify(Encoding.UTF8.GetBytes(string.Concat(edited.Select(l => l + "\n"))), policy);
        // A case that changes nothing would be a case of nothing.
        Assert.True(edits.Count == 0 || edits.Any(e => e.Value != lines[e.Key]), what);
        json.WriteStartObject();
        json.WriteString("what", what);
        json.WriteString("passport", name);
        json.WriteStartObject("lines");
        foreach (var (line, text) in edits)
            json.WriteString($"{line}", text);
        json.WriteEndObject();
        json.WriteString("policy", policyName);
        json.WriteString("status", report.Status.ToString().ToLowerInvariant());
        json.WriteString("verdict", report.Verdict);
        json.WriteNumber("exitCode", report.ExitCode);
        json.WriteString("state", report.StateDigest?.ToHex());
        json.WriteString("where", report.Differences.FirstOrDefault()?.Where);
        json.WriteStartArray("completeness");
        foreach (var log in report.Status == PassportStatus.Recomputed ? report.Logs : [])
            json.WriteStringValue($"{log.Origin} {PassportReportFormat.Token(log.Completeness)} {log.UpTo}{(log.Trusted == false ? " untrusted" : "")}");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Certificate(Utf8JsonWriter json, string what, CertificateFile file, Policy policy, bool holds)
    {
        json.WriteStartObject();
        json.WriteString("what", what);
        json.WriteString("certificate", Encoding.UTF8.GetString(file.ToBytes()));
        json.WriteString("policy", "small");
        json.WriteBoolean("holds", Holds(file, policy));
        json.WriteEndObject();
        Assert.Equal(holds, Holds(file, policy));
    }

    private static bool Holds(CertificateFile file, Policy policy)
    {
        try
        {
            return CertificateFile.Parse(file.ToBytes()).Check(policy.Log).Length > 0;
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    private static string[] Lines(Passport passport) => Encoding.UTF8.GetString(Folded.Bytes(passport)).TrimEnd('\n').Split('\n');

    private static string Note(string line)
    {
        var (from, to) = (line.IndexOf("\"note\":", StringComparison.Ordinal), line.IndexOf(",\"items\"", StringComparison.Ordinal));
        return line[from..to];
    }

    private static string LeftOut(string line) =>
        $"[0,\"{MerkleTree.LeafHash(line[0] == '"' ? Base64.Read(line.AsSpan(1, line.Length - 2)) : Encoding.UTF8.GetBytes(line)).ToBase64()}\"]";

    private static string Text(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Written))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
