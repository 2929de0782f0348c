using System.Buffers.Binary;

namespace Assay.Verify.Crypto;

/// <summary>Signatures that were found good, remembered by the hash of key, message and signature. Safe for many threads.</summary>
/// <remarks>
/// Verification is a function of those three, so remembering changes nothing but the time. Bad ones are not remembered: whoever sends
/// many could push the good ones out.
/// </remarks>
public sealed class SignatureCache(int capacity = SignatureCache.DefaultCapacity)
{
    public const int DefaultCapacity = 16_384;

    private readonly Recent<bool> good = new(capacity);
    private long verified;
    private long remembered;

    /// <summary>How many were verified with the public key.</summary>
    public long Verified => Interlocked.Read(ref verified);

    /// <summary>How many were known to be good already.</summary>
    public long Remembered => Interlocked.Read(ref remembered);

    /// <summary><see cref="PublicKey.Verify"/>, from memory where it was asked before.</summary>
    /// <param name="cache">Null to verify always.</param>
    /// <param name="key">Whose signature it should be.</param>
    /// <param name="message">The bytes signed.</param>
    /// <param name="signature">64 bytes.</param>
    public static bool Verify(SignatureCache? cache, PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        cache is null ? key.Verify(message, signature) : cache.Ask(key, message, signature);

    /// <summary>The same for a signature that no other bundle has: it is not remembered.</summary>
    public static bool VerifyOnce(SignatureCache? cache, PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (cache is not null)
            Interlocked.Increment(ref cache.verified);
        return key.Verify(message, signature);
    }

    private bool Ask(PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var name = NameOf(key, message, signature);
        if (good.TryGet(name, out _))
        {
            Interlocked.Increment(ref remembered);
            return true;
        }
        Interlocked.Increment(ref verified);
        if (!key.Verify(message, signature))
            return false;
        good.Add(name, true);
        return true;
    }

    // The lengths keep the parts apart; a key id has 32 bytes.
    private static Hash NameOf(PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> lengths = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(lengths, message.Length);
        BinaryPrimitives.WriteInt64BigEndian(lengths[8..], signature.Length);
        var sha = Sha256.Start();
        sha.Add(key.Id.Bytes);
        sha.Add(lengths);
        sha.Add(message);
        sha.Add(signature);
        return sha.Finish();
    }
}
