using System.Text;
using System.Text.Json;
using Assay.Verify.Crypto;

namespace Assay.Verify.Tests.Crypto;

/// <summary>
/// The 914 edge cases of C2SP's CCTV collection, judged by our rule; docs/spec/ed25519.md prints the result, class by class.
/// </summary>
public class CctvTests
{
    // What our rule refuses beside what the cofactorless equation refuses.
    private static readonly string[] Refused = ["low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R"];

    private sealed record Vector(int Number, string[] Flags, bool Accepted);

    [Fact]
    public void Every_vector_is_judged_by_the_documented_rule()
    {
        var cofactorless = TestData.Json("crypto/ed25519vectors_cofactorless_accepts.json").GetProperty("accepted")
            .EnumerateArray().Select(e => e.GetInt32()).ToHashSet();
        var vectors = Judged();
        foreach (var vector in vectors)
        {
            var expected = cofactorless.Contains(vector.Number) && !vector.Flags.Intersect(Refused).Any();
            Assert.True(expected == vector.Accepted, $"vector {vector.Number} [{string.Join(' ', vector.Flags)}]: expected {expected}");
        }
        Assert.Equal(914, vectors.Length);
        Assert.Equal(43, vectors.Count(v => v.Accepted));
    }

    [Fact]
    public void The_tables_in_the_document_are_those_of_this_run()
    {
        var vectors = Judged();
        var document = Documents.Read("docs/spec/ed25519.md");
        Assert.Contains(ByFlag(vectors), document);
        Assert.Contains(ByCombination(vectors), document);
    }

    private static string ByFlag(Vector[] vectors)
    {
        var flags = vectors.SelectMany(v => v.Flags).Distinct().Order(StringComparer.Ordinal);
        return Table("flag", [.. flags.Select(f => ($"`{f}`", vectors.Where(v => v.Flags.Contains(f)))), ("none", vectors.Where(v => v.Flags.Length == 0)), ("**all**", vectors)]);
    }

    private static string ByCombination(Vector[] vectors) => Table(
        "flags of a vector, together",
        [.. vectors.GroupBy(v => string.Join(", ", v.Flags)).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (g.Key.Length == 0 ? "(none)" : g.Key, g.AsEnumerable()))]);

    private static string Table(string what, (string Name, IEnumerable<Vector> Vectors)[] rows)
    {
        var text = new StringBuilder($"| {what} | vectors | accepted | refused |\n| --- | ---: | ---: | ---: |\n");
        foreach (var (name, vectors) in rows)
            text.Append($"| {name} | {vectors.Count()} | {vectors.Count(v => v.Accepted)} | {vectors.Count(v => !v.Accepted)} |\n");
        return text.ToString();
    }

    private static Vector[] Judged() =>
    [
        .. TestData.Json("crypto/ed25519vectors.json").EnumerateArray().Select(v => new Vector(
            v.GetProperty("number").GetInt32(),
            v.GetProperty("flags") is { ValueKind: JsonValueKind.Array } list
                ? [.. list.EnumerateArray().Select(f => f.GetString()!).Order(StringComparer.Ordinal)] : [],
            Verifies(v.GetProperty("key").GetString()!, v.GetProperty("sig").GetString()!, v.GetProperty("msg").GetString()!))),
    ];

    private static bool Verifies(string key, string signature, string message)
    {
        try
        {
            return PublicKey.FromRaw(Convert.FromHexString(key)).Verify(Encoding.UTF8.GetBytes(message), Convert.FromHexString(signature));
        }
        catch (MalformedException)
        {
            return false;
        }
    }
}
