using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;

namespace Assay.Verify.Models;

/// <summary>
/// A model's signature by its maker: an OpenSSF Model Signing v1.0 bundle (<c>model.sig</c>), read strictly. What it says of a
/// receipt: if <see cref="Digest"/> is the receipt's model manifest, the receipt is about exactly the files that were signed.
/// </summary>
/// <param name="Name">What the signer calls the model.</param>
/// <param name="Digest">Its root digest: the subject's, and checked to be that of <paramref name="Files"/>.</param>
/// <param name="Files">The manifest. A bundle gives no sizes: they are 0.</param>
/// <param name="Certificate">DER of the signer's certificate; empty where the bundle has none. Whether to trust it is for the reader to decide: neither chain nor transparency log is judged here.</param>
/// <param name="Envelope">What was signed.</param>
public sealed record ModelSignature(
    string Name, Hash Digest, ImmutableArray<ModelFile> Files, ReadOnlyMemory<byte> Certificate, GeneralEnvelope Envelope)
{
    public const int MaxSize = 64 << 20;
    public const string PredicateType = "https://model_signing/signature/v1.0";

    private const string MediaType = "application/vnd.dev.sigstore.bundle";
    private const int MaxCertificate = 65_536;

    /// <exception cref="MalformedException">Not such a bundle, or its manifest does not give its digest.</exception>
    /// <exception cref="UnsupportedException">A manifest of shards, or of another hash than SHA-256.</exception>
    public static ModelSignature Parse(ReadOnlySpan<byte> bundle)
    {
        var json = JsonAt.Root(StrictJson.Parse(bundle, MaxSize), "bundle").Only("mediaType", "verificationMaterial", "dsseEnvelope");
        if (!json["mediaType"].Text().StartsWith(MediaType, StringComparison.Ordinal))
            throw json["mediaType"].Wrong($"{MediaType}...");
        var certificate = Material(json["verificationMaterial"]);
        var sealedBy = json["dsseEnvelope"].Only("payload", "payloadType", "signatures");
        foreach (var signature in sealedBy["signatures"].Items(GeneralEnvelope.MaxSignatures))
            signature.Only("sig", "keyid");
        var envelope = GeneralEnvelope.Parse(sealedBy);
        sealedBy["payloadType"].MustBe(Dsse.Envelope.InToto);

        var statement = JsonAt.Root(StrictJson.Parse(envelope.Payload.Span, MaxSize), "statement").Only("_type", "subject", "predicateType", "predicate");
        statement["_type"].MustBe("https://in-toto.io/Statement/v1");
        statement["predicateType"].MustBe(PredicateType);
        if (statement["subject"].Items() is not [var subject])
            throw statement["subject"].Wrong("exactly one model");
        var files = Manifest(statement["predicate"].Only("resources", "serialization"));
        var digest = subject["digest"]["sha256"].HexHash();
        if (ModelDigest.Of(files) != digest)
            throw subject["digest"].Wrong("the root digest of the manifest");
        return new ModelSignature(subject["name"].Label(), digest, files, certificate, envelope);
    }

    /// <summary>Whether one signature is by this key: ECDSA over P-256 with SHA-256, P-384 with SHA-384 or P-521 with SHA-512, in DER.</summary>
    /// <param name="subjectPublicKeyInfo">DER.</param>
    /// <exception cref="MalformedException">Not a key of those.</exception>
    public bool IsSignedBy(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out var read);
            if (read != subjectPublicKeyInfo.Length)
                throw new MalformedException("a public key with bytes after it");
        }
        catch (CryptographicException e)
        {
            throw new MalformedException("not the SubjectPublicKeyInfo of an ECDSA key", e);
        }
        var hash = key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value switch
        {
            "1.2.840.10045.3.1.7" => HashAlgorithmName.SHA256,
            "1.3.132.0.34" => HashAlgorithmName.SHA384,
            "1.3.132.0.35" => HashAlgorithmName.SHA512,
            _ => throw new UnsupportedException("an ECDSA key of another curve than P-256, P-384 or P-521"),
        };
        var pae = Envelope.Pae();
        return Envelope.Signatures.Any(s => key.VerifyData(pae, s.Bytes.Span, hash, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>The SubjectPublicKeyInfo of <see cref="Certificate"/>, or null where the bundle has none.</summary>
    /// <exception cref="MalformedException">Not a certificate.</exception>
    public byte[]? CertifiedKey()
    {
        if (Certificate.IsEmpty)
            return null;
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(Certificate.Span);
            return certificate.PublicKey.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException e)
        {
            throw new MalformedException("bundle.verificationMaterial: not a certificate", e);
        }
    }

    // One of the three ways to name the signer (OMS v1.0 section 4.1); a keyless one needs its entry in a transparency log.
    private static byte[] Material(JsonAt json)
    {
        if (json.Optional("publicKey") is { } key)
        {
            if (key.Optional("hint") is null && key.Optional("rawBytes") is null)
                throw key.Wrong("hint or rawBytes");
            return [];
        }
        if (json.Optional("x509CertificateChain") is { } chain)
            return chain["certificates"].Items(16) is [var leaf, ..] ? Der(leaf) : throw chain["certificates"].Wrong("at least one certificate");
        var certificate = Der(json["certificate"]);
        if (json["tlogEntries"].Items(1024).IsEmpty)
            throw json["tlogEntries"].Wrong("at least one entry beside a keyless certificate");
        return certificate;
    }

    private static byte[] Der(JsonAt json)
    {
        var text = json["rawBytes"].Text(MaxCertificate);
        return text.Length > 0 ? json["rawBytes"].Decode(t => Base64.Read(t), "base64") : throw json["rawBytes"].Wrong("a certificate");
    }

    private static ImmutableArray<ModelFile> Manifest(JsonAt json)
    {
        var serialization = json["serialization"].Only("method", "hash_type", "allow_symlinks", "ignore_paths", "shard_size");
        _ = serialization["allow_symlinks"].Boolean();
        foreach (var path in serialization.Optional("ignore_paths")?.Items(ModelDigest.MaxFiles) ?? [])
            if (path.Text().Length == 0)
                throw path.Wrong("a path");
        if (serialization["method"].Text() != "files" || serialization["hash_type"].Text() != "sha256")
            throw new UnsupportedException("a manifest of shards, or not of SHA-256: only whole files hashed with SHA-256 are known");
        if (serialization.Optional("shard_size") is { } size)
            throw size.Wrong("no shard size where whole files are hashed");
        return [.. json["resources"].Items(ModelDigest.MaxFiles).Select(File)];

        static ModelFile File(JsonAt resource)
        {
            resource["algorithm"].MustBe("sha256");
            return new ModelFile(resource["name"].Text(), resource["digest"].HexHash(), 0);
        }
    }
}
