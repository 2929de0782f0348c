using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Verify.Logs;

/// <summary>
/// An RFC 6962 tree that grows by appending, with the head and the proofs of every size that it ever had. Not for several threads.
/// </summary>
/// <remarks>
/// Row k holds the heads of complete subtrees of 16^k leaves: 34 bytes a leaf. Where the leaves can be had elsewhere, row 0 is not
/// kept, and it is 2. A head costs at most 30 hashes for each row.
/// </remarks>
/// <param name="leafAt">Where the leaves can be had again; null to keep them here.</param>
internal sealed class GrowingTree(Func<ulong, Hash>? leafAt = null)
{
    private const int RowHeight = 4;

    private readonly List<List<Hash>> rows = [];

    public ulong Size { get; private set; }

    /// <param name="leaf">Not looked at where the leaves can be had elsewhere: this one too, by now.</param>
    public void Append(in Hash leaf)
    {
        if (leafAt is null)
            Row(0).Add(leaf);
        Size++;
        for (var height = RowHeight; height < 64 && Size % (1UL << height) == 0; height += RowHeight)
            Row(height / RowHeight).Add(Combine(Size - (1UL << height), height));
    }

    public Hash this[ulong index] => leafAt is null ? rows[0][checked((int)index)] : leafAt(index);

    /// <summary>MTH of the first <paramref name="size"/> leaves (RFC 6962 section 2.1).</summary>
    public Hash Head(ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Size);
        return size == 0 ? MerkleTree.Empty : Head(0, size);
    }

    /// <summary>PATH(index, D[size]) (RFC 6962 section 2.1.1).</summary>
    public ImmutableArray<Hash> InclusionPath(ulong index, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Size);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = ImmutableArray.CreateBuilder<Hash>();
        for (var (from, to) = (0UL, size); to - from > 1;)
        {
            var middle = from + MerkleTree.Split(to - from);
            path.Add(index < middle ? Head(middle, to) : Head(from, middle));
            (from, to) = index < middle ? (from, middle) : (middle, to);
        }
        path.Reverse();
        return path.ToImmutable();
    }

    /// <summary>PROOF(oldSize, D[size]) (RFC 6962 section 2.1.2); empty where oldSize is 0 or size.</summary>
    public ImmutableArray<Hash> ConsistencyPath(ulong oldSize, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, size);
        var path = ImmutableArray.CreateBuilder<Hash>();
        if (oldSize == 0)
            return [];
        var (from, to, whole) = (0UL, size, true);
        while (to != oldSize)
        {
            var middle = from + MerkleTree.Split(to - from);
            var isLeft = oldSize <= middle;
            path.Add(isLeft ? Head(middle, to) : Head(from, middle));
            (from, to) = isLeft ? (from, middle) : (middle, to);
            whole &= isLeft;
        }
        if (!whole)
            path.Add(Head(from, to));
        path.Reverse();
        return path.ToImmutable();
    }

    // Of leaves [from, to); from is a multiple of the largest power of two that is not above their number.
    private Hash Head(ulong from, ulong to)
    {
        var count = to - from;
        if (ulong.IsPow2(count))
            return Complete(from, System.Numerics.BitOperations.Log2(count));
        var middle = from + MerkleTree.Split(count);
        return MerkleTree.NodeHash(Head(from, middle), Head(middle, to));
    }

    private Hash Complete(ulong from, int height)
    {
        if (height == 0)
            return this[from];
        return height % RowHeight == 0 ? rows[height / RowHeight][checked((int)(from >> height))] : Combine(from, height);
    }

    private Hash Combine(ulong from, int height) =>
        MerkleTree.NodeHash(Complete(from, height - 1), Complete(from + (1UL << (height - 1)), height - 1));

    private List<Hash> Row(int k)
    {
        while (rows.Count <= k)
            rows.Add([]);
        return rows[k];
    }
}
