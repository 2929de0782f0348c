using Assay.Verify.Crypto;

namespace Assay.Verify.Merkle;

/// <summary>Tree hashing and proofs over a list of leaf hashes held in memory (RFC 6962 section 2.1).</summary>
/// <remarks>
/// The readable form, as the RFC defines it. The log computes the same from tiles.
/// <code>
///            root              size 7: the largest power of two below 7 is 4,
///          /      \            so the left subtree holds leaves 0-3, the right 4-6
///        k          l
///       / \        / \
///      g   h      i   j        leaf 6 is its own subtree
///     / \ / \    / \  |
///     a b c d    e f  6
/// </code>
/// </remarks>
public static class MerkleTree
{
    /// <summary>MTH of the empty list: SHA-256 of nothing.</summary>
    public static readonly Hash Empty = Sha256.Of([]);

    /// <summary>SHA-256(0x00 || entry).</summary>
    public static Hash LeafHash(ReadOnlySpan<byte> entry)
    {
        var sha = Sha256.Start();
        sha.Add([0x00]);
        sha.Add(entry);
        return sha.Finish();
    }

    /// <summary>SHA-256(0x01 || left || right).</summary>
    public static Hash NodeHash(in Hash left, in Hash right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Hash.Size];
        input[0] = 0x01;
        left.Bytes.CopyTo(input[1..]);
        right.Bytes.CopyTo(input[(1 + Hash.Size)..]);
        return Sha256.Of(input);
    }

    /// <summary>MTH(D[n]) of RFC 6962 section 2.1, from leaf hashes.</summary>
    public static Hash Head(ReadOnlySpan<Hash> leaves)
    {
        if (leaves.IsEmpty)
            return Empty;
        if (leaves.Length == 1)
            return leaves[0];
        var split = (int)Split((ulong)leaves.Length);
        return NodeHash(Head(leaves[..split]), Head(leaves[split..]));
    }

    /// <summary>PATH(m, D[n]) of RFC 6962 section 2.1.1: siblings from the leaf's up to the root's child.</summary>
    public static List<Hash> InclusionPath(int index, ReadOnlySpan<Hash> leaves)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)leaves.Length);
        if (leaves.Length == 1)
            return [];
        var split = (int)Split((ulong)leaves.Length);
        var (path, sibling) = index < split
            ? (InclusionPath(index, leaves[..split]), Head(leaves[split..]))
            : (InclusionPath(index - split, leaves[split..]), Head(leaves[..split]));
        path.Add(sibling);
        return path;
    }

    /// <summary>PROOF(m, D[n]) of RFC 6962 section 2.1.2; empty where m is 0 or n.</summary>
    public static List<Hash> ConsistencyPath(int oldSize, ReadOnlySpan<Hash> leaves)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)oldSize, (uint)leaves.Length);
        return oldSize == 0 ? [] : Subproof(oldSize, leaves, whole: true);
    }

    private static List<Hash> Subproof(int oldSize, ReadOnlySpan<Hash> leaves, bool whole)
    {
        if (oldSize == leaves.Length)
            return whole ? [] : [Head(leaves)];
        var split = (int)Split((ulong)leaves.Length);
        var (path, sibling) = oldSize <= split
            ? (Subproof(oldSize, leaves[..split], whole), Head(leaves[split..]))
            : (Subproof(oldSize - split, leaves[split..], whole: false), Head(leaves[..split]));
        path.Add(sibling);
        return path;
    }

    /// <summary>The largest power of two below <paramref name="size"/>, which is at least 2.</summary>
    public static ulong Split(ulong size) => 1UL << (63 - System.Numerics.BitOperations.LeadingZeroCount(size - 1));
}
