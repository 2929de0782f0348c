using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;

namespace Assay.Verify.Tests.Dsse;

public class DsseTests
{
    private static readonly Envelope Signed = Envelope.Sign(Envelope.InToto, "{}"u8.ToArray(), TestIssuer.RootKey);

    [Fact]
    public void The_encoding_before_signing_is_the_published_one()
    {
        var data = TestData.Json("crypto/dsse-vectors.json");
        foreach (var vector in data.GetProperty("pae").EnumerateArray())
            Assert.Equal(
                vector.GetProperty("pae_base64").GetBytesFromBase64(),
                Envelope.PreAuthEncoding(vector.GetProperty("payloadType").GetString()!, vector.GetProperty("payload_base64").GetBytesFromBase64()));
    }

    [Fact]
    public void The_encoding_counts_bytes_and_not_characters() =>
        Assert.Equal("DSSEv1 2 é 3 abc", Encoding.UTF8.GetString(Envelope.PreAuthEncoding("é", "abc"u8)));

    [Fact]
    public void An_envelope_comes_back_and_verifies()
    {
        var back = Parse(Encoding.UTF8.GetString(Signed.ToBytes()));
        Assert.True(back.IsSignedBy(TestIssuer.RootKey.PublicKey));
        Assert.False(back.IsSignedBy(TestIssuer.LogKey.PublicKey));
        Assert.False((back with { PayloadType = "text/plain" }).IsSignedBy(TestIssuer.RootKey.PublicKey));
        Assert.False((back with { Payload = "[]"u8.ToArray() }).IsSignedBy(TestIssuer.RootKey.PublicKey));
    }

    [Theory]
    [InlineData("\"signatures\":[{", "\"signatures\":[ {")]
    [InlineData("{\"payloadType\"", " {\"payloadType\"")]
    [InlineData("application/vnd.in-toto+json", "text/plain")]
    [InlineData("\"payload\":\"e30=\"", "\"payload\":\"e30\"")]
    [InlineData("\"payload\":\"e30=\"", "\"payload\":\"e31=\"")]
    [InlineData("\"payload\":\"e30=\"", "\"payload\":\"e30=\",\"more\":1")]
    [InlineData("\"sig\":\"", "\"sig\":\"AAAA")]
    [InlineData("\"keyid\":\"", "\"keyid\":\"00")]
    [InlineData("\"keyid\":", "\"keyId\":")]
    public void An_open_entry_has_one_spelling(string from, string to)
    {
        var text = Encoding.UTF8.GetString(Signed.ToBytes());
        Assert.Contains(from, text);
        Assert.Throws<MalformedException>(() => OpenEntry.Parse(Encoding.UTF8.GetBytes(text.Replace(from, to))));
    }

    [Fact]
    public void A_receipt_with_two_signatures_or_none_is_refused()
    {
        var text = Encoding.UTF8.GetString(Signed.ToBytes());
        var one = text[(text.IndexOf('[') + 1)..text.IndexOf(']')];
        Assert.Throws<MalformedException>(() => Parse(text.Replace(one, one + "," + one)));
        Assert.Throws<MalformedException>(() => Parse(text.Replace(one, "")));
    }

    private static Envelope Parse(string json) => Envelope.Parse(JsonAt.Root(StrictJson.Parse(Encoding.UTF8.GetBytes(json), 1 << 20), "envelope"));

    [Fact]
    public void A_sealed_entry_has_155_bytes_and_comes_back()
    {
        var entry = SealedEntry.Of(Signed, 0x0102030405060708, KeyAlgorithm.Ed25519);
        var bytes = entry.ToBytes();
        Assert.Equal(155, bytes.Length);
        Assert.Equal("assay/sealed/v1\n\u0001\u0002\u0003\u0004\u0005\u0006\a\b", Encoding.ASCII.GetString(bytes.AsSpan(0, 24)));
        var back = SealedEntry.Parse(bytes);
        Assert.Equal(bytes, back.ToBytes());
        Assert.Equal((entry.Sequence, entry.PaeHash, entry.KeyId), (back.Sequence, back.PaeHash, back.KeyId));
    }

    [Fact]
    public void An_entry_is_sealed_or_open_or_refused()
    {
        var sealedEntry = SealedEntry.Of(Signed, 1, KeyAlgorithm.Ed25519).ToBytes();
        Assert.Equal(EntryKind.Sealed, OpenEntry.KindOf(sealedEntry));
        Assert.Equal(EntryKind.Open, OpenEntry.KindOf(Signed.ToBytes()));
        Assert.Throws<MalformedException>(() => OpenEntry.KindOf([]));
        Assert.Throws<MalformedException>(() => OpenEntry.KindOf("{}"u8));
        for (var length = 0; length < sealedEntry.Length; length++)
            Assert.Throws<MalformedException>(() => OpenEntry.KindOf(sealedEntry.AsSpan(0, length)));
        Assert.Throws<MalformedException>(() => OpenEntry.KindOf([.. sealedEntry, 0]));
        sealedEntry[88] = 2;
        Assert.Equal(KeyAlgorithm.EcdsaP256Sha256, SealedEntry.Parse(sealedEntry).Algorithm);
        sealedEntry[88] = 3;
        Assert.Throws<UnsupportedException>(() => OpenEntry.KindOf(sealedEntry));
    }
}
