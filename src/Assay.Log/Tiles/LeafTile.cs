using System.Runtime.InteropServices;
using Assay.Log.Files;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Log.Tiles;

/// <summary>A full tile of leaf hashes that was found to hash to its parent. Its leaves stay in the file; of its inner nodes the upper ones are kept.</summary>
/// <remarks>
/// <code>
///   height 8          root                     kept: 1 + 2 + 4 + ... + 32 = 63 hashes, 2 KiB
///     ...
///   height 3     k0   k1  ...  k31
///               /  \                           made again at each use from eight leaves: seven hashes, and they
///   height 0   l0..l7  ...    l248..l255       must lead to the node that is kept
/// </code>
/// So a tree of 2^20 entries needs 8 MiB of memory and not 64, and a leaf that changed in its file is found whenever it is used.
/// </remarks>
internal sealed class LeafTile : IDisposable
{
    private const int GroupHeight = 3;
    private const int Group = 1 << GroupHeight;
    private const int Height = 8;

    private readonly TilePath path;
    private readonly Hash[][] upper;
    private readonly IFileMap? map;
    private readonly Hash[] leaves = [];

    /// <param name="tree">The whole tile, checked.</param>
    /// <param name="map">Its file, or null to keep the leaves in memory. Disposed of with this.</param>
    public LeafTile(TilePath path, HashTree tree, IFileMap? map)
    {
        this.path = path;
        this.map = map;
        upper = [.. Enumerable.Range(GroupHeight, Height - GroupHeight + 1).Select(tree.Level)];
        if (map is null)
            leaves = tree.Leaves;
    }

    /// <summary>Whether the leaves are read from the file, which makes this tile five times as small.</summary>
    public bool IsMapped => map is not null;

    /// <summary>The siblings on the way from a leaf to the root of the tile, lowest first. False if the tile was given up meanwhile: take it again.</summary>
    /// <exception cref="LogException">The file was changed since it was checked.</exception>
    public bool TryPath(int index, Span<Hash> siblings)
    {
        Span<Hash> nodes = stackalloc Hash[2 * Group - 1];
        if (!TryGroup(index / Group, nodes))
            return false;
        var within = index % Group;
        for (var (height, first) = (0, 0); height < GroupHeight; first += Group >> height, height++)
            siblings[height] = nodes[first + ((within >> height) ^ 1)];
        for (var height = GroupHeight; height < Height; height++)
            siblings[height] = upper[height - GroupHeight][(index >> height) ^ 1];
        return true;
    }

    /// <summary>The node over leaves <c>index * 2^height</c> up to the next multiple of 2^height. False as for <see cref="TryPath"/>.</summary>
    /// <inheritdoc cref="TryPath" path="/exception"/>
    public bool TryNode(int height, int index, out Hash node)
    {
        node = default;
        if (height >= GroupHeight)
        {
            node = upper[height - GroupHeight][index];
            return true;
        }
        Span<Hash> nodes = stackalloc Hash[2 * Group - 1];
        var perGroup = Group >> height;
        if (!TryGroup(index / perGroup, nodes))
            return false;
        node = nodes[2 * Group - 2 * perGroup + index % perGroup];
        return true;
    }

    public void Dispose() => map?.Dispose();

    // The eight leaves of a group, then the four nodes above them, then two, then one.
    private bool TryGroup(int group, Span<Hash> nodes)
    {
        if (map is null)
            leaves.AsSpan(group * Group, Group).CopyTo(nodes);
        else if (!map.TryRead(group * Group * Hash.Size, MemoryMarshal.AsBytes(nodes[..Group])))
            return false;
        for (var (below, node) = (0, Group); node < nodes.Length; below += 2, node++)
            nodes[node] = MerkleTree.NodeHash(nodes[below], nodes[below + 1]);
        return nodes[^1] == upper[0][group]
            ? true
            : throw new LogException(LogFault.Corrupt, $"{path} was changed after it had been checked: its hashes from {group * Group} on do not give the same node");
    }
}
