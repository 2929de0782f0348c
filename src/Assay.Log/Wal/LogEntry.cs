using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Log.Wal;

/// <summary>An entry on its way into the log.</summary>
/// <param name="Bytes">At most 65,535.</param>
/// <param name="Leaf">SHA-256(0x00 || bytes).</param>
/// <param name="Attachment">Private bytes kept with it until the sink has them; empty for none.</param>
internal readonly record struct LogEntry(ReadOnlyMemory<byte> Bytes, Hash Leaf, ReadOnlyMemory<byte> Attachment)
{
    /// <summary>The largest attachment: 64 MiB.</summary>
    public const int MaxAttachment = 64 * 1024 * 1024;

    public static LogEntry Of(ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> attachment) => new(bytes, MerkleTree.LeafHash(bytes.Span), attachment);
}
