using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Verify.Tests.Crypto;

/// <summary>The known answers of docs/spec/ed25519.md: whoever writes another verifier starts with these.</summary>
public class KeyIdTests
{
    // The private key of RFC 8032 section 7.1, test 1.
    private const string Seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    private const string Ed25519Id = "06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9";
    private const string LogKey = "example.com/log+cc714670+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    private const string WitnessKey = "example.com/witness+fae09774+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";

    // The private key of RFC 6979 appendix A.2.5.
    private const string Scalar = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
    private const string P256Id = "5a7a78cca4a0f420d9bc62bb669c3c2759e39f723d3ae10dcbe0f0815a07ecd4";

    [Fact]
    public void Key_ids_and_verifier_keys_are_the_known_ones()
    {
        using var ed25519 = SigningKey.FromSeed(Hex.Read(Seed));
        using var p256 = SigningKey.FromScalar(Hex.Read(Scalar));
        Assert.Equal(Ed25519Id, ed25519.PublicKey.Id.ToHex());
        Assert.Equal(P256Id, p256.PublicKey.Id.ToHex());
        Assert.Equal(LogKey, VerifierKey.Create("example.com/log", NoteSignatureType.Ed25519, ed25519.PublicKey).ToString());
        Assert.Equal(WitnessKey, VerifierKey.Create("example.com/witness", NoteSignatureType.Cosignature, ed25519.PublicKey).ToString());
    }

    [Fact]
    public void The_document_prints_them()
    {
        var document = Documents.Read("docs/spec/ed25519.md");
        foreach (var answer in new[] { Seed, Scalar, Ed25519Id, P256Id, LogKey, WitnessKey })
            Assert.Contains(answer, document);
    }
}
