using System.Text.Json;
using Assay.Verify.Json;
using Assay.Verify.Notes;

namespace Assay.Verify.Faults;

/// <summary>The JSON form of a <see cref="Fault"/>.</summary>
internal static class FaultFormat
{
    public static Fault Read(ReadOnlySpan<byte> bytes)
    {
        var json = JsonAt.Root(StrictJson.Parse(bytes, Fault.MaxSize), "fault");
        if (json["mediaType"].Text() is var type && type != Fault.MediaType)
            throw new UnsupportedException($"fault.mediaType: \"{StrictJson.Shown(type)}\" is no fault file that this version knows");
        return json["kind"].Text() switch
        {
            TwoRoots.KindName => ReadTwoRoots(json),
            TwoLeaves.KindName => ReadTwoLeaves(json),
            Late.KindName => ReadLate(json),
            var other => throw new UnsupportedException($"fault.kind: \"{StrictJson.Shown(other)}\" is no fault that this version knows"),
        };
    }

    private static TwoRoots ReadTwoRoots(JsonAt json)
    {
        var notes = Two(json.Only("mediaType", "kind", "checkpoints")["checkpoints"]);
        return new TwoRoots(ReadCheckpoint(notes.First), ReadCheckpoint(notes.Second));
    }

    private static TwoLeaves ReadTwoLeaves(JsonAt json)
    {
        json.Only("mediaType", "kind", "index", "claims");
        var index = json["index"].Integer();
        var claims = Two(json["claims"]);
        return new TwoLeaves(index, ReadClaim(claims.First), ReadClaim(claims.Second));
    }

    private static Late ReadLate(JsonAt json)
    {
        json.Only("mediaType", "kind", "promise", "checkpoint");
        return new Late(ReadPromise(json["promise"]), ReadCheckpoint(json["checkpoint"]));
    }

    private static LeafClaim ReadClaim(JsonAt json)
    {
        if (json.Optional("promise") is { } promise)
        {
            json.Only("promise", "leaf", "path");
            var path = json["path"].Items(2 * TlogProof.MaxPath);
            return new PromisedLeaf(ReadPromise(promise), json["leaf"].Base64Hash(), [.. path.Select(hash => hash.Base64Hash())]);
        }
        json.Only("logProof", "leaf");
        return new LoggedLeaf(json["logProof"].Decode(ReadProof, "a tlog-proof"), json["leaf"].Base64Hash());
    }

    private static (JsonAt First, JsonAt Second) Two(JsonAt json) =>
        json.Items(2) is [var first, var second] ? (first, second) : throw json.Wrong("two items");

    private static SignedNote ReadCheckpoint(JsonAt json) => json.Decode(text => ReadNote(text, t => Checkpoint.Parse(t)), "a checkpoint");

    private static SignedNote ReadPromise(JsonAt json) => json.Decode(text => ReadNote(text, t => Promise.Parse(t)), "a promise");

    private static SignedNote ReadNote(string text, Action<string> check)
    {
        var note = SignedNote.Parse(text);
        if (note.ToString() != text || note.RepeatsAKey)
            throw new MalformedException("a note with more than one spelling, or with two lines of the same key");
        check(note.Text);
        return note;
    }

    private static TlogProof ReadProof(string text)
    {
        var proof = TlogProof.Parse(text);
        if (proof.Extra is not null || proof.ToString() != text || proof.Note.RepeatsAKey)
            throw new MalformedException("a proof with an extra line, not in its one spelling, or with two lines of the same key");
        Checkpoint.Parse(proof.Note.Text);
        return proof;
    }

    public static byte[] Write(Fault fault) => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("mediaType", Fault.MediaType);
        json.WriteString("kind", fault.Kind);
        switch (fault)
        {
            case TwoRoots roots:
                json.WriteStartArray("checkpoints");
                json.WriteStringValue(roots.First.ToString());
                json.WriteStringValue(roots.Second.ToString());
                json.WriteEndArray();
                break;
            case TwoLeaves leaves:
                json.WriteNumber("index", leaves.Index);
                json.WriteStartArray("claims");
                WriteClaim(json, leaves.First);
                WriteClaim(json, leaves.Second);
                json.WriteEndArray();
                break;
            case Late late:
                json.WriteString("promise", late.Promise.ToString());
                json.WriteString("checkpoint", late.Checkpoint.ToString());
                break;
            default:
                throw new ArgumentException($"no form is known for {fault.GetType().Name}", nameof(fault));
        }
        json.WriteEndObject();
    });

    private static void WriteClaim(Utf8JsonWriter json, LeafClaim claim)
    {
        json.WriteStartObject();
        if (claim is PromisedLeaf promised)
        {
            json.WriteString("promise", promised.Promise.ToString());
            json.WriteString("leaf", claim.Leaf.ToBase64());
            json.WriteStartArray("path");
            foreach (var hash in promised.Path)
                json.WriteStringValue(hash.ToBase64());
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("logProof", ((LoggedLeaf)claim).Proof.ToString());
            json.WriteString("leaf", claim.Leaf.ToBase64());
        }
        json.WriteEndObject();
    }
}
