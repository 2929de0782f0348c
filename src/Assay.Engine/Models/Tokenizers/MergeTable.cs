namespace Assay.Engine.Models.Tokenizers;

/// <summary>The merges of byte-pair encoding: for two tokens the one that they become, and its rank.</summary>
internal sealed class MergeTable
{
    private const int MaxMerges = 1 << 24;

    private readonly Dictionary<ulong, (uint Rank, int Id)> merges;

    /// <param name="pairs">In the order of their ranks.</param>
    /// <exception cref="ModelException">A merge is of, or makes, what is no token.</exception>
    public MergeTable(Vocabulary vocabulary, IReadOnlyCollection<(string Left, string Right)> pairs)
    {
        if (pairs.Count > MaxMerges)
            throw new ModelException($"the tokenizer has {pairs.Count} merges, where {MaxMerges} are allowed");
        merges = new Dictionary<ulong, (uint, int)>(pairs.Count);
        var joined = Array.Empty<char>();
        var rank = 0u;
        foreach (var (left, right) in pairs)
        {
            if (joined.Length < left.Length + right.Length)
                joined = new char[2 * (left.Length + right.Length)];
            left.CopyTo(joined);
            right.CopyTo(joined.AsSpan(left.Length));
            if (vocabulary.Find(left) is not { } l || vocabulary.Find(right) is not { } r || vocabulary.Find(joined.AsSpan(0, left.Length + right.Length)) is not { } id)
                throw new ModelException($"the tokenizer merges '{ShownName.Of(left)}' and '{ShownName.Of(right)}', which are not tokens or make none");
            // Of a pair that is there twice the first counts.
            merges.TryAdd((ulong)(uint)l << 32 | (uint)r, (rank++, id));
        }
    }

    public Pairs ByIds => new(merges);

    public readonly struct Pairs(Dictionary<ulong, (uint Rank, int Id)> merges) : IPairs
    {
        public bool Find(Symbol left, Symbol right, out uint order, out int id)
        {
            var found = merges.TryGetValue((ulong)(uint)left.Id << 32 | (uint)right.Id, out var merge);
            (order, id) = merge;
            return found;
        }
    }
}
