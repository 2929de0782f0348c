using Assay.Verify.Crypto;

namespace Assay.Verify.Merkle;

/// <summary>The right edge of a growing tree: the heads of its complete subtrees, largest first. Appending costs two hashes on average.</summary>
public sealed class Frontier
{
    private readonly List<Hash> heads = [];

    public ulong Size { get; private set; }

    public void Append(in Hash leaf)
    {
        var hash = leaf;
        // Each low one-bit of the size is a complete subtree that the new leaf's subtree merges with.
        for (var size = Size; (size & 1) == 1; size >>= 1)
        {
            hash = MerkleTree.NodeHash(heads[^1], hash);
            heads.RemoveAt(heads.Count - 1);
        }
        heads.Add(hash);
        Size++;
    }

    public Hash Head()
    {
        if (heads.Count == 0)
            return MerkleTree.Empty;
        var hash = heads[^1];
        for (var i = heads.Count - 2; i >= 0; i--)
            hash = MerkleTree.NodeHash(heads[i], hash);
        return hash;
    }
}
