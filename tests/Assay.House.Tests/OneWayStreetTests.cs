using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Assay.House.Tests;

/// <summary>Records flow into accounts, accounts into prices, and nothing flows back: what judges and what is judged cannot see the market.</summary>
public class OneWayStreetTests
{
    private static readonly string[] Market = ["Assay.Market", "Assay.Simulation"];

    // Whatever makes a record, judges it, or adds it up: every room but the market's and those that may use it. A new room is before it.
    private static IEnumerable<string> Before => Repository.Rooms.Except([.. Market, "Assay.Node", "Assay.Cli"]);

    [Fact]
    public void Nothing_before_the_market_is_built_with_it()
    {
        foreach (var room in Before)
            Assert.Empty(Reached(room).Intersect(Market));
        Assert.Contains("Assay.Audit", Before);
        Assert.Contains("Assay.Reliability", Reached("Assay.Market"));
    }

    [Fact]
    public void No_code_before_the_market_names_it()
    {
        // The store may keep a market's tables for the node; whoever would read them from below would have to name them.
        foreach (var source in Repository.Sources([.. Before.Except(["Assay.Store"]).Select(r => $"src/{r}")]))
            foreach (var line in File.ReadLines(source))
                Assert.False(IsCode(line) && line.Contains("market", StringComparison.OrdinalIgnoreCase), $"{Repository.Relative(source)}: {line.Trim()}");
    }

    [Fact]
    public void A_market_has_no_clock_no_chance_and_no_surroundings_of_its_own()
    {
        foreach (var source in Repository.Sources("src/Assay.Market"))
            foreach (var line in File.ReadLines(source))
                Assert.False(
                    IsCode(line) && Regex.IsMatch(line, @"\b(UtcNow|DateTime|DateTimeOffset|Stopwatch|TimeProvider|Random|RandomNumberGenerator|NewGuid|Environment|CultureInfo\.CurrentCulture)\b"),
                    $"{Repository.Relative(source)}: {line.Trim()}");
    }

    private static bool IsCode(string line) => !line.TrimStart().StartsWith("//", StringComparison.Ordinal);

    // The rooms that a room is built with, itself among them.
    private static HashSet<string> Reached(string room)
    {
        var reached = new HashSet<string>();
        var left = new Stack<string>([room]);
        while (left.TryPop(out var next))
            if (reached.Add(next))
                foreach (var reference in XDocument.Load(Path.Combine(Repository.Root, "src", next, next + ".csproj")).Descendants("ProjectReference"))
                    left.Push(Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
        return reached;
    }
}
