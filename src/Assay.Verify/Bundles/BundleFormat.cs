using System.Collections.Immutable;
using System.Text.Json;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Notes;

namespace Assay.Verify.Bundles;

/// <summary>The JSON form of a <see cref="Bundle"/>.</summary>
internal static class BundleFormat
{
    private const int MaxKeyHistory = 65_537;

    public static Bundle Read(ReadOnlySpan<byte> bytes)
    {
        var json = JsonAt.Root(StrictJson.Parse(bytes, Bundle.MaxSize), "bundle");
        // First of all: another version may have other members.
        if (json["mediaType"].Text() is var type && type != Bundle.MediaType)
            throw new UnsupportedException($"bundle.mediaType: \"{StrictJson.Shown(type)}\" is no bundle that this version knows");
        json.Only(
            "mediaType", "envelope", "promise", "logProof", "keyHistory", "modelEntry", "notBefore", "completeness", "evidence",
            "disclosures");
        EvidenceFormat.RequireKnown(json["evidence"]);
        return new Bundle
        {
            Envelope = ReadEnvelope(json["envelope"]),
            Promise = new PromiseProof(
                json["promise"].Only("note", "path")["note"].Decode(ReadNote, "a signed note"), ReadPath(json["promise"]["path"])),
            LogProof = json["logProof"].Decode(ReadProof, "a tlog-proof"),
            KeyHistory = [.. json["keyHistory"].Items(MaxKeyHistory).Select(ReadEntry)],
            ModelEntry = ReadEntry(json["modelEntry"]),
            NotBeforePath = ReadPath(json["notBefore"].Only("path")["path"]),
            Completeness = json.Optional("completeness") is { } completeness ? CompletenessFormat.Read(completeness) : null,
            Evidence = EvidenceFormat.Read(json["evidence"]),
            Disclosures = DisclosureFormat.Read(json["disclosures"]),
        };
    }

    private static Envelope ReadEnvelope(JsonAt json)
    {
        var envelope = Envelope.Parse(json);
        return envelope.PayloadType == Envelope.InToto
            ? envelope
            : throw json["payloadType"].Wrong($"\"{Envelope.InToto}\"");
    }

    internal static SignedNote ReadNote(string text)
    {
        var note = SignedNote.Parse(text);
        return note.ToString() == text ? WithoutRepetition(note) : throw new MalformedException("a note with more than one spelling");
    }

    // A second line of a key shows nothing that the first does not, and a bundle carries nothing that is not needed.
    private static SignedNote WithoutRepetition(SignedNote note) =>
        note.RepeatsAKey ? throw new MalformedException("a note with two signature lines of the same key") : note;

    private static TlogProof ReadProof(string text)
    {
        var proof = TlogProof.Parse(text);
        // An extra line is not authenticated by anything: a bundle carries nothing that is not checked.
        return proof.Extra is null && proof.ToString() == text
            ? proof with { Note = WithoutRepetition(proof.Note) }
            : throw new MalformedException("a proof with an extra line, or not in its one spelling");
    }

    internal static ProvedEntry ReadEntry(JsonAt json)
    {
        json.Only("index", "entry", "path");
        return new ProvedEntry(json["index"].Integer(), json["entry"].Base64Bytes(), ReadPath(json["path"]));
    }

    internal static ImmutableArray<Hash> ReadPath(JsonAt json) =>
        json.Base64Hashes(2 * TlogProof.MaxPath);

    public static byte[] Write(Bundle bundle) => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("mediaType", Bundle.MediaType);
        json.WritePropertyName("envelope");
        bundle.Envelope.Write(json);
        json.WriteStartObject("promise");
        json.WriteString("note", bundle.Promise.Note.ToString());
        WritePath(json, bundle.Promise.Path);
        json.WriteEndObject();
        json.WriteString("logProof", bundle.LogProof.ToString());
        json.WriteStartArray("keyHistory");
        foreach (var entry in bundle.KeyHistory)
            WriteEntry(json, entry);
        json.WriteEndArray();
        json.WritePropertyName("modelEntry");
        WriteEntry(json, bundle.ModelEntry);
        json.WriteStartObject("notBefore");
        WritePath(json, bundle.NotBeforePath);
        json.WriteEndObject();
        if (bundle.Completeness is { } completeness)
            CompletenessFormat.Write(json, completeness);
        EvidenceFormat.Write(json, bundle.Evidence);
        DisclosureFormat.Write(json, bundle.Disclosures);
        json.WriteEndObject();
    });

    internal static void WriteEntry(Utf8JsonWriter json, ProvedEntry entry)
    {
        json.WriteStartObject();
        json.WriteNumber("index", entry.Index);
        json.WriteString("entry", Base64.Write(entry.Entry.Span));
        WritePath(json, entry.Path);
        json.WriteEndObject();
    }

    internal static void WritePath(Utf8JsonWriter json, ImmutableArray<Hash> path, string name = "path")
    {
        json.WriteStartArray(name);
        foreach (var hash in path)
            json.WriteStringValue(hash.ToBase64());
        json.WriteEndArray();
    }
}
