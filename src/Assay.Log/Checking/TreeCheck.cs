using System.Runtime.InteropServices;
using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Log.Checking;

/// <summary>Checks every bundle and every tile of a tree, from the entries up, and names the file that is at fault.</summary>
/// <remarks>
/// The tree is computed again from what lies below, and each stored tile is compared with it. Where they differ, one level further up
/// decides which of the two is wrong: what hashes to the parent is right, and the computation goes on with that. So one changed bit
/// is one finding, not a chain of them up to the root.
/// </remarks>
internal sealed class TreeCheck(ILogFiles files, Checkpoint checkpoint, EntryCheck? entryCheck, List<FsckFinding> findings)
{
    private const string Prefix = LogLayout.Public + "/";

    private readonly TreeEdge edge = new();
    private List<Hash[]> storedEdge = [];

    public void Run(Action<ulong, ulong>? progress, CancellationToken ct)
    {
        storedEdge = StoredEdge();
        var before = findings.Count;
        for (ulong start = 0; start < checkpoint.Size && findings.Count < Fsck.MostFindings; start += TilePath.FullWidth)
        {
            ct.ThrowIfCancellationRequested();
            var width = (int)Math.Min(TilePath.FullWidth, checkpoint.Size - start);
            foreach (var leaf in Leaves(start, width))
                edge.Append(leaf, CheckInnerTile);
            progress?.Invoke(start + (ulong)width, checkpoint.Size);
        }
        if (findings.Count >= Fsck.MostFindings)
            return;
        foreach (var (tile, bytes) in edge.PartialTiles())
            if (tile.Level > 0)
                CheckInnerTile(tile, bytes);
        if (findings.Count == before && edge.Head() is var head && head != checkpoint.Root)
            Report(LogLayout.PublishedCheckpoint, $"the entries have the root {head.ToBase64()}, the checkpoint says {checkpoint.Root.ToBase64()}");
    }

    // The partial tiles as stored, lowest level first; an empty one where there is none or none to be read.
    private List<Hash[]> StoredEdge()
    {
        var levels = new List<Hash[]>();
        for (var (level, size) = (0, checkpoint.Size); size > 0; level++, size /= TilePath.FullWidth)
        {
            var width = (int)(size % TilePath.FullWidth);
            levels.Add(width == 0 ? [] : ReadTile(new TilePath(level, size / TilePath.FullWidth, width), quiet: true) ?? []);
        }
        return levels;
    }

    // The leaf hashes of one bundle: of its entries, or, where those are at fault, of the stored tile.
    private Hash[] Leaves(ulong start, int width)
    {
        var bundle = new TilePath(TilePath.EntryLevel, start / TilePath.FullWidth, width);
        var tile = bundle with { Level = 0 };
        var entries = ReadEntries(bundle);
        var stored = ReadTile(tile);
        var computed = entries?.Select(e => MerkleTree.LeafHash(e.Span)).ToArray();
        if (computed is not null && stored is not null)
        {
            var differ = computed.AsSpan().CommonPrefixLength(stored);
            if (differ < width)
            {
                var tileIsRight = HashesToParent(tile, stored);
                if (tileIsRight || !HashesToParent(tile, computed))
                    Report(Prefix + bundle, $"entry {start + (ulong)differ} does not hash to its leaf");
                if (!tileIsRight)
                    Report(Prefix + tile, $"hash {differ} is not that of entry {start + (ulong)differ}");
                if (tileIsRight)
                    computed = stored;
            }
        }
        for (var i = 0; entryCheck is not null && i < entries?.Count; i++)
            if (entryCheck(start + (ulong)i, entries[i]) is { } problem)
                Report(Prefix + bundle, $"entry {start + (ulong)i}: {problem}");
        return computed ?? stored ?? new Hash[width];
    }

    // A tile above level 0, computed from the tiles below it.
    private void CheckInnerTile(TilePath tile, byte[] computed)
    {
        if (tile.Level == 0 || ReadTile(tile) is not { } stored)
            return;
        var differ = MemoryMarshal.Cast<byte, Hash>(computed).CommonPrefixLength(stored);
        if (differ == tile.Width)
            return;
        if (HashesToParent(tile, stored))
            Report(Prefix + new TilePath(tile.Level - 1, tile.Index * TilePath.FullWidth + (ulong)differ), $"does not hash to what {tile} says, or something below it is at fault");
        else
            Report(Prefix + tile, $"hash {differ} is not that of the tile below");
    }

    private bool HashesToParent(TilePath tile, Hash[] hashes)
    {
        if (tile.Width < TilePath.FullWidth)
            return TreeEdge.HeadOf(storedEdge.Select((stored, level) => level == tile.Level ? hashes : stored)) == checkpoint.Root;
        var parentIndex = tile.Index / TilePath.FullWidth;
        var levelSize = checkpoint.Size >> (8 * (tile.Level + 1));
        var parent = new TilePath(tile.Level + 1, parentIndex, (int)Math.Min(TilePath.FullWidth, levelSize - parentIndex * TilePath.FullWidth));
        return ReadTile(parent, quiet: true) is { } above && above[(int)(tile.Index % TilePath.FullWidth)] == MerkleTree.Head(hashes);
    }

    private List<ReadOnlyMemory<byte>>? ReadEntries(TilePath bundle)
    {
        if (ReadFile(bundle, EntryBundle.MaxBytes) is not { } found)
        {
            Report(Prefix + bundle, "missing");
            return null;
        }
        try
        {
            return EntryBundle.Read(found.Bytes, bundle.Width, exact: found.Exact, bundle.ToString());
        }
        catch (LogException e)
        {
            Report(Prefix + bundle, e.Message);
            return null;
        }
    }

    private Hash[]? ReadTile(TilePath tile, bool quiet = false)
    {
        var found = ReadFile(tile, TilePath.FullWidth * Hash.Size);
        var right = found is { Exact: false } ? TilePath.FullWidth : tile.Width;
        if (found is { Bytes: var bytes } && bytes.Length == right * Hash.Size)
            return MemoryMarshal.Cast<byte, Hash>(bytes.AsSpan(0, tile.Width * Hash.Size)).ToArray();
        if (!quiet)
            Report(Prefix + tile, found is null ? "missing" : $"{found.Value.Bytes.Length} bytes, {right * Hash.Size} are right");
        return null;
    }

    // A log that has gone on may have replaced a partial tile by the full one.
    private (byte[] Bytes, bool Exact)? ReadFile(TilePath tile, int limit)
    {
        try
        {
            if (files.Read(Prefix + tile, limit) is { } bytes)
                return (bytes, true);
            return files.Read(Prefix + (tile with { Width = TilePath.FullWidth }), limit) is { } full ? (full, false) : null;
        }
        catch (LogException)
        {
            // Longer than anything that could be right.
            return ([], true);
        }
    }

    private void Report(string path, string problem) => findings.Add(new FsckFinding(path, problem));
}
