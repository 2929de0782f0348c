using System.Buffers.Binary;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Verify.Logs;

/// <summary>What the verifiable index says of one serving key (docs/spec/receipt.md, Epochs).</summary>
/// <param name="Events">Number of its key events.</param>
/// <param name="EventsRoot">RFC 6962 head over them.</param>
/// <param name="Count">Number of its sealed entries.</param>
/// <param name="Records">RFC 6962 head over them.</param>
public sealed record IndexLeaf(Hash KeyId, ulong Events, Hash EventsRoot, ulong Count, Hash Records)
{
    /// <summary>Of the leaf <c>"assay/index/v1\n" || key id || u64be(events) || EVENTS || u64be(count) || RECORDS</c>.</summary>
    public Hash LeafHash()
    {
        Span<byte> leaf = stackalloc byte[15 + 32 + 8 + 32 + 8 + 32];
        "assay/index/v1\n"u8.CopyTo(leaf);
        KeyId.Bytes.CopyTo(leaf[15..]);
        BinaryPrimitives.WriteUInt64BigEndian(leaf[47..], Events);
        EventsRoot.Bytes.CopyTo(leaf[55..]);
        BinaryPrimitives.WriteUInt64BigEndian(leaf[87..], Count);
        Records.Bytes.CopyTo(leaf[95..]);
        return MerkleTree.LeafHash(leaf);
    }

    /// <summary>Leaf hash of an entry in the EVENTS or RECORDS of its key: over <c>u64be(index) || leaf hash of the entry</c>.</summary>
    public static Hash OfEntry(ulong index, in Hash entry)
    {
        Span<byte> leaf = stackalloc byte[8 + Hash.Size];
        BinaryPrimitives.WriteUInt64BigEndian(leaf, index);
        entry.Bytes.CopyTo(leaf[8..]);
        return MerkleTree.LeafHash(leaf);
    }
}
