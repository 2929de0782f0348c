using System.Collections;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Assay.Market.Tests;

/// <summary>docs/spec/market.vectors.json: lists of cases by name, each written and checked by whoever owns it.</summary>
internal static class MarketVectors
{
    private static readonly Lock OneAtATime = new();

    /// <summary>
    /// The list of this name is what these cases say. With <c>ASSAY_WRITE_VECTORS=1</c> it is written anew, for its changes to be read
    /// before they are committed; the other lists stay as they are.
    /// </summary>
    /// <param name="cases">Of null, booleans, texts, integers, and lists of them; integers of 2^53 or more become texts.</param>
    public static void Check(string list, IEnumerable<object?[]> cases)
    {
        var text = $"[\n    {string.Join(",\n    ", cases.Select(Json))}\n  ]";
        var file = Path.Combine(Root(), "docs", "spec", "market.vectors.json");
        lock (OneAtATime)
        {
            var lists = new SortedDictionary<string, string>(StringComparer.Ordinal);
            if (File.Exists(file))
                using (var json = JsonDocument.Parse(File.ReadAllBytes(file)))
                    foreach (var member in json.RootElement.EnumerateObject())
                        lists[member.Name] = member.Value.GetRawText();
            if (Environment.GetEnvironmentVariable("ASSAY_WRITE_VECTORS") == "1")
            {
                lists[list] = text;
                File.WriteAllText(file, "{\n" + string.Join(",\n", lists.Select(l => $"  \"{l.Key}\": {l.Value}")) + "\n}\n", new UTF8Encoding(false));
            }
            Assert.Equal(lists.GetValueOrDefault(list), text);
        }
    }

    private static string Json(object? value) => value switch
    {
        null => "null",
        bool b => b ? "true" : "false",
        string s => $"\"{s}\"",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Json))}]",
        _ => BigInteger.Parse($"{value}") is var n && BigInteger.Abs(n) < BigInteger.One << 53 ? $"{n}" : $"\"{n}\"",
    };

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
