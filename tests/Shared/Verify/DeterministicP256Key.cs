using System.Globalization;
using System.Numerics;
using Assay.Verify.Crypto;

namespace Assay.Tests;

/// <summary>A P-256 key that signs the same message always alike (RFC 6979), so that vectors made with it come out the same. Not for secrets: it takes its time by the key.</summary>
internal sealed class DeterministicP256Key(byte[] scalar) : SigningKey(PublicOf(scalar))
{
    private static readonly BigInteger Order =
        BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public override byte[] Sign(ReadOnlySpan<byte> message)
    {
        var digest = Sha256.Of(message).ToArray();
        var (d, z) = (Number(scalar), Number(digest) % Order);
        foreach (var k in Nonces(Bytes(z)))
        {
            // x of k·G is x of the public key whose private key is k.
            var r = Number(PublicOf(Bytes(k)).Raw.Slice(1, 32)) % Order;
            var s = BigInteger.ModPow(k, Order - 2, Order) * (z + (r * d)) % Order;
            if (!r.IsZero && !s.IsZero)
                return [.. Bytes(r), .. Bytes(s)];
        }
        throw new InvalidOperationException("there is always another nonce");
    }

    public override string ToPem()
    {
        using var key = FromScalar(scalar);
        return key.ToPem();
    }

    protected override void Dispose(bool disposing)
    {
    }

    // RFC 6979 section 3.2.
    private IEnumerable<BigInteger> Nonces(byte[] digest)
    {
        var v = Enumerable.Repeat((byte)1, 32).ToArray();
        var k = Mac(new byte[32], [.. v, 0, .. scalar, .. digest]);
        v = Mac(k, v);
        k = Mac(k, [.. v, 1, .. scalar, .. digest]);
        v = Mac(k, v);
        while (true)
        {
            v = Mac(k, v);
            if (IsScalar(v))
                yield return Number(v);
            k = Mac(k, [.. v, 0]);
            v = Mac(k, v);
        }
    }

    private static PublicKey PublicOf(ReadOnlySpan<byte> scalar)
    {
        using var key = FromScalar(scalar);
        return key.PublicKey;
    }

    private static byte[] Mac(byte[] key, byte[] bytes)
    {
        var mac = HmacSha256.Start(key);
        mac.Add(bytes);
        return mac.Finish().ToArray();
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }
}
