using System.Text;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Audits;

/// <summary>What auditors send to a provider's node (docs/spec/audits.md section 3).</summary>
public class AuditRequestTests
{
    private const string Provider = "provider.test/log";

    private static readonly SigningKey Key = SigningKey.FromSeed(Sha256.Of("auditor"u8).Bytes);
    private static readonly SigningKey Other = SigningKey.FromSeed(Sha256.Of("another"u8).Bytes);
    private static readonly AuditSeedEvent Seed = AuditSeedEvent.Sign(Provider, Sha256.Of("key"u8), 3, "auditor.test/log", Key, 50_000, Sha256.Of("secret"u8));
    private static readonly SecretRequest Secret = new(Sha256.Of("key"u8), 3, Sha256.Of("secret"u8));
    private static readonly OpeningRequest Opening = Open("a draw"u8.ToArray());

    [Fact]
    public void Requests_come_back_as_they_were_sent()
    {
        Assert.Equal(Seed, AuditSeedEvent.ParseRequest(Seed.ToRequest(), Provider));
        Assert.True(AuditSeedEvent.ParseRequest(Seed.ToRequest(), Provider).IsSignedByAuditor());
        Assert.False(AuditSeedEvent.ParseRequest(Seed.ToRequest(), "elsewhere.test/log").IsSignedByAuditor());
        Assert.Equal(Secret, SecretRequest.Parse(Secret.ToBytes()));
        var back = OpeningRequest.Parse(Opening.ToBytes());
        Assert.Equal(Opening.ToBytes(), back.ToBytes());
        Assert.Equal((7UL, 64, 0UL), (back.From, back.Count, back.Proof.Index));
    }

    [Fact]
    public void Openings_are_asked_for_by_one_key_of_one_provider_for_these_positions()
    {
        var asked = OpeningRequest.Parse(Opening.ToBytes());
        Assert.True(asked.IsSignedBy(Key.PublicKey, Provider));
        Assert.False(asked.IsSignedBy(Other.PublicKey, Provider));
        Assert.False(asked.IsSignedBy(Key.PublicKey, "elsewhere.test/log"));
        Assert.False((asked with { From = 8 }).IsSignedBy(Key.PublicKey, Provider));
        Assert.False((asked with { Count = 63 }).IsSignedBy(Key.PublicKey, Provider));
        Assert.False((asked with { Draw = "another draw"u8.ToArray() }).IsSignedBy(Key.PublicKey, Provider));
    }

    [Theory]
    [InlineData("\"count\":64", "\"count\":65", "count")]
    [InlineData("\"count\":64", "\"count\":0", "count")]
    [InlineData("\"count\":64", "\"count\":-1", "")]
    [InlineData("\"from\":7", "\"from\":9007199254740992", "")]
    [InlineData("\"index\":0", "\"index\":1", "index")]
    [InlineData("\"signature\":\"", "\"signature\":\"AAAA", "signature")]
    [InlineData("\"from\":7", "\"from\":7,\"more\":1", "more")]
    [InlineData("index 0\\n", "index x\\n", "proof")]
    public void What_breaks_a_bound_is_malformed(string from, string to, string where)
    {
        var text = Encoding.UTF8.GetString(Opening.ToBytes());
        Assert.Contains(from, text, StringComparison.Ordinal);
        var e = Assert.Throws<MalformedException>(() => OpeningRequest.Parse(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))));
        Assert.Contains(where, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_that_are_too_large_are_refused_before_they_are_read()
    {
        Assert.Throws<MalformedException>(() => OpeningRequest.Parse(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Opening.ToBytes()) + new string(' ', OpeningRequest.MaxSize))));
        Assert.Throws<MalformedException>(() => SecretRequest.Parse(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Secret.ToBytes()) + new string(' ', SecretRequest.MaxSize))));
        Assert.Throws<MalformedException>(() => AuditSeedEvent.ParseRequest(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Seed.ToRequest()) + new string(' ', 9000)), Provider));
    }

    [Fact]
    public void Random_damage_gives_the_typed_error_or_a_request()
    {
        var random = new Random(12);
        byte[][] sent = [Seed.ToRequest(), Secret.ToBytes(), Opening.ToBytes()];
        var refused = 0;
        for (var round = 0; round < 30_000; round++)
        {
            var bytes = sent[round % 3].ToArray();
            for (var n = random.Next(1, 6); n > 0; n--)
                bytes[random.Next(bytes.Length)] = random.Next(4) == 0 ? (byte)random.Next(256) : bytes[random.Next(bytes.Length)];
            try
            {
                _ = (round % 3) switch { 0 => AuditSeedEvent.ParseRequest(bytes, Provider), 1 => SecretRequest.Parse(bytes), _ => (object)OpeningRequest.Parse(bytes) };
            }
            catch (MalformedException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.InRange(refused, 5_000, 29_999);
    }

    private static OpeningRequest Open(byte[] draw)
    {
        var note = new Checkpoint("auditor.test/log", 1, MerkleTree.LeafHash(draw)).Sign(Key);
        return OpeningRequest.Sign(Provider, draw, new TlogProof(null, 0, [], note), 7, 64, Key);
    }
}
