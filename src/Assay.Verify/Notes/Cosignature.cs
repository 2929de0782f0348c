using System.Buffers.Binary;
using System.Text;

namespace Assay.Verify.Notes;

/// <summary>A witness's statement that it saw a checkpoint, and when (c2sp.org/tlog-cosignature, Ed25519).</summary>
/// <remarks>The signature bytes are <c>u64be(time) || Ed25519 signature</c>, time in Unix seconds.</remarks>
public static class Cosignature
{
    public const int TimestampSize = 8;

    public static ulong Timestamp(ReadOnlySpan<byte> signature) => BinaryPrimitives.ReadUInt64BigEndian(signature);

    /// <summary>The bytes that the witness signs.</summary>
    public static byte[] Message(ulong time, string noteText) =>
        Encoding.UTF8.GetBytes($"cosignature/v1\ntime {time}\n{noteText}");
}
