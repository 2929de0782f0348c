using System.Globalization;

namespace Assay.Node.Web.Pages.Charts;

/// <summary>One axis of a chart.</summary>
/// <param name="From">Its low end; above 0 on a logarithmic axis.</param>
/// <param name="To">Its high end, above the low one.</param>
/// <param name="Words">A value as its tick says it.</param>
public sealed record Axis(string Label, double From, double To, bool IsLog, Func<double, string> Words)
{
    private const int Wanted = 5;

    /// <summary>Where a value stands, from 0 to 1; what is beyond an end stands there.</summary>
    public double At(double value)
    {
        var at = IsLog ? (Math.Log(Math.Max(value, From)) - Math.Log(From)) / (Math.Log(To) - Math.Log(From)) : (value - From) / (To - From);
        return Math.Clamp(at, 0, 1);
    }

    /// <summary>Round values within the ends: powers of ten, or 1, 2 or 5 of one.</summary>
    public IReadOnlyList<double> Ticks()
    {
        var ticks = new List<double>();
        if (IsLog)
        {
            var (first, last) = ((int)Math.Ceiling(Math.Log10(From) - 1e-9), (int)Math.Floor(Math.Log10(To) + 1e-9));
            var every = Math.Max(1, (last - first) / Wanted);
            for (var power = first; power <= last; power += every)
                ticks.Add(Math.Pow(10, power));
            return ticks;
        }
        var rough = (To - From) / Wanted;
        var unit = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = unit * (rough / unit) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        for (var i = Math.Ceiling(From / step - 1e-9); i * step <= To + step * 1e-9; i++)
            ticks.Add(i * step + 0.0); // and never minus zero
        return ticks;
    }

    /// <summary>Rates from 0 to a round value at or above the largest: what comes after a point of an axis.</summary>
    /// <param name="most">As a share of 1.</param>
    public static Axis OfRates(string label, double most)
    {
        var top = Math.Clamp(most, 1e-6, 1);
        var unit = Math.Pow(10, Math.Floor(Math.Log10(top)));
        return new Axis(label, 0, Math.Min(1, Math.Ceiling(top / unit * 2 - 1e-9) / 2 * unit), false, Percent);
    }

    public static Axis OfCounts(string label, double most) => new(label, 0, Math.Max(1, most), false, Count);

    public static string Percent(double share) => (share * 100).ToString("0.#####", CultureInfo.InvariantCulture) + "\u202f%";

    public static string Count(double count) => count switch
    {
        >= 1e6 => (count / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "\u202fM",
        >= 1e4 => (count / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + "\u202fk",
        _ => count.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
