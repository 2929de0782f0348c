using System.Text;
using System.Text.Json;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;

namespace Assay.Verify.Tests.Dsse;

public class GeneralEnvelopeTests
{
    /// <summary>
    /// The published vectors that DSSE accepts and our narrow envelope refuses, on purpose, with what it says: it is read by verifiers
    /// that must agree on every byte, so there is one spelling, one signature of a known length, and a key id that is compared.
    /// </summary>
    private static readonly Dictionary<string, string> RefusedByReceipts = new()
    {
        ["published envelope"] = "keyid: required",
        ["url-safe base64 signature is accepted too"] = "sig: expected base64",
        ["unknown keyid is only a hint"] = "keyid: expected 64 hexadecimal digits",
        ["second signature is junk, first is right"] = "",
    };

    [Fact]
    public void Published_envelopes_are_judged_as_they_ask()
    {
        var data = TestData.Json("crypto/dsse-vectors.json");
        var key = KeyOf(data);
        var envelopes = data.GetProperty("envelopes").EnumerateArray().ToList();
        foreach (var vector in envelopes)
            Assert.True(
                (vector.GetProperty("expect").GetString() == "ok") == Accepts(vector.GetProperty("envelope"), key), vector.GetProperty("name").GetString());
        Assert.Equal(9, envelopes.Count);
    }

    [Fact]
    public void The_published_signature_verifies_in_both_its_spellings()
    {
        var published = TestData.Json("crypto/dsse-vectors.json").GetProperty("published");
        var key = KeyOf(TestData.Json("crypto/dsse-vectors.json"));
        var pae = Envelope.PreAuthEncoding(
            published.GetProperty("payloadType").GetString()!, published.GetProperty("payload_base64").GetBytesFromBase64());
        Assert.Equal(published.GetProperty("pae_hex").GetString(), Convert.ToHexStringLower(pae));
        Assert.Equal(published.GetProperty("pae_sha256").GetString(), Sha256.Of(pae).ToHex());
        var signature = published.GetProperty("signature_base64").GetBytesFromBase64();
        Assert.True(key.Verify(pae, signature));
        Assert.Equal(published.GetProperty("signature_der_hex").GetString(), Convert.ToHexStringLower(EcdsaSignature.ToDer(signature)));
        Assert.Equal(signature, EcdsaSignature.FromDer(EcdsaSignature.ToDer(signature)));
        // The signature of the body alone is not one of the envelope.
        Assert.False(key.Verify(published.GetProperty("payload_base64").GetBytesFromBase64(), signature));
    }

    [Fact]
    public void What_the_narrow_envelope_refuses_of_them_is_listed()
    {
        foreach (var vector in TestData.Json("crypto/dsse-vectors.json").GetProperty("envelopes").EnumerateArray())
        {
            if (vector.GetProperty("expect").GetString() != "ok")
                continue;
            var json = Root(vector.GetProperty("envelope"));
            var fault = Assert.Throws<MalformedException>(() => Envelope.Parse(json));
            Assert.Contains(RefusedByReceipts[vector.GetProperty("name").GetString()!], fault.Message);
        }
    }

    [Fact]
    public void One_good_signature_among_others_is_enough_and_none_is_not()
    {
        using var key = SigningKey.FromScalar(Sha256.Of([1]).Bytes);
        using var ed = SigningKey.FromSeed(Sha256.Of([2]).Bytes);
        var pae = Envelope.PreAuthEncoding("t", "payload"u8);
        var (der, plain, other) = (EcdsaSignature.ToDer(key.Sign(pae)), key.Sign(pae), ed.Sign(pae));
        Assert.True(Of(der).IsSignedBy(key.PublicKey));
        Assert.True(Of(other, plain).IsSignedBy(key.PublicKey));
        Assert.True(Of(other, plain).IsSignedBy(ed.PublicKey));
        Assert.False(Of(other).IsSignedBy(key.PublicKey));
        Assert.False(Of(der).IsSignedBy(ed.PublicKey));
        Assert.False(Of([]).IsSignedBy(key.PublicKey));
        Assert.False(Of(new byte[1000]).IsSignedBy(key.PublicKey));
        Assert.Throws<MalformedException>(() => Parse("""{"payload":"","payloadType":"t","signatures":[]}"""));
        Assert.Throws<MalformedException>(() => Parse("""{"payload":"","payloadType":"t","signatures":[{"keyid":"x"}]}"""));
        Assert.Throws<MalformedException>(() => Parse("""{"payload":"_+8=","payloadType":"t","signatures":[{"sig":""}]}"""));
        Assert.Throws<MalformedException>(() => Parse("""{"payload":"","payloadType":"t","signatures":[{"sig":"","keyid":1}]}"""));

        static GeneralEnvelope Of(params byte[][] signatures) =>
            new("t", "payload"u8.ToArray(), [.. signatures.Select(s => new GeneralSignature(null, s))]);
    }

    private static PublicKey KeyOf(JsonElement data)
    {
        var pem = data.GetProperty("published").GetProperty("key").GetProperty("public_key_spki_pem").GetString()!;
        return PublicKey.FromSubjectPublicKeyInfo(Convert.FromBase64String(string.Concat(pem.Split('\n').Where(l => !l.StartsWith('-')))));
    }

    private static bool Accepts(JsonElement envelope, PublicKey key)
    {
        try
        {
            return GeneralEnvelope.Parse(Root(envelope)).IsSignedBy(key);
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    private static JsonAt Root(JsonElement envelope) => Json(envelope.GetRawText());

    private static GeneralEnvelope Parse(string json) => GeneralEnvelope.Parse(Json(json));

    private static JsonAt Json(string text) => JsonAt.Root(StrictJson.Parse(Encoding.UTF8.GetBytes(text), 1 << 20), "envelope");
}
