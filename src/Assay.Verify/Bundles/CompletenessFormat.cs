using System.Text.Json;
using Assay.Verify.Json;

namespace Assay.Verify.Bundles;

/// <summary>The JSON form of <see cref="Completeness"/>.</summary>
internal static class CompletenessFormat
{
    public static Completeness Read(JsonAt json)
    {
        json.Only("epoch", "note", "prefix", "key", "record");
        return new Completeness(
            BundleFormat.ReadEntry(json["epoch"]),
            json["note"].Decode(BundleFormat.ReadNote, "a signed note"),
            BundleFormat.ReadPath(json["prefix"]),
            ReadKey(json["key"]),
            BundleFormat.ReadPath(json["record"]));
    }

    public static void Write(Utf8JsonWriter json, Completeness completeness)
    {
        json.WriteStartObject("completeness");
        json.WritePropertyName("epoch");
        BundleFormat.WriteEntry(json, completeness.Epoch);
        json.WriteString("note", completeness.Note.ToString());
        BundleFormat.WritePath(json, completeness.Prefix, "prefix");
        json.WriteStartObject("key");
        json.WriteNumber("position", completeness.Key.Position);
        json.WriteNumber("events", completeness.Key.Events);
        json.WriteNumber("count", completeness.Key.Count);
        json.WriteString("records", completeness.Key.Records.ToBase64());
        BundleFormat.WritePath(json, completeness.Key.Path);
        json.WriteEndObject();
        BundleFormat.WritePath(json, completeness.Record, "record");
        json.WriteEndObject();
    }

    private static IndexedKey ReadKey(JsonAt json)
    {
        json.Only("position", "events", "count", "records", "path");
        return new IndexedKey(
            json["position"].Integer(), json["events"].Integer(), json["count"].Integer(), json["records"].Base64Hash(),
            BundleFormat.ReadPath(json["path"]));
    }
}
