using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Assay.House.Tests;

/// <summary>Which room may use which: docs/architecture.md says it, the project files do it, and the two agree.</summary>
public class ArrowTests
{
    [Fact]
    public void Every_room_is_in_the_table_and_uses_exactly_what_the_table_says()
    {
        var table = Table();
        Assert.Equal(Repository.Rooms, table.Keys.Order(StringComparer.Ordinal));
        foreach (var room in Repository.Rooms)
            Assert.Equal(table[room].Order(StringComparer.Ordinal), References(room).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Arrows_point_down_only()
    {
        // The table's order is the house's, top floor first: a room uses only rooms below it.
        var floors = Table().Keys.ToList();
        foreach (var room in Repository.Rooms)
            foreach (var used in References(room))
                Assert.True(floors.IndexOf(used) > floors.IndexOf(room), $"{room} uses {used}, which is above it");
    }

    [Theory]
    [InlineData("Assay.Engine/Numerics", "Assay.Engine.Models|Assay.Engine.Execution|Assay.Engine.Language|Assay.Engine.Quantization|Assay.Engine.Conformance")]
    [InlineData("Assay.Engine/Models", "Assay.Engine.Execution|Assay.Engine.Language|Assay.Engine.Quantization|Assay.Engine.Conformance")]
    [InlineData("Assay.Engine/Execution", "Assay.Engine.Quantization|Assay.Engine.Conformance")]
    [InlineData("Assay.Engine/Language", "Assay.Engine.Quantization|Assay.Engine.Conformance")]
    [InlineData("Assay.Engine/Quantization", "Assay.Engine.Language|Assay.Engine.Conformance")]
    public void Folders_of_the_engine_use_only_what_stands_before_them(string folder, string forbidden)
    {
        foreach (var source in Repository.Sources("src/" + folder))
            Assert.DoesNotMatch($@"\b({forbidden.Replace(".", @"\.")})\b", File.ReadAllText(source));
    }

    [Fact]
    public void Every_room_has_its_tests()
    {
        foreach (var room in Repository.Rooms)
            Assert.True(Directory.Exists(Path.Combine(Repository.Root, "tests", room + ".Tests")), $"{room} has no tests");
    }

    private static string[] References(string room) =>
        [.. XDocument.Load(Path.Combine(Repository.Root, "src", room, room + ".csproj"))
            .Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))];

    // Rows of the table under "## Rooms": | `Assay.X` | what lives in it | `Assay.Y`, `Assay.Z` |
    private static Dictionary<string, string[]> Table() =>
        Repository.Read("docs/architecture.md").Split('\n')
            .Select(line => Regex.Match(line, @"^\| `(?<room>Assay\.\w+)` \|.*\|(?<uses>[^|]*)\|\s*$"))
            .Where(m => m.Success)
            .ToDictionary(
                m => m.Groups["room"].Value,
                m => Regex.Matches(m.Groups["uses"].Value, @"`(Assay\.\w+)`").Select(u => u.Groups[1].Value).ToArray());
}
