using Assay.Verify.Crypto;

namespace Assay.Verify.Merkle;

/// <summary>Checking of inclusion and consistency proofs (RFC 9162 sections 2.1.3.2 and 2.1.4.2).</summary>
/// <remarks>Indexes and sizes use all 64 bits. A proof that is too short or too long is refused before anything is hashed.</remarks>
public static class MerkleProof
{
    /// <summary>Whether the leaf is at <paramref name="index"/> in the tree of <paramref name="size"/> entries and this root.</summary>
    public static bool VerifyInclusion(ulong index, ulong size, in Hash leaf, ReadOnlySpan<Hash> path, in Hash root) =>
        RootFromInclusion(index, size, leaf, path) is { } computed && computed == root;

    /// <summary>The root that a path leads to, or null where its length does not fit the index and size.</summary>
    public static Hash? RootFromInclusion(ulong index, ulong size, in Hash leaf, ReadOnlySpan<Hash> path)
    {
        if (index >= size)
            return null;
        var (fn, sn) = (index, size - 1);
        var hash = leaf;
        foreach (ref readonly var sibling in path)
        {
            if (sn == 0)
                return null;
            if ((fn & 1) == 1 || fn == sn)
            {
                hash = MerkleTree.NodeHash(sibling, hash);
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                hash = MerkleTree.NodeHash(hash, sibling);
            }
            (fn, sn) = (fn >> 1, sn >> 1);
        }
        return sn == 0 ? hash : null;
    }

    /// <summary>
    /// Whether the tree of <paramref name="oldSize"/> entries is a prefix of the tree of <paramref name="newSize"/>. Equal sizes
    /// need equal roots and an empty proof; from size 0 nothing can be proved, and the answer is false.
    /// </summary>
    public static bool VerifyConsistency(
        ulong oldSize, ulong newSize, in Hash oldRoot, in Hash newRoot, ReadOnlySpan<Hash> path)
    {
        if (oldSize == 0 || oldSize > newSize)
            return false;
        if (oldSize == newSize)
            return path.IsEmpty && oldRoot == newRoot;

        // A proof from a complete subtree leaves out that subtree's own head, which is the old root.
        var complete = (oldSize & (oldSize - 1)) == 0;
        if (path.IsEmpty && !complete)
            return false;
        var first = complete ? oldRoot : path[0];
        var rest = complete ? path : path[1..];

        var (fn, sn) = (oldSize - 1, newSize - 1);
        while ((fn & 1) == 1)
            (fn, sn) = (fn >> 1, sn >> 1);
        var (oldHash, newHash) = (first, first);
        foreach (ref readonly var node in rest)
        {
            if (sn == 0)
                return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                oldHash = MerkleTree.NodeHash(node, oldHash);
                newHash = MerkleTree.NodeHash(node, newHash);
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                newHash = MerkleTree.NodeHash(newHash, node);
            }
            (fn, sn) = (fn >> 1, sn >> 1);
        }
        return sn == 0 && oldHash == oldRoot && newHash == newRoot;
    }
}
