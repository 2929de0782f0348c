using System.Security.Cryptography;
using System.Text;
using Assay.Engine.Conformance.Language;
using Assay.Engine.Language;
using Assay.Engine.Models;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Conformance;

/// <summary>The test vectors of the profile of language models: made by the reference, held by every executor, and named in the profile's text by their digest.</summary>
public sealed class LanguageVectorTests(ITestOutputHelper output)
{
    /// <summary>Set to 1, the committed file and the digest in the text are written anew.</summary>
    private const string Write = "ASSAY_WRITE_VECTORS";

    private static readonly string[] Operations =
        ["widen", "quantize", "product", "norm", "rotate", "attention", "gate", "softcap", "experts", "log_probabilities", "noise", "pick", "stop", "mask", "model", "embedding"];

    [Fact]
    public void The_committed_vectors_are_those_that_the_reference_makes()
    {
        using var made = new MemoryStream();
        foreach (var test in LanguageVectorCases.All())
        {
            test.Write(made);
            made.WriteByte((byte)'\n');
        }
        var folder = Path.Combine(ProfileVectorTests.Repository(), "docs/spec");
        if (Environment.GetEnvironmentVariable(Write) == "1")
        {
            File.WriteAllBytes(Path.Combine(folder, "assay-llm-v1.vectors"), made.ToArray());
            var lines = File.ReadAllText(Path.Combine(folder, "assay-llm-v1.md")).Split('\n');
            lines[DigestLine(lines)] = "    " + Convert.ToHexStringLower(SHA256.HashData(made.ToArray()));
            File.WriteAllText(Path.Combine(folder, "assay-llm-v1.md"), string.Join('\n', lines));
        }
        // A case that came after the file was written is not in it yet; one that is in it never changes.
        var byName = Lines(made.ToArray()).ToDictionary(line => LanguageCase.Read(line).Name, StringComparer.Ordinal);
        var committed = Lines(File.ReadAllBytes(Path.Combine(folder, "assay-llm-v1.vectors")));
        foreach (var line in committed)
            Assert.True(byName.GetValueOrDefault(LanguageCase.Read(line).Name) == line, $"'{LanguageCase.Read(line).Name}' is not what was committed; {Write}=1 writes the vectors anew");
        output.WriteLine($"{made.Length} bytes, {byName.Count} cases, {byName.Count - committed.Length} of them not committed");

        static string[] Lines(byte[] bytes) => Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>
    /// Receipts name the profile by this digest. Whoever changes a word of the text changes the digest here as well, and knows that receipts made before are no longer replayed.
    /// </summary>
    [Fact]
    public void The_texts_digest_does_not_change_unnoticed() =>
        Assert.Equal("642845d47d0803627f53923221fdaf6dcaaf607c27637e56b12f2480d20fdef5", Convert.ToHexStringLower(LanguageProfile.Digest.AsSpan()));

    [Fact]
    public void The_text_names_the_vectors_by_their_digest()
    {
        using var stream = LanguageProfile.OpenVectors();
        var lines = Encoding.UTF8.GetString(LanguageProfile.Text.AsSpan()).Split('\n');
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(stream)), lines[DigestLine(lines)].Trim());
    }

    [Fact]
    public void Every_executor_conforms()
    {
        var cases = LanguageCheck.Cases();
        Assert.Equal(Operations.Order(), cases.Select(c => c.Op).Distinct().Order());
        Assert.Equal(Enum.GetNames<WeightType>().Order(), cases.Where(c => c.Op == "product").Select(c => c.In["type"]).Distinct().Order());
        var results = LanguageCheck.Run(cases, TestContext.Current.CancellationToken).ToList();
        Assert.Equal(1 + (2 * Isas.Supported.Count), results.Count);
        foreach (var difference in results.SelectMany(r => r.Differences).Take(5))
            Assert.Fail($"{difference.Case}, {difference.Executor}: {difference.What}");
    }

    [Fact]
    public void A_wrong_bit_is_found_and_told_apart()
    {
        foreach (var test in LanguageCheck.Cases().DistinctBy(c => c.Op))
        {
            var (name, value) = test.Out.OrderBy(o => o.Key, StringComparer.Ordinal).Last();
            var wrong = test with { Out = test.Out.SetItem(name, value.Length == 0 ? "0" : (value[0] == '1' ? "2" : "1") + value[1..]) };
            var results = LanguageCheck.Run([test, wrong], TestContext.Current.CancellationToken).ToList();
            Assert.All(results, r => Assert.Equal(wrong.Op, Assert.Single(r.Differences).Op));
        }
    }

    [Fact]
    public void A_line_that_is_no_case_is_refused_and_a_damaged_one_breaks_nothing()
    {
        foreach (var line in new[] { "", "[]", "{}", "{\"name\":1}", "{\"name\":\"x\",\"op\":\"widen\",\"in\":{}}", "{\"name\":\"x\",\"op\":\"widen\",\"in\":{\"a\":1},\"out\":{}}", "{\"name\":\"x\",\"op\":\"widen\",\"in\":{\"a\":\"\",\"a\":\"1\"},\"out\":{}}" })
            Assert.Throws<ModelException>(() => LanguageCase.Read(line));
        var noise = new Noise(3);
        foreach (var test in LanguageCheck.Cases().Where(c => c.Op is not ("model" or "embedding") && c.In.Values.Sum(v => v.Length) < 3000))
            foreach (var (name, value) in test.In)
            {
                var changed = test with { In = test.In.SetItem(name, Encoding.UTF8.GetString(noise.Mutate(Encoding.UTF8.GetBytes(value)))) };
                // Whatever comes of it is told; nothing else is thrown.
                _ = LanguageCheck.Run([changed], TestContext.Current.CancellationToken).First();
            }
    }

    private static int DigestLine(string[] lines)
    {
        var section = Array.FindIndex(lines, l => l.StartsWith("## ", StringComparison.Ordinal) && l.EndsWith("Test vectors", StringComparison.Ordinal));
        return Array.FindIndex(lines, section, l => l.StartsWith("    ", StringComparison.Ordinal));
    }
}
