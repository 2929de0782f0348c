using System.Buffers.Binary;
using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Codecs;

namespace Assay.Verify.Notes;

/// <summary>What a signature line proves: an ordinary note signature, or a witness's timestamped cosignature.</summary>
public enum NoteSignatureType : byte
{
    /// <summary>Ed25519 over the note text (c2sp.org/signed-note).</summary>
    Ed25519 = 0x01,

    /// <summary>Ed25519 over the text with a time before it (c2sp.org/tlog-cosignature).</summary>
    Cosignature = 0x04,
}

/// <summary>A named key that checks notes: <c>name+hhhhhhhh+base64(type || key)</c> (c2sp.org/signed-note, verifier keys).</summary>
public sealed record VerifierKey(string Name, uint Id, NoteSignatureType Type, PublicKey Key)
{
    /// <exception cref="MalformedException">An impossible name, or a key that is not Ed25519: notes know no other here.</exception>
    public static VerifierKey Create(string name, NoteSignatureType type, PublicKey key)
    {
        if (key.Algorithm != KeyAlgorithm.Ed25519)
            throw new MalformedException($"a verifier key of algorithm {key.Algorithm.Name()}: expected ed25519");
        if (!IsKeyName(name))
            throw new MalformedException("a key name is empty or holds a space, a plus or a control character");
        return new VerifierKey(name, ComputeId(name, type, key), type, key);
    }

    /// <exception cref="MalformedException">Not a vkey of a known type, or its id is not that of its name and key.</exception>
    public static VerifierKey Parse(string text)
    {
        var parts = text.Split('+', 3);
        if (parts.Length != 3 || parts[1].Length != 8)
            throw new MalformedException("not a verifier key of the form name+hash+key");
        var id = BinaryPrimitives.ReadUInt32BigEndian(Hex.Read(parts[1]));
        var encoded = Base64.Read(parts[2]);
        if (encoded.Length == 0 || encoded[0] is not ((byte)NoteSignatureType.Ed25519 or (byte)NoteSignatureType.Cosignature))
            throw new MalformedException("a verifier key of an unknown signature type");
        var key = Create(parts[0], (NoteSignatureType)encoded[0], PublicKey.FromRaw(encoded.AsSpan(1)));
        return key.Id == id ? key : throw new MalformedException($"the verifier key '{key.Name}' has id {key.Id:x8}, not {id:x8}");
    }

    /// <summary>Whether a signature line's bytes (after the key id) are this key's over <paramref name="text"/>.</summary>
    public bool Verify(string text, ReadOnlySpan<byte> signature, SignatureCache? cache = null)
    {
        if (Type == NoteSignatureType.Ed25519)
            return SignatureCache.Verify(cache, Key, Encoding.UTF8.GetBytes(text), signature);
        return signature.Length > Cosignature.TimestampSize && Cosignature.Timestamp(signature) <= Cosignature.MaxTime
            && SignatureCache.Verify(cache, Key, Cosignature.Message(Cosignature.Timestamp(signature), text), signature[Cosignature.TimestampSize..]);
    }

    /// <summary>Non-empty, without Unicode spaces, plus signs or control characters.</summary>
    public static bool IsKeyName(string name) =>
        name.Length > 0 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+');

    // SHA-256(name || "\n" || type || key), first four bytes.
    private static uint ComputeId(string name, NoteSignatureType type, PublicKey key)
    {
        var sha = Sha256.Start();
        sha.Add(Encoding.UTF8.GetBytes(name));
        sha.Add([(byte)'\n', (byte)type]);
        sha.Add(key.Raw);
        return BinaryPrimitives.ReadUInt32BigEndian(sha.Finish().Bytes);
    }

    public override string ToString() => $"{Name}+{Id:x8}+{Base64.Write([(byte)Type, .. Key.Raw])}";
}
