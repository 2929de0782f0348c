using System.Text.Json;
using Assay.Verify.Codecs;
using Assay.Verify.Commitments;
using Assay.Verify.Json;

namespace Assay.Verify.Bundles;

/// <summary>The JSON form of a bundle's <c>disclosures</c>.</summary>
internal static class DisclosureFormat
{
    public static Disclosures Read(JsonAt json)
    {
        json.Only("input", "wireInput", "output");
        var (input, wire) = (ReadWhole(json.Optional("input")), ReadWhole(json.Optional("wireInput")));
        return json.Optional("output") is { } output && output.Optional("pieces") is not null
            ? new Disclosures(input, wire, null, ReadSpan(output))
            : new Disclosures(input, wire, ReadWhole(json.Optional("output")));
    }

    public static void Write(Utf8JsonWriter json, Disclosures shown)
    {
        if (shown is { Output: not null, Span: not null })
            throw new InvalidOperationException("a bundle shows the output whole or a span of it, not both");
        json.WriteStartObject("disclosures");
        WriteWhole(json, "input", shown.Input);
        WriteWhole(json, "wireInput", shown.WireInput);
        WriteWhole(json, "output", shown.Output);
        if (shown.Span is { } span)
            WriteSpan(json, span);
        json.WriteEndObject();
    }

    private static Disclosure? ReadWhole(JsonAt? optional)
    {
        if (optional is not { } json)
            return null;
        var (salt, bytes) = ReadOpened(json);
        return new Disclosure(salt, bytes);
    }

    private static OutputSpan ReadSpan(JsonAt json)
    {
        var pieces = json.Only("first", "pieces", "path")["pieces"].Items();
        if (pieces.IsEmpty)
            throw json["pieces"].Wrong("at least one piece");
        return new OutputSpan(
            json["first"].Integer(),
            [.. pieces.Select(ReadOpened).Select(p => new OutputPiece(p.Salt, p.Bytes))],
            BundleFormat.ReadPath(json["path"]));
    }

    private static (byte[] Salt, byte[] Bytes) ReadOpened(JsonAt json)
    {
        var salt = json.Only("salt", "bytes")["salt"].Base64Bytes();
        return salt.Length == Commitment.SaltSize
            ? (salt, json["bytes"].Base64Bytes())
            : throw json["salt"].Wrong($"{Commitment.SaltSize} bytes");
    }

    private static void WriteWhole(Utf8JsonWriter json, string name, Disclosure? disclosure)
    {
        if (disclosure is null)
            return;
        json.WritePropertyName(name);
        WriteOpened(json, disclosure.Salt.Span, disclosure.Bytes.Span);
    }

    private static void WriteSpan(Utf8JsonWriter json, OutputSpan span)
    {
        json.WriteStartObject("output");
        json.WriteNumber("first", span.First);
        json.WriteStartArray("pieces");
        foreach (var piece in span.Pieces)
            WriteOpened(json, piece.Salt.Span, piece.Bytes.Span);
        json.WriteEndArray();
        BundleFormat.WritePath(json, span.Path);
        json.WriteEndObject();
    }

    private static void WriteOpened(Utf8JsonWriter json, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes)
    {
        json.WriteStartObject();
        json.WriteString("salt", Base64.Write(salt));
        json.WriteString("bytes", Base64.Write(bytes));
        json.WriteEndObject();
    }
}
