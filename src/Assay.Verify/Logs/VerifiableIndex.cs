using System.Collections.Immutable;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Statements;

namespace Assay.Verify.Logs;

/// <summary>What a log's first entries say of every serving key, under one head (docs/spec/receipt.md, Epochs). A value.</summary>
/// <param name="Size">So many entries.</param>
/// <param name="Root">The log's tree head at that size.</param>
/// <param name="Leaves">One for each key introduced below the size, in ascending order of key id.</param>
public sealed record VerifiableIndex(ulong Size, Hash Root, ImmutableArray<IndexLeaf> Leaves)
{
    /// <summary>RFC 6962 head over the leaves.</summary>
    public Hash Head() => MerkleTree.Head(Hashes());

    /// <summary>The event that commits to this index.</summary>
    public EpochEvent ToEvent(string origin) => new(origin, Size, Root, (ulong)Leaves.Length, Head());

    /// <summary>A key's leaf with its path, or null where the index does not know the key.</summary>
    public IndexedKey? Prove(Hash keyId)
    {
        for (var at = 0; at < Leaves.Length; at++)
            if (Leaves[at] is var leaf && leaf.KeyId == keyId)
                return new IndexedKey((ulong)at, leaf.Events, leaf.Count, leaf.Records, [.. MerkleTree.InclusionPath(at, Hashes())]);
        return null;
    }

    private Hash[] Hashes() => [.. Leaves.Select(l => l.LeafHash())];
}
