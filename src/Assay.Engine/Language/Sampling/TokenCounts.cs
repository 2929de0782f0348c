namespace Assay.Engine.Language.Sampling;

/// <summary>How often each token was generated in a choice: what the penalties of 3.1 count.</summary>
public sealed class TokenCounts
{
    private readonly Dictionary<int, int> counts = [];

    public int this[int token] => counts.GetValueOrDefault(token);

    /// <summary>The tokens generated so far, in no order, each with its count.</summary>
    public IReadOnlyCollection<KeyValuePair<int, int>> All => counts;

    public void Add(int token) => counts[token] = counts.GetValueOrDefault(token) + 1;
}
