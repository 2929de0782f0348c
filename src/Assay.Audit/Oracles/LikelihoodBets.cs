using Assay.Reliability.Statistics;

namespace Assay.Audit.Oracles;

/// <summary>
/// Bets against the claim that tokens were drawn from a model's distribution. Each is an e-process by itself: it begins with 1 and its mean
/// does not grow while the claim holds, whatever was seen before. So is their mean, which is the evidence. Some are stronger against one
/// kind of cheating, some against another; the price of having them all is the logarithm of their number.
/// </summary>
public sealed class LikelihoodBets
{
    private static readonly double[] EndRates = [1.0 / 4, 1.0 / 16, 1.0 / 64], Shares = [1.0 / 4, 1];

    // 0 is what a wealth of nothing is taken for: far below what ever comes back.
    private const double Least = -1e6;

    private readonly double[] ends, repeats, tempered, texts;
    private readonly double[][] others;
    private readonly ulong[] ranks;
    private readonly double slack;
    private readonly uint tolerance;

    /// <param name="alternatives">How many other models are bet on.</param>
    /// <param name="tolerance">In millionths: how much likelier anything may be than the claim says.</param>
    public LikelihoodBets(int alternatives, uint tolerance) : this(
        new ulong[Uniformity.Bins], new double[EndRates.Length], new double[1], new double[4], new double[TextBets.Stakes], Enumerable.Range(0, alternatives).Select(_ => new double[Shares.Length]).ToArray(), 0, tolerance)
    {
    }

    private LikelihoodBets(ulong[] ranks, double[] ends, double[] repeats, double[] tempered, double[] texts, double[][] others, ulong tokens, uint tolerance)
    {
        (this.ranks, this.ends, this.repeats, this.tempered, this.texts, this.others, Tokens, this.tolerance) = (ranks, ends, repeats, tempered, texts, others, tokens, tolerance);
        slack = Math.Log(1 + tolerance / 1e6);
    }

    /// <summary>Tokens and ends of answers that were bet on.</summary>
    public ulong Tokens { get; private set; }

    /// <summary>Of ranks, by sixteenths.</summary>
    public IReadOnlyList<ulong> Ranks => ranks;

    /// <summary>Logarithms of each kind's wealth.</summary>
    public IEnumerable<(string Name, double LogE)> Kinds
    {
        get
        {
            yield return ("ranks", Uniformity.LogE(ranks, tolerance) / 1e6);
            yield return ("ends", LnMean(ends));
            yield return ("repeats", LnMean(repeats));
            yield return ("temperature", LnMean(tempered));
            yield return ("texts", LnMean(texts));
            foreach (var (i, other) in others.Index())
                yield return ($"alternative {i + 1}", LnMean(other));
        }
    }

    /// <summary>The logarithm of all evidence.</summary>
    public double LogE => LnMean([.. Kinds.Select(k => k.LogE)]);

    /// <summary>What was drawn at one position.</summary>
    /// <param name="isEnd">The answer ended there.</param>
    /// <param name="end">The claimed probability of an end.</param>
    /// <param name="own">The claimed probability of what was drawn.</param>
    /// <param name="repeated">The share of earlier answers to the same probe, like this one so far, that went on so; null where there is none.</param>
    /// <param name="hot">The probability at a higher temperature.</param>
    /// <param name="cold">At a lower one.</param>
    /// <param name="alternatives">By the other models.</param>
    public void See(bool isEnd, double end, double own, double? repeated, double hot, double cold, ReadOnlySpan<double> alternatives)
    {
        Tokens++;
        for (var i = 0; i < ends.Length; i++)
            Step(ref ends[i], isEnd ? EndRates[i] / Math.Max(end, 1e-12) : (1 - EndRates[i]) / Math.Max(1 - end, 1e-12));
        var p = Math.Max(own, 1e-12);
        if (repeated is { } share)
            Step(ref repeats[0], 0.5 + 0.5 * share / p);
        for (var i = 0; i < Shares.Length; i++)
        {
            Step(ref tempered[i], 1 - Shares[i] + Shares[i] * hot / p);
            Step(ref tempered[2 + i], 1 - Shares[i] + Shares[i] * cold / p);
            for (var j = 0; j < others.Length; j++)
                Step(ref others[j][i], 1 - Shares[i] + Shares[i] * alternatives[j] / p);
        }
    }

    /// <summary>A randomised rank.</summary>
    public void SeeRank(double rank) => ranks[(int)(rank * Uniformity.Bins)]++;

    /// <summary>A pair of texts, one of which is ours: a payoff in [-1, 1] whose mean is 0 under the claim.</summary>
    public void SeeTexts(double payoff)
    {
        for (var i = 0; i < texts.Length; i++)
            Step(ref texts[i], 1 + TextBets.StakeOf(i) * payoff);
    }

    /// <summary>All numbers, to go on another day.</summary>
    public Kept Keep() => new(ranks, ends, repeats, tempered, texts, others, Tokens);

    /// <exception cref="AuditException">Not what <see cref="Keep"/> gave for so many alternatives.</exception>
    public static LikelihoodBets Resume(Kept kept, int alternatives, uint tolerance)
    {
        var empty = new LikelihoodBets(alternatives, tolerance);
        double[][] all = [kept.Ends, kept.Repeats, kept.Tempered, kept.Texts, .. kept.Others], fresh = [empty.ends, empty.repeats, empty.tempered, empty.texts, .. empty.others];
        return all.Length == fresh.Length && all.Index().All(a => a.Item.Length == fresh[a.Index].Length && a.Item.All(double.IsFinite)) && kept.Ranks.Length == Uniformity.Bins
            && kept.Ranks.All(r => r < 1UL << 36)
            ? new LikelihoodBets(kept.Ranks, kept.Ends, kept.Repeats, kept.Tempered, kept.Texts, kept.Others, kept.Tokens, tolerance)
            : throw new AuditException("what was kept of these observations is damaged, or of other alternatives");
    }

    public sealed record Kept(ulong[] Ranks, double[] Ends, double[] Repeats, double[] Tempered, double[] Texts, double[][] Others, ulong Tokens);

    private void Step(ref double log, double factor) => log = Math.Max(Least, log + Math.Log(factor) - slack);

    private static double LnMean(double[] logs)
    {
        var largest = logs.Max();
        return largest + Math.Log(logs.Average(l => Math.Exp(l - largest)));
    }
}
