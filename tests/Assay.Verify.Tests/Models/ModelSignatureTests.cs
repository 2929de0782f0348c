using System.Text;
using System.Text.Json.Nodes;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Models;

namespace Assay.Verify.Tests.Models;

public class ModelSignatureTests
{
    private static readonly SigningKey Maker = SigningKey.FromScalar(Sha256.Of("the model's maker"u8).Bytes);

    private static readonly ModelFile[] Files = [new("config.json", Sha256.Of([1]), 0), new("weights/a.bin", Sha256.Of([2]), 0)];

    [Fact]
    public void A_signature_names_the_model_digest_and_verifies_under_its_key()
    {
        var signature = Parse(Bundle());
        Assert.Equal(ModelDigest.Of(Files), signature.Digest);
        Assert.Equal(Files, signature.Files.AsEnumerable());
        Assert.True(signature.IsSignedBy(Maker.PublicKey.SubjectPublicKeyInfo));
        Assert.True(signature.Envelope.IsSignedBy(Maker.PublicKey));
        using var other = SigningKey.FromScalar(Sha256.Of([7]).Bytes);
        Assert.False(signature.IsSignedBy(other.PublicKey.SubjectPublicKeyInfo));
        Assert.Null(signature.CertifiedKey());
    }

    [Fact]
    public void A_key_that_is_none_is_refused()
    {
        var signature = Parse(Bundle());
        Assert.Throws<MalformedException>(() => signature.IsSignedBy([1, 2, 3]));
        Assert.Throws<MalformedException>(() => signature.IsSignedBy([.. Maker.PublicKey.SubjectPublicKeyInfo, 0]));
    }

    [Fact]
    public void A_manifest_that_does_not_give_the_digest_is_refused()
    {
        foreach (var file in new[] { 0, 1 })
            Refused(Bundle(s => s["predicate"]!["resources"]![file]!["digest"] = Sha256.Of([9]).ToHex()));
        Refused(Bundle(s => s["predicate"]!["resources"]!.AsArray().RemoveAt(0)));
        Refused(Bundle(s => s["subject"]![0]!["digest"]!["sha256"] = Sha256.Of([9]).ToHex()));
    }

    [Fact]
    public void What_the_schema_forbids_is_refused()
    {
        Refused(Bundle(s => s["predicateType"] = "https://example.com/other"));
        Refused(Bundle(s => s["_type"] = "https://in-toto.io/Statement/v0.1"));
        Refused(Bundle(s => s["more"] = 1));
        Refused(Bundle(s => s["subject"]!.AsArray().Add(s["subject"]![0]!.DeepClone())));
        Refused(Bundle(s => s["predicate"]!["more"] = 1));
        Refused(Bundle(s => s["predicate"]!["serialization"]!.AsObject().Remove("allow_symlinks")));
        Refused(Bundle(s => s["predicate"]!["serialization"]!["shard_size"] = 5));
        Refused(Bundle(s => s["predicate"]!["resources"]![0]!["name"] = "../config.json"));
        Refused(Bundle(s => s["predicate"]!["resources"]![0]!["algorithm"] = "blake3"));
        Refused(Bundle(edit: b => b["mediaType"] = "application/json"));
        Refused(Bundle(edit: b => b.Remove("verificationMaterial")));
        Refused(Bundle(edit: b => b["verificationMaterial"] = new JsonObject()));
        Refused(Bundle(edit: b => b["verificationMaterial"]!["publicKey"] = new JsonObject()));
        Refused(Bundle(edit: b => b["more"] = 1));
        Refused(Bundle(edit: b => b["dsseEnvelope"]!["signatures"]!.AsArray().Clear()));
        Refused(Bundle(edit: b => b["dsseEnvelope"]!["payloadType"] = "text/plain"));
        Refused(Bundle(edit: b => b["dsseEnvelope"]!["signatures"]![0]!["more"] = 1));
    }

    [Fact]
    public void Shards_and_other_hashes_are_unsupported()
    {
        Assert.Throws<UnsupportedException>(() => Parse(Bundle(s =>
        {
            s["predicate"]!["serialization"]!["method"] = "shards";
            s["predicate"]!["serialization"]!["shard_size"] = 5;
        })));
        Assert.Throws<UnsupportedException>(() => Parse(Bundle(s => s["predicate"]!["serialization"]!["hash_type"] = "blake2b")));
    }

    [Fact]
    public void Random_damage_gives_the_typed_error_or_a_signature()
    {
        var good = Encoding.UTF8.GetBytes(Bundle());
        var random = new Random(3);
        for (var i = 0; i < 3000; i++)
        {
            var bad = good.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            try
            {
                _ = ModelSignature.Parse(bad.AsSpan(0, random.Next(10) == 0 ? random.Next(bad.Length) : bad.Length));
            }
            catch (MalformedException)
            {
            }
        }
    }

    /// <summary>The bundles of the OpenSSF Model Signing specification: three good ones, four bad as bundles, one bad as a statement.</summary>
    [Fact]
    public void Published_bundles_are_judged_as_they_ask()
    {
        var judged = 0;
        foreach (var file in Directory.EnumerateFiles(TestData.Require("crypto/oms-v1.0"), "*.bundle.json", SearchOption.AllDirectories))
        {
            judged++;
            var bytes = File.ReadAllBytes(file);
            if (Path.GetFileName(Path.GetDirectoryName(file)) == "valid")
            {
                var signature = ModelSignature.Parse(bytes);
                Assert.Equal(ModelDigest.Of(signature.Files), signature.Digest);
                // The key of key.bundle.json is named by a hint only; the two others bring their signer's certificate.
                if (signature.CertifiedKey() is { } key)
                    Assert.True(signature.IsSignedBy(key), file);
                else
                    Assert.EndsWith("key.bundle.json", file);
            }
            else
            {
                var fault = Assert.Throws<MalformedException>(() => ModelSignature.Parse(bytes));
                var level = file.Contains("invalid-payload", StringComparison.Ordinal) ? "statement." : bytes.Length == 0 ? "JSON" : "bundle.";
                Assert.StartsWith(level, fault.Message);
            }
        }
        Assert.Equal(8, judged);
    }

    [Theory]
    [InlineData("certificate")]
    [InlineData("sigstore")]
    public void A_changed_payload_of_a_published_bundle_is_signed_by_nobody(string name)
    {
        var signature = ModelSignature.Parse(File.ReadAllBytes(TestData.Require($"crypto/oms-v1.0/valid/{name}.bundle.json")));
        var changed = signature.Envelope.Payload.ToArray();
        changed[^2] ^= 1;
        Assert.False((signature with { Envelope = signature.Envelope with { Payload = changed } }).IsSignedBy(signature.CertifiedKey()!));
    }

    private static ModelSignature Parse(string bundle) => ModelSignature.Parse(Encoding.UTF8.GetBytes(bundle));

    private static void Refused(string bundle) => Assert.ThrowsAny<MalformedException>(() => Parse(bundle));

    private static string Bundle(Action<JsonObject>? statement = null, Action<JsonObject>? edit = null)
    {
        var signed = new JsonObject
        {
            ["_type"] = "https://in-toto.io/Statement/v1",
            ["subject"] = new JsonArray(new JsonObject { ["name"] = "model", ["digest"] = new JsonObject { ["sha256"] = ModelDigest.Of(Files).ToHex() } }),
            ["predicateType"] = ModelSignature.PredicateType,
            ["predicate"] = new JsonObject
            {
                ["resources"] = new JsonArray([.. Files.Select(f =>
                    new JsonObject { ["name"] = f.Name, ["digest"] = f.Sha256.ToHex(), ["algorithm"] = "sha256" })]),
                ["serialization"] = new JsonObject
                {
                    ["method"] = "files", ["hash_type"] = "sha256", ["allow_symlinks"] = false, ["ignore_paths"] = new JsonArray(".git"),
                },
            },
        };
        statement?.Invoke(signed);
        var payload = Encoding.UTF8.GetBytes(signed.ToJsonString());
        var signature = EcdsaSignature.ToDer(Maker.Sign(Envelope.PreAuthEncoding(Envelope.InToto, payload)));
        var bundle = new JsonObject
        {
            ["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.3+json",
            ["verificationMaterial"] = new JsonObject { ["publicKey"] = new JsonObject { ["hint"] = "x" }, ["tlogEntries"] = new JsonArray() },
            ["dsseEnvelope"] = new JsonObject
            {
                ["payload"] = Convert.ToBase64String(payload),
                ["payloadType"] = Envelope.InToto,
                ["signatures"] = new JsonArray(new JsonObject { ["sig"] = Convert.ToBase64String(signature), ["keyid"] = null }),
            },
        };
        edit?.Invoke(bundle);
        return bundle.ToJsonString();
    }
}
