using System.Security.Cryptography;
using System.Text.Json;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;

namespace Assay.Verify.Tests.Crypto;

/// <summary>The published vectors of Wycheproof for every algorithm that receipts use: each test is accepted or refused as the file asks.</summary>
public class WycheproofTests
{
    private delegate bool Judge(PublicKey key, byte[] message, byte[] signature);

    [Fact]
    public void Ed25519_signatures_are_judged_as_asked() => Run(
        "ed25519_test.json", 151,
        group => PublicKey.FromRaw(Bytes(group.GetProperty("publicKey"), "pk")),
        (key, message, signature) => key.Verify(message, signature));

    [Fact]
    public void P256_signatures_of_64_bytes_are_judged_as_asked() => Run(
        "ecdsa_secp256r1_sha256_p1363_test.json", 262,
        group => PublicKey.FromSubjectPublicKeyInfo(Bytes(group, "publicKeyDer")),
        (key, message, signature) => key.Verify(message, signature));

    [Fact]
    public void P256_signatures_in_der_are_judged_as_asked() => Run(
        "ecdsa_secp256r1_sha256_test.json", 484,
        group => PublicKey.FromSubjectPublicKeyInfo(Bytes(group, "publicKeyDer")),
        (key, message, signature) =>
        {
            try
            {
                return key.Verify(message, EcdsaSignature.FromDer(signature));
            }
            catch (MalformedException)
            {
                return false;
            }
        });

    // Fed piece by piece, as commitments are; tags shorter than 256 bits are their first bits.
    [Fact]
    public void Hmac_tags_are_judged_as_asked()
    {
        var tests = 0;
        foreach (var group in TestData.Json("crypto/wycheproof/hmac_sha256_test.json").GetProperty("testGroups").EnumerateArray())
        {
            var size = group.GetProperty("tagSize").GetInt32() / 8;
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var message = Bytes(test, "msg");
                var mac = HmacSha256.Start(Bytes(test, "key"));
                mac.Add(message.AsSpan(0, message.Length / 3));
                mac.Add(message.AsSpan(message.Length / 3));
                Assert.Equal(test.GetProperty("result").GetString() == "valid", mac.Finish().Bytes[..size].SequenceEqual(Bytes(test, "tag")));
                tests++;
            }
        }
        Assert.Equal(174, tests);
    }

    [Fact]
    public void Hmac_is_that_of_the_base_library_for_keys_and_messages_of_every_length()
    {
        for (var length = 0; length < 200; length++)
        {
            var bytes = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
            var (byKey, byMessage) = (HmacSha256.Start(bytes), HmacSha256.Start([1, 2, 3]));
            byKey.Add("a message"u8);
            byMessage.Add(bytes);
            Assert.Equal(HMACSHA256.HashData((ReadOnlySpan<byte>)bytes, "a message"u8), byKey.Finish().ToArray());
            Assert.Equal(HMACSHA256.HashData((ReadOnlySpan<byte>)[1, 2, 3], bytes), byMessage.Finish().ToArray());
        }
    }

    [Fact]
    public void The_salt_of_a_piece_is_expanded_as_in_rfc_5869()
    {
        var salt = Sha256.Of([1]).ToArray();
        var first = OutputCommitment.Open(OutputKind.Tensors, salt, new byte[100_000], 1, 1).Pieces[0];
        var expected = HKDF.Expand(HashAlgorithmName.SHA256, salt, 32, [.. "assay/output-salt/v1\n"u8, 0, 0, 0, 0, 0, 0, 0, 1]);
        Assert.Equal(expected, first.Salt.ToArray());
    }

    [Fact]
    public void Commitments_are_that_hmac_over_what_the_specification_says()
    {
        var salt = Sha256.Of([1]).ToArray();
        byte[] bytes = [.. "some input"u8];
        byte[] length = [0, 0, 0, 0, 0, 0, 0, (byte)bytes.Length];
        byte[] input = [.. "assay/input/v1\n"u8, .. length, .. bytes];
        byte[] wire = [.. "assay/wire-input/v1\n"u8, .. length, .. bytes];
        Assert.Equal(HMACSHA256.HashData(salt, input), Commitment.OfInput(salt, bytes).ToArray());
        Assert.Equal(HMACSHA256.HashData(salt, wire), Commitment.OfWireInput(salt, bytes).ToArray());
    }

    private static void Run(string file, int expected, Func<JsonElement, PublicKey> keyOf, Judge judge)
    {
        var (tests, valid) = (0, 0);
        foreach (var group in TestData.Json($"crypto/wycheproof/{file}").GetProperty("testGroups").EnumerateArray())
        {
            var key = keyOf(group);
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var isValid = judge(key, Bytes(test, "msg"), Bytes(test, "sig"));
                Assert.True(
                    isValid == (test.GetProperty("result").GetString() == "valid"),
                    $"{file}, test {test.GetProperty("tcId").GetInt32()}: {test.GetProperty("comment").GetString()}");
                tests++;
                valid += isValid ? 1 : 0;
            }
        }
        Assert.Equal(expected, tests);
        Assert.InRange(valid, 1, expected - 1);
    }

    private static byte[] Bytes(JsonElement json, string name) => Convert.FromHexString(json.GetProperty(name).GetString()!);
}
