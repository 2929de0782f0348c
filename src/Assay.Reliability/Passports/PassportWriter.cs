using System.Text;
using System.Text.Json;
using Assay.Reliability.Accounts;
using Assay.Verify.Codecs;
using Assay.Verify.Dsse;
using Assay.Verify.Json;

namespace Assay.Reliability.Passports;

/// <summary>Writes a passport line by line (docs/spec/passports.md section 1).</summary>
internal static class PassportWriter
{
    public static void Write(Passport passport, Stream file)
    {
        Line(file, json =>
        {
            json.WriteString("mediaType", Passport.MediaType);
            WriteAccount(json, passport.Account);
            json.WriteString("folder", passport.Folder);
            json.WriteNumber("step", passport.Step);
            json.WriteNumber("logs", passport.Logs.Length);
            json.WriteNumber("segments", passport.Segments.Length);
        });
        foreach (var log in passport.Logs)
        {
            Line(file, json =>
            {
                json.WriteString("log", log.Origin);
                json.WriteString("note", log.Note.ToString());
                json.WriteNumber("items", log.Items.Count);
            });
            foreach (var item in log.Items)
                Item(file, item);
            if (log.Index is { } index)
                Line(file, json => WriteIndex(json, index));
        }
        foreach (var segment in passport.Segments)
            Line(file, json => SegmentFormat.WriteMembers(json, segment));
    }

    internal static void WriteAccount(Utf8JsonWriter json, AccountId account)
    {
        json.WriteStartObject("account");
        json.WriteString("roots", account.Roots.ToHex());
        json.WriteString("service", account.Service);
        json.WriteString("oracle", account.Oracle);
        json.WriteEndObject();
    }

    private static void Item(Stream file, PassportItem item)
    {
        if (!item.IsShown)
            file.Write(Encoding.ASCII.GetBytes($"[{item.Height},\"{item.Head.ToBase64()}\"]"));
        else if (item.Entry.Span.StartsWith(SealedEntry.Prefix))
            file.Write(Encoding.ASCII.GetBytes($"\"{Base64.Write(item.Entry.Span)}\""));
        else
            file.Write(item.Entry.Span);
        file.Write("\n"u8);
    }

    private static void WriteIndex(Utf8JsonWriter json, PassportIndex index)
    {
        json.WriteNumber("index", index.Entry);
        if (index.Note is not null)
            json.WriteString("note", index.Note.ToString());
        json.WriteStartArray("keys");
        foreach (var (keyId, count, records) in index.Keys)
        {
            json.WriteStartObject();
            json.WriteString("key", keyId.ToHex());
            json.WriteNumber("count", count);
            json.WriteString("records", records.ToBase64());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Line(Stream file, Action<Utf8JsonWriter> members)
    {
        file.Write(StrictJson.Write(json =>
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }));
        file.Write("\n"u8);
    }
}
