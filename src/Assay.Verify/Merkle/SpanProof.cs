using System.Collections.Immutable;
using Assay.Verify.Crypto;

namespace Assay.Verify.Merkle;

/// <summary>
/// Proof that a run of neighbouring leaves stands in a tree: the heads of the subtrees that the run does not touch, from left to
/// right (docs/spec/receipt.md, Spans). For one leaf these are the hashes of its inclusion path, in another order.
/// </summary>
public static class SpanProof
{
    /// <summary>The proof for leaves <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> − 1.</summary>
    public static ImmutableArray<Hash> Make(int first, int count, ReadOnlySpan<Hash> leaves)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, leaves.Length - first);
        var path = ImmutableArray.CreateBuilder<Hash>();
        Collect(leaves, 0, first, first + count, path);
        return path.ToImmutable();
    }

    /// <summary>The head of the tree of <paramref name="size"/> leaves in which these stand from <paramref name="first"/> on, or null where the path is too short or too long.</summary>
    /// <param name="leaves">Leaf hashes, at least one, all within the tree.</param>
    /// <param name="size">From what is signed: as with every RFC 6962 proof, a head does not say of how many leaves it is.</param>
    public static Hash? Head(ulong first, ReadOnlySpan<Hash> leaves, ulong size, ReadOnlySpan<Hash> path)
    {
        if (leaves.IsEmpty || first >= size || (ulong)leaves.Length > size - first)
            return null;
        var used = 0;
        var head = Head(0, size, first, leaves, path, ref used);
        return used == path.Length ? head : null;
    }

    private static void Collect(ReadOnlySpan<Hash> leaves, int start, int from, int to, ImmutableArray<Hash>.Builder path)
    {
        if (start + leaves.Length <= from || start >= to)
        {
            path.Add(MerkleTree.Head(leaves));
            return;
        }
        if (leaves.Length == 1)
            return;
        var split = (int)MerkleTree.Split((ulong)leaves.Length);
        Collect(leaves[..split], start, from, to, path);
        Collect(leaves[split..], start + split, from, to, path);
    }

    // The head of leaves [a, b) of the whole tree; null once the path has run out.
    private static Hash? Head(ulong a, ulong b, ulong first, ReadOnlySpan<Hash> leaves, ReadOnlySpan<Hash> path, ref int used)
    {
        if (b <= first || a >= first + (ulong)leaves.Length)
            return used < path.Length ? path[used++] : null;
        if (b - a == 1)
            return leaves[(int)(a - first)];
        var middle = a + MerkleTree.Split(b - a);
        return Head(a, middle, first, leaves, path, ref used) is { } left && Head(middle, b, first, leaves, path, ref used) is { } right
            ? MerkleTree.NodeHash(left, right)
            : null;
    }
}
