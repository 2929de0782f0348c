using Assay.Log.Tiles;
using Assay.Log.Writing;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Log;

/// <summary>What a caller holds once its entry is durable: where it is, and the log's signed promise to show it there.</summary>
/// <remarks>Callers of one batch share its promise and its tree; the path is made when asked for.</remarks>
public sealed class Appended
{
    private readonly HashTree tree;
    private readonly int offset;

    internal Appended(CommittedBatch batch, int offset)
    {
        tree = batch.Tree;
        this.offset = offset;
        Index = batch.First + (ulong)offset;
        Promise = batch.Promise;
    }

    /// <summary>The entry's index in the log.</summary>
    public ulong Index { get; }

    public Hash LeafHash => tree.Leaves[offset];

    /// <summary>The promise for the whole batch, as a signed note (docs/spec/receipt.md, Promise).</summary>
    public SignedNote Promise { get; }

    /// <summary>Path of the leaf in the batch's tree, whose root the promise names: PATH(index − first, batch) of RFC 6962.</summary>
    public Hash[] BatchPath => tree.Path(offset);
}
