using Assay.Verify.Crypto;

namespace Assay.Verify.Merkle;

/// <summary>Checking of proofs about a subtree, the tree over leaves start up to end of a larger one (draft-ietf-plants-merkle-tree-certs, sections 4.3 and 4.4).</summary>
/// <remarks>
/// A range is a subtree where its start is a multiple of the smallest power of two that is not below its length: then its complete parts
/// are nodes of the whole tree. Nothing of this is needed to verify a receipt; who splits a log among several keepers may need it.
/// </remarks>
public static class SubtreeProof
{
    /// <summary>Whether leaves start up to end are a subtree. An empty range is one.</summary>
    public static bool IsSubtree(ulong start, ulong end)
    {
        if (start >= end)
            return start == end;
        // All ones below the smallest power of two that is not below the length.
        var mask = end - start == 1 ? 0 : ulong.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount(end - start - 1);
        return (start & mask) == 0;
    }

    /// <summary>Whether the leaf is at <paramref name="index"/>, counted in the whole tree, in the subtree of this root.</summary>
    public static bool VerifyInclusion(ulong index, ulong start, ulong end, in Hash leaf, ReadOnlySpan<Hash> path, in Hash root) =>
        IsSubtree(start, end) && index >= start && index < end && MerkleProof.VerifyInclusion(index - start, end - start, leaf, path, root);

    /// <summary>
    /// Whether a subtree with this root is part of the tree of <paramref name="size"/> entries. An empty subtree has the empty root and an
    /// empty proof, and is part of any tree.
    /// </summary>
    public static bool VerifyConsistency(ulong start, ulong end, ulong size, in Hash subtreeRoot, in Hash root, ReadOnlySpan<Hash> path)
    {
        if (!IsSubtree(start, end) || end > size)
            return false;
        if (start == end)
            return path.IsEmpty && subtreeRoot == MerkleTree.Empty;

        // First, last leaf of the subtree, last leaf of the tree: as nodes, level by level upwards.
        var (fn, sn, tn) = (start, end - 1, size - 1);
        // Up to the highest node that the proof need not take apart: the subtree itself, or its last complete part.
        while (fn != sn && (sn == tn || (sn & 1) == 1))
            (fn, sn, tn) = (fn >> 1, sn >> 1, tn >> 1);
        var whole = fn == sn;
        if (!whole && path.IsEmpty)
            return false;
        var (inSubtree, inTree) = whole ? (subtreeRoot, subtreeRoot) : (path[0], path[0]);
        foreach (ref readonly var node in whole ? path : path[1..])
        {
            if (tn == 0)
                return false;
            if ((sn & 1) == 1 || sn == tn)
            {
                if (fn < sn)
                    inSubtree = MerkleTree.NodeHash(node, inSubtree);
                inTree = MerkleTree.NodeHash(node, inTree);
                while ((sn & 1) == 0 && sn != 0)
                    (fn, sn, tn) = (fn >> 1, sn >> 1, tn >> 1);
            }
            else
            {
                inTree = MerkleTree.NodeHash(inTree, node);
            }
            (fn, sn, tn) = (fn >> 1, sn >> 1, tn >> 1);
        }
        return tn == 0 && inSubtree == subtreeRoot && inTree == root;
    }
}
