using System.Text.Json;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Statements;

/// <summary>The frame of every statement: in-toto Statement v1 with exactly one subject that has exactly one digest.</summary>
internal sealed record Statement(string SubjectName, Hash Digest, string PredicateType, JsonAt Predicate)
{
    public const string Type = "https://in-toto.io/Statement/v1";

    public const int MaxSize = 1 << 20;

    /// <param name="payload">The exact bytes signed.</param>
    /// <param name="algorithm">The name under which the digest must stand.</param>
    /// <exception cref="MalformedException">Not such a statement.</exception>
    public static Statement Parse(ReadOnlySpan<byte> payload, string algorithm) => Parse(Root(payload), algorithm);

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte}, string)"/>
    public static Statement Parse(JsonAt json, string algorithm)
    {
        json["_type"].MustBe(Type);
        var subjects = json["subject"].Items();
        if (subjects.Length != 1)
            throw json["subject"].Wrong("exactly one subject");
        var digest = subjects[0]["digest"].Only(algorithm)[algorithm].HexHash();
        var predicate = new JsonAt(json["predicate"].Object(), "predicate");
        return new Statement(subjects[0]["name"].Label(), digest, json["predicateType"].Label(), predicate);
    }

    /// <summary>The document, before anything is asked of it.</summary>
    /// <exception cref="MalformedException">Not strict JSON.</exception>
    public static JsonAt Root(ReadOnlySpan<byte> payload) => JsonAt.Root(StrictJson.Parse(payload, MaxSize), "statement");

    /// <summary>The predicate type alone, to choose a parser by.</summary>
    /// <exception cref="MalformedException">Not a statement.</exception>
    public static string PredicateTypeOf(JsonAt root) => root["predicateType"].Text();

    /// <summary>The subject must say what the predicate says.</summary>
    /// <exception cref="MalformedException">It does not.</exception>
    public void MustHaveSubject(string name, in Hash digest)
    {
        if (SubjectName != name || Digest != digest)
            throw new MalformedException($"statement.subject: expected \"{StrictJson.Shown(name)}\" with the digest {digest.ToHex()}");
    }

    public static byte[] Write(string subject, string algorithm, Hash digest, string predicateType, Action<Utf8JsonWriter> predicate) =>
        StrictJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("_type", Type);
            json.WriteStartArray("subject");
            json.WriteStartObject();
            json.WriteString("name", subject);
            json.WriteStartObject("digest");
            json.WriteString(algorithm, digest.ToHex());
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("predicateType", predicateType);
            json.WriteStartObject("predicate");
            predicate(json);
            json.WriteEndObject();
            json.WriteEndObject();
        });
}
