using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Log.Writing;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Log;

/// <summary>
/// Entries and proofs of a published log at one checkpoint. Nothing stored is believed: the partial tiles together must give the
/// checkpoint's root, and every full tile must hash to what its parent says of it, up to that root.
/// </summary>
/// <remarks>Safe for use by several threads.</remarks>
public sealed class LogReader
{
    private readonly TileStore store;
    private readonly TileCache cache;
    private readonly VerifiedTree tree;

    /// <summary>A reader at a checkpoint that the caller trusts.</summary>
    /// <exception cref="LogException">The stored tiles do not give this root.</exception>
    public LogReader(TileSource source, Checkpoint checkpoint) : this(new TileStore(source), checkpoint, new TileCache()) { }

    internal LogReader(TileStore store, SignedCheckpoint signed, TileCache cache) : this(store, signed.Checkpoint, cache) => Signed = signed;

    private LogReader(TileStore store, Checkpoint checkpoint, TileCache cache)
    {
        (this.store, this.cache) = (store, cache);
        Checkpoint = checkpoint;
        tree = new VerifiedTree(store, checkpoint, cache);
    }

    /// <summary>The head that everything is checked against.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>The very bytes of that head as the log signed it, where this reader was given them.</summary>
    public SignedCheckpoint? Signed { get; }

    /// <summary>A reader at the published checkpoint, which must be signed by <paramref name="logKey"/> and name its origin.</summary>
    /// <exception cref="LogException">There is none, it is not signed by this key, or the stored tiles do not give its root.</exception>
    public static LogReader Open(TileSource source, VerifierKey logKey) => Open(source, new TileStore(source), logKey);

    /// <summary>The same over a log's directory. Full tiles, which never change, are read in place (memory-mapped).</summary>
    /// <inheritdoc cref="Open(TileSource, VerifierKey)" path="/exception"/>
    public static LogReader Open(ILogFiles files, VerifierKey logKey) => Open(TileStore.Over(files), TileStore.Mapped(files), logKey);

    private static LogReader Open(TileSource source, TileStore store, VerifierKey logKey)
    {
        var bytes = source("checkpoint", LogLayout.MaxCheckpointBytes) ?? throw new LogException(LogFault.NotFound, "there is no checkpoint here");
        return new LogReader(store, new SignedCheckpoint(ReadCheckpoint(bytes, logKey, "checkpoint"), bytes), new TileCache());
    }

    /// <summary>A reader of the same log at another of its checkpoints, up to this one's size.</summary>
    /// <exception cref="LogException">The stored tiles do not give that root.</exception>
    internal LogReader At(SignedCheckpoint other) => new(store, other, cache);

    /// <summary>Parses a signed checkpoint and checks signature and origin.</summary>
    /// <exception cref="LogException">It is malformed, not by this key, or of another origin.</exception>
    internal static Checkpoint ReadCheckpoint(ReadOnlySpan<byte> bytes, VerifierKey logKey, string path)
    {
        try
        {
            var note = SignedNote.Parse(bytes);
            var checkpoint = Checkpoint.Parse(note.Text);
            if (checkpoint.Origin != logKey.Name || !note.IsSignedBy(logKey))
                throw new LogException(LogFault.WrongIdentity, $"{path} is not signed by the log key of '{logKey.Name}'");
            return checkpoint;
        }
        catch (MalformedException e)
        {
            throw new LogException(LogFault.Corrupt, $"{path}: {e.Message}", e);
        }
    }

    /// <summary>The bytes of an entry, found to hash to its leaf.</summary>
    /// <exception cref="LogException">There is no such entry yet, or what is stored does not hash to its leaf.</exception>
    public ReadOnlyMemory<byte> ReadEntry(ulong index)
    {
        CheckIndex(index, Checkpoint.Size);
        var bundle = new TilePath(TilePath.EntryLevel, index / TilePath.FullWidth, WidthAt(index));
        var entry = store.ReadEntries(bundle)[(int)(index % TilePath.FullWidth)];
        return MerkleTree.LeafHash(entry.Span) == LeafHash(index)
            ? entry
            : throw new LogException(LogFault.Corrupt, $"entry {index} in {bundle} does not hash to its leaf");
    }

    /// <summary>All entries from an index on, each found to hash to its leaf; every bundle is read once.</summary>
    /// <exception cref="LogException">What is stored does not hash to its leaf.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> ReadEntries(ulong from)
    {
        while (from < Checkpoint.Size)
        {
            var bundle = new TilePath(TilePath.EntryLevel, from / TilePath.FullWidth, WidthAt(from));
            var entries = store.ReadEntries(bundle);
            var leaves = tree.LeavesOf(bundle.Index);
            for (var i = (int)(from % TilePath.FullWidth); i < entries.Count; i++, from++)
                yield return MerkleTree.LeafHash(entries[i].Span) == leaves[i]
                    ? entries[i]
                    : throw new LogException(LogFault.Corrupt, $"entry {from} in {bundle} does not hash to its leaf");
        }
    }

    /// <summary>The leaf hash of an entry.</summary>
    public Hash LeafHash(ulong index)
    {
        CheckIndex(index, Checkpoint.Size);
        return tree.Node(0, index);
    }

    /// <summary>The head of the complete subtree over entries <paramref name="index"/> · 2^<paramref name="height"/> to (<paramref name="index"/> + 1) · 2^<paramref name="height"/> − 1.</summary>
    /// <exception cref="LogException">It is not within the tree, or what is stored does not hash to it.</exception>
    public Hash Node(int height, ulong index)
    {
        if (height is < 0 or > 62 || index >= Checkpoint.Size >> height)
            throw new LogException(LogFault.BadRequest, $"there is no complete subtree {index} of height {height} in a tree of {Checkpoint.Size}");
        return tree.Node(height, index);
    }

    /// <summary>The root of this log at a smaller or equal size.</summary>
    public Hash RootAt(ulong size)
    {
        CheckSize(size);
        return size == 0 ? MerkleTree.Empty : tree.Subtree(0, size);
    }

    /// <summary>PATH(index, D[size]) of RFC 6962 section 2.1.1.</summary>
    public Hash[] InclusionProof(ulong index, ulong size)
    {
        CheckSize(size);
        CheckIndex(index, size);
        Span<Hash> path = stackalloc Hash[64];
        return path[..tree.Path(index, size, path)].ToArray();
    }

    /// <summary>PROOF(oldSize, D[newSize]) of RFC 6962 section 2.1.2; empty where the old size is 0 or equal.</summary>
    public Hash[] ConsistencyProof(ulong oldSize, ulong newSize)
    {
        CheckSize(newSize);
        if (oldSize > newSize)
            throw new LogException(LogFault.BadRequest, $"size {oldSize} is no prefix of size {newSize}");
        if (oldSize == 0 || oldSize == newSize)
            return [];
        var path = new List<Hash>();
        var (start, end) = (0UL, newSize);
        while (end != oldSize)
        {
            var split = start + MerkleTree.Split(end - start);
            if (oldSize <= split)
            {
                path.Add(tree.Subtree(split, end));
                end = split;
            }
            else
            {
                path.Add(tree.Subtree(start, split));
                start = split;
            }
        }
        // Where the old tree is this very subtree from the start, its head is known to the verifier.
        if (start > 0)
            path.Add(tree.Subtree(start, end));
        path.Reverse();
        return [.. path];
    }

    private int WidthAt(ulong index) => (int)Math.Min(Checkpoint.Size - index / TilePath.FullWidth * TilePath.FullWidth, TilePath.FullWidth);

    private static void CheckIndex(ulong index, ulong size)
    {
        if (index >= size)
            throw new LogException(LogFault.BadRequest, $"there is no entry {index} in a tree of {size}");
    }

    private void CheckSize(ulong size)
    {
        if (size > Checkpoint.Size)
            throw new LogException(LogFault.BadRequest, $"size {size} is above the checkpoint's {Checkpoint.Size}");
    }
}
