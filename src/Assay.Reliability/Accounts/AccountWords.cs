using System.Globalization;
using Assay.Reliability.Statistics;

namespace Assay.Reliability.Accounts;

/// <summary>How figures are put into words, in one place, so that no page and no command promises more than another.</summary>
public static class AccountWords
{
    public const string Insufficient = "insufficient data";

    /// <summary>Beside every account.</summary>
    public const string NotPromised =
        "This says what was seen, and how far luck could explain it. It does not promise that the provider behaves so tomorrow, or behaved so where nobody looked.";

    /// <summary>Beside a figure without failures.</summary>
    public static string Perfect(ProvenFigure figure) => figure.FailureBound is { } bound
        ? $"No failure among {Number(figure.Judged.Total)} judged: a provider that fails in up to {Percent(bound)} of its answers could have looked the same."
        : $"No failure among {Number(figure.Judged.Total)} judged, which is too few to prove anything.";

    /// <summary>What is proven, with what it rests on.</summary>
    public static string Proven(ProvenFigure figure) => figure.FailureBound is { } bound
        ? $"at least {Percent(Grid.One - bound)} pass (n\u00a0=\u00a0{Number(figure.Judged.Total)}, {Number(figure.Judged.Failures)}\u00a0failed)"
        : $"{Insufficient} (n\u00a0=\u00a0{Number(figure.Judged.Total)}, {Number(figure.Judged.Failures)}\u00a0failed)";

    /// <summary>Millionths as per cent, without trailing zeros: 1234 is <c>0.1234 %</c>.</summary>
    public static string Percent(uint millionths) => (millionths / 10_000m).ToString("0.####", CultureInfo.InvariantCulture) + "\u202f%";

    /// <summary>With thin spaces between thousands.</summary>
    public static string Number(ulong number) => number.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');
}
