namespace Assay.Audit.Oracles;

/// <summary>
/// The two-sample test for endpoints that name no tokens: of each probe one answer of the endpoint's and one of our own from the claimed
/// model. If both come from one distribution, they could as well be exchanged. What tells them apart is the difference of mean kernels to
/// earlier answers of both sides (the witness of the maximum mean discrepancy, as in arXiv 2410.20247), and it is bet on before the pair is
/// seen (Shekhar and Ramdas, arXiv 2112.09162), so that the evidence holds however often one looks.
/// </summary>
public sealed class TextBets
{
    /// <summary>How many stakes run side by side.</summary>
    public const int Stakes = 4;

    private const int MostKept = 64, MostLength = 256;

    private readonly Dictionary<string, (List<string> Theirs, List<string> Ours)> seen = new(StringComparer.Ordinal);

    /// <summary>The part of the wealth that the i-th stakes: 1/16, 1/8, 1/4, 1/2.</summary>
    public static double StakeOf(int i) => 1.0 / (16 >> i);

    /// <summary>The payoff of a pair, in [-1, 1]; then the pair is remembered.</summary>
    public double Pay(string probe, string theirs, string ours)
    {
        if (!seen.TryGetValue(probe, out var past))
            seen[probe] = past = ([], []);
        var payoff = past.Theirs.Count == 0 ? 0 : (Witness(past, theirs) - Witness(past, ours)) / 2;
        if (past.Theirs.Count == MostKept)
        {
            past.Theirs.RemoveAt(0);
            past.Ours.RemoveAt(0);
        }
        past.Theirs.Add(Cut(theirs));
        past.Ours.Add(Cut(ours));
        return payoff;
    }

    /// <summary>What is remembered, by probe.</summary>
    public IReadOnlyDictionary<string, string[][]> Keep() => seen.ToDictionary(s => s.Key, s => (string[][])[[.. s.Value.Theirs], [.. s.Value.Ours]]);

    public static TextBets Resume(IReadOnlyDictionary<string, string[][]> kept)
    {
        var bets = new TextBets();
        foreach (var (probe, pair) in kept)
            bets.seen[probe] = pair is [var theirs, var ours] && theirs.Length == ours.Length && theirs.Length <= MostKept
                ? ([.. theirs], [.. ours])
                : throw new AuditException("what was kept of these observations is damaged");
        return bets;
    }

    private static double Witness((List<string> Theirs, List<string> Ours) past, string text) => past.Theirs.Average(t => Kernel(text, t)) - past.Ours.Average(t => Kernel(text, t));

    // The mean of two: the share of places where both have the same character, and how alike they are in length.
    private static double Kernel(string a, string b)
    {
        var (most, least, same) = (Math.Min(MostLength, Math.Max(a.Length, b.Length)), Math.Min(MostLength, Math.Min(a.Length, b.Length)), 0);
        for (var i = 0; i < least; i++)
            same += a[i] == b[i] ? 1 : 0;
        return most == 0 ? 1 : (same + least) / (2.0 * most);
    }

    private static string Cut(string text) => text.Length > MostLength ? text[..MostLength] : text;
}
