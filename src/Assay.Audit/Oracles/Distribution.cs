namespace Assay.Audit.Oracles;

/// <summary>What a model gives the next token at a temperature, as probabilities in doubles. For testimony: nobody recomputes its last bits.</summary>
internal sealed class Distribution
{
    private readonly double[] weights;
    private double sum;

    public Distribution(int vocabulary) => weights = new double[vocabulary];

    /// <param name="scores">Of the model.</param>
    /// <param name="temperature">Above 0.</param>
    public void Set(ReadOnlySpan<float> scores, double temperature)
    {
        var most = double.NegativeInfinity;
        foreach (var score in scores)
            most = Math.Max(most, score);
        sum = 0;
        for (var i = 0; i < weights.Length; i++)
            sum += weights[i] = Math.Exp((scores[i] - most) / temperature);
    }

    /// <summary>Of any of these tokens.</summary>
    public double Of(IEnumerable<int> ids) => ids.Sum(id => weights[id]) / sum;

    /// <summary>Which of several tokens was drawn where all that is known is that it was one of them.</summary>
    /// <param name="part">Uniform in [0, 1), from the auditor.</param>
    public int Draw(IReadOnlyList<int> ids, double part)
    {
        var left = part * ids.Sum(id => weights[id]);
        foreach (var id in ids)
            if ((left -= weights[id]) < 0)
                return id;
        return ids[^1];
    }

    /// <summary>
    /// The randomised rank, uniform in [0, 1) if the token was drawn from this: the probability of all that are likelier, and a part of its own
    /// (of tokens equally likely the first comes first). Ends are left out, because where an answer goes on none was drawn.
    /// </summary>
    /// <param name="part">Uniform in [0, 1), from the auditor.</param>
    public double Rank(int token, IReadOnlySet<int> ends, double part)
    {
        var (before, all, own) = (0.0, 0.0, weights[token]);
        for (var id = 0; id < weights.Length; id++)
        {
            if (ends.Count > 0 && ends.Contains(id))
                continue;
            all += weights[id];
            if (weights[id] > own || (weights[id] == own && id < token))
                before += weights[id];
        }
        return all > 0 ? Math.Min((before + part * own) / all, 1 - 1e-12) : part;
    }
}
