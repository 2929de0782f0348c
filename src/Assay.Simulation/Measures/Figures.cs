using System.Globalization;

namespace Assay.Simulation.Measures;

/// <summary>Named numbers of one replication, added up as it runs.</summary>
public sealed class Figures
{
    private readonly SortedDictionary<string, double> values = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, double> Values => values;

    public double this[string name] => values.GetValueOrDefault(name);

    public void Add(string name, double value) => values[name] = values.GetValueOrDefault(name) + value;

    /// <summary>One more value of what is averaged.</summary>
    public void Mean(string name, double value)
    {
        Add(name, value);
        Add(name + "/of", 1);
    }

    /// <summary>One more of <paramref name="name"/> where it happened, and one more case of <c>name/of</c> in any case.</summary>
    public void Count(string name, bool happened)
    {
        Add(name, happened ? 1 : 0);
        Add(name + "/of", 1);
    }

    /// <summary>As one line: names with the shortest digits that give the same doubles back.</summary>
    public override string ToString() =>
        string.Join(' ', values.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Key}={v.Value:R}")));
}
