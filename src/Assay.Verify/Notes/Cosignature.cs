using System.Buffers.Binary;
using System.Text;
using Assay.Verify.Crypto;

namespace Assay.Verify.Notes;

/// <summary>A witness's statement that, at a time, the largest consistent tree it had seen of a log was this checkpoint's (c2sp.org/tlog-cosignature, Ed25519).</summary>
/// <remarks>
/// The signature bytes are <c>u64be(time) || Ed25519 signature</c>, time in Unix seconds. Of the specification's two forms this is the
/// one with key type 0x04; ML-DSA-44 (0x06), and with it cosignatures of subtrees, are not here: their lines are those of unknown keys.
/// </remarks>
public static class Cosignature
{
    public const int TimestampSize = 8;

    /// <summary>The latest time that a cosignature may carry.</summary>
    public const ulong MaxTime = long.MaxValue;

    public static ulong Timestamp(ReadOnlySpan<byte> signature) => BinaryPrimitives.ReadUInt64BigEndian(signature);

    /// <summary>The bytes that the witness signs.</summary>
    public static byte[] Message(ulong time, string noteText) =>
        Encoding.UTF8.GetBytes($"cosignature/v1\ntime {time}\n{noteText}");

    /// <summary>The line with which a witness cosigns a checkpoint that it has found consistent and stored.</summary>
    /// <param name="noteText">The checkpoint's whole text, extension lines too, with its final newline.</param>
    /// <param name="name">The witness's name, in its key.</param>
    /// <param name="time">Unix seconds, above 0: a cosignature of this form always says when.</param>
    public static NoteSignature Sign(string noteText, string name, SigningKey key, ulong time)
    {
        if (time is 0 or > MaxTime)
            throw new ArgumentOutOfRangeException(nameof(time), time, "a cosignature's time is from 1 to 2^63 - 1");
        var bytes = new byte[TimestampSize + Ed25519.SignatureSize];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, time);
        key.Sign(Message(time, noteText)).CopyTo(bytes, TimestampSize);
        return new NoteSignature(name, VerifierKey.Create(name, NoteSignatureType.Cosignature, key.PublicKey).Id, bytes);
    }
}
