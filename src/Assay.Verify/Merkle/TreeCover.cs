using Assay.Verify.Crypto;

namespace Assay.Verify.Merkle;

/// <summary>
/// An RFC 6962 tree of which leaves and heads of complete subtrees are told from left to right, with the head of every size at which
/// one of them ended: what a part of a log can be checked against. Not for several threads.
/// </summary>
/// <remarks>
/// <code>
/// told:   [2, h]  leaf  leaf  [1, h]  leaf      heights 2, 0, 0, 1, 0
/// sizes:     4     5     6       8     9        known heads; those of 1, 2, 3 and 7 are not
/// </code>
/// Each size keeps one link to the edge before it: about 80 bytes for each item, and a head costs as many hashes as the size has bits.
/// </remarks>
public sealed class TreeCover
{
    private readonly List<ulong> sizes = [0];
    private readonly List<Edge?> edges = [null];

    // The complete subtrees of one size from right to left; sizes share what they have in common.
    private sealed record Edge(Hash Head, int Height, Edge? Left);

    /// <summary>Leaves so far.</summary>
    public ulong Size => sizes[^1];

    /// <summary>The next leaf, or the head of the complete subtree over the next 2^<paramref name="height"/> leaves.</summary>
    /// <exception cref="MalformedException">No such subtree begins here, or the size passes 2^63.</exception>
    public void Append(in Hash head, int height = 0)
    {
        if (height is < 0 or > 62 || (Size & ((1UL << height) - 1)) != 0 || Size + (1UL << height) > 1UL << 63)
            throw new MalformedException($"a subtree of height {height} at {Size}: it begins at a multiple of its size");
        var size = Size + (1UL << height);
        var (edge, hash) = (edges[^1], head);
        for (; edge is not null && edge.Height == height; edge = edge.Left, height++)
            hash = MerkleTree.NodeHash(edge.Head, hash);
        sizes.Add(size);
        edges.Add(new Edge(hash, height, edge));
    }

    /// <summary>Whether the head of this size is known.</summary>
    public bool IsCutAt(ulong size) => sizes.BinarySearch(size) >= 0;

    /// <summary>The head of the first <paramref name="size"/> leaves; null where no item ended there.</summary>
    public Hash? HeadAt(ulong size)
    {
        var at = sizes.BinarySearch(size);
        if (at < 0)
            return null;
        if (edges[at] is not { } edge)
            return MerkleTree.Empty;
        var head = edge.Head;
        for (edge = edge.Left; edge is not null; edge = edge.Left)
            head = MerkleTree.NodeHash(edge.Head, head);
        return head;
    }
}
