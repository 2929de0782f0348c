using System.Security.Cryptography;
using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Verify.Tests.Crypto;

public class P256Tests
{
    // RFC 6979 appendix A.2.5: key, public point, and the signature of "sample" with SHA-256 (its s is high).
    private const string Scalar = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
    private const string Point =
        "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
    private const string Signature =
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
    private const string Order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

    private static readonly byte[] Sample = Encoding.ASCII.GetBytes("sample");

    [Fact]
    public void The_key_and_the_signature_of_rfc_6979_come_out()
    {
        using var key = SigningKey.FromScalar(Hex(Scalar));
        Assert.Equal(Point, Convert.ToHexStringLower(key.PublicKey.Raw));
        Assert.Equal(KeyAlgorithm.EcdsaP256Sha256, key.Algorithm);
        Assert.True(key.PublicKey.Verify(Sample, Hex(Signature)));
    }

    [Fact]
    public void The_tests_own_signer_is_that_of_rfc_6979()
    {
        using var key = new DeterministicP256Key(Hex(Scalar));
        Assert.Equal(Signature, Convert.ToHexStringLower(key.Sign(Sample)));
    }

    [Fact]
    public void Both_s_and_the_order_less_s_are_accepted()
    {
        using var key = SigningKey.FromScalar(Hex(Scalar));
        var signature = Hex(Signature);
        var order = new System.Numerics.BigInteger(Hex(Order), isUnsigned: true, isBigEndian: true);
        var s = new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        byte[] low = [.. signature[..32], .. (order - s).ToByteArray(isUnsigned: true, isBigEndian: true)];
        Assert.True(key.PublicKey.Verify(Sample, low));
    }

    [Fact]
    public void Signatures_go_to_and_come_from_the_base_library()
    {
        for (var i = 0; i < 50; i++)
        {
            var message = Enumerable.Repeat((byte)i, i * 37).ToArray();
            using var key = SigningKey.FromScalar(Sha256.Of([(byte)i]).Bytes);
            using var other = ECDsa.Create();
            other.ImportFromPem(key.ToPem());
            Assert.Equal(other.ExportSubjectPublicKeyInfo(), key.PublicKey.SubjectPublicKeyInfo);
            Assert.True(other.VerifyData(message, key.Sign(message), HashAlgorithmName.SHA256));
            Assert.True(key.PublicKey.Verify(message, other.SignData(message, HashAlgorithmName.SHA256)));
            var der = other.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            Assert.True(key.PublicKey.Verify(message, EcdsaSignature.FromDer(der)));
            Assert.Equal(der, EcdsaSignature.ToDer(EcdsaSignature.FromDer(der)));
        }
    }

    [Fact]
    public void Every_flipped_bit_of_a_signature_or_message_is_refused()
    {
        using var key = SigningKey.FromScalar(Hex(Scalar));
        var signature = Hex(Signature);
        for (var bit = 0; bit < signature.Length * 8; bit++)
            Assert.False(key.PublicKey.Verify(Sample, Flip(signature, bit)));
        for (var bit = 0; bit < Sample.Length * 8; bit++)
            Assert.False(key.PublicKey.Verify(Flip(Sample, bit), signature));
        Assert.False(key.PublicKey.Verify(Sample, signature.AsSpan(1)));
        Assert.False(key.PublicKey.Verify(Sample, [.. signature, 0]));
        Assert.False(key.PublicKey.Verify(Sample, EcdsaSignature.ToDer(signature)));
    }

    [Fact]
    public void R_and_s_outside_their_range_are_refused()
    {
        using var key = SigningKey.FromScalar(Hex(Scalar));
        var (r, s) = (Signature[..64], Signature[64..]);
        var zero = new string('0', 64);
        foreach (var bad in new[] { zero + s, r + zero, zero + zero, Order + s, r + Order, new string('f', 64) + s, r + new string('f', 64) })
            Assert.False(key.PublicKey.Verify(Sample, Hex(bad)));
    }

    [Fact]
    public void Only_uncompressed_points_on_the_curve_are_keys()
    {
        using var key = SigningKey.FromScalar(Hex(Scalar));
        var spki = key.PublicKey.SubjectPublicKeyInfo;
        Assert.Equal(91, spki.Length);
        Assert.Equal("3059301306072a8648ce3d020106082a8648ce3d030107034200", Convert.ToHexStringLower(spki.AsSpan(0, 26)));
        Assert.Equal(key.PublicKey, PublicKey.FromSubjectPublicKeyInfo(spki));
        for (var bit = 0; bit < spki.Length * 8; bit++)
        {
            var changed = Flip(spki, bit);
            Assert.Throws<MalformedException>(() => PublicKey.FromSubjectPublicKeyInfo(changed));
        }
        Assert.Throws<MalformedException>(() => PublicKey.FromSubjectPublicKeyInfo(spki.AsSpan(..^1)));
        Assert.Throws<MalformedException>(() => PublicKey.FromSubjectPublicKeyInfo([.. spki, 0]));
        // The same point in its other forms: compressed (33 bytes) and hybrid (0x06 or 0x07 before x and y).
        using var other = ECDsa.Create();
        other.ImportSubjectPublicKeyInfo(spki, out _);
        byte[] compressed = [.. Hex("3039301306072a8648ce3d020106082a8648ce3d030107032200"), 0x03, .. spki.AsSpan(27, 32)];
        byte[] hybrid = [.. spki];
        hybrid[26] = 0x07;
        // The order-2 look-alike and coordinates not below the prime.
        byte[] origin = [.. spki.AsSpan(0, 27), .. new byte[64]];
        byte[] large = [.. spki.AsSpan(0, 27), .. Enumerable.Repeat((byte)0xff, 32), .. spki.AsSpan(59)];
        foreach (var bad in new[] { compressed, hybrid, origin, large })
            Assert.Throws<MalformedException>(() => PublicKey.FromSubjectPublicKeyInfo(bad));
    }

    [Fact]
    public void Pem_comes_back_as_it_went_and_a_foreign_point_is_refused()
    {
        using var key = SigningKey.FromScalar(Hex(Scalar));
        using var again = SigningKey.FromPem(key.ToPem());
        Assert.Equal(key.PublicKey, again.PublicKey);
        Assert.DoesNotContain(Scalar[..20], key.ToString());
        using var other = SigningKey.FromScalar(Sha256.Of([1]).Bytes);
        var (mine, foreign) = (Body(key), Body(other));
        byte[] mixed = [.. mine.AsSpan(..^65), .. foreign.AsSpan(^65..)];
        Assert.Throws<MalformedException>(() => SigningKey.FromPem(PemEncoding.WriteString("PRIVATE KEY", mixed)));
        Assert.Throws<MalformedException>(() => SigningKey.FromPem(PemEncoding.WriteString("PRIVATE KEY", mine.AsSpan(..^1))));
    }

    [Fact]
    public void Scalars_out_of_range_are_no_keys()
    {
        Assert.False(SigningKey.IsScalar(new byte[32]));
        Assert.False(SigningKey.IsScalar(Hex(Order)));
        Assert.False(SigningKey.IsScalar(new byte[31]));
        Assert.True(SigningKey.IsScalar([.. new byte[31], 1]));
        Assert.Throws<ArgumentException>(() => SigningKey.FromScalar(Hex(Order)));
    }

    [Fact]
    public void A_verifier_key_of_a_note_is_never_p256()
    {
        using var key = SigningKey.FromScalar(Hex(Scalar));
        Assert.Throws<MalformedException>(() => VerifierKey.Create("example.com/log", NoteSignatureType.Ed25519, key.PublicKey));
        Assert.Throws<MalformedException>(() => VerifierKey.Create("example.com/witness", NoteSignatureType.Cosignature, key.PublicKey));
    }

    [Fact]
    public void The_two_algorithms_have_their_names()
    {
        foreach (var algorithm in Enum.GetValues<KeyAlgorithm>())
            Assert.Equal(algorithm, KeyAlgorithms.Parse(algorithm.Name()));
        Assert.Throws<MalformedException>(() => KeyAlgorithms.Parse("Ed25519"));
        Assert.Throws<MalformedException>(() => KeyAlgorithms.Parse("1"));
    }

    private static byte[] Body(SigningKey key)
    {
        var pem = key.ToPem();
        return Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);

    private static byte[] Flip(byte[] bytes, int bit)
    {
        byte[] changed = [.. bytes];
        changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return changed;
    }
}
