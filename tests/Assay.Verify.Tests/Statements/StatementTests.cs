using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Statements;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Verify.Tests.Statements;

public class StatementTests
{
    private static readonly Receipt Receipt = Receipt.Parse(new TestIssuer().Issue().Envelope.Payload.Span);

    private static readonly LogEvent[] Events =
    [
        new GenesisEvent(
            TestIssuer.Origin, RootSet.Of(TestIssuer.RootKey.PublicKey), TestIssuer.LogVerifier, 1000, 60, "node", DateTimeOffset.UnixEpoch),
        KeyEvent.Introduce(TestIssuer.Origin, TestIssuer.ServingKey.PublicKey, TestIssuer.Segment, 500),
        KeyEvent.Renew(TestIssuer.Origin, TestIssuer.ServingKey.PublicKey.Id, 900),
        KeyEvent.Retire(TestIssuer.Origin, TestIssuer.ServingKey.PublicKey.Id),
        KeyEvent.Compromise(TestIssuer.Origin, TestIssuer.ServingKey.PublicKey.Id, 0),
        TestIssuer.Model,
        new GenesisEvent(
            TestIssuer.Origin, new RootSet([TestIssuer.RootKey.PublicKey, TestIssuer.P256Key.PublicKey, TestIssuer.OtherKey.PublicKey], 2),
            TestIssuer.LogVerifier, 1000, 60, "node", DateTimeOffset.UnixEpoch),
        KeyEvent.Introduce(TestIssuer.Origin, TestIssuer.P256Key.PublicKey, TestIssuer.Segment, 500),
        new EpochEvent(TestIssuer.Origin, 12, Sha256.Of([1]), 3, Sha256.Of([2])),
    ];

    [Fact]
    public void Events_come_back()
    {
        foreach (var sent in Events)
            Assert.Equal(sent, LogEvent.Parse(sent.ToBytes()));
    }

    [Fact]
    public void Receipts_come_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(ulong Sequence, bool Auditable, int Length, int Seconds)>(), x =>
        {
            var sent = Receipt with
            {
                Sequence = x.Sequence & StrictJson.MaxInteger,
                Auditable = x.Auditable,
                ClientNonce = x.Auditable ? $"nonce \u001f\u2028 {x.Length}" : null,
                WireInput = x.Length % 2 == 0 ? null : Receipt.WireInput,
                Output = Receipt.Output with { Length = (ulong)(uint)x.Length },
                CompletedAt = DateTimeOffset.UnixEpoch.AddSeconds(x.Seconds),
            };
            var bytes = sent.ToBytes();
            var back = Receipt.Parse(bytes);
            return back with { Venue = sent.Venue, Parameters = sent.Parameters } == sent && back.ToBytes().AsSpan().SequenceEqual(bytes);
        }).Check(Config.QuickThrowOnFailure.WithReplay(7, 9));

    [Theory]
    [InlineData("\"critical\":[]", "\"critical\":[\"relay\"]")]
    [InlineData("\"evidence\":[]", "\"evidence\":[{\"tier\":\"proof\"}]")]
    [InlineData("\"determinism\":\"exact\"", "\"determinism\":\"none\"")]
    [InlineData("\"pieceLength\":65536", "\"pieceLength\":4096")]
    [InlineData("urn:assay:inference:v1", "urn:assay:inference:v2")]
    [InlineData("urn:assay:inference:v1", "")]
    [InlineData("urn:assay:inference:v1", "urn:assay:genesis:v1")]
    [InlineData("application/vnd.assay.tensors.v1\",\"length\":20", "application/vnd.assay.sounds.v1\",\"length\":20")]
    public void What_this_version_cannot_judge_is_unsupported(string from, string to) =>
        Assert.Throws<UnsupportedException>(() => Receipt.Parse(Edited(from, to)));

    [Theory]
    [InlineData("\"name\":\"output\"", "\"name\":\"outputs\"")]
    [InlineData("in-toto.io/Statement/v1", "in-toto.io/Statement/v2")]
    [InlineData("\"assay-hmac-sha256\"", "\"sha256\"")]
    [InlineData("\"sequence\":7", "\"sequence\":\"7\"")]
    [InlineData("\"sequence\":7", "\"sequence\":7.0")]
    [InlineData("\"auditable\":true", "\"auditable\":1")]
    [InlineData("2026-01-02T03:04:06.000Z", "2026-01-02T03:04:06.000+01:00")]
    [InlineData("2026-01-02T03:04:06.000Z", "2026-02-30T03:04:06.000Z")]
    [InlineData("2026-01-02T03:04:06.000Z", "2026-01-02T03:04:06.Z")]
    [InlineData("\"pieceLength\":65536", "\"tokens\":1")]
    [InlineData("application/vnd.assay.tensors.v1\",\"length\":20", "application/vnd.assay.tokens.v1\",\"length\":20")]
    [InlineData("\"parameters\":{}", "\"parameters\":[]")]
    [InlineData("\"critical\":[]", "\"critical\":[1]")]
    [InlineData("\"node\":\"tester\"", "\"node\":\"\"")]
    [InlineData("\"node\":\"tester\"", "\"node\":\"a\\nb\"")]
    public void A_receipt_that_breaks_the_format_is_malformed(string from, string to) =>
        Assert.IsNotType<UnsupportedException>(Assert.ThrowsAny<MalformedException>(() => Receipt.Parse(Edited(from, to))));

    [Fact]
    public void A_known_critical_member_and_an_unknown_uncritical_one_are_fine() =>
        Receipt.Parse(Edited("\"critical\":[]", "\"critical\":[\"model\"],\"later\":{\"x\":1}"));

    [Fact]
    public void A_receipt_that_could_not_be_read_back_is_not_written()
    {
        Assert.Throws<MalformedException>(() => (Receipt with { RecordId = "short" }).ToBytes());
        Assert.Throws<MalformedException>(() => (Receipt with { Sequence = 1UL << 53 }).ToBytes());
        Assert.Throws<MalformedException>(() => (TestIssuer.Model with { Manifest = Sha256.Of([]) }).ToEntry(TestIssuer.RootKey));
    }

    [Fact]
    public void An_event_of_a_later_version_is_unsupported_and_one_that_contradicts_itself_malformed()
    {
        var key = Encoding.UTF8.GetString(Events[1].ToBytes());
        Assert.Throws<UnsupportedException>(() => LogEvent.Parse(Encoding.UTF8.GetBytes(key.Replace("urn:assay:key:v1", "urn:assay:key:v2"))));
        var id = TestIssuer.ServingKey.PublicKey.Id.ToHex();
        Assert.Throws<MalformedException>(() => LogEvent.Parse(Encoding.UTF8.GetBytes(key.Replace(id, TestIssuer.RootKey.PublicKey.Id.ToHex()))));
        var genesis = Encoding.UTF8.GetString(Events[0].ToBytes());
        Assert.Throws<MalformedException>(() => LogEvent.Parse(Encoding.UTF8.GetBytes(genesis.Replace("\"name\":\"assay.test/log\"", "\"name\":\"x\""))));
    }

    [Fact]
    public void Random_damage_gives_the_typed_error_or_a_statement()
    {
        var random = new Random(11);
        byte[][] seeds = [.. Events.Select(e => e.ToBytes()), Receipt.ToBytes()];
        var refused = 0;
        for (var round = 0; round < 40_000; round++)
        {
            var seed = seeds[round % seeds.Length];
            var bytes = seed.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--)
                bytes[random.Next(bytes.Length)] = random.Next(4) == 0 ? (byte)random.Next(256) : seed[random.Next(seed.Length)];
            try
            {
                _ = round % seeds.Length == Events.Length ? (object)Receipt.Parse(bytes) : LogEvent.Parse(bytes);
            }
            catch (MalformedException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.True(refused > 10_000);
    }

    private static byte[] Edited(string from, string to)
    {
        var text = Encoding.UTF8.GetString(Receipt.ToBytes());
        Assert.Contains(from, text);
        return Encoding.UTF8.GetBytes(text.Replace(from, to));
    }
}
