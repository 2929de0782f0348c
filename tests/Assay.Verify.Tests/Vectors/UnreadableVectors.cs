using System.Text;
using Assay.Verify.Bundles;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Notes;

namespace Assay.Verify.Tests.Vectors;

/// <summary>Bundles of which nothing is judged, because a part does not follow its format or is of another version or kind.</summary>
internal static class UnreadableVectors
{
    private static readonly Bundle Good = new TestIssuer { EpochSize = 25 }.Issue();
    private static readonly string Text = Encoding.UTF8.GetString(Good.ToBytes());

    private static readonly string Proved = Encoding.UTF8.GetString(Verification.ProofEvidenceTests.Proved(new TestIssuer()).ToBytes());
    private static readonly string Item = System.Text.RegularExpressions.Regex.Match(Proved, "\"evidence\":\\[(.*?)\\],\"disclosures\"").Groups[1].Value;

    public static IEnumerable<BundleVector> All =>
    [
        .. Files.Select(f => Of(f.What, f.Text)),
        .. Parts.Select(p => Of(p.What, p.Bundle)),
        .. Statements.Select(s => Of(s.What, Stating(Good, s.From, s.To))),
        .. Events.Select(e => Of(e.What, e.Bundle)),
        new BundleVector("unreadable", "the file is empty", [], TestIssuer.Policy.ToBytes()),
        new BundleVector("unreadable", "the file is not UTF-8", [.. Good.ToBytes().Select(b => b == (byte)':' ? (byte)0xff : b)], TestIssuer.Policy.ToBytes()),
        new BundleVector("unreadable", "the file begins with a byte order mark", [0xef, 0xbb, 0xbf, .. Good.ToBytes()], TestIssuer.Policy.ToBytes()),
        new BundleVector("unreadable", "a malformed file, and there is no policy", "{"u8.ToArray(), null),
        new BundleVector("unreadable", "another media type, and there is no policy", Encoding.UTF8.GetBytes(Replace(Text, "bundle.v1+json", "bundle.v2+json")), null),
        .. Evidence.Select(f => Of(f.What, f.Text)),
        .. Committed.Select(e => Of(e.What, e.Bundle)),
        .. Weights.Select(f => Of(f.What, f.Text)),
    ];

    private static IEnumerable<(string What, string Text)> Files
    {
        get
        {
            yield return ("another media type", Replace(Text, "bundle.v1+json", "bundle.v2+json"));
            yield return ("another media type and an unknown member", Replace(Text, "bundle.v1+json\"", "bundle.v2+json\",\"more\":1"));
            yield return ("an unknown member", Replace(Text, "bundle.v1+json\"", "bundle.v1+json\",\"more\":1"));
            yield return ("a member twice", Replace(Text, "\"evidence\":[]", "\"evidence\":[],\"evidence\":[]"));
            yield return ("evidence of some kind", Replace(Text, "\"evidence\":[]", "\"evidence\":[{}]"));
            yield return ("evidence of some kind, and an envelope that is none", Replace(Replace(Text, "\"evidence\":[]", "\"evidence\":[{}]"), "\"payloadType\":", "\"type\":"));
            yield return ("no evidence member", Replace(Text, "\"evidence\":[],", ""));
            yield return ("an array", "[]");
            yield return ("a number with a fraction", Replace(Text, "\"index\":0,", "\"index\":0.0,"));
            yield return ("a number with a sign", Replace(Text, "\"index\":0,", "\"index\":-0,"));
            yield return ("a number with a leading zero", Replace(Text, "\"index\":0,", "\"index\":00,"));
            yield return ("a number above 2^53 - 1", Replace(Text, "\"index\":0,", "\"index\":9007199254740992,"));
            yield return ("an index that is a string", Replace(Text, "\"index\":0,", "\"index\":\"0\","));
            yield return ("a comma too many", Text[..^1] + ",}");
            yield return ("something behind the object", Text + "{}");
            yield return ("a lone surrogate", Replace(Text, "\"disclosures\":{", "\"disclosures\":{\"\\ud800\":1,"));
            yield return ("deeper than 32", new string('[', 33) + new string(']', 33));
            yield return ("base64 without its padding", Replace(Text, "\"bytes\":\"dGhlIGNhbm9uaWNhbCBpbnB1dA==\"", "\"bytes\":\"dGhlIGNhbm9uaWNhbCBpbnB1dA\""));
            yield return ("base64 with stray trailing bits", Replace(Text, "\"bytes\":\"dGhlIGNhbm9uaWNhbCBpbnB1dA==\"", "\"bytes\":\"dGhlIGNhbm9uaWNhbCBpbnB1dB==\""));
            yield return ("base64 with white space", Replace(Text, "\"bytes\":\"dGhl", "\"bytes\":\"dGhl\\n"));
            yield return ("a salt of 31 bytes", Replace(Text, Base64.Write(TestIssuer.Salt("input")), Base64.Write(TestIssuer.Salt("input").AsSpan(1))));
            yield return ("hex in upper case", Replace(Text, Good.Envelope.KeyId.ToHex(), Good.Envelope.KeyId.ToHex().ToUpperInvariant()));
        }
    }

    private static IEnumerable<(string What, string Text)> Evidence =>
    [
        ("evidence of another tier", Replace(Proved, "\"tier\":\"proof\"", "\"tier\":\"attestation\"")),
        ("evidence of another type", Replace(Proved, "assay.proofs/1", "assay.proofs/2")),
        ("evidence of another type, and an envelope that is none", Replace(Replace(Proved, "assay.proofs/1", "assay.proofs/2"), "\"payloadType\":", "\"type\":")),
        ("evidence without a type", Replace(Proved, ",\"type\":\"assay.proofs/1\"", "")),
        ("two proofs", Replace(Proved, Item, $"{Item},{Item}")),
        ("a proof, and evidence of another kind", Replace(Proved, Item, $"{Item},{{}}")),
        ("a proof with an unknown member", Replace(Proved, "\"tier\":", "\"more\":1,\"tier\":")),
        ("a proof without its commitment", Replace(Proved, Item, Item[..Item.IndexOf(",\"commitment\"", StringComparison.Ordinal)] + "}")),
        ("a proof whose digest is another", Replace(Proved, "\"bytes\":\"dGhlIHByb29m\"", "\"bytes\":\"dGhlIHByb29n\"")),
        ("a proof of no bytes", Replace(Replace(Proved, Sha256.Of("the proof"u8).ToHex(), Sha256.Of([]).ToHex()), "dGhlIHByb29m", "")),
    ];

    private static IEnumerable<(string What, string Text)> Weights =>
    [
        ("a proof about weights whose digest is another", WithWeights(Sha256.Of("other weights"u8).ToHex(), "dGhlIHdlaWdodHM=")),
        ("a proof about weights of no bytes", WithWeights(Sha256.Of([]).ToHex(), "")),
        ("a proof about weights that is null", Replace(Proved, Item, Item[..^1] + ",\"weights\":null}")),
        ("a proof about weights with an unknown member", Replace(WithWeights(Sha256.Of("the weights"u8).ToHex(), "dGhlIHdlaWdodHM="), "\"weights\":{", "\"weights\":{\"more\":1,")),
        ("a proof about weights, and one of the run that is none", Replace(WithWeights(Sha256.Of("other weights"u8).ToHex(), "dGhlIHdlaWdodHM="), "\"bytes\":\"dGhlIHByb29m\"", "\"bytes\":1")),
    ];

    private static string WithWeights(string digest, string bytes) => Replace(Proved, Item, $"{Item[..^1]},\"weights\":{{\"sha256\":\"{digest}\",\"bytes\":\"{bytes}\"}}}}");

    private static IEnumerable<(string What, Bundle Bundle)> Committed =>
    [
        ("a model event whose id of a committed model is in upper case", Model("\"graph\":\"", "\"proofModel\":\"" + new string('A', 64) + "\",\"graph\":\"")),
        ("a model event whose id of a committed model is null", Model("\"graph\":\"", "\"proofModel\":null,\"graph\":\"")),
    ];

    private static IEnumerable<(string What, Bundle Bundle)> Parts
    {
        get
        {
            var note = Good.LogProof.Note;
            yield return ("a note with two lines of the same key", Good with { LogProof = Good.LogProof with { Note = note with { Signatures = [.. note.Signatures, .. note.Signatures] } } });
            yield return ("a proof with an extra line", Good with { LogProof = Good.LogProof with { Extra = [1, 2, 3] } });
            yield return ("a checkpoint that is a promise", Good with { LogProof = Good.LogProof with { Note = Good.Promise.Note } });
            yield return ("a promise that is a checkpoint", Good with { Promise = Good.Promise with { Note = note } });
            yield return ("a promise over no entry", Good with { Promise = Good.Promise with { Note = (Promise.Parse(Good.Promise.Note.Text) with { Count = 0 }).Sign(TestIssuer.LogKey) } });
            yield return ("an empty key history", Good with { KeyHistory = [] });
            yield return ("a key history that begins with a key event", Good with { KeyHistory = Good.KeyHistory[1..] });
            yield return ("a key history with genesis twice", Good with { KeyHistory = [Good.KeyHistory[0], Good.KeyHistory[0]] });
            yield return ("a model entry that is a key event", Good with { ModelEntry = Good.KeyHistory[1] });
            yield return ("an epoch that is a model event", Good with { Completeness = Good.Completeness! with { Epoch = Good.ModelEntry } });
            yield return ("a sealed entry in the key history", Good with { KeyHistory = [Good.KeyHistory[0], Good.KeyHistory[1] with { Entry = SealedEntry.Of(Good.Envelope, 7, KeyAlgorithm.Ed25519).ToBytes() }] });
            yield return ("an envelope of another payload type", Good with { Envelope = Good.Envelope with { PayloadType = "text/plain" } });
            yield return ("another kind of statement, in another frame", Stating(Stating(Good, "Statement/v1", "Statement/v2"), "inference:v1", "inference:v2"));
            yield return ("a member that is critical and unknown, in another frame", Stating(Stating(Good, "Statement/v1", "Statement/v2"), "\"critical\":[]", "\"critical\":[\"colour\"]"));
            yield return ("a signature of 63 bytes", Good with { Envelope = Good.Envelope with { Signature = new byte[63] } });
        }
    }

    private static IEnumerable<(string What, string From, string To)> Statements =>
    [
        ("another kind of statement", "urn:assay:inference:v1", "urn:assay:inference:v2"),
        ("another frame of the statement", "https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v2"),
        ("a subject of another name", "\"subject\":[{\"name\":\"output\"", "\"subject\":[{\"name\":\"outputs\""),
        ("a member that is critical and unknown", "\"critical\":[]", "\"critical\":[\"colour\"]"),
        ("critical members that are known", "\"critical\":[]", "\"critical\":[\"recordId\",\"critical\",\"venue\"]"),
        ("evidence in the statement", "\"evidence\":[]", "\"evidence\":[1]"),
        ("another determinism", "\"determinism\":\"exact\"", "\"determinism\":\"sampled\""),
        ("another length of a piece", "\"pieceLength\":65536", "\"pieceLength\":4096"),
        ("an output of another media type", "\"output\":{\"mediaType\":\"application/vnd.assay.tensors.v1\"", "\"output\":{\"mediaType\":\"application/json\""),
        ("an unknown member that is not critical", "\"auditable\":true", "\"colour\":\"red\",\"auditable\":true"),
        ("a time without digits after the point", "06.000Z", "06.Z"),
        ("a time with a zone", "06.000Z", "06.000+00:00"),
        ("a leap second", "06.000Z", "60.000Z"),
        ("the 30th of February", "2026-01-02T03:04:06", "2026-02-30T03:04:06"),
        ("a record id in upper case", "\"recordId\":\"", "\"recordId\":\"A"),
        ("a node's name with a line feed", "\"node\":\"tester\"", "\"node\":\"test\\ner\""),
        ("a node's name that is empty", "\"node\":\"tester\"", "\"node\":\"\""),
        ("a nonce of 257 characters", "\"a nonce\"", $"\"{new string('n', 257)}\""),
        ("a subject that is not the output's commitment", "\"assay-hmac-sha256\":\"", "\"assay-hmac-sha256\":\"00"),
        ("two digests of the subject", "\"digest\":{", "\"digest\":{\"sha256\":\"00\","),
        ("auditable is a string", "\"auditable\":true", "\"auditable\":\"true\""),
        ("no sequence", "\"sequence\":7,", ""),
        ("determinism relayed of an output of tensors", "\"determinism\":\"exact\"", "\"determinism\":\"relayed\""),
        ("an output that was relayed of determinism exact", "\"output\":{\"mediaType\":\"application/vnd.assay.tensors.v1\"", "\"output\":{\"mediaType\":\"application/vnd.assay.relayed.v1\""),
    ];

    private static IEnumerable<(string What, Bundle Bundle)> Events
    {
        get
        {
            var key = Good.KeyHistory[1];
            var spki = Base64.Write(TestIssuer.ServingKey.PublicKey.SubjectPublicKeyInfo);
            byte[] identity = [.. Convert.FromHexString("302a300506032b6570032100"), 1, .. new byte[31]];
            byte[] off = [.. TestIssuer.P256Key.PublicKey.SubjectPublicKeyInfo];
            off[^1] ^= 1;
            yield return ("an event of an unknown type", Event(key, "urn:assay:key:v1", "urn:assay:key:v2"));
            yield return ("a key event with an unknown action", Event(key, "\"introduce\"", "\"promote\""));
            yield return ("a key of an unknown algorithm", Event(key, "\"ed25519\"", "\"ed448\""));
            yield return ("a key of the other algorithm than it says", Event(key, "\"ed25519\"", "\"ecdsa-p256-sha256\""));
            yield return ("an Ed25519 key of small order", Event(key, spki, Base64.Write(identity)));
            yield return ("a P-256 key that is not on the curve", Event(key, spki, Base64.Write(off)));
            yield return ("a key event about another key than its subject", Event(key, "\"sha256\":\"", "\"sha256\":\"00"));
            yield return ("a model event whose manifest is not that of its files", Model("\"manifest\":\"", "\"manifest\":\"00"));
            yield return ("a model event with a file name that leads out", Model("model.onnx", "../model.onnx"));
            yield return ("an entry that is not compact", Good with { ModelEntry = Good.ModelEntry with { Entry = Encoding.UTF8.GetBytes(" " + Encoding.UTF8.GetString(Good.ModelEntry.Entry.Span)) } });
            var both = OpenEntry.Parse(Good.ModelEntry.Entry.Span).With(TestIssuer.OtherKey);
            yield return ("signatures in descending order of key id", Good with { ModelEntry = Good.ModelEntry with { Entry = (both with { Signatures = [both.Signatures[1], both.Signatures[0]] }).ToBytes() } });
            yield return ("two signatures of the same key", Good with { ModelEntry = Good.ModelEntry with { Entry = (both with { Signatures = [both.Signatures[0], both.Signatures[0]] }).ToBytes() } });
            yield return ("an entry without a signature", Good with { ModelEntry = Good.ModelEntry with { Entry = (both with { Signatures = [] }).ToBytes() } });
            yield return ("genesis with a threshold of zero", Genesis("\"threshold\":1", "\"threshold\":0"));
            yield return ("genesis with a threshold above its keys", Genesis("\"threshold\":1", "\"threshold\":2"));
            yield return ("genesis whose subject is not its root set", Genesis("\"sha256\":\"", "\"sha256\":\"00"));
        }
    }

    private static Bundle Event(ProvedEntry entry, string from, string to) =>
        Good with { KeyHistory = [Good.KeyHistory[0], Signed(entry, from, to)] };

    private static Bundle Genesis(string from, string to) => Good with { KeyHistory = [Signed(Good.KeyHistory[0], from, to), Good.KeyHistory[1]] };

    private static Bundle Model(string from, string to) => Good with { ModelEntry = Signed(Good.ModelEntry, from, to) };

    private static ProvedEntry Signed(ProvedEntry entry, string from, string to)
    {
        var payload = Encoding.UTF8.GetString(OpenEntry.Parse(entry.Entry.Span).Payload.Span);
        return entry with { Entry = OpenEntry.Sign(Encoding.UTF8.GetBytes(Replace(payload, from, to)), TestIssuer.RootKey).ToBytes() };
    }

    private static Bundle Stating(Bundle bundle, string from, string to) => bundle with
    {
        Envelope = Envelope.Sign(
            Envelope.InToto, Encoding.UTF8.GetBytes(Replace(Encoding.UTF8.GetString(bundle.Envelope.Payload.Span), from, to)), TestIssuer.ServingKey),
    };

    private static string Replace(string text, string from, string to)
    {
        var at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"there is no {from}");
        // A value that is put before another takes the place of as many of its characters, so that the length stays right.
        var extra = to.StartsWith(from, StringComparison.Ordinal) && from.EndsWith(":\"", StringComparison.Ordinal) ? to.Length - from.Length : 0;
        return string.Concat(text.AsSpan(0, at), to, text.AsSpan(at + from.Length + extra));
    }

    private static BundleVector Of(string what, string text) => new("unreadable", what, Encoding.UTF8.GetBytes(text), TestIssuer.Policy.ToBytes());

    private static BundleVector Of(string what, Bundle bundle) => BundleVector.Of("unreadable", what, bundle, TestIssuer.Policy);
}
