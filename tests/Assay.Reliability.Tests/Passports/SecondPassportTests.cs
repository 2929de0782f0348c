using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Assay.Reliability.Passports;
using Assay.Verify.Logs;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Passports;

/// <summary>This verifier of passports and the second one (verifier/src/passports) on whole and on tampered ones.</summary>
public class SecondPassportTests
{
    private sealed record Case(string What, byte[] File, Policy? Policy);

    [Fact]
    public void The_second_verifier_agrees_on_whole_and_on_tampered_passports() => Compare(seeds: 1, every: 10, flips: 40);

    [Fact]
    [Trait("speed", "slow")]
    public void The_second_verifier_agrees_on_thousands_of_passports() => Compare(seeds: 8, every: 1, flips: 4000);

    private static void Compare(int seeds, int every, int flips)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "node"))), "it needs Node.js 20 or newer");
        Case[] cases = [.. Lives(seeds), .. Tampered().Where((_, i) => i < 10 || i % every == 0), .. Flipped(flips)];
        var file = Path.GetTempFileName();
        try
        {
            using (var stream = File.Create(file))
            using (var json = new Utf8JsonWriter(stream))
                Write(json, cases);
            using var process = Process.Start(new ProcessStartInfo("node", ["--no-warnings", Documents.Find("verifier/test/support/passports.mjs"), file])
            {
                RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(said + errors.Result == $"{cases.Length} passports, 0 differences\n", said + errors.Result);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Write(Utf8JsonWriter json, Case[] cases)
    {
        json.WriteStartArray();
        foreach (var (what, file, policy) in cases)
        {
            json.WriteStartObject();
            json.WriteString("what", what);
            json.WriteBase64String("file", file);
            if (policy is not null)
                json.WriteBase64String("policy", policy.ToBytes());
            json.WriteStartObject("report");
            PassportReportFormat.WriteMembers(json, PassportVerifier.Verify(file, policy));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static IEnumerable<Case> Lives(int seeds)
    {
        for (var seed = 1; seed <= seeds; seed++)
        {
            var life = new Life(seed);
            life.Live(700);
            yield return new Case($"life {seed}", Folded.Bytes(life.Folded.Passport()), life.Folded.Policy());
        }
    }

    private static IEnumerable<Case> Tampered()
    {
        var folded = Folded.Small();
        folded.Audited.Provider.Serve(folded.Audited.Key, 42);
        var epoch = folded.Index();
        folded.Audited.Provider.Serve(folded.Audited.Key, 3);
        var (indexer, policy) = (folded.Folder.KeyOf("indexer"), folded.Policy());
        var trusting = policy with { Indexers = [VerifierKey.Create("indexer.test", NoteSignatureType.Ed25519, indexer.PublicKey)], IndexerThreshold = 1 };
        var note = IndexNote.Of(epoch).Sign("indexer.test", indexer);
        var passport = folded.Passport(size => size == epoch.Size ? note : null);
        yield return Of("with an index", passport);
        yield return new Case("without a policy", Folded.Bytes(passport), null);
        yield return new Case("by a policy without indexers", Folded.Bytes(passport), policy);
        yield return new Case("by a policy of other roots", Folded.Bytes(passport), policy with { Roots = [folded.Folder.Root.PublicKey] });
        yield return new Case("by a policy without an auditor", Folded.Bytes(passport), policy with { Log = policy.Log with { Logs = policy.Log.Logs.RemoveAt(3) }, LogText = LinesBut(policy.LogText, 3) });
        yield return Of("another note of the index", With(1, passport.Logs[1] with { Index = passport.Logs[1].Index! with { Note = IndexNote.Of(epoch with { Keys = 7 }).Sign("indexer.test", indexer) } }));
        yield return Of("no steps", passport with { Step = passport.Step + 1 });
        yield return Of("a step fewer", passport with { Step = passport.Step - 1 });
        yield return Of("no segments", passport with { Segments = [] });
        yield return Of("another account", passport with { Account = passport.Account with { Service = "other" } });
        foreach (var (place, log) in passport.Logs.Index())
        {
            yield return Of($"log {place}: another's note", With(place, log with { Note = passport.Logs[(place + 1) % 4].Note }));
            for (var i = 0; i < log.Items.Count; i++)
            {
                PassportItem[] items = [.. log.Items];
                if (items.Length > 1)
                    yield return Of($"log {place}: item {i} dropped", With(place, log with { Items = [.. items[..i], .. items[(i + 1)..]] }));
                yield return Of($"log {place}: item {i} doubled", With(place, log with { Items = [.. items[..i], items[i], .. items[i..]] }));
                var moved = items.ToArray();
                (moved[i], moved[(i + 1) % moved.Length]) = (moved[(i + 1) % moved.Length], moved[i]);
                yield return Of($"log {place}: item {i} moved", With(place, log with { Items = moved }));
                if (items[i].IsShown)
                {
                    var hidden = items.ToArray();
                    hidden[i] = PassportItem.LeftOut(MerkleTree.LeafHash(items[i].Entry.Span), 0);
                    yield return Of($"log {place}: item {i} left out", With(place, log with { Items = hidden }));
                }
            }
        }

        var lines = Encoding.UTF8.GetString(Folded.Bytes(passport)).Split('\n');
        for (var i = 0; i < lines[^2].Length; i++)
            if (char.IsAsciiDigit(lines[^2][i]))
                yield return new Case($"digit {i}", Encoding.UTF8.GetBytes(string.Join('\n', [.. lines[..^2], lines[^2][..i] + (char)(lines[^2][i] == '9' ? '8' : lines[^2][i] + 1) + lines[^2][(i + 1)..], ""])), trusting);

        Case Of(string what, Passport changed) => new(what, Folded.Bytes(changed), trusting);

        Passport With(int place, PassportLog log) => passport with { Logs = passport.Logs.SetItem(place, log) };
    }

    private static string LinesBut(string text, int at) => string.Join('\n', text.Split('\n').Where((_, i) => i != at));

    private static IEnumerable<Case> Flipped(int flips)
    {
        var folded = Folded.Small(1);
        folded.Index();
        var (good, policy, random) = (Folded.Bytes(folded.Passport()), folded.Policy(), new Random(7));
        for (var n = 0; n < flips; n++)
        {
            var bytes = good.ToArray();
            var at = random.Next(bytes.Length);
            bytes[at] ^= (byte)(1 << random.Next(8));
            yield return new Case($"bit flipped in byte {at}, a {(char)good[at]}", bytes, policy);
        }
    }
}
