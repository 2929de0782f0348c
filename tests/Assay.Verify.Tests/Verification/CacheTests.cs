using System.Text;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Verification;

/// <summary>A cache changes the time that verification takes, and nothing else.</summary>
public class CacheTests
{
    private static readonly TestIssuer Issuer = new()
    {
        EpochSize = 25, Roots = [TestIssuer.RootKey, TestIssuer.Key("root 2"), TestIssuer.Key("root 3")], Threshold = 2,
        Witnesses = [("w1", TestIssuer.Key("w1"))],
    };

    private static readonly Policy Policy = Issuer.IndexedPolicy with
    {
        Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(TestIssuer.LogPolicy("quorum w1", ("w1", TestIssuer.Key("w1"))))),
    };

    [Fact]
    public void A_report_is_the_same_with_and_without_it()
    {
        // One cache for all, so that what one bundle leaves in it is there for the next.
        var cache = new VerifierCache();
        var good = Issuer.IssueBytes();
        Assert.True(Verifier.Verify(good, Policy, cache: cache).Accepted);
        var verdicts = new Dictionary<Verdict, int>();
        foreach (var bundle in Mutants(good))
            foreach (var policy in new[] { Policy, null })
            {
                var alone = Verifier.Verify(bundle, policy);
                Assert.Equal(alone.ToJson(), Verifier.Verify(bundle, policy, cache: cache).ToJson());
                verdicts[alone.Verdict] = verdicts.GetValueOrDefault(alone.Verdict) + 1;
            }
        Assert.True(verdicts.Values.Sum() > 4_000, $"only {verdicts.Values.Sum()} reports");
        Assert.True(verdicts[Verdict.Rejected] > 500 && verdicts[Verdict.Malformed] > 500);
        Assert.True(Verifier.Verify(good, Policy, cache: cache).Accepted);
    }

    [Fact]
    public void Of_a_second_bundle_of_the_log_only_its_own_signature_is_verified()
    {
        var cache = new VerifierCache();
        Assert.True(Verifier.Verify(Issuer.IssueBytes(), Policy, cache: cache).Accepted);
        var first = cache.Signatures.Verified;
        Assert.True(Verifier.Verify(Issuer.IssueBytes(), Policy, cache: cache).Accepted);
        Assert.Equal(first + 1, cache.Signatures.Verified);
        // Another receipt of another log with the same keys: its checkpoint and promise are others too, its events are the same.
        Assert.True(Verifier.Verify((Issuer with { Output = [1] }).IssueBytes(), Policy, cache: cache).Accepted);
    }

    [Fact]
    public void A_bad_signature_beside_the_same_message_stays_bad()
    {
        var cache = new SignatureCache(4);
        using var key = SigningKey.FromSeed(new byte[32]);
        using var other = SigningKey.FromSeed(Sha256.Of([1]).Bytes);
        byte[] message = [1, 2, 3];
        var signature = key.Sign(message);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(SignatureCache.Verify(cache, key.PublicKey, message, signature));
            Assert.False(SignatureCache.Verify(cache, other.PublicKey, message, signature));
            Assert.False(SignatureCache.Verify(cache, key.PublicKey, [1, 2], [3, .. signature]));
            Assert.False(SignatureCache.Verify(cache, key.PublicKey, [1, 2, 4], signature));
            Assert.False(SignatureCache.Verify(cache, key.PublicKey, message, other.Sign(message)));
        }
        Assert.Equal((13, 2), (cache.Verified, cache.Remembered));
    }

    [Fact]
    public void It_forgets_what_was_not_asked_for_lately()
    {
        var cache = new SignatureCache(8);
        using var key = SigningKey.FromSeed(new byte[32]);
        var signed = Enumerable.Range(0, 100).Select(i => (Message: new[] { (byte)i }, Signature: key.Sign([(byte)i]))).ToArray();
        foreach (var (message, signature) in signed)
        {
            Assert.True(SignatureCache.Verify(cache, key.PublicKey, message, signature));
            // Asked for all the time, so it stays.
            Assert.True(SignatureCache.Verify(cache, key.PublicKey, signed[0].Message, signed[0].Signature));
        }
        Assert.Equal(100, cache.Verified);
        Assert.True(SignatureCache.Verify(cache, key.PublicKey, signed[1].Message, signed[1].Signature));
        Assert.Equal(101, cache.Verified);
    }

    private static IEnumerable<byte[]> Mutants(byte[] good)
    {
        foreach (var (_, mutant) in Mutations.Of(StrictJson.Parse(good, Bundle.MaxSize), "bundle"))
            yield return Mutations.Bytes(mutant);
        var random = new Random(11);
        for (var i = 0; i < 1_500; i++)
        {
            var bad = good.ToArray();
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            yield return bad;
        }
        // Parts of other operators' bundles, each good in its own place, and events whose signatures are another's.
        var bundle = Bundle.Parse(good);
        TestIssuer[] others =
        [
            Issuer with { Output = [1, 2, 3] }, Issuer with { Roots = [TestIssuer.OtherKey], Threshold = 1 },
            Issuer with { EventSigners = [TestIssuer.RootKey, TestIssuer.OtherKey] }, Issuer with { CheckpointSigner = TestIssuer.OtherKey },
            Issuer with { PromiseSigner = TestIssuer.OtherKey }, Issuer with { MaxLease = 101 }, Issuer.WithP256(),
            Issuer with { ReceiptSigner = TestIssuer.OtherKey }, Issuer with { EpochSigner = TestIssuer.OtherKey },
        ];
        foreach (var other in others.Select(o => o.Issue()))
        {
            yield return other.ToBytes();
            yield return (bundle with { Envelope = other.Envelope }).ToBytes();
            yield return (bundle with { KeyHistory = other.KeyHistory }).ToBytes();
            yield return (bundle with { ModelEntry = other.ModelEntry }).ToBytes();
            yield return (bundle with { LogProof = other.LogProof }).ToBytes();
            yield return (bundle with { Promise = other.Promise }).ToBytes();
            yield return (bundle with { Completeness = other.Completeness }).ToBytes();
            yield return (bundle with { KeyHistory = [other.KeyHistory[0], .. bundle.KeyHistory.Skip(1)] }).ToBytes();
        }
    }
}
