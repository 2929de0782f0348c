using System.Text;
using Assay.Verify.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Assay.Verify.Tests.Crypto;

public class Ed25519Tests
{
    [Fact]
    public void The_first_vectors_of_rfc_8032_section_7_1_come_out()
    {
        using var key = SigningKey.FromSeed(Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
        Assert.Equal("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", Convert.ToHexStringLower(key.PublicKey.Raw));
        Assert.Equal(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            Convert.ToHexStringLower(key.Sign([])));
    }

    [Fact]
    public void Signatures_are_those_of_an_independent_implementation()
    {
        for (var i = 0; i < 50; i++)
        {
            var seed = Sha256.Of([(byte)i]).ToArray();
            var message = Enumerable.Repeat((byte)i, i * 37).ToArray();
            using var key = SigningKey.FromSeed(seed);
            var signer = new Ed25519Signer();
            signer.Init(forSigning: true, new Ed25519PrivateKeyParameters(seed, 0));
            signer.BlockUpdate(message, 0, message.Length);
            var signature = key.Sign(message);
            Assert.Equal(signer.GenerateSignature(), signature);
            Assert.True(key.PublicKey.Verify(message, signature));
        }
    }

    [Fact]
    public void Every_flipped_bit_of_a_signature_or_message_is_refused()
    {
        using var key = SigningKey.FromSeed(new byte[32]);
        var message = Encoding.ASCII.GetBytes("what happened after I clicked Run?");
        var signature = key.Sign(message);
        for (var bit = 0; bit < signature.Length * 8; bit++)
            Assert.False(key.PublicKey.Verify(message, Flip(signature, bit)));
        for (var bit = 0; bit < message.Length * 8; bit++)
            Assert.False(key.PublicKey.Verify(Flip(message, bit), signature));
        Assert.False(key.PublicKey.Verify(message, signature.AsSpan(1)));
        Assert.False(key.PublicKey.Verify(message, [.. signature, 0]));
    }

    [Fact]
    public void The_identity_is_no_key()
    {
        byte[] identity = [1, .. new byte[31]];
        Assert.Throws<MalformedException>(() => PublicKey.FromRaw(identity));
    }

    [Fact]
    public void Pem_and_spki_come_back_as_they_went()
    {
        using var key = SigningKey.FromSeed(Sha256.Of([1]).Bytes);
        using var again = SigningKey.FromPem(key.ToPem());
        Assert.Equal(key.PublicKey, again.PublicKey);
        Assert.Equal(key.PublicKey, PublicKey.FromSubjectPublicKeyInfo(key.PublicKey.SubjectPublicKeyInfo));
        Assert.DoesNotContain(Convert.ToBase64String(Sha256.Of([1]).Bytes)[..20], key.ToString());
    }

    private static byte[] Flip(byte[] bytes, int bit)
    {
        byte[] changed = [.. bytes];
        changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return changed;
    }
}
