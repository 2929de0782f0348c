using System.Buffers.Binary;
using Assay.Verify.Crypto;

namespace Assay.Verify.Dsse;

/// <summary>
/// The log entry of a receipt: it names nothing but hashes. <c>"assay/sealed/v1\n" || u64be(sequence) || SHA-256(PAE) ||
/// SHA-256(SubjectPublicKeyInfo) || alg || u16be(length) || signature</c> (docs/spec/receipt.md, Log entries).
/// </summary>
/// <param name="Sequence">Counts the sealed entries of one serving key from 0.</param>
/// <param name="PaeHash">SHA-256 of the receipt envelope's PAE.</param>
/// <param name="KeyId">SHA-256 of the serving key's SubjectPublicKeyInfo.</param>
/// <param name="Algorithm">Of the serving key: one byte, 1 for Ed25519, 2 for ECDSA P-256.</param>
/// <param name="Signature">64 bytes.</param>
public sealed record SealedEntry(ulong Sequence, Hash PaeHash, Hash KeyId, KeyAlgorithm Algorithm, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Bytes of an entry, whichever the algorithm.</summary>
    public const int Size = 16 + 8 + 32 + 32 + 1 + 2 + KeyAlgorithms.SignatureSize;

    public static ReadOnlySpan<byte> Prefix => "assay/sealed/v1\n"u8;

    /// <summary>The entry of a receipt's envelope. A verifier compares its bytes with what the log shows: that binds record, key and signature at once.</summary>
    /// <param name="algorithm">Of the key that signed it.</param>
    public static SealedEntry Of(Envelope envelope, ulong sequence, KeyAlgorithm algorithm) =>
        new(sequence, Sha256.Of(envelope.Pae()), envelope.KeyId, algorithm, envelope.Signature);

    public byte[] ToBytes()
    {
        if (Signature.Length != KeyAlgorithms.SignatureSize)
            throw new InvalidOperationException($"a sealed entry's signature has {KeyAlgorithms.SignatureSize} bytes");
        var entry = new byte[Size];
        var rest = entry.AsSpan();
        Prefix.CopyTo(rest);
        BinaryPrimitives.WriteUInt64BigEndian(rest[16..], Sequence);
        PaeHash.Bytes.CopyTo(rest[24..]);
        KeyId.Bytes.CopyTo(rest[56..]);
        rest[88] = (byte)Algorithm;
        BinaryPrimitives.WriteUInt16BigEndian(rest[89..], KeyAlgorithms.SignatureSize);
        Signature.Span.CopyTo(rest[91..]);
        return entry;
    }

    /// <exception cref="MalformedException">Not a sealed entry.</exception>
    public static SealedEntry Parse(ReadOnlySpan<byte> entry)
    {
        if (!entry.StartsWith(Prefix) || entry.Length < 91)
            throw new MalformedException("not a sealed entry");
        if ((KeyAlgorithm)entry[88] is not (KeyAlgorithm.Ed25519 or KeyAlgorithm.EcdsaP256Sha256))
            throw new UnsupportedException($"a sealed entry of algorithm {entry[88]}: only 1 (Ed25519) and 2 (ECDSA P-256) are known");
        if (BinaryPrimitives.ReadUInt16BigEndian(entry[89..]) != KeyAlgorithms.SignatureSize || entry.Length != Size)
            throw new MalformedException($"a sealed entry of {entry.Length} bytes, not {Size}");
        return new SealedEntry(
            BinaryPrimitives.ReadUInt64BigEndian(entry[16..]), Hash.From(entry[24..56]), Hash.From(entry[56..88]),
            (KeyAlgorithm)entry[88], entry[91..].ToArray());
    }
}
